"""Names that look alike, and whose they are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forum import jobs
from forum.accounts import former_names, names, people
from forum.accounts.likeness import LONGEST, is_mixed, skeleton
from forum.accounts.tables import Account
from forum.actions import likening
from forum.config import Settings
from forum.db import Database

#: What is easily taken for the letter on a screen.
LOOKS = {
    "l": "lI1i", "o": "oO0", "m": ["m", "rn", "M"], "w": ["w", "vv", "W"], "a": "aàAÁâ", "e": "eéÈ",
    "_": "-_", "p": "pP", "c": "cCç", "s": "sS",
}  # fmt: skip


@st.composite
def twins(draw: st.DrawFn) -> tuple[str, str]:
    """A name, and one that looks like it."""
    letters = draw(st.lists(st.sampled_from(sorted(LOOKS)), min_size=3, max_size=15))
    return tuple("".join(draw(st.sampled_from(LOOKS[letter])) for letter in letters) for _ in "12")  # type: ignore[return-value]


@given(twins())
@settings(max_examples=60)
def test_what_looks_alike_has_one_likeness(pair: tuple[str, str]) -> None:
    assert skeleton(pair[0]) == skeleton(pair[1])


@given(st.text(min_size=1, max_size=30))
@settings(max_examples=60)
def test_every_name_has_a_likeness_that_the_column_takes(name: str) -> None:
    assert 0 < len(skeleton(name)) <= LONGEST
    is_mixed(name)


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=3, max_size=20))
@settings(max_examples=60)
def test_case_makes_no_difference(name: str) -> None:
    assert skeleton(name) == skeleton(name.upper()) == skeleton(name.title())


@pytest.mark.parametrize(
    ("one", "other"),
    [("сора", "copa"), ("ＡＤＡ", "ada"), ("rnira", "mira"), ("ad\u200da", "ada"), ("Zoë", "zoe"),
     ("A1ice", "alice"), ("ada--l", "ada_l"), ("𝒶𝒹𝒶", "ada"), ("ꓮda", "ada")],
)  # fmt: skip
def test_alike(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("anna", "avva"), ("ada", "eda"), ("かか", "かが"), ("cloud", "doud"), ("李小龍", "李大龍"),
     ("a-b", "ab")],
)  # fmt: skip
def test_not_alike(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize(("name", "mixed"), [
    ("Ada", False), ("Ада", False), ("Adа", True), ("αda", True), ("李小龍-san", False), ("ビール2", False),
    ("김철수", False), ("김철수か", True), ("x_1", False),
])  # fmt: skip
def test_mixed_scripts(name: str, mixed: bool) -> None:
    assert is_mixed(name) is mixed


@pytest.mark.parametrize("filler", "\u115f\u1160\u3164\uffa0")
def test_letters_that_nobody_sees_are_refused(filler: str) -> None:
    assert names.problem(names.normal(f"ada{filler}"))
    assert skeleton(f"ada{filler}x").replace(filler, "")


def test_why_a_name_cannot_be_taken(db: Session) -> None:
    mira = people.add(db, "Mira", None, None)
    ada = people.add(db, "Ada2", None, None)
    former_names.move(db, ada.id, "Grace", "Ada2")
    for name, problem in {
        "rnira": people.NAME_ALIKE, "M1ra": people.NAME_ALIKE, "MIRA": people.NAME_TAKEN,
        "grace": people.NAME_TAKEN, "adm1n": people.NAME_RESERVED, "Rnoderator": people.NAME_RESERVED,
        "Staff": people.NAME_RESERVED, "Mirа": people.NAME_MIXED, "mi ra": names.problem("mi ra"), "Joan": "",
    }.items():  # fmt: skip
        assert people.name_problem(db, name) == problem, name
    assert people.name_problem(db, "MIRA", but=mira.id) == people.name_problem(db, "Míra", but=mira.id) == ""
    assert people.name_problem(db, "Grace", but=ada.id) == ""
    assert people.name_problem(db, "Grace", but=mira.id) == people.NAME_TAKEN


def test_accounts_without_a_likeness_get_one_in_batches(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(likening, "BATCH", 2)
    with database.writing() as db:
        for name in ("Mira", "Tomas", "Halina"):
            people.add(db, name, None, None)
        db.execute(update(Account).values(likeness=""))
    likening.go_on(database, Settings())
    with database.writing() as db:
        assert db.scalars(select(Account.likeness).order_by(Account.id)).all() == [
            skeleton("Mira"),
            skeleton("Tomas"),
            "",
        ]
        claimed = jobs.claim(db)
        assert claimed is not None and claimed.name == likening.NAME
    likening.go_on(database, Settings())
    likening.go_on(database, Settings())
    with database.reading() as db:
        assert not people.lacks_likeness(db)
        assert people.name_problem(db, "Ha1ina") == people.NAME_ALIKE
