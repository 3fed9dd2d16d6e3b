"""Many pages of the forum in one window, inspected and touched, and what that set off."""

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import httpx
from markup.test_attacks_in_browser import EVENTS, is_picture
from playwright.sync_api import BrowserContext, Dialog, Page

#: Seconds after which what should have happened has not.
LONGEST_WAIT = 10
SETTLES = 50  # milliseconds, for timers and animations
TRAP = "window.trap = () => console.log('trap');"
#: What could run a script as soon as somebody touches it, or without that.
INSPECT = """() => {
  const active = 'script, style, iframe, frame, object, embed, applet, base, meta[http-equiv], svg, math';
  const addresses = ['href', 'src', 'action', 'formaction', 'data', 'background', 'ping', 'xlink:href'];
  const protocol = value => new URL(value, document.baseURI).protocol;
  const harmless = value => ['http:', 'https:', 'mailto:'].includes(protocol(value));
  const risky = ({name, value}) => name.startsWith('on') || ['style', 'srcdoc', 'autofocus'].includes(name)
    || addresses.includes(name) && !harmless(value);
  // Facts for programs that read the page: never run, and ended by nothing that stands in them.
  const isData = element => element.matches('script[type="application/ld+json"]')
    && element.attributes.length === 1 && !element.textContent.includes('<');
  return [...document.querySelectorAll('*')].filter(element => !isData(element))
    .filter(element => element.matches(active) || [...element.attributes].some(risky))
    .map(element => element.outerHTML.slice(0, 200));
}"""
#: Clicks, hovers and focuses everything; nothing is sent and no ordinary link is followed.
TOUCH = """events => {
  window.addEventListener('click', event => {
    const link = event.target.closest('a, area');
    if (link && /^(https?|mailto):/.test(link.protocol)) event.preventDefault();
  }, true);
  window.addEventListener('submit', event => {
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  for (const element of document.querySelectorAll('main, main :not([data-tabs] *)')) {
    for (const type of events) element.dispatchEvent(new Event(type, {bubbles: true}));
    element.focus?.({preventScroll: true});
    element.click?.();
    element.blur?.();
  }
}"""
#: As our script does with a preview.
FILL = """pages => {
  const boxes = pages.map(() => document.createElement('main'));
  document.body.replaceChildren(...boxes);
  pages.forEach((html, place) => { boxes[place].innerHTML = html; });
}"""
#: What the trap says, and Chromium when a policy stops something.
TELLING = re.compile(r"trap$|.*Content Security Policy")
#: What our scripts ask for when somebody touches a page: forms for flags and sources, and drafts.
PARTS = re.compile(r"/p/[0-9]+/flag\?part=1|/cite\?part=1|/drafts(?:\?place=[a-z0-9-]+&.*)?")
_STYLE = r'<link rel="(?:stylesheet|icon)"[^>]*>'
_SCRIPT = r'<script type="module" src="/static/[^>]*></script>'
_ICON = r'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="[\w .-]*"/></svg>'
_OURS = re.compile(f"{_STYLE}|{_SCRIPT}|{_ICON}")


class Answer(NamedTuple):
    """A page of the forum: how it was asked for, and its HTML."""

    name: str
    html: str


class Reader:
    """Asks the running forum for pages, as the person with this token or as a guest."""

    def __init__(self, base: str, token: str = "") -> None:
        cookies = {"session": token} if token else {}
        # To pack and unpack a page takes longer than to send it as it is.
        headers = {"Sec-Fetch-Site": "same-origin", "Accept-Encoding": "identity"}
        self._client = httpx.Client(
            base_url=base, cookies=cookies, headers=headers, follow_redirects=True, timeout=30, verify=False
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

    That is: traps that fired or could, boxes, complaints of the policy, requests to elsewhere, leaving.
    """

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.trouble: set[str] = set()
        self.base = base
        self._ours = [f"{base}/static/", f"{base}/healthz", f"{base}/preview"]
        self.page: Page = context.new_page()
        self.page.goto(f"{base}/healthz")
        self.page.on("console", lambda said: self._note(said.text, bool(TELLING.match(said.text))))
        self.page.on("dialog", self._box)
        self.page.on("request", lambda request: self._note(request.url, not self._is_ours(request.url)))

    def sheet(self, pages: Iterable[Answer]) -> None:
        """Shows pages one after the other as one, without our style and scripts, and inspects them."""
        # For the parser a second head or body is nothing: what stands in it is read as it would be alone.
        together = "".join(_OURS.sub("", page.html) for page in pages)
        self.page.set_content(together, wait_until="load")
        self.trouble |= set(self.page.evaluate(INSPECT))
        self._stay()

    def fill(self, pages: Iterable[Answer]) -> None:
        """Puts fragments into the page as our scripts do, and touches everything."""
        self.page.evaluate(FILL, [page.html for page in pages])
        self._touch()

    def open(self, path: str) -> None:
        """Shows one page as it is sent, with our style and scripts, and touches everything."""
        self._ours.append(f"{self.base}{path}")
        self.page.goto(f"{self.base}{path}")
        self._touch()

    def wait_for(self, trouble: str) -> None:
        """Goes on once this has happened; fails if it does not."""
        deadline = time.monotonic() + LONGEST_WAIT
        while trouble not in self.trouble:
            assert time.monotonic() < deadline, self.trouble
            self.page.wait_for_timeout(20)

    def _touch(self) -> None:
        self.page.evaluate(TOUCH, EVENTS)
        self._stay()

    def _stay(self) -> None:
        before = self.page.url.partition("#")[0]
        self.page.wait_for_timeout(SETTLES)
        self._note(self.page.url, self.page.url.partition("#")[0] != before)

    def _note(self, what: str, matters: bool) -> None:
        if matters:
            self.trouble.add(what)

    def _box(self, box: Dialog) -> None:
        self._note(f"box {box.message}", True)
        box.dismiss()

    def _is_ours(self, url: str) -> bool:
        # Pictures of the forum are shown wherever a text has them.
        if is_picture(url.removeprefix(self.base)):
            return True
        is_asked_for = url.startswith(self.base) and PARTS.fullmatch(url.removeprefix(self.base))
        return url.startswith(tuple(self._ours)) or bool(is_asked_for)
