"""What a page has to say is said until the page is complete."""

from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from dashboard import state

    runs = st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    if runs == 1:
        state.say("The run is gone.")
    for sentence in state.messages():
        st.warning(sentence)
    if runs == 1:
        state.run_again()
    st.button("again")


def test_a_sentence_survives_the_run_that_only_prepares_the_page():
    app = AppTest.from_function(page).run()
    assert app.session_state["runs"] == 2 and [warning.value for warning in app.warning] == ["The run is gone."]
    app.button[0].click().run()
    assert not app.warning, "said once"
