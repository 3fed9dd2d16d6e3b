"""Many pages of the forum at once in one window, with everything in them touched, and what that set off."""

import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import NamedTuple

import httpx
from markup.test_attacks_in_browser import EVENTS
from playwright.sync_api import BrowserContext, Dialog, Page

SETTLES = 50  # milliseconds, for timers and animations
TRAP = "window.trap = () => console.log('trap ' + (window.frameElement?.title ?? 'top'));"
#: Clicks, hovers and focuses everything in every frame; nothing is sent and no ordinary link is followed.
#: Answers the frames that went away.
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
      element.focus?.({preventScroll: true});
      element.click?.();
      element.blur?.();
    }
  };
  const frames = [...document.querySelectorAll('iframe')];
  if (!frames.length) touch(window);
  const here = frames.filter(frame => frame.contentDocument?.URL.startsWith('about:srcdoc'));
  here.forEach(frame => touch(frame.contentWindow));
  return frames.filter(frame => !here.includes(frame)).map(frame => `went away: ${frame.title}`);
}"""
#: As our script does with a preview.
FILL = """pages => {
  const boxes = pages.map(() => document.createElement('main'));
  document.body.replaceChildren(...boxes);
  pages.forEach((html, place) => { boxes[place].innerHTML = html; });
}"""
#: What the trap says, and Chromium when a policy stops something.
TELLING = re.compile(r"trap |.*Content Security Policy")
_OURS = re.compile(
    r'<link rel="(?:stylesheet|icon)"[^>]*>|<script type="module" src="/static/[^>]*></script>'
)


class Answer(NamedTuple):
    """A page of the forum: how it was asked for, and its HTML."""

    name: str
    html: str


class Reader:
    """Asks the running forum for pages, as the person with this token or as a guest."""

    def __init__(self, base: str, token: str = "") -> None:
        cookies = {"session": token} if token else {}
        headers = {"Sec-Fetch-Site": "same-origin"}
        self._client = httpx.Client(
            base_url=base, cookies=cookies, headers=headers, follow_redirects=True, timeout=30
        )

    def get(self, path: str, **query: str) -> Answer:
        return self._checked(self._client.get(path, params=query or None), 200)

    def post(self, path: str, form: Mapping[str, str], status: int = 422) -> Answer:
        return self._checked(self._client.post(path, data=form), status)

    def _checked(self, answer: httpx.Response, status: int) -> Answer:
        asked = answer.request
        assert answer.status_code == status, (asked.url, asked.content, answer.text[:500])
        return Answer(f"{asked.method} {asked.url.raw_path.decode()[:200]}", answer.text)

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
    """A window; `trouble` is what happened in it by itself.

    That is: traps that fired, boxes, complaints of the policy, requests to elsewhere, frames that went away.
    """

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.trouble: set[str] = set()
        self.base = base
        self._ours = [f"{base}/static/", f"{base}/healthz", f"{base}/preview", "about:srcdoc"]
        self.page: Page = context.new_page()
        self.page.goto(f"{base}/healthz")
        self.page.on("console", lambda said: self._note(said.text, bool(TELLING.match(said.text))))
        self.page.on("dialog", self._box)
        self.page.on("request", lambda request: self._note(request.url, not self._is_ours(request.url)))

    def sheet(self, pages: Iterable[Answer]) -> None:
        """Shows pages together, each in its own frame without our style and scripts, and touches everything."""
        frames = [
            f'<iframe title="{escape(page.name)}" srcdoc="{escape(_OURS.sub("", page.html))}"></iframe>'
            for page in pages
        ]
        self.page.set_content(f"<!doctype html><title>x</title>{''.join(frames)}", wait_until="load")
        self._touch()

    def fill(self, pages: Iterable[Answer]) -> None:
        """Puts fragments into the page as our scripts do, and touches everything."""
        self.page.evaluate(FILL, [page.html for page in pages])
        self._touch()

    def open(self, path: str) -> None:
        """Shows one page as it is sent, with our style and scripts, and touches everything."""
        self._ours.append(f"{self.base}{path}")
        self.page.goto(f"{self.base}{path}")
        self._touch()

    def _touch(self) -> None:
        self.trouble |= set(self.page.evaluate(TOUCH, EVENTS))
        self.page.wait_for_timeout(SETTLES)
        self.trouble |= {frame.url for frame in self.page.frames if not self._is_ours(frame.url)}

    def _note(self, what: str, matters: bool) -> None:
        if matters:
            self.trouble.add(what)

    def _box(self, box: Dialog) -> None:
        self._note(f"box {box.message}", True)
        box.dismiss()

    def _is_ours(self, url: str) -> bool:
        return url.startswith(tuple(self._ours))
