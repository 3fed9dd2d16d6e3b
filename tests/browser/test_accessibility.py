"""Every kind of page in every theme: WCAG by axe-core, and in a window as narrow as at 400 % zoom."""

import re
from collections.abc import Iterator
from pathlib import Path

import axe_core_python
import pytest
from browser.kinds import KINDS, NOBODY, Kind
from browser.server import Forum
from browser.site import Site
from playwright.sync_api import Browser, Page

AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
#: Those that look at colours, which are all that differs between themes.
OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
CHECK = """async rules => (await axe.run(document, {runOnly: rules, resultTypes: ['violations']}))
  .violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html}\\n${node.failureSummary}`))"""
#: What a window of 1280 px shows at 400 %.
NARROW = 320
STICKING_OUT = """width => document.documentElement.scrollWidth > width
  ? [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > width + 1).map(e => e.outerHTML.slice(0, 200))
  : []"""
#: After a change of the window, what listens to it has been told when the second picture is drawn.
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
FACTS = """() => ({title: document.title, lang: document.documentElement.lang,
  h1: [...document.querySelectorAll('h1')].map(h1 => h1.innerText.trim())})"""
#: The themes beside the light one: what the page says of itself, and what the device prefers.
THEMES = {
    "in the dark": ("", "dark"),
    "with high contrast": ("contrast", "light"),
    "with high contrast in the dark": ("contrast", "dark"),
}
WEAR = "theme => { document.documentElement.dataset.theme = theme; }"
#: Every colour of the design, as it is where it is used.
COLOURS = """() => {
  const style = getComputedStyle(document.documentElement), shown = document.createElement('i');
  document.body.append(shown);
  const names = [...document.styleSheets].flatMap(sheet => [...sheet.cssRules])
    .flatMap(rule => rule.style ? [...rule.style] : []).filter(name => name.startsWith('--'));
  return [...new Set(names)].sort().map(name => {
    shown.style.color = '';
    shown.style.color = `var(${name})`;
    return `${name} ${getComputedStyle(shown).color}`;
  }).concat(getComputedStyle(document.body).backgroundColor);
}"""


@pytest.fixture(scope="module")
def empty(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("empty")
    with Forum(folder, "http://127.0.0.1:9").running("--no-worker") as running:
        code = re.search(r"/setup\?code=\S+", (folder / "forum.log").read_text())
        assert code is not None
        site = Site(running, {"setup": code[0]})
        site.open(chromium)
        yield site


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_everybody_can_use_the_page(site: Site, kind: Kind) -> None:
    look_at(site, kind)


@pytest.mark.parametrize("path", ["/", "/unanswered", "/tags", "/references", "/log", "{setup}"])
def test_everybody_can_use_an_empty_forum(empty: Site, path: str) -> None:
    look_at(empty, Kind(path, NOBODY, path))


def look_at(site: Site, kind: Kind) -> None:
    person = site.person(kind.who)
    assert person.go(site.at(kind.path)) == kind.status
    page = person.page
    kind.do(page)
    facts = page.evaluate(FACTS)
    assert facts["lang"] == "en"
    assert len(facts["h1"]) == 1, facts["h1"]
    assert facts["h1"][0]
    assert facts["title"].endswith("Footnote")
    assert facts["title"].startswith("Error: ") == ("with errors" in kind.name)
    assert violations(page) == []
    assert sticking_out(page) == []


def violations(page: Page) -> list[str]:
    """What axe-core complains of: everything in the light, and colours in the other themes."""
    # Not as a script of the page, which its policy would forbid.
    page.evaluate(AXE)
    page.emulate_media(color_scheme="light")
    found = page.evaluate(CHECK, RULES)
    for where, (theme, scheme) in THEMES.items():
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.evaluate(WEAR, theme)
        found += [f"{where}: {wrong}" for wrong in page.evaluate(CHECK, OF_COLOURS)]
    page.evaluate(WEAR, "")
    return found


def sticking_out(page: Page) -> list[str]:
    """What is wider than a narrow window."""
    size = page.viewport_size
    page.set_viewport_size({"width": NARROW, "height": 800})
    page.evaluate(DRAWN)
    found: list[str] = page.evaluate(STICKING_OUT, NARROW)
    page.set_viewport_size(size)  # type: ignore[arg-type]
    return found


def test_axe_would_find_something(site: Site) -> None:
    """The rules are loaded and run: on a bad page they complain, and a wide one is noticed."""
    page = site.person(NOBODY).page
    page.goto("about:blank")
    page.set_content("<p style='color:#999;background:#aaa;width:50rem'>pale</p><img src=x>")
    found = violations(page)
    assert {text.partition(":")[0] for text in found} >= {"color-contrast", "image-alt", "html-has-lang"}
    assert any(text.startswith("in the dark: color-contrast") for text in found)
    assert sticking_out(page)


def test_the_card_of_a_reference_fits_a_narrow_window(site: Site) -> None:
    page = site.person(NOBODY).page
    page.set_viewport_size({"width": NARROW, "height": 800})
    site.person(NOBODY).go(site.at("/t/{thread}"))
    for link in page.locator("sup.cite a").all():
        link.focus()
        box = page.locator(".card").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= NARROW
    page.keyboard.press("Escape")
    assert not page.locator(".card").is_visible()
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.parametrize(
    ("chosen", "contrast", "scheme"),
    [("light", "no-preference", "dark"), ("dark", "no-preference", "light"), ("contrast", "more", "light")],
)
def test_a_chosen_theme_is_the_one_that_was_looked_at(
    site: Site, chosen: str, contrast: str, scheme: str
) -> None:
    """The cookie wins over the device, and shows just the colours of a device that prefers them."""
    person = site.person(NOBODY)
    page = person.page
    cookie = {"name": "theme", "value": chosen, "url": site.forum.base}
    preferred = "light" if chosen == "contrast" else chosen
    person.go("/")
    page.emulate_media(color_scheme=preferred, contrast=contrast)  # type: ignore[arg-type]
    wanted = page.evaluate(COLOURS)
    page.emulate_media(color_scheme=scheme, contrast="no-preference")  # type: ignore[arg-type]
    if chosen != "contrast":
        assert page.evaluate(COLOURS) != wanted
    person.context.add_cookies([cookie])  # type: ignore[list-item]
    person.go("/")
    assert page.evaluate(COLOURS) == wanted
    person.context.clear_cookies(name="theme")
    page.emulate_media(color_scheme="light", contrast="null")
