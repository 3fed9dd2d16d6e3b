"""Two references that may be one work, and pairs that only look like one."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.references.sameness import block_key, is_possible_duplicate, score

TITLE = "Powerful substances in tiny amounts: An interview study of psychedelic microdosing"
MAIN = "Powerful substances in tiny amounts"


def work(
    title: str = TITLE, family: str = "Johnstad", year: int | None = 2018, **more: Any
) -> dict[str, Any]:
    issued = {"issued": {"date-parts": [[year]]}} if year else {}
    author = {"author": [{"family": family, "given": "P."}]} if family else {}
    return {"title": title, **author, **issued, **more}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (work(), work(TITLE.upper() + ".")),
        (work(), work(f"{MAIN} – an interview study of psychedelic micro-dosing")),
        (work(), work(TITLE.replace("interview", "interveiw"))),
        (work(), work(MAIN)),
        (work(), work(year=2019)),
        (work(), work(year=None)),
        (work(), work(volume="35", page="39-51")),
        (work(volume="35", page="39-51"), work(volume="35", page="39–51")),
        (work(page="1-12"), work(page="e0211023")),
        (work(), work(type="webpage")),
        (work(family="Müller-Lyer"), work(family="MUELLER LYER")),
        (work(family="van der Berg"), work(family="Berg")),
        (work(f"RETRACTED: {TITLE}"), work(f"Retracted: {TITLE}")),
        (work("The effects of tiny doses, part II"), work("The effects of tiny doses: Part 2")),
        (work("The effects of α-synuclein in mice"), work("The effects of <i>alpha</i>-synuclein in mice")),
        (work(family=""), work(family="")),
        (work(family="", author=[{"literal": "World Health Organization"}]),
         work(family="", author=[{"literal": "World health organization"}])),
    ],
)  # fmt: skip
def test_possible_duplicates(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert is_possible_duplicate(one, other)
    assert is_possible_duplicate(other, one)
    assert score(one, other) == score(other, one) >= 95
    assert block_key(one) == block_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # The preprint has another subtitle.
        (work(), work(f"{MAIN}: Exploring the practice of microdosing psychedelic drugs", year=2017)),
        (work(), work("Powerful substances in great amounts: An interview study of smoking")),
        # Parts of a series.
        (work("The effects of tiny doses II"), work("The effects of tiny doses I")),
        (work("The effects of tiny doses II"), work("The effects of tiny doses")),
        (work("The effects of 10 tiny doses"), work("The effects of 11 tiny doses")),
        (work("The first study of tiny doses"), work("The third study of tiny doses")),
        # Notices beside what they are about.
        (work(f"RETRACTED: {TITLE}"), work()),
        (work(f"Correction to: {TITLE}"), work()),
        (work(f"Erratum: {TITLE}"), work(f"Expression of concern: {TITLE}")),
        (work(f"Comment on “{TITLE}”"), work()),
        # Titles that tell too little.
        (work("Tiny doses again"), work("Tiny doses again")),
        (work("Letter to the Editor"), work("Letter to the editor")),
        (work("Preface to the second edition"), work("Preface to the second edition")),
        (work("Instructions for the authors"), work("Instructions for the authors")),
        (work(""), work("")),
        # What else speaks against it.
        (work(), work(family="Smith")),
        (work(), work(family="")),
        (work(), work(year=2020)),
        (work(volume="35"), work(volume="36")),
        (work(page="39-51"), work(page="52-60")),
        (work(number="43"), work(page="44")),
        (work(type="article"), work(type="article-journal")),
        (work(type="book"), work(type="review-book")),
    ],
)
def test_no_duplicates(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert not is_possible_duplicate(one, other)
    assert not is_possible_duplicate(other, one)


def test_a_title_that_begins_generically_may_still_tell_enough() -> None:
    for title in ("Introduction to psychedelic therapy today", "Cover crops and soil health"):
        assert is_possible_duplicate(work(title), work(title))


def test_the_block_key_is_short_and_tells_works_apart() -> None:
    assert block_key(work()) == "powe subs tiny|j"
    assert block_key(work("Tiny doses")) == ""
    keys = {
        block_key(work("A systematic study of microdosing psychedelics", "Polito")),
        block_key(work("Psychedelic microdosing benefits and challenges", "Anderson")),
        block_key(work("Adults who microdose psychedelics report health", "Rootman")),
        block_key(work()),
    }
    assert len(keys) == 4
    assert len(block_key(work("x" * 5000 + " and tiny doses in " + "y" * 5000))) <= 20


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just(TITLE),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["family", "literal", "date-parts"]), inner, max_size=2)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(["title", "author", "editor", "issued", "volume", "page", "number", "type"])
RECORDS = st.dictionaries(KEYS, VALUES)


@settings(max_examples=100, deadline=None)
@given(RECORDS, RECORDS)
def test_any_two_records_compare_the_same_both_ways(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert 0 <= score(one, other) == score(other, one) <= 100
    assert is_possible_duplicate(one, other) == is_possible_duplicate(other, one)
    assert len(block_key(one)) <= 20


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.sampled_from(["", ".", " ", "\n", "?"]), st.sampled_from([-1, 0, 1]))
def test_a_work_is_like_itself(text: str, end: str, years: int) -> None:
    title = f"Tiny doses of {text} in ordinary lives"
    assert is_possible_duplicate(
        work(title), work(title.upper() if text.isascii() else title + end, year=2018 + years)
    )
