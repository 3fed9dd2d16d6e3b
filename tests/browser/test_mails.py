"""The HTML parts of mails in a browser: nothing cut off or loaded, narrow or wide, light or dark.

With FORUM_MAIL_PICTURES=folder they are photographed, for people to look at.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from forum.config import Settings
from forum.inbox import dress
from forum.inbox.kinds import Group
from forum.inbox.letters import compose
from forum.languages.speaking import PSEUDO, speaking
from forum.moderation.rules import RULE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SETTINGS = Settings(data_dir=Path("unused"), base_url="https://forum.example.org", name="Footnote")
LONG = "Does “magnesium” help? " + "Donaudampfschifffahrtsgesellschaftskapitän" * 3 + " <b>really</b> & truly"
ADDRESS = "https://forum.example.org/confirm/" + "x" * 43
DAY = datetime(2026, 11, 1, tzinfo=UTC)
PICTURES = os.environ.get("FORUM_MAIL_PICTURES", "")


def _answer() -> str:
    letter = compose("answer", author="Halina", what="answer", title=LONG)
    about = {"name": "Tomás", "path": "/p/7", "group": Group.ANSWERS, "unsubscribe": "12-answers-" + "x" * 22}
    return dress.message(SETTINGS, letter.written(), **about).html  # type: ignore[arg-type]


def _decision() -> str:
    statement = SimpleNamespace(
        verdict="hide", what="answer", title=LONG, post_id=7, moderator="Mira", rule=RULE["safety"], flags=2,
        reason="See https://example.org/" + "a" * 120, held_because="", reasons=["Rude"], is_reported=False,
        sanction="silence", ends_at=DAY, appeal_until=DAY, path="/account/decisions/4",
    )  # fmt: skip
    letter = compose("statement", it=statement, quoted="As it stood.\n\nIn two paragraphs.", others=0)
    about = {"name": "Tomás", "path": "/account/decisions/4", "group": Group.MODERATION}
    return dress.message(SETTINGS, letter.written(), **about).html  # type: ignore[arg-type]


def _retracted() -> str:
    posts = [SimpleNamespace(kind=kind, title=LONG) for kind in ("question", "answer", "comment")]
    told = {"type": "retraction", "day": DAY, "origins": ["its publisher", "Retraction Watch"], "more": 2}
    letter = compose("retracted", source="Smith 2019", title="A study of sleep", posts=posts, **told)
    about = {"name": "Tomás", "path": "/references/3", "group": Group.SOURCES, "unsubscribe": "12-sources-x"}
    return dress.message(SETTINGS, letter.written(), **about).html  # type: ignore[arg-type]


def _sign_up() -> str:
    letter = compose("link_sign_up", name="Tomás", forum=SETTINGS.name, link=ADDRESS)
    return dress.letter(SETTINGS, letter.written()).html


KINDS = {"answer": _answer, "decision": _decision, "retracted": _retracted, "sign-up": _sign_up}
#: The pseudo-language is longer than any other, and runs from right to left.
LANGUAGES = ("en", PSEUDO)


@pytest.fixture(scope="module")
def page(chromium: "Browser") -> Iterator["Page"]:
    page = chromium.new_page()
    yield page
    page.close()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_off_and_nothing_is_loaded(page: "Page", kind: str, language: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with speaking(language):
        page.set_content(KINDS[kind]())
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for width in (390, 700):
            page.set_viewport_size({"width": width, "height": 800})
            _look(page, f"{kind}-{language}-{width}-{scheme}")
    assert not asked, "a mail loads nothing"


def _look(page: "Page", name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide"
    cut = page.evaluate(
        """[...document.querySelectorAll("p, h1, li, a, blockquote")].filter(one => {
            const at = one.getBoundingClientRect()
            return at.width && (at.left < 0 || at.right > innerWidth + 1
                || one.scrollWidth > one.clientWidth + 1
                && getComputedStyle(one).display != "inline")
        }).map(one => one.outerHTML.slice(0, 200))"""
    )
    assert cut == [], name
    assert _contrast(page) >= 4.5, f"{name} is hard to read"


def _contrast(page: "Page") -> float:
    """The least contrast of words to what is behind them (WCAG 2.2, success criterion 1.4.3)."""
    least: float = page.evaluate(
        """() => {
            const parts = colour => colour.match(/[\\d.]+/g).map(Number)
            const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
                .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
                .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0)
            const behind = one => {
                for (; one; one = one.parentElement) {
                    const found = parts(getComputedStyle(one).backgroundColor)
                    if (found.length < 4 || found[3] > 0) return found
                }
                return [255, 255, 255]
            }
            return Math.min(...[...document.querySelectorAll("p, h1, li, a, blockquote")].map(one => {
                const both = [light(parts(getComputedStyle(one).color)), light(behind(one))]
                return (Math.max(...both) + .05) / (Math.min(...both) + .05)
            }))
        }"""
    )
    return least
