"""A thousand attack strings through every text field: escaping alone, without a policy, lets nothing run."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from browser.hostile import Planted, packed, plant
from browser.server import Forum
from markup.attacks import attacks
from markup.test_attacks_in_browser import EVENTS
from playwright.sync_api import Browser, BrowserContext, Dialog, Page

from forum import schema
from forum.db import Database

STRINGS = attacks(1000)
#: For pages where one more echo of the same kind is all there is; and signing in is slow on purpose.
SOME = STRINGS[::20]
#: Pages shown at once, each in a frame.
PER_SHEET = 60
SETTLES = 50  # milliseconds, for timers and animations
TRAP = "window.trap = () => console.log('trap ' + (window.frameElement?.title ?? 'top'));"
#: Clicks, hovers and focuses everything in every frame; nothing is sent and no ordinary link is followed.
TOUCH = """events => {
  const touch = window => {
    window.addEventListener('click', event => {
      const link = event.target.closest('a, area');
      if (link && /^(https?|mailto):/.test(link.protocol)) event.preventDefault();
    }, true);
    window.addEventListener('submit', event => {
      event.preventDefault();
      event.stopImmediatePropagation();
    }, true);
    for (const element of window.document.querySelectorAll('main, main :not([data-tabs] *)')) {
      for (const type of events) element.dispatchEvent(new Event(type, {bubbles: true}));
      element.focus?.();
      element.click?.();
      element.blur?.();
    }
  };
  const frames = [...document.querySelectorAll('iframe.sheet')];
  (frames.length ? frames.map(frame => frame.contentWindow) : [window]).forEach(touch);
}"""
#: As our script does with a preview.
FILL = (
    "html => { const box = document.createElement('main'); document.body.append(box); box.innerHTML = html; }"
)


#: What the trap says, and Chromium when the policy stops something.
TELLING = re.compile(r"trap |.*Content Security Policy")


class Answer(NamedTuple):
    """A page of the forum: how it was asked for, and its HTML."""

    name: str
    html: str


class Reader:
    """Asks the running forum for pages as one of its people."""

    def __init__(self, base: str, token: str = "") -> None:
        cookies = {"session": token} if token else {}
        headers = {"Sec-Fetch-Site": "same-origin"}
        self._client = httpx.Client(
            base_url=base,
            cookies=cookies,
            headers=headers,
            follow_redirects=True,
            trust_env=False,
            timeout=30,
        )

    def get(self, path: str, status: int = 200, **query: str) -> Answer:
        return self._checked(self._client.get(path, params=query or None), status)

    def post(self, path: str, form: Mapping[str, str], status: int = 422) -> Answer:
        return self._checked(self._client.post(path, data=form), status)

    def _checked(self, answer: httpx.Response, status: int) -> Answer:
        assert answer.status_code == status, (answer.request.url, answer.request.content, answer.text[:500])
        return Answer(f"{answer.request.method} {answer.request.url.raw_path.decode()[:200]}", answer.text)

    def walk(self, path: str) -> Iterator[Answer]:
        """The pages of a list to its end."""
        while path:
            page = self.get(path)
            yield page
            found = re.search(r'rel="next" href="([^"]+)"', page.html)
            path = found[1].replace("&amp;", "&") if found else ""

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()


class Shown:
    """What a window did by itself: traps that fired, boxes, requests to elsewhere, frames that went away."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.trouble: set[str] = set()
        self.base = base
        self.page: Page = context.new_page()
        self.page.goto(f"{base}/healthz")
        self.page.on(
            "console", lambda said: self._note(said.text, said.text.startswith(("trap ", "Refused")))
        )
        self.page.on("dialog", lambda box: (self._note(f"box {box.message}", True), box.dismiss()))
        self.page.on("request", lambda request: self._note(request.url, not self._is_ours(request.url)))

    def _note(self, what: str, matters: bool) -> None:
        if matters:
            self.trouble.add(what)

    def _box(self, box: Dialog) -> None:
        self._note(f"box {box.message}", True)
        box.dismiss()

    def _is_ours(self, url: str) -> bool:
        return url.startswith((f"{self.base}/static/", f"{self.base}/healthz", "about:srcdoc"))

    def sheet(self, pages: Iterable[Answer]) -> None:
        """Shows pages together, each in its own frame, and touches everything in them."""
        frames = "".join(
            f'<iframe class=sheet title="{escape(page.name)}" srcdoc="{escape(page.html)}"></iframe>'
            for page in pages
        )
        self.page.set_content(f"<!doctype html><title>x</title>{frames}", wait_until="load")
        self.touch()

    def fill(self, pages: Iterable[Answer]) -> None:
        """Puts fragments into the page as our scripts do."""
        for page in pages:
            self.page.evaluate(FILL, page.html)
        self.touch()

    def touch(self) -> None:
        self.page.evaluate(TOUCH, EVENTS)
        self.page.wait_for_timeout(SETTLES)
        self.trouble |= {frame.url for frame in self.page.frames if not self._is_ours(frame.url)}


class Hostile(NamedTuple):
    forum: Forum
    planted: Planted


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    folder: Path = tmp_path_factory.mktemp("hostile")
    database = Database(f"sqlite:///{folder / 'forum.sqlite3'}")
    schema.migrate(database)
    planted = plant(database, STRINGS)
    database.close()
    with Forum(folder, "http://127.0.0.1:9").running("--no-worker") as running:
        yield Hostile(running, planted)


@pytest.fixture(scope="module")
def unprotected(chromium: Browser) -> Iterator[BrowserContext]:
    """A window in which no policy of ours is in force."""
    context = chromium.new_context(bypass_csp=True)
    context.add_init_script(TRAP)
    yield context
    context.close()


def threads(author: Reader, moderator: Reader, planted: Planted) -> Iterator[Answer]:
    yield from (moderator.get(f"/t/{number}") for number in planted.threads)


def lists(author: Reader, moderator: Reader, planted: Planted) -> Iterator[Answer]:
    for path in ("/", "/references", "/log", "/moderation"):
        yield from moderator.walk(path)
    yield from author.walk("/inbox")
    yield from moderator.walk("/people/avery")
    yield from (moderator.get(f"/people/{name}") for name in planted.people)


def references(author: Reader, moderator: Reader, planted: Planted) -> Iterator[Answer]:
    yield from (moderator.get(f"/references/{number}") for number in planted.references)


def single_posts(author: Reader, moderator: Reader, planted: Planted) -> Iterator[Answer]:
    yield from (moderator.get(f"/moderation/items/{number}") for number in planted.items)
    yield from (moderator.get(f"/p/{number}/revisions") for number in planted.edited)
    for number in planted.edited:
        yield from (author.get(f"/p/{number}/{act}") for act in ("edit", "withdraw", "comment"))
        yield moderator.get(f"/p/{number}/flag")


def searches(author: Reader, moderator: Reader, planted: Planted) -> Iterator[Answer]:
    """The box takes 300 characters, so several strings go into it at once, and those of one word alone."""
    for text in (*packed(STRINGS, 300), *SOME):
        yield moderator.get("/search", q=text)
        yield moderator.get("/references", q=text)


def forms(author: Reader, moderator: Reader, planted: Planted) -> Iterator[Answer]:
    """What was typed comes back in the form."""
    for text in STRINGS:
        yield author.post("/ask", {"kind": text, "title": text, "tags": text, "text": text, "key": text})
        yield author.post("/sign-up", {"name": text, "email": text, "password": "x", "next": text})
    for text in SOME:
        yield author.post("/sign-in", {"name": text, "password": "x", "next": text})


def more_forms(author: Reader, moderator: Reader, planted: Planted) -> Iterator[Answer]:
    post, decide = f"/p/{planted.edited[0]}", f"/moderation/items/{planted.items[-1]}/decide"
    for text in SOME:
        yield author.post(f"{post}/edit", {"text": "", "why": text, "revision": text})
        yield author.post(f"{post}/comment", {"text": f"{text}{'x' * 2000}"})
        yield moderator.post(f"{post}/flag", {"reason": text, "words": text})
        yield moderator.post(decide, {"verdict": text, "rule": text, "reason": text, "version": "0"}, 409)


Pages = Callable[[Reader, Reader, Planted], Iterator[Answer]]


@pytest.mark.parametrize("pages", [threads, lists, references, single_posts, searches, forms, more_forms])
def test_nothing_runs(hostile: Hostile, unprotected: BrowserContext, pages: Pages) -> None:
    shown, planted, base = Shown(unprotected, hostile.forum.base), hostile.planted, hostile.forum.base
    with Reader(base, planted.author) as author, Reader(base, planted.moderator) as moderator:
        found = pages(author, moderator, planted)
        while sheet := list(islice(found, PER_SHEET)):
            shown.sheet(sheet)
            assert not shown.trouble
    shown.page.close()


def test_nothing_runs_in_previews(hostile: Hostile, unprotected: BrowserContext) -> None:
    shown = Shown(unprotected, hostile.forum.base)
    with Reader(hostile.forum.base, hostile.planted.author) as author:
        shown.fill(author.post("/preview", {"text": text}, 200) for text in STRINGS)
    assert not shown.trouble
    shown.page.close()


def test_nothing_is_even_tried_under_the_policy(hostile: Hostile, chromium: Browser) -> None:
    """Pages as they are sent: our scripts run on them, and the policy has nothing to refuse."""
    base, planted = hostile.forum.base, hostile.planted
    context = chromium.new_context(base_url=base)
    context.add_init_script(TRAP)
    context.add_cookies([{"name": "session", "value": planted.moderator, "url": base}])
    shown = Shown(context, base)
    paths = [
        *(f"/t/{number}" for number in planted.threads[:6]),
        "/references",
        "/log",
        "/search?q=<svg/onload=trap()>",
    ]
    for path in paths:
        shown.page.goto(path)
        shown.touch()
    pages = {f"{base}{path}" for path in paths}
    assert {what for what in shown.trouble if not what.startswith((*pages, f"{base}/t/"))} == set()
    context.close()


@pytest.mark.parametrize(
    "harm",
    [
        "<img src=x onerror='window.trap&&trap()'>",
        "<svg/onload=top.trap()>",
        "<a href='javascript:trap()'>x</a>",
        "<p onmouseover='trap()'>x</p>",
        "<img src=http://127.0.0.1:9/>",
        "<script>alert(1)</script>",
        "<meta http-equiv=refresh content='0;url=/tags'>",
    ],
)
def test_the_trap_fires_on_the_control_page(hostile: Hostile, unprotected: BrowserContext, harm: str) -> None:
    """The same page with one attack that was not escaped."""
    shown = Shown(unprotected, hostile.forum.base)
    with Reader(hostile.forum.base) as reader:
        page = reader.get("/tags")
    shown.sheet([page._replace(html=page.html.replace("</main>", f"{harm}</main>"))])
    assert shown.trouble
    shown.page.close()


def test_the_trap_fires_in_a_preview(hostile: Hostile, unprotected: BrowserContext) -> None:
    shown = Shown(unprotected, hostile.forum.base)
    shown.fill([Answer("control", "<img src=x onerror=trap()>")])
    assert "trap top" in shown.trouble
    shown.page.close()
