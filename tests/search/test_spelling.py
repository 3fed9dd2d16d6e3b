"""A misspelt word is answered with one of the community's own; whatever else was typed stays as it is."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as options
from hypothesis import strategies as st
from makers import make_account, make_thread, opening, unhurried
from sqlalchemy.orm import Session

from forum.actions import withdrawing
from forum.db import Database
from forum.search import spelling, vocabulary
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


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("The radio in my kitchen", "ratio"),
        ("Something about choosing", "crossing"),
        ("Something about thethe", "someone"),
        ("A phone in my pocket", "10.1371/journal.pone.0211023"),
        ("A phone in my pocket", "doi:10.1371/journal.pone"),
        ("A phone in my pocket", "https://example.org/pone"),
        ("A phone in my pocket", "journal.pone"),
        ("A phone in my pocket", "pone@example.org"),
        ("A phone in my pocket", "@pone"),
        ("A phone in my pocket", "/pone"),
        ("A phone in my pocket", "pone_1"),
        ("A phone in my pocket", "pone-1"),
        ("A ratline in my ship", "gatline"),
        ("Anxeity as somebody spelt it, and anxiety", "anxeity"),
        ("Crossed roads and choosing", "crossing"),
        ("Whale sightings", "while"),
        ("Melatonin works", "melotanon"),
    ],
)
def test_what_is_right_or_no_word_stays(db: Session, written: str, typed: str) -> None:
    make_thread(db, title=written)
    assert corrected(db, typed) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pohne", "phone"),
        ("hpone", "phone"),
        ("phoone", "phone"),
        ("phne.", "phone."),
        ("(phne, 10.1/phne)", "(phone, 10.1/phne)"),
        ("phne-phne title:phne", "phone-phone title:phone"),
    ],
)
def test_only_the_word_itself_is_replaced(db: Session, typed: str, meant: str) -> None:
    make_thread(db, title="A phone in my pocket")
    assert corrected(db, typed) == meant


def test_only_words_that_somebody_wrote(db: Session, database: Database) -> None:
    """Also the same one before and after all is counted."""
    make_thread(db, title="The moderators of this place", text="All moderators moderate.")
    make_thread(db, title="More moderators of this place")
    words = ("moderatr", "moderatrs", "moderatore", "moderatng")
    written = {"the", "moderators", "moderate"}
    before = [corrected(db, word) for word in words]
    assert before[1] in written and set(before) <= {*written, None}
    db.commit()
    vocabulary.fold(database)
    assert [corrected(db, word) for word in words] == before


def test_what_is_rare_itself_is_not_offered(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    make_thread(db, title="Much about anxiety")
    for number in range(3):
        make_thread(db, title=f"Much about sleep, number {number}")
    assert corrected(db, "anxeity") == "anxiety"
    monkeypatch.setattr(spelling, "_RARE", 2)
    assert corrected(db, "anxeity") is None
    assert corrected(db, "slepe") == "sleep"


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
