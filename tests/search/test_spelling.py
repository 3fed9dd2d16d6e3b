"""A misspelt word is answered with one of the community's own; whatever else was typed stays as it is."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as options
from hypothesis import strategies as st
from makers import make_account, make_thread, opening, unhurried
from sqlalchemy.orm import Session

from forum.actions import withdrawing
from forum.search import spelling
from forum.search.language import parse


@pytest.fixture(autouse=True)
def _unhurried() -> Iterator[None]:
    with unhurried():
        yield


@pytest.fixture
def community(db: Session) -> Session:
    make_thread(
        db,
        title="Microdosing, anxiety and sleep: what do studies say?",
        tags="anxiety",
        text="Depressed people sleep badly. Psilocybin was given; melatonin for Søren was not.",
    )
    return db


def corrected(db: Session, typed: str) -> str | None:
    return spelling.corrected(db, parse(typed))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("melatonn", "melatonin"),
        ("slepe", "sleep"),
        ("lseep", "sleep"),
        ("psilocibyn", "psilocybin"),
        ("Microdosng  ANXEITY?", "microdosing  anxiety?"),
        ("depresed", "depressed"),
        ("microdosin", "microdosing"),
        ('"what do studeis say" sleep', '"what do studies say" sleep'),
        ("anxeity is:question -tea before:2099", "anxiety is:question -tea before:2099"),
        ("title:anxeity", "title:anxiety"),
        ("mélatonn", "melatonin"),
    ],
)
def test_what_was_meant(community: Session, typed: str, meant: str) -> None:
    assert corrected(community, typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "sleep",
        "Depressing",
        "studying",
        "slp",
        "xylophone",
        "slxxp",
        "psxxxcybin",
        "b12x",
        "sleep -anxeity",
        "tag:anxeity",
        "anxeity is:discussion",
        "anxeity tag:nothing",
    ],
)
def test_nothing_better_is_known(community: Session, typed: str) -> None:
    assert corrected(community, typed) is None


def test_the_commoner_of_two_that_are_as_near(db: Session) -> None:
    for number in range(3):
        make_thread(db, title=f"The tables in my house, number {number}")
    make_thread(db, title="The cables in my house, all of them")
    assert corrected(db, "taples") == "tables"
    assert corrected(db, "cabbles") == "cables"


def test_a_word_that_hardly_anybody_uses(community: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    make_thread(community, title="Anxeity, as somebody spelt it")
    for number in range(4):
        make_thread(community, title=f"Much about anxiety, number {number}")
    assert corrected(community, "anxeity") is None
    monkeypatch.setattr(spelling, "_RARE", 6)
    assert corrected(community, "anxeity") is None, "the other is hardly commoner"
    monkeypatch.setattr(spelling, "_COMMONER", 4)
    assert corrected(community, "anxeity") == "anxiety"


def test_words_that_nobody_sees_are_not_suggested(db: Session) -> None:
    writer = make_account(db)
    gone = make_thread(db, writer, title="About zqwithdrawn words", text="Plain.")
    make_thread(db, make_account(db, shown_posts=0), title="About zqheld words")
    assert corrected(db, "zqwithdrawm") == "zqwithdrawn"
    withdrawing.withdraw(db, writer, opening(db, gone).id)
    assert corrected(db, "zqwithdrawm") is None
    assert corrected(db, "zqhelt") is None


@given(typed=st.text(max_size=60))
@options(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_makes_it_throw(community: Session, typed: str) -> None:
    again = corrected(community, typed)
    assert again is None or again != typed
