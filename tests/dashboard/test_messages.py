"""What a page has to say stands above it, whenever it is said, until the page is complete."""

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.shell.notices import said_above


def page():
    import streamlit as st

    from core.checks import Whole
    from dashboard.shell import state
    from dashboard.shell.notices import notices

    with notices():
        runs = st.session_state["runs"] = st.session_state.get("runs", 0) + 1
        if runs == 1:
            state.say("The run is gone.")
            st.rerun()
        st.title("Below")
        st.session_state["t"] = state.read("t", Whole(1, 12))
        state.read("t", Whole(1, 12))
        st.button("again")


def test_a_sentence_survives_the_run_that_only_prepares_the_page():
    app = AppTest.from_function(page).run()
    assert app.session_state["runs"] == 2 and [warning.value for warning in app.warning] == ["The run is gone."]
    app.button[0].click().run()
    assert not app.warning, "said once"


@pytest.mark.parametrize("text", ["0", "13", "٣", "1_0", " 7 ", "9" * 5000, "nan", "\0", "<b>", "x" * 100_000])
def test_what_of_a_link_cannot_be_used_is_said_once_above_the_page(text):
    app = AppTest.from_function(page)
    app.query_params["t"] = text
    app.run()
    assert not app.exception and app.session_state["t"] is None
    (said,) = [warning.value for warning in app.warning if "link" in warning.value]
    assert said.startswith("The link's t cannot be used") and text not in said
    main = [*app.main]
    assert main.index(app.warning[0]) < main.index(app.title[0])
    app.button[0].click().run()
    assert not app.warning


def test_what_can_be_used_is():
    app = AppTest.from_function(page)
    app.query_params["t"] = "12"
    assert app.run().session_state["t"] == 12


def page_with_a_button():
    import streamlit as st

    from core.errors import LabError
    from dashboard.shell.notices import notices, said_above

    def fail():
        with said_above():
            raise LabError("The run has ended. Start another one.")

    with notices():
        st.button("resume", on_click=fail)


def test_what_a_callback_cannot_do_is_said_above_the_page():
    app = AppTest.from_function(page_with_a_button).run()
    app.button[0].click().run()
    assert not app.exception and [warning.value for warning in app.warning] == ["The run has ended. Start another one."]
    assert [*app.main].index(app.warning[0]) < [*app.main].index(app.button[0])


def test_a_fault_of_the_lab_is_no_sentence():
    with pytest.raises(ZeroDivisionError), said_above():
        raise ZeroDivisionError
