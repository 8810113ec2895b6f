"""Teacher forcing against free running, on the page Translate: the same weights fed the right tokens, and fed their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.readable import agreement, power
from dashboard.kit.wording import ProofLine, escape, marked
from dashboard.shell import show
from pages.translate.lookups import free_running
from pages.translate.panels import Translation
from pages.translate.view import token_words

if TYPE_CHECKING:
    from core.probes.seq2seq.free_running import FreeRunning


def forcing_panel(translation: Translation) -> None:
    """The same weights fed the right tokens, and fed their own."""
    st.header("Teacher forcing against free running")
    st.markdown(
        "In training the decoder gets the *right* tokens so far (**teacher forcing**), whatever it would have written. When it writes "
        "alone, it gets its *own* tokens. Here are both, with the same weights and the same input:"
    )
    if translation.read.target is None:
        show.info(f"This comparison needs a right answer, and this input has none: {translation.read.no_answer}")
        return
    report = free_running(translation.choices, id(translation.read.opened), translation.read)
    st.html(forcing_html(report, translation.names))
    show.markdown(forcing_words(report, translation.names))
    says = f"up to its first mistake, the probabilities of the free run and of teacher forcing are {agreement(report.same_before)}"
    figures = (
        f"Until then both are given the same tokens. Largest difference {power(report.same_before)}, tolerance {power(report.tolerance)}."
    )
    show.proof(ProofLine(says, report.passed, figures))


def forcing_words(report: FreeRunning, names: tuple[str, ...]) -> str:
    """What the table says, in a sentence or two."""
    steps = len(report.correct)
    if report.first_mistake is None:
        return marked(
            "**No mistake, so no difference**: the free run gets the right tokens, because it has written them. Choose an early epoch, "
            "random weights or a longer input, and look for the first mistake."
        )
    t, fed = report.first_mistake, report.fed_otherwise
    wrong = names[report.free[t]] if t < len(report.free) else "nothing more"
    right = names[report.correct[t]] if t < steps else "nothing more"
    told = marked("**The first mistake is at step {}**: {} instead of {}. ", t + 1, token_words(wrong), token_words(right))
    told += f"From step {fed + 1} on the free run reads its own mistake, teacher forcing does not. " if fed is not None else ""
    where = (
        f"Their outputs differ from step {report.first_divergence + 1} on. "
        if report.first_divergence is not None
        else "They never write different tokens. "
    )
    forced, free = report.forced_right, report.free_right
    return (
        told
        + f"{where}Tokens that are right at their place: {forced} of {steps} with teacher forcing, {free} of {steps} when running free."
    )


def forcing_html(report: FreeRunning, names: tuple[str, ...]) -> str:
    """A column a step: the right token, and what is most probable with the right ones before it, and with its own."""
    steps = max(len(report.correct), len(report.free))
    parts = report.first_divergence
    head = "".join(f'<th scope="col"{" class=open" if t == parts else ""}>{t + 1}</th>' for t in range(steps))
    rows = ""
    for title, tokens in (("right", report.correct), ("teacher forcing writes", report.forced), ("running free writes", report.free)):
        cells = ""
        for t in range(steps):
            token = tokens[t] if t < len(tokens) else None
            correct = t < len(report.correct) and token == report.correct[t]
            look = "" if title == "right" or token is None else "right" if correct else "wrong"
            cells += f'<td class="{look}">{"" if token is None else escape("␣" if names[token] == " " else names[token])}</td>'
        rows += f'<tr><th scope="row">{title}</th>{cells}</tr>'
    differences = "".join(f"<td>{value:.2g}</td>" if value > report.tolerance else "<td>0</td>" for value in report.differences)
    rows += f'<tr><th scope="row">largest difference of p</th>{differences}</tr>'
    return (
        '<div class="lab-scroll"><table class="lab-table lab-tight lab-spoken"><caption>Each column is a step; underlined is the first '
        'step where the two write different tokens</caption><thead><tr><th scope="col">step</th>'
        f"{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
