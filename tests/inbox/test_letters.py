"""The words of messages: every template says something whole in every case."""

import re
from datetime import UTC, datetime

import pytest
from jinja2 import UndefinedError

from forum.inbox.letters import SUBJECT_LENGTH, compose
from forum.languages.speaking import PSEUDO, speaking
from forum.moderation.rules import VERDICTS
from forum.paths import TEMPLATES


@pytest.mark.parametrize("verdict", [verdict.key for verdict in VERDICTS])
def test_every_outcome_has_words(verdict: str) -> None:
    facts = {
        "what": "answer",
        "day": datetime(2026, 11, 1, tzinfo=UTC),
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


@pytest.mark.parametrize("name", sorted(file.stem for file in (TEMPLATES / "mail").glob("[!_]*.txt")))
def test_no_template_says_anything_untranslated(name: str) -> None:
    """Outside of expressions and blocks a template has only the marks around what somebody wrote."""
    source = (TEMPLATES / "mail" / f"{name}.txt").read_text()
    said = re.sub(r"{%-?\s*trans\b.*?endtrans\s*-?%}", "", source, flags=re.S)
    said = re.sub(r"{{.*?}}|{%.*?%}|{#.*?#}", "", said, flags=re.S)
    assert not re.search(r"\w", said), said.strip()
    # Nor is a sentence put together from words in quotes that nobody marked.
    assert not re.findall(r'else "[^"]*[A-Za-z]{2,} [^"]*"', source)


def test_a_sentence_with_a_percent_sign_is_said_as_it_is() -> None:
    facts = {"what": "answer", "label": "100% sure", "title": "50% %s", "words": "%(x)s 5%"}
    for language in ("en", "fr", PSEUDO):
        with speaking(language):
            written = compose("noticed", **facts).written()
        assert "100% sure" in written.subject or language == PSEUDO
        assert "50% %s" in written.text and "%(x)s 5%" in written.text


def test_days_and_words_are_those_of_the_reader() -> None:
    facts = {"what": "answer", "reason": "Rude", "day": datetime(2026, 11, 1, 23, tzinfo=UTC)}
    with speaking("fr"):
        written = compose("reconsidered", **facts).written()
    assert written.subject == "Ce que vous aviez signalé (réponse) a été examiné de nouveau"
    assert written.text.startswith("Vous aviez signalé une réponse le 1 novembre 2026 (")
