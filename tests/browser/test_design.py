"""How the pages look: the header on a phone, a theme without scripts, what is painted, what is printed."""

import pytest
from browser.people import Look, Person
from browser.site import Site
from playwright.sync_api import Browser, expect

PHONE = Look("design", 390, scripts=False)
#: The background of the page: light, dark, black.
PAPER = {"light": "rgb(251, 250, 247)", "dark": "rgb(22, 24, 26)", "contrast": "rgb(0, 0, 0)"}
GROUND = "() => getComputedStyle(document.body).backgroundColor"
#: Lines of the header: how many different middles its parts have.
LINES = """() => new Set([...document.querySelectorAll('.head > *')].filter(part => part.offsetHeight)
  .map(part => part.getBoundingClientRect()).map(box => Math.round((box.top + box.bottom) / 2))).size"""


@pytest.mark.parametrize(("name", "width", "lines"), [("ada", 390, 2), ("mira", 390, 2), ("ada", 1280, 1)])
def test_the_header_is_low_and_its_menu_has_the_rest(
    chromium: Browser, site: Site, name: str, width: int, lines: int
) -> None:
    person = Person(chromium, site.forum, Look("design", width, scripts=False), name).is_signed_in()
    page = person.page
    assert page.evaluate(LINES) == lines
    menu = page.locator(".menu")
    expect(menu.get_by_role("button", name="Sign out")).to_be_hidden()
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    for words in ("Your page", "Account", "Drafts", "Bookmarks", "Images", "Appearance"):
        expect(menu.get_by_role("link", name=words)).to_be_in_viewport(ratio=1)
    person.click("button", "Sign out", menu)
    person.sees("You are signed out.")
    person.close()


def test_a_theme_is_chosen_without_scripts_and_is_there_from_the_first_paint(
    chromium: Browser, site: Site
) -> None:
    reader = Person(chromium, site.forum, PHONE)
    reader.go("/rules")
    assert reader.page.evaluate(GROUND) == PAPER["light"]
    reader.click("link", "Appearance")
    reader.page.get_by_text("Dark", exact=True).check()
    reader.click("button", "Keep this")
    reader.sees("This browser shows the pages that way from now on.")
    for path in ("/rules", "/", "/no-such-page"):
        reader.go(path)
        assert reader.page.evaluate(GROUND) == PAPER["dark"], path
    # Said by the page itself, so that nothing is painted light first.
    assert '<html lang="en" dir="ltr" data-theme="dark">' in reader.page.content()
    reader.close()


def test_the_device_may_ask_for_the_dark_and_for_more_contrast(chromium: Browser, site: Site) -> None:
    reader = Person(chromium, site.forum, PHONE)
    page = reader.page
    reader.go("/rules")
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(GROUND) == PAPER["dark"]
    page.emulate_media(color_scheme="dark", contrast="more")
    assert page.evaluate(GROUND) == PAPER["contrast"]
    reader.close()


@pytest.mark.parametrize("width", [800, 1280])
def test_a_thread_is_printed_as_an_article_with_its_references(
    chromium: Browser, site: Site, width: int
) -> None:
    reader = Person(chromium, site.forum, Look("design", width, "dark"))
    reader.go("/t/8")
    page = reader.page
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(GROUND) == "rgb(255, 255, 255)"
    for gone in (".top", ".bottom", "nav", "form", ".acts", ".votes", ".beside", "[href$=revisions]"):
        assert all(not part.is_visible() for part in page.locator(gone).all()), gone
    for stays in ("h1", ".text", ".refs", ".on-paper"):
        expect(page.locator(stays).first).to_be_visible()
    page.emulate_media(media="screen")
    expect(page.locator(".on-paper")).to_be_hidden()
    reader.close()


def test_what_is_folded_is_printed_too(chromium: Browser, site: Site) -> None:
    reader = Person(chromium, site.forum, Look("design", scripts=False))
    reader.go(site.at("/t/{long}/{long_slug}"))
    reader.page.emulate_media(media="print")
    for folded in ("In the end both groups slept equally well.", "Remark number 6 about it."):
        expect(reader.page.get_by_text(folded)).to_be_visible()
    reader.close()


def test_the_bar_to_undo_is_in_sight_and_hides_nothing_that_has_the_focus(
    chromium: Browser, site: Site
) -> None:
    """SC 2.4.11: who goes on by keyboard sees what they are at."""
    person = Person(chromium, site.forum, Look("design", scripts=False), "dagny").is_signed_in()
    person.go(site.at("/p/{discussion}"))
    person.fill("Text", "This is how it went with me.")
    person.click("button", "Post reply")
    expect(person.page.get_by_text("This is how it went with me.")).to_be_in_viewport()
    bar = person.page.locator(".undo")
    expect(bar).to_be_in_viewport(ratio=1)
    for name in ("Post reply", "Preview", "Save draft"):
        button = person.page.get_by_role("button", name=name)
        button.focus()
        box, covers = button.bounding_box(), bar.bounding_box()
        assert box is not None
        assert covers is not None
        assert box["y"] + box["height"] <= covers["y"], name
    person.close()


def test_a_vote_keeps_its_direction(chromium: Browser, site: Site) -> None:
    person = Person(chromium, site.forum, PHONE, "mira").is_signed_in()
    person.go(site.at("/p/{other}"))
    down = person.page.locator(site.at("#p{other} .down"))
    sign = "button => getComputedStyle(button, '::before').content"
    before = down.evaluate(sign)
    down.click()
    expect(down).to_have_attribute("aria-pressed", "true")
    assert down.evaluate(sign) == before
    down.click()
    person.close()


def test_what_is_chosen_is_marked_where_the_device_gives_the_colours(chromium: Browser, site: Site) -> None:
    reader = Person(chromium, site.forum, PHONE)
    reader.page.emulate_media(forced_colors="active")
    reader.go("/tags")
    here = reader.page.locator(".nav [aria-current]").first
    assert here.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"
    reader.close()
