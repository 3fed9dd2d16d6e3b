"""A thousand attack strings, rendered and shown in a real browser without any policy: nothing may run.

Nor may anything be asked for but pictures of the forum itself.
"""

from collections.abc import Callable
from html import escape

import pytest
from markup.attacks import PICTURE, attacks
from playwright.sync_api import Browser, ConsoleMessage, Route

from forum.markup import anchored, render
from forum.markup.pictures import own
from forum.markup.sanitize import sanitize

TRAP = "<script>window.trap = () => console.log('trap {}')</script>"
HOST = "http://forum.test"
PER_PAGE = 250
SETTLES = 50  # milliseconds, for timers and animations
#: Clicks, hovers and focuses everything; ordinary links must not lead away from the page meanwhile.
EVENTS = [
    "mouseover",
    "mouseenter",
    "pointerenter",
    "mousedown",
    "keydown",
    "wheel",
    "copy",
    "auxclick",
    "toggle",
]
TOUCH = """events => {
  addEventListener('click', event => {
    const link = event.target.closest('a, area');
    if (link && /^(https?|mailto):/.test(link.protocol)) event.preventDefault();
  }, true);
  addEventListener('submit', event => event.preventDefault(), true);
  for (const element of document.querySelectorAll('article, article *')) {
    for (const type of events)
      element.dispatchEvent(new Event(type, {bubbles: true}));
    element.focus?.();
    element.click?.();
    element.blur?.();
  }
}"""


def is_picture(address: str) -> bool:
    """Whether a path is that of a picture of the forum, in either size."""
    return own(address.replace(".small.", ".")) is not None


class Shown:
    """What happened on one page: which traps fired, what was asked of the network, whether it stayed."""

    def __init__(self, browser: Browser, main: str) -> None:
        self.asked: list[str] = []
        self.fired: set[str] = set()
        self.html = (
            f"<!doctype html><meta charset=utf-8><title>x</title>{TRAP.format('top')}<main>{main}</main>"
        )
        page = browser.new_page()
        page.on("console", self._heard)
        page.route("**/*", self._answer)
        page.goto(f"{HOST}/page", wait_until="load")
        page.evaluate(TOUCH, EVENTS)
        page.wait_for_timeout(SETTLES)
        self.stayed = page.url == f"{HOST}/page"
        page.close()

    def _answer(self, route: Route) -> None:
        if route.request.url == f"{HOST}/page":
            route.fulfill(body=self.html, content_type="text/html")
            return
        if not is_picture(route.request.url.removeprefix(HOST)):
            self.asked.append(route.request.url)
        route.abort()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.text.startswith("trap "):
            self.fired.add(message.text)


def articles(bodies: list[str]) -> str:
    return "".join(f"<article>{body}</article>\n" for body in bodies)


def frame(number: int, attack: str) -> str:
    """A frame of its own for an attack as it is: one may swallow or close what follows it."""
    touch = f"<script>onload = () => ({TOUCH})({EVENTS})</script>"
    return (
        f'<iframe srcdoc="{escape(TRAP.format(number) + touch)}<article>{escape(attack)}</article>"></iframe>'
    )


def test_the_grammar_is_large_and_repeats_itself() -> None:
    strings = attacks(1000)
    assert len(set(strings)) == 1000
    assert strings == attacks(1000)
    assert strings != attacks(1000, seed=8)


def rendered(text: str) -> str:
    return anchored(render(text).html, "p1")


@pytest.mark.parametrize("way", [rendered, sanitize])
def test_nothing_runs_and_nothing_is_fetched(chromium: Browser, way: Callable[[str], str]) -> None:
    """Neither through Markdown, which never passes tags on, nor through the cleaning alone."""
    strings = attacks(1000)
    for start in range(0, len(strings), PER_PAGE):
        some = strings[start : start + PER_PAGE]
        shown = Shown(chromium, articles([way(text) for text in some]))
        assert not shown.fired, some
        assert shown.asked == [], some
        assert shown.stayed, some


@pytest.mark.parametrize(
    "body",
    [
        "<img src=x onerror='window.trap&&trap()'>",
        "<a href='javascript:trap()'>x</a>",
        "<p onmouseover='trap()'>x</p>",
        "<input onfocus='trap()'>",
        "<svg onload='trap()'></svg>",
        "<details open ontoggle='trap()'>x</details>",
        "<details><summary onclick='trap()'>x</summary></details>",
    ],
)
def test_the_trap_fires_on_the_control_page(chromium: Browser, body: str) -> None:
    assert Shown(chromium, articles([body])).fired == {"trap top"}


@pytest.mark.parametrize("harm", [f"src='//evil.test{PICTURE}'", "srcset='http://evil.test/x 1x'"])
def test_a_picture_from_elsewhere_is_seen_on_the_control_page(chromium: Browser, harm: str) -> None:
    assert Shown(chromium, articles([f"<img {harm}>"])).asked
    assert Shown(chromium, articles([f"<img src='{PICTURE}'>"])).asked == []


def test_the_attacks_are_real(chromium: Browser) -> None:
    """Put into a page as they are, without Markdown and cleaning, many of the same strings do run."""
    shown = Shown(chromium, "".join(frame(*numbered) for numbered in enumerate(attacks(1000)[:150])))
    assert len(shown.fired) >= 10
