"""Cursors and pages."""

import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.paging import Cursor, Page, Value

ZONES = st.integers(-12, 12).map(lambda hours: timezone(timedelta(hours=hours)))
moments = st.datetimes(
    min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29), timezones=ZONES  # noqa: DTZ001
)  # fmt: skip
numbers = st.integers(-(2**31) + 1, 2**31 - 1)
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=100)
values: st.SearchStrategy[Value] = numbers | words | moments
KINDS = (int, str, datetime)


@given(st.lists(values, max_size=4))
def test_a_cursor_comes_back_as_it_went(key: list[Value]) -> None:
    text = Cursor(key).encode()
    assert text.isascii()
    assert not set(text) & set("+/=&?#% ")
    kinds = [datetime if isinstance(value, datetime) else type(value) for value in key]
    assert Cursor.decode(text, *kinds) == (tuple(key) if text else None)


@given(
    st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()),
    st.lists(st.sampled_from(KINDS)),
)
def test_garbage_is_the_first_page(text: str, kinds: list[type[Value]]) -> None:
    cursor = Cursor.decode(text, *kinds)
    assert cursor is None or [type(value) for value in cursor] == kinds


@given(st.lists(values, min_size=1, max_size=3), st.lists(st.sampled_from(KINDS), max_size=3))
def test_a_cursor_of_another_list_is_the_first_page(key: list[Value], kinds: list[type[Value]]) -> None:
    own = [datetime if isinstance(value, datetime) else type(value) for value in key]
    if own != kinds:
        assert Cursor.decode(Cursor(key).encode(), *kinds) is None


@pytest.mark.parametrize(
    ("packed", "kind"),
    [('["i9223372036854775808"]', int), ('["i1e5"]', int), ('["sa\\u0000"]', str), ('["s\\ud800"]', str),
     ('["d99999999999999999999"]', datetime), ('["d9223372036854775807"]', datetime), ('["i"]', int),
     ("[7]", int), ('{"a": 1}', int), ("[" * 900, int)],
)  # fmt: skip
def test_what_no_database_takes_is_the_first_page(packed: str, kind: type[Value]) -> None:
    assert Cursor.decode(base64.urlsafe_b64encode(packed.encode()).decode(), kind) is None


def test_nothing_and_far_too_much_are_the_first_page() -> None:
    assert Cursor.decode(None, int) is None
    assert Cursor.decode("", int) is None
    assert Cursor.decode(Cursor(["x" * 3000]).encode(), str) is None


def test_a_page_knows_whether_there_is_more() -> None:
    assert Page.of([1, 2], 2, lambda n: (n,)) == ([1, 2], None)
    page = Page.of([1, 2, 3], 2, lambda n: (n,))
    assert page.items == [1, 2]
    assert Cursor.decode(page.next, int) == (2,)


def test_moments_come_back_in_utc() -> None:
    moment = datetime(2026, 11, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=5)))
    (back,) = Cursor.decode(Cursor([moment]).encode(), datetime) or ()
    assert back == moment
    assert back.tzinfo is UTC
