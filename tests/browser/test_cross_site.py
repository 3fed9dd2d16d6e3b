"""Forged requests in a real browser, by somebody who is signed in: from another port, another site, a
sandboxed frame, by forms, fetches and beacons. Nothing in the forum changes.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import snapshot
from browser.people import Look, Person
from browser.server import Forum
from browser.site import Site
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from forum.accounts.tables import Account, SignIn
from forum.db import Database
from forum.discussion.tables import Post, Vote

#: What is forged: an address and its form.
FIELDS = {"value": "1", "name": "mira", "posts": "withdraw", "text": "Words of another.", "role": "admin"}

#: A form as scripts make one, for some of the ways below.
SUBMIT = """() => { window.submit = (to, fields, more) => {
  const form = Object.assign(document.createElement('form'), {method: 'post', action: to, ...more});
  for (const [name, value] of Object.entries(fields))
    form.append(Object.assign(document.createElement('input'), {name, value}));
  document.body.append(form);
  form.submit();
}; }"""
#: Each sends `fields` to `to`; a promise that is done when the request is on its way.
WAYS = {
    "form": """([to, fields]) => new Promise(done => {
        const frame = Object.assign(document.createElement('iframe'), {name: 'target', onload: done});
        document.body.append(frame);
        submit(to, fields, {target: 'target'});
        setTimeout(done, 600);
    })""",
    "window": """([to, fields]) => new Promise(done => {
        submit(to, fields, {target: '_blank'});
        setTimeout(done, 350);
    })""",
    "text form": """([to, fields]) => new Promise(done => {
        submit(to, fields, {target: '_blank', enctype: 'text/plain'});
        setTimeout(done, 350);
    })""",
    "fetch": """([to, fields]) => fetch(to, {method: 'POST', mode: 'no-cors', credentials: 'include',
        body: new URLSearchParams(fields)}).catch(() => {})""",
    "fetch with a header": """([to, fields]) => fetch(to, {method: 'POST', credentials: 'include',
        headers: {'X-Requested-With': 'fetch'}, body: new URLSearchParams(fields)}).catch(() => {})""",
    "beacon": """([to, fields]) => { navigator.sendBeacon(to, new URLSearchParams(fields));
        return new Promise(done => setTimeout(done, 200)); }""",
    "image": """([to, fields]) => new Promise(done => {
        new Image().src = to + '?' + new URLSearchParams(fields);
        setTimeout(done, 200);
    })""",
    "sandboxed frame": """([to, fields]) => new Promise(done => {
        const inputs = Object.entries(fields).map(([n, v]) => `<input name="${n}" value="${v}">`).join('');
        const frame = Object.assign(document.createElement('iframe'), {
          sandbox: 'allow-scripts allow-forms allow-popups',
          srcdoc: `<form method="post" action="${to}" target="_blank">${inputs}</form>
            <script>document.forms[0].submit();
            fetch('${to}', {method: 'POST', mode: 'no-cors', credentials: 'include',
              body: new URLSearchParams(new FormData(document.forms[0]))})</script>`});
        document.body.append(frame);
        setTimeout(done, 500);
    })""",
}


class _Evil(BaseHTTPRequestHandler):
    """An empty page on which the attacker's scripts run."""

    def do_GET(self) -> None:
        body = b"<!doctype html><meta charset=utf-8><title>Win a prize</title><body>"
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """The test says enough."""


@contextmanager
def evil() -> Iterator[int]:
    """The port of the attacker's server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Evil)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def rows(forum: Forum) -> snapshot.Rows:
    """Every row of the forum's database."""
    database = Database(f"sqlite:///{forum.folder / 'forum.sqlite3'}")
    found = snapshot.rows(database)
    database.close()
    return found


@contextmanager
def writes(forum: Forum) -> Iterator[Callable[[], bool]]:
    """Whether anything was written into the forum's database since it was last asked."""
    with closing(sqlite3.connect(forum.folder / "forum.sqlite3")) as connection:
        # A number that stays the same while nobody else commits anything.
        version = lambda: connection.execute("PRAGMA data_version").fetchone()  # noqa: E731
        seen = [version()]

        def written() -> bool:
            seen.append(version())
            return bool(seen[-1] != seen[-2])

        yield written


def targets(forum: Forum) -> list[str]:
    """Addresses at which something would change if the person who is signed in sent the form."""
    database = Database(f"sqlite:///{forum.folder / 'forum.sqlite3'}")
    with database.reading() as db:
        mira = select(Account.id).where(Account.name == "mira").scalar_subquery()
        mine = select(Vote.post_id).where(Vote.account_id == mira)
        post = db.scalars(
            select(Post).where(
                Post.visible, Post.kind == "answer", Post.author_id != mira, Post.id.not_in(mine)
            )
        ).first()
        assert post is not None
        paths = [f"/p/{post.id}/vote", f"/t/{post.thread_id}/answer", "/sign-out"]
    database.close()
    return paths


def attack(page: Page, base: str, paths: list[str], way: str) -> None:
    page.evaluate(SUBMIT)
    for path in paths:
        page.evaluate(WAYS[way], [base + path, FIELDS])


@pytest.mark.timeout(120)
def test_no_forged_request_changes_anything(chromium: Browser, site: Site) -> None:
    forum = site.forum
    mira = Person(chromium, forum, Look("attacked"), "mira").is_signed_in()
    before, paths = rows(forum), targets(forum)
    with evil() as port, writes(forum) as written:
        for host in ("127.0.0.1", "localhost"):
            for way in WAYS:
                page = mira.context.new_page()
                page.goto(f"http://{host}:{port}/")
                attack(page, forum.base, paths, way)
                for window in mira.context.pages[1:]:
                    window.close()
                changed = written() and snapshot.changed(before, rows(forum))
                assert not changed, f"{way} from {host}: {changed}"
        # Mira is still signed in, and her own page can do what the others could not.
        assert mira.go("/") == 200
        written()
        mira.page.evaluate(WAYS["fetch"], [forum.base + "/sign-out", FIELDS])
        assert written()
    assert len(rows(forum)[SignIn.__tablename__]) < len(before[SignIn.__tablename__])
    mira.context.close()
