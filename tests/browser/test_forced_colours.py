"""Where the device forces its own few colours on all pages, nothing that says something by colour is lost.

Backgrounds and shadows are gone there; the pictures of the browser itself are compared.
"""

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from browser.kinds import MEMBER, MODERATOR
from browser.people import Look, Person
from browser.site import Site
from PIL import Image, ImageChops
from playwright.sync_api import Locator, Page, expect

FORCED = Look("forced")
#: So many of a hundred pixels are another when something is seen.
NOTICEABLE = 0.5
#: Around an element, for its outline.
MARGIN = 6


#: On which page these are found.
WHERE = {
    "/t/{thread}/{slug}": (".note", ".button", ".tag", ".icon"),
    "/": ("[aria-current]",),
    "/design": (".badge",),
}
USED = (".post a[href]", "main button:visible", "summary:visible", "#text", ".quick input")


@pytest.fixture(params=["light", "dark"])
def forced(request: pytest.FixtureRequest, site: Site) -> Iterator[Person]:
    """A member whose device has its own colours."""
    person = site.person(MEMBER, FORCED)
    person.page.emulate_media(forced_colors="active", color_scheme=request.param)
    yield person


def seen(page: Page, place: Locator) -> Image.Image:
    """The element as it is drawn, with what is close around it."""
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box is not None
    clip = {
        "x": max(box["x"] - MARGIN, 0),
        "y": max(box["y"] - MARGIN, 0),
        "width": box["width"] + 2 * MARGIN,
        "height": box["height"] + 2 * MARGIN,
    }
    return Image.open(BytesIO(page.screenshot(clip=clip))).convert("L")  # type: ignore[arg-type]


def differing(one: Image.Image, other: Image.Image) -> float:
    """Of a hundred pixels, so many are clearly another."""
    if one.size != other.size:
        return 100.0
    changed = ImageChops.difference(one, other).point(lambda value: 255 if value > 60 else 0)
    return 100 * changed.histogram()[255] / (one.width * one.height)


def test_a_vote_is_seen(site: Site, forced: Person) -> None:
    forced.go(site.at("/t/{long}/{long_slug}"))
    page = forced.page
    up = page.get_by_role("button", name=re.compile("Vote up")).last
    before = seen(page, up)
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    page.locator("h1").click()
    page.mouse.move(0, 0)
    after = seen(page, up)
    assert differing(before, after) > NOTICEABLE
    up.click()
    expect(up).to_have_attribute("aria-pressed", "false")


def test_the_focus_is_seen(site: Site, forced: Person) -> None:
    forced.go(site.at("/t/{thread}/{slug}"))
    page = forced.page
    for what in USED:
        place = page.locator(what).first
        before = seen(page, place)
        # The ring is for who uses the keyboard.
        page.keyboard.press("Shift")
        place.focus()
        ringed = differing(before, seen(page, place))
        assert ringed > NOTICEABLE, what
        place.evaluate("place => { place.style.outline = 'none'; place.style.caretColor = 'transparent'; }")
        assert differing(before, seen(page, place)) < ringed, f"{what}: it was not the ring that was seen"


def test_what_carries_meaning_is_drawn(site: Site, forced: Person) -> None:
    """A badge, a note, a button, an icon: each stands out from the paper, by its line or its words."""
    for path, kinds in WHERE.items():
        forced.go(site.at(path))
        for what in kinds:
            drawn = seen(forced.page, forced.page.locator(f"{what}:visible").first)
            empty = Image.new("L", drawn.size, drawn.getpixel((0, 0)))
            assert differing(drawn, empty) > 2, what


def test_where_one_is_and_what_is_chosen_is_seen(site: Site, forced: Person) -> None:
    """The current page of a list of pages, and a chosen one of some choices, differ from the others."""
    page = forced.page
    forced.go("/unanswered")
    link = page.locator(".top .nav a[href='/unanswered']")
    current = seen(page, link)
    forced.go("/tags")
    assert differing(current, seen(page, page.locator(".top .nav a[href='/unanswered']"))) > NOTICEABLE
    forced.go("/appearance")
    choice = page.locator(".choices label").nth(1)
    before = seen(page, choice)
    choice.click()
    page.locator("h1").click()
    assert differing(before, seen(page, choice)) > 0.1


def test_a_change_of_words_is_seen(site: Site) -> None:
    """What was taken out and what was put in, in the history of a post."""
    person = site.person(MODERATOR, FORCED)
    person.page.emulate_media(forced_colors="active")
    person.go(site.at("/p/{edited}/revisions"))
    lines = person.page.locator(".diff del, .diff ins").evaluate_all(
        "all => all.map(each => getComputedStyle(each).textDecorationLine)"
    )
    assert lines and "none" not in lines
