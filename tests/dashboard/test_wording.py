import pytest

from dashboard.kit.wording import NOTHING, Words, code, escape, joined, markdown, marked, plotted
from tests.hostile import SIGNS


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words, 12:30, 50.5 % and a_b", "plain words, 12:30, 50.5 % and a_b"),
        ("![a](b)", r"!\[a\](b)"),
        (":red[x]", r"\:red\[x\]"),
        ("$x$ `y` *z* ~u~ <v> | _w_", r"\$x\$ \`y\` \*z\* \~u\~ \<v\> \| \_w\_"),
        ("&amp; & b", r"\&amp; & b"),
        ("1. a", r"1\. a"),
        ("# a", r"\# a"),
        ("use --data DIR", "use --data DIR"),
        ("a\nb", "a b"),
        ("http://a.b", f"http:{NOTHING}//a.b"),
        (":smile:", f":{NOTHING}smile:"),
        ("a -> b", f"a -{NOTHING}\\> b"),
        ("caf\udce9", "caf�E9"),
    ],
)
def test_text_becomes_markdown_that_shows_it(text, shown):
    assert markdown(text) == shown


def test_values_are_escaped_and_words_of_ours_are_not():
    made = marked("**{}** {:.1%} {n:,} {!r}", "*a*", 0.5, marked("`x`"), n=1000)
    assert made == r"**\*a\*** 50.0 % 1,000 '\`x\`'"
    assert marked("{} {}", marked("**b**"), "**c**") == r"**b** \*\*c\*\*"
    assert isinstance(made, Words)


def test_words_stay_what_they_are_only_where_they_are_joined_as_words():
    own = marked("**a**")
    assert own + "*b*" == r"**a**\*b\*" and "*b*" + own == r"\*b\***a**"
    assert joined([own, "*b*"], " · ") == r"**a** · \*b\*"
    assert markdown(own + "") == "**a**"
    assert markdown(f"{own}") == r"\*\*a\*\*"  # an f-string has forgotten whose they were


@pytest.mark.parametrize(("text", "shown"), [("a", "`a`"), ("`a`", "`` `a` ``"), ("a``b", "```a``b```"), ("a\nb", "`a b`")])
def test_code_holds_any_text(text, shown):
    assert code(text) == shown


def test_html_and_plotly_read_no_tag_and_no_place_in_text():
    assert escape('<a href="x">') == "&lt;a href=&quot;x&quot;&gt;"
    assert not {"<", ">", "$"} & set(plotted(SIGNS, 10_000))
    assert "%{" not in plotted(SIGNS, 10_000)


def test_all_is_bounded():
    for made in (markdown, code, escape, plotted):
        assert len(made("x" * 5_000_000)) < 2_100
