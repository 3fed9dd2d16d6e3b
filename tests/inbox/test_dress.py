"""The HTML part says what the text says, links to this forum only, and runs and loads nothing."""

import re
from pathlib import Path

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.config import Settings
from forum.inbox import dress
from forum.inbox.dress import Kind, Piece, parts
from forum.inbox.kinds import Group
from forum.inbox.letters import Written
from forum.languages.speaking import PSEUDO, speaking

BASE = "https://forum.example.org"
SETTINGS = Settings(data_dir=Path("unused"), base_url=BASE)


def _html(text: str, subject: str = "Hello", **about: str) -> str:
    usual = {"name": "ann", "path": "/p/7", "unsubscribe": "12-answers-x"}
    return dress.message(SETTINGS, Written(subject, text), **{**usual, **about}, group=Group.ANSWERS).html  # type: ignore[arg-type]


def _kinds(text: str) -> list[str]:
    return [str(part.kind) for part in parts(text, BASE)]


def test_paragraphs_lists_quotes_and_links_are_told_apart() -> None:
    text = f"One\ntwo.\n\n“A quote.”\n\nIn:\n- a\n- b\n\n{BASE}/confirm/a-_b\n\nThe end."
    assert _kinds(text) == ["plain", "quote", "plain", "list", "button", "plain"]
    assert parts(text, BASE)[3].lines == [[Piece("a")], [Piece("b")]]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (f"Look at {BASE}/p/3.", f"{BASE}/p/3"),
        ("It is at /account/standing", f"{BASE}/account/standing"),
        ("Its history: /p/12/revisions", f"{BASE}/p/12/revisions"),
    ],
)
def test_our_own_pages_are_links(text: str, address: str) -> None:
    assert address in {piece.address for part in parts(text, BASE) for line in part.lines for piece in line}


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example.org/account/x",
        f"{BASE}.evil.example/account/x",
        f"{BASE}@evil.example/account/x",
        f"{BASE}evil/account/x",
        f"javascript:alert('{BASE}/p/1')",
        "and/or/account/x",
        "//evil.example/account/x",
        "/admin/accounts",
    ],
)
def test_nothing_else_is_a_link(text: str) -> None:
    assert {piece.address for part in parts(text, BASE) for line in part.lines for piece in line} == {""}


PIECES = [
    "<b>",
    "</p>",
    "<script>",
    '" onclick="x',
    "&amp;",
    "- ",
    "\n",
    "\n\n",
    "“",
    "”",
    f"{BASE}/p/1",
    "/account/a",
]
PIECES += ["https://evil.example/", "javascript:x", "{{ 7 * 7 }}", "%s", "%(name)s", "word ", "\u202e", "🏳️‍🌈"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.sampled_from(PIECES))
def test_whatever_people_write_is_text(text: str, name: str) -> None:
    html = _html(text, subject=name, name=name)
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    for link in page.iter("a"):
        assert link.get("href", "").startswith(f"{BASE}/") and set(link.attrib) <= {"href", "class", "style"}
    assert {one.tag for one in page.iter()} <= {
        "html", "head", "meta", "title", "style", "body",
        "div", "p", "h1", "a", "ul", "li", "blockquote", "br",
    }  # fmt: skip
    said = "".join("".join(page.find("body").itertext()).split())
    assert "-" in text or "".join(text.split()) in said


def test_words_with_signs_of_templates_stay_so() -> None:
    html = _html("100% of {{ this }} and %(that)s", subject="50% %s")
    assert "100% of {{ this }} and %(that)s" in html and "50% %s</h1>" in html


def test_it_says_why_it_came_and_how_to_end_it() -> None:
    html = _html("Words.")
    assert "because somebody answered you" in html
    assert f'href="{BASE}/account/messages"' in html and f'href="{BASE}/unsubscribe/12-answers-x"' in html
    assert "/unsubscribe/" not in _html("Words.", unsubscribe="")
    assert set(dress.WHY) == set(Group)


def test_the_text_part_has_it_all_too() -> None:
    about = {"name": "ann", "path": "/p/7", "unsubscribe": "t"}
    text = dress.message(SETTINGS, Written("S", "Words."), **about, group=Group.ANSWERS).written.text  # type: ignore[arg-type]
    assert text.startswith(f"Hello ann,\n\nWords.\n\nSee it here: {BASE}/p/7\n\n-- \n")
    assert f"{BASE}/account/messages" in text and f"{BASE}/unsubscribe/t" in text


def test_a_list_of_mails_shows_the_beginning() -> None:
    beginning = dress.preview("One\ntwo.\n\n" + "word " * 60)
    assert beginning.startswith("One two. word") and beginning.endswith("…")
    assert len(beginning) <= dress.PREVIEW


def test_a_letter_without_account_names_the_forum_only() -> None:
    html = dress.letter(SETTINGS, Written("Confirm", f"Open this:\n\n{BASE}/confirm/x")).html
    assert html.count(f'href="{BASE}/confirm/x"') == 2 and "Sent by Footnote, forum.example.org." in html
    assert "/inbox" not in html and "/unsubscribe/" not in html


@pytest.mark.parametrize(
    ("language", "head"), [("fr", 'lang="fr" dir="ltr"'), (PSEUDO, 'lang="en-x-pseudo" dir="rtl"')]
)
def test_it_speaks_the_language_of_its_reader(language: str, head: str) -> None:
    with speaking(language):
        html = _html("Words.", subject="Subject")
    assert f"<html {head}>" in html and "See it here" not in html and "Hello" not in html


def test_it_is_small_and_loads_nothing() -> None:
    html = _html("Words.")
    assert len(html) < 6000
    assert not re.search(r"<(img|link|script|iframe|form|table)|url\(|@import|src=", html)
    assert Kind.BUTTON not in _kinds("Words.")
