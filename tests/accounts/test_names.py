"""Names and mail addresses: which are possible, and when two are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.accounts import addresses, names


@pytest.mark.parametrize("name", ["Ada", "ada-lovelace", "x_1", "Жанна", "李小龍", "Zoë", "123", "a" * 30])
def test_possible_names(name: str) -> None:
    assert names.problem(names.normal(name)) == ""


@pytest.mark.parametrize(
    "name",
    ["", "ab", "a" * 31, "Ada Lovelace", "ada@example.org", "-ada", "ada_", "<b>ada", "a/b/c", "ada\u200b",
     "ada\u202e", "ada.", "🦊🦊🦊", "a\u0301\u0301\u0301", "ﷺ"],
)  # fmt: skip
def test_impossible_names(name: str) -> None:
    assert names.problem(names.normal(name)).endswith(".")


@pytest.mark.parametrize(
    ("one", "other"), [("Ada", "aDA"), ("Ａｄａ", "ada"), ("Strasse", "straße"), (" Ada ", "ada")]
)
def test_the_same_name(one: str, other: str) -> None:
    assert names.key(one) == names.key(other)


def test_of_what_is_far_too_long_the_beginning_is_read() -> None:
    """Letters that stand for eighteen others would take seconds, at each try to sign in."""
    assert len(names.normal("\ufdfa" * 60_000)) == len(names.key("\ufdfa" * 60_000)) == 200 * 18
    assert all(names.problem(names.normal(part * 9000)) for part in ("a", "\u1100\u1161\u11a8"))
    assert names.normal(" " * 300 + "Ada") == "Ada"


def test_names_that_speak_for_the_forum_are_reserved() -> None:
    assert names.is_reserved("Moderator")
    assert not names.is_reserved("Ada")


@given(st.text())
def test_any_text_has_a_verdict_and_a_steady_key(name: str) -> None:
    names.problem(name)
    assert names.key(names.key(name)) == names.key(name)
    if not names.problem(names.normal(name)):
        assert len(names.key(name)) <= names.LONGEST_KEY


@pytest.mark.parametrize("address", ["ada@example.org", " Ada.L+x@Example.ORG ", "zoë@bücher.example"])
def test_possible_addresses(address: str) -> None:
    assert addresses.problem(address) == ""
    assert addresses.normal(address) == (addresses.normal(address) or "").strip()


@pytest.mark.parametrize(
    "address",
    ["", "ada", "ada@", "@example.org", "ada@example", "a b@example.org", "ada@example.org, eve@example.org",
     "ada@example.org\nBcc: eve@example.org", "a@" + "x" * 300 + ".org", '"a b"@example.org',
     "ada@[127.0.0.1]"],
)  # fmt: skip
def test_impossible_addresses(address: str) -> None:
    assert addresses.problem(address).endswith(".")


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [("Ada+forum@Example.org", "ada@example.org"), ("ada@example.org", "ada@example.org"),
     ("+1@example.org", "+1@example.org"), ("ada+", "ada+"), ("", "")],
)  # fmt: skip
def test_where_mails_arrive(address: str, mailbox: str) -> None:
    assert addresses.mailbox(address) == mailbox


def test_the_same_address() -> None:
    assert addresses.key("Ada@Example.org") == addresses.key(" ada@example.org")
    assert addresses.key("who@xn--bcher-kva.example") == addresses.key("Who@bücher.example")
    assert addresses.key("nowhere") == "nowhere"
