"""The form beside the search box builds the same searches as the box."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from forum.clock import standing_at
from forum.search import building
from forum.search.building import FIELDS, built, fields_of
from forum.search.language import parse
from forum.search.query import Condition, Query, Term
from tests.search.typing_in import searches

AT = datetime(2026, 11, 22, 15, tzinfo=UTC)
_FULL = {
    "words": "sleep Covid-19",
    "phrase": "lion's mane; green tea",
    "without": "mice lab-rats",
    "title": "dose",
    "tags": "nutrition, #sleep -animals",
    "kind": "question",
    "state": "answered",
    "author": "@mira",
    "has": "references",
    "cites": "PMID: 30726251",
    "evidence": "randomized-trial",
    "after": "2024-05",
    "before": "2025",
    "score": "3",
    "answers": "=2",
    "within": "threads",
    "more": "-author:ada",
}


def test_every_field_is_part_of_the_search() -> None:
    assert built(_FULL) == (
        'sleep Covid-19 "lion s mane" "green tea" -mice -lab-rats title:dose'
        " tag:nutrition tag:sleep -tag:animals is:question is:answered"
        " author:@mira has:references cites:PMID:30726251 evidence:randomized-trial"
        " after:2024-05 before:2025 score:>=3 answers:2 -author:ada"
    )
    assert not parse(built(_FULL)).remarks


def test_an_empty_form_asks_for_nothing() -> None:
    assert built({}) == built(dict.fromkeys(FIELDS, "  ")) == built({"order": "score"}) == ""
    assert set(fields_of(parse("")).values()) == {""}


def test_the_form_shows_what_is_searched() -> None:
    query = parse(
        'sleep "lions mane" +tea -mice title:a tag:x -tag:y is:open is:closed -author:ada score:>3 in:people'
    )
    shown = {name: value for name, value in fields_of(query).items() if value}
    assert shown == {
        "words": "sleep",
        "phrase": "lions mane; tea",
        "title": "a",
        "without": "mice",
        "tags": "x -y",
        "state": "open",
        "score": ">3",
        "within": "people",
        "more": "is:closed -author:ada",
    }


def test_what_means_nothing_in_its_field_is_told() -> None:
    wrong = {
        "after": "2024-13-45",
        "score": "abc",
        "answers": "!!",
        "state": "lost",
        "author": "@",
        "cites": "10/abcd",
    }
    found = building.problems({**_FULL, **wrong})
    assert found.keys() == wrong.keys()
    assert "2024-13-45" in found["after"] and "Give a name" in found["author"]
    assert building.problems(_FULL) == building.problems({}) == {}


def test_what_else_is_typed_is_not_lost() -> None:
    assert built({"words": "sleep", "more": ": score:many"}) == "sleep score:many"


def test_a_choice_of_the_form_is_a_value_of_the_language() -> None:
    for name, choices in building.CHOICES.items():
        for choice in choices:
            form = fields_of(parse(built({name: choice})))
            assert form[name] == choice.replace("threads", "")


def test_nothing_typed_breaks_out_of_its_field() -> None:
    assert parse(built({"phrase": 'lions" tag:mane -x'})).terms == (Term("lions tag mane x", needed=True),)
    words = parse(built({"words": 'is:open -"mice" title:b @c'}))
    assert words.terms == (Term("is open"), Term("mice"), Term("title b"), Term("c"))
    assert not words.conditions
    query = parse(
        built({"author": 'x" is:open', "before": '1" is:open', "score": "> in:people", "tags": "a:b"})
    )
    assert not query.terms
    assert {str(each.field) for each in query.conditions} == {"author", "tag"}


def meaning(query: Query) -> tuple[object, ...]:
    """The parts of the query in no order."""
    parts = (query.terms, query.excluded, query.conditions)
    return (*map(frozenset, parts), query.within, query.titles_only)


@given(searches)
@settings(max_examples=60, deadline=None)
def test_a_search_goes_through_the_form_unchanged(text: str) -> None:
    with standing_at(AT):
        query = parse(text)
        assert meaning(parse(built(fields_of(query)))) == meaning(query)


_PLACES: dict[str, set[str]] = {
    "tags": {"tag"},
    "kind": {"is", "has"},
    "state": {"is", "has"},
    "has": {"is", "has"},
}


@given(st.sampled_from(FIELDS[:-1]), searches, st.sampled_from(FIELDS[:-1]), searches)
@settings(max_examples=60, deadline=None)
def test_two_fields_never_touch_each_other(name: str, text: str, other: str, words: str) -> None:
    name_form, other_form = {name: text[:30]}, {other: words[:30]}
    with standing_at(AT):
        one, two = parse(built(name_form)), parse(built(other_form))
        both = parse(built({**other_form, **name_form}))
    _stays(name, one)
    if name != other:
        assert set(both.conditions) == {*one.conditions, *two.conditions}
        assert set(both.excluded) == {*one.excluded, *two.excluded}


def _stays(name: str, query: Query) -> None:
    """What is in the query could be typed into the field `name`."""
    found: tuple[Condition, ...] = query.conditions
    assert {str(each.field) for each in found} <= _PLACES.get(name, {name})
    assert not query.excluded or name == "without"
    assert not query.terms or name in ("words", "phrase", "title")
    assert all((term.needed, term.in_title) == (name != "words", name == "title") for term in query.terms)
