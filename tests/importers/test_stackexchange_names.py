"""Names for accounts, from names that people had elsewhere."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.importers.names import account_names
from forum.importers.records import Person

START = datetime(2020, 1, 1, tzinfo=UTC)


def people(names: list[str]) -> list[Person]:
    return [
        Person(f"user:{place}", name, START + timedelta(days=place // 2)) for place, name in enumerate(names)
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Henry WH Hack v2.1.3", "Henry-WH-Hack-v2-1-3"),
        ("Rand al'Thor", "Rand-alThor"),
        ("dot_Sp0T", "dot_Sp0T"),
        ("Bác sĩ Nguyễn Thị Hồng Yến", "Bác-sĩ-Nguyễn-Thị-Hồng-Yến"),
        ("b a", "b-a"),
        ("Ed", "member-Ed"),
        ("♥ ♥", "member"),
        ("Antonio Jose Lousada Fazendeiro da Silva", "Antonio-Jose-Lousada-Fazendeir"),
        ("Gilles 'SO- stop being evil'", "Gilles-SO-stop-being-evil"),
        ("a\u200db\u0301c\u0323\u0302", "abĉ"),
    ],
)
def test_a_name_stays_readable(name: str, expected: str) -> None:
    assert account_names(people([name])) == {"user:0": expected}


def test_who_joined_first_keeps_the_plain_name() -> None:
    some = [Person("b", "Ann", START + timedelta(days=1)), Person("a", "ann", START + timedelta(days=2)),
            Person("c", "ANN", START), Person("d", "Ann-2", START + timedelta(days=3))]  # fmt: skip
    assert account_names(some) == {"c": "ANN", "b": "Ann-2", "a": "ann-3", "d": "Ann-2-2"}


def test_names_that_are_taken_are_left_to_their_owners() -> None:
    assert account_names(people(["Ben"]), taken=["ben", "BEN-2"]) == {"user:0": "Ben-3"}


names = st.one_of(
    st.text(max_size=40),
    st.text(st.sampled_from("Aaß'ΐ-_. 2ﬃ"), max_size=35),
    st.sampled_from(["Ann", "ann", "ANN", "Ann-2", "Straße", "STRASSE", "x" * 40, "x" * 30]),
)


@given(st.lists(names, max_size=30), st.randoms())
def test_names_are_valid_unique_and_the_same_in_any_order(some: list[str], random: object) -> None:
    everybody = people(some)
    given_names = account_names(everybody)
    assert given_names.keys() == {person.key for person in everybody}
    for name in given_names.values():
        assert re.fullmatch(r"[\w-]{3,30}", name)
        assert len(name.casefold()) <= 60
    assert len({name.casefold() for name in given_names.values()}) == len(everybody)
    random.shuffle(everybody)  # type: ignore[attr-defined]
    assert account_names(everybody) == given_names
