"""No script of anybody's runs: attacks in every text about accounts, by admins, and from browsers.

Posts, titles, references and flags have a browser to themselves: tests/browser/test_hostile.py.
"""

from collections.abc import Iterator
from typing import Any

import html5lib
import pytest
from browsing import Browser, make_app
from makers import make_account, make_letter, make_thread, opening
from sqlalchemy import update

from forum import choices
from forum.accounts import admin_log, history, sessions
from forum.accounts.factor_tables import Passkey
from forum.accounts.tables import Account, Actor, Role
from forum.actions import tagging
from forum.clock import now
from forum.db import Database
from forum.inbox import messages
from forum.inbox.letters import compose
from forum.jobs import Job
from forum.markup import render

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'-alert(1)-'",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "<a href=javascript:alert(1)>x</a>",
    "{{ 7*7 }}{% raw %}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u003cscript\u003ealert(1)",
)
ALL = " ".join(ATTACKS)
#: Scripts of ours come as files.
SCRIPT_TAGS_MAY = {"src", "type", "defer", "async", "data-module"}


def dangers(page: str) -> list[str]:
    """What on a page would run: scripts that are written in it, handlers, addresses that are code."""
    found = []
    for element in html5lib.parse(page, namespaceHTMLElements=False).iter():
        if not isinstance(element.tag, str):
            continue
        if (
            element.tag == "script"
            and element.get("type") != "application/ld+json"
            and (element.text or "").strip()
        ):
            found.append(f"script {element.text}")
        if element.tag in ("iframe", "object", "embed", "base"):
            found.append(element.tag)
        for name, value in element.attrib.items():
            if name.startswith("on") or name in ("style", "srcdoc"):
                found.append(f"{element.tag} {name}")
            if name in ("href", "src", "action", "formaction") and value.strip().lower().startswith(
                ("javascript:", "data:text", "vbscript:")
            ):
                found.append(f"{element.tag} {name}={value}")
    return found


@pytest.fixture(scope="module")
def place(new_database: Any) -> Iterator[tuple[Browser, Actor, Actor, int]]:
    """A forum with attacks in all that is kept about accounts; its admin, a member, a post of theirs."""
    database: Database = new_database("sqlite")
    with database.writing() as db:
        admin, ann = make_account(db, "admina", Role.ADMIN), make_account(db, "ann")
        db.execute(update(Account).values(about=ALL))
        sessions.start(db, ann.id, device=ALL[:60])
        history.note(db, ann.id, "passkey-added", device=ALL[:60], detail=ALL[:200])
        admin_log.write(db, admin.id, "erased", ann.id, ALL)
        db.add(
            Passkey(
                account_id=ann.id, credential_id=b"1", public_key=b"2", sign_count=0, name=ALL[:60],
                created_at=now(),
            )
        )  # fmt: skip
        db.add(Job(name="mail.deliver", payload={"to": ALL}, run_at=now(), buried=True, last_error=ALL))
        for key in ("sign_up_question", "sign_up_blocked"):
            choices.choose(db, key, ALL, admin.id)
        choices.choose(db, "sign_up", "approval", admin.id)
        messages.send(db, ann.id, "answer", make_letter(ALL[:200], ALL), "/p/1", author_id=admin.id)
        post = opening(db, make_thread(db, ann, text=ALL))
        tagging.describe(db, admin, "evidence", ALL)
    with Browser(make_app(database)) as browser:
        yield browser, admin, ann, post.id


#: Pages on which what was planted stands, and who looks at them.
PAGES = (
    ("ann", "/people/ann"), ("guest", "/people/ann"), ("ann", "/account"), ("ann", "/account/about"),
    ("ann", "/account/sessions"), ("ann", "/account/history"), ("ann", "/account/factors"), ("ann", "/inbox"),
    ("guest", "/sign-up"), ("guest", "/tags/evidence"), ("guest", "/tags"), ("admin", "/tags/evidence/edit"),
    ("admin", "/admin"), ("admin", "/admin/settings"), ("admin", "/admin/accounts"), ("admin", "/admin/jobs"),
    ("admin", "/admin/log"), ("admin", "/admin/mail"), ("admin", "/moderation/people/ann"), ("guest", "/log"),
)  # fmt: skip


@pytest.mark.parametrize(("who", "path"), PAGES)
def test_what_was_planted_is_text(place, who: str, path: str) -> None:
    browser, admin, ann, _ = place
    browser.signed_out()
    if who != "guest":
        browser.signed_in({"admin": admin, "ann": ann}[who])
    answer = browser.get(path)
    assert answer.status_code == 200, path
    assert dangers(answer.text) == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_typed_comes_back_as_text(place, attack: str) -> None:
    browser, _, ann, post_id = place
    browser.signed_in(ann)
    form = dict.fromkeys(("name", "email", "title", "tags", "why", "about", "words", "q", "note"), attack)
    for path in (
        "/account/name",
        "/account/email",
        "/account/about",
        "/ask",
        f"/p/{post_id}/edit",
        "/preview",
    ):
        assert dangers(browser.post(path, {**form, "text": attack}).text) == [], path
    browser.signed_out()
    for path in ("/sign-up", "/sign-in", "/recover", "/report"):
        assert dangers(browser.post(path, {**form, "text": attack, "next": attack}).text) == [], path
    for name in ("q", "next", "name", "told", "after", "title"):
        for path in ("/search", "/sign-in", "/sign-up", "/", "/tags"):
            assert dangers(browser.get(path, params={name: attack}).text) == [], (path, name)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_preview_runs_nothing(attack: str) -> None:
    assert dangers(render(f"Text {attack} and [a link]({attack}) and ![a picture]({attack})").html) == []


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x",
     "java\tscript:alert(1)", "&#106;avascript:alert(1)", "//evil.test", "\\\\evil.test"],
)  # fmt: skip
def test_no_link_leads_into_code(address: str) -> None:
    html = render(f"[words]({address}) <{address}> {address}\n\n[words]: {address}").html
    assert dangers(html) == []
    for link in html5lib.parse(html, namespaceHTMLElements=False).iter("a"):
        assert (link.get("href") or "").startswith(("http://", "https://", "mailto:", "/", "#")), link.attrib


def test_a_link_shows_where_it_leads() -> None:
    """A text that looks like another address than the one it leads to cannot pass for it."""
    html = render("Sign in at [https://forum.test/sign-in](https://evil.test/sign-in), please.").html
    assert "evil.test" in "".join(html5lib.parse(html, namespaceHTMLElements=False).itertext())


def test_a_mail_is_text_whatever_it_quotes() -> None:
    letter = compose("answer", author=ALL, what="answer", title=ALL)
    assert "\n" not in letter.subject
    assert "<html" not in letter.text


def test_it_would_be_found() -> None:
    for page in ("<script>x</script>", "<img onerror=x>", "<a href=' javascript:x'>y</a>", "<p style=x>"):
        assert dangers(page)
