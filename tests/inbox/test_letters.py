"""The words of messages: every template says something whole in every case."""

import pytest
from jinja2 import UndefinedError

from forum.inbox.letters import SUBJECT_LENGTH, compose
from forum.moderation.rules import VERDICTS


@pytest.mark.parametrize("verdict", [verdict.key for verdict in VERDICTS])
def test_every_outcome_has_words(verdict: str) -> None:
    facts = {
        "what": "answer",
        "day": "1 November 2026",
        "reason": "Rude",
        "is_withdrawn": False,
        "again": False,
    }
    letter = compose("outcome", verdict=verdict, is_upheld=verdict in ("hide", "remove"), **facts)
    assert letter.subject.startswith("The answer that you flagged ")
    assert letter.text.startswith("You flagged an answer on 1 November 2026 (“Rude”). A moderator has looked")
    assert "\n\nThank you" in letter.text
    assert "\n\n\n" not in letter.text


def test_a_subject_is_one_line_however_long_the_title() -> None:
    letter = compose("accepted", author="ann", title="A title\u2028of\tmany words " * 40)
    assert len(letter.subject) == SUBJECT_LENGTH
    assert letter.subject.endswith("…")
    assert letter.subject.isprintable()


def test_words_are_never_read_as_a_template_or_as_html() -> None:
    letter = compose("answer", author="ann", what="answer", title="{{ 7 * 7 }} <b> & {% raw %}")
    assert "{{ 7 * 7 }} <b> & {% raw %}" in letter.text


def test_a_missing_fact_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        compose("answer", author="ann", what="answer").written()
