"""What people type, made safe to store, and what templates make of values."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from forum.web import forms, templating


@given(st.text(st.characters()))
def test_cleaned_text_is_plain_and_stays_so(typed: str) -> None:
    text = forms.clean(typed)
    assert forms.clean(text) == text
    assert "\0" not in text and "\r" not in text
    text.encode()


def test_marks_in_a_row_end_somewhere() -> None:
    """To put a hundred thousand of them in order takes minutes, in which nobody else is answered."""
    for mark in ("\u0301\u0327", "\u0327\u0301", "\u0f73", "\u0344", "\uff9e"):
        text = forms.clean("a" + mark * 100_000 + "b" + mark)
        assert len(text) < 80 and "b" in text and forms.clean(text) == text
    for kept in ("Ti\u1ebfng Vi\u1ec7t", "e" * 1000, "\u0e01\u0e33\u0e49" * 50, "a" + "\u0323" * 30):
        assert forms.clean(kept) == unicodedata.normalize("NFC", kept)


@given(st.binary(max_size=200))
def test_any_query_is_read(raw: bytes) -> None:
    for name, value in forms.parse(raw):
        (name + value).encode()


@given(st.text(st.characters()))
def test_where_somebody_is_led_is_here(address: str) -> None:
    for asked in (address, f"/{address}", f"//{address}", f"///{address}", f"/\t/{address}"):
        found = forms.local(asked)
        assert found.startswith("/")
        assert not found.startswith(("//", "/\\"))
        assert urlsplit(found).netloc == ""


@pytest.mark.parametrize("address", ["/", "/t/1/a-thread?after=x#p3", "/people/größe"])
def test_our_own_addresses_stay(address: str) -> None:
    assert forms.local(address) == address


@pytest.mark.parametrize(
    ("typed", "number"),
    [("12", 12), ("012", 12), ("", 0), ("-1", 0), ("1.0", 0), (" 1", 0), ("²", 0), ("١", 0), ("1" * 10, 0)],
)
def test_an_id_in_a_form(typed: str, number: int) -> None:
    assert forms.number(typed) == number


def test_moments_are_days_in_utc() -> None:
    moment = datetime(2026, 11, 12, 23, 30, tzinfo=timezone(timedelta(hours=-2)))
    assert templating.day(moment) == "13 Nov 2026"
    assert templating.when(moment) == '<time datetime="2026-11-13T01:30:00Z">13 Nov 2026</time>'
    assert templating.day(datetime(999, 1, 2, tzinfo=UTC)) == "2 Jan 999"


def test_numbers_and_plurals() -> None:
    assert templating.number(1234567) == "1,234,567"
    assert [templating.plural(count, "answer") for count in (0, 1, 2000)] == [
        "0 answers",
        "1 answer",
        "2,000 answers",
    ]
    assert templating.plural(2, "reply", "replies") == "2 replies"


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("All of this is at /account/decisions/3", ["/account/decisions/3"]),
        ("Lisez /account/standing : d’ici là, /account/trust.", ["/account/standing", "/account/trust"]),
        ("Also:\n- /account/history\n- /p/12/revisions, and more", ["/account/history", "/p/12/revisions"]),
        ("/account/decisions/3\u00a0: c’est là", ["/account/decisions/3"]),
        ("and/account/x, //account/x, /accounts, /account, /sign-out, /admin/mail", []),
        ("https://evil.example/account/x //evil.example /account/x@evil.example", []),
        ('javascript:/p/1 /p/1"onclick=x /account/<b>x</b> /p/../../sign-out <a href=/p/1>', []),
    ],
)
def test_only_the_paths_of_our_pages_are_links_in_a_message(text: str, paths: list[str]) -> None:
    html = templating.linked(text)
    assert re.findall(r'<a href="([^"]*)">', html) == paths
    assert all(f'<a href="{path}">{path}</a>' in html for path in paths)


@given(st.lists(st.sampled_from(["/account/a", "/p/1", "<script>", '"', "&amp;", "'", " ", "\n", "//", "é"])))
def test_a_message_with_links_says_what_it_said(pieces: list[str]) -> None:
    text = "".join(pieces)
    html = str(templating.linked(text))
    assert re.sub(r'<a href="/[\w/-]*">|</a>', "", html) == str(escape(text))
