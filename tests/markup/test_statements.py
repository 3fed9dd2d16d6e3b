"""Statements about health without a source: which are pointed out to their writer."""

from hypothesis import given, settings
from hypothesis import strategies as st

from forum.markup import render
from forum.markup.sentences import cites, sentences
from forum.markup.statements import MOST, unsourced


def found(text: str) -> list[str]:
    return unsourced(render(text))


def test_what_is_said_of_health_needs_a_source() -> None:
    assert found("Psilocybin raises the mood for weeks.") == ["Psilocybin raises the mood for weeks."]
    assert found("Those who took 20 mg were **well** again.") == ["Those who took 20 mg were well again."]


def test_what_has_a_source_is_left_alone() -> None:
    assert found("Psilocybin raises the mood for weeks [@doi:10.1371/journal.pone.0211023, p. 4].") == []


def test_ones_own_life_questions_and_other_subjects_are_left_alone() -> None:
    for text in (
        "I slept much better after the first dose.",
        "My symptoms were gone within a week.",
        "Does a smaller dose help against headaches?",
        "The heron stood still in the morning rain.",
        "Bad sleep.",
    ):
        assert found(text) == [], text


def test_what_is_quoted_is_not_its_writers_statement() -> None:
    said = "Psilocybin raises the mood for weeks."
    assert found(f"> {said}\n> > Lithium cures every headache.\n\nA word of thanks.") == []
    assert found(f"> Lithium cures every headache.\n\n{said}") == [said]


def test_never_more_than_a_few() -> None:
    assert (
        len(found("\n\n".join(f"Drug number {number} cures every headache." for number in range(9)))) == MOST
    )


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="sleep dose.?[1] I\n", max_size=200))
def test_each_is_a_sentence_of_the_text_that_cites_nothing(text: str) -> None:
    for each in unsourced(render(text)):
        assert each in sentences(text) and not cites(each)
