"""An image on its way into a post, without scripts: sent by the form, shown by the post, gone with it."""

from collections.abc import Iterator
from pathlib import Path

import pictures
import pytest
from browser.people import Look, Person
from browser.site import Site
from playwright.sync_api import Browser, expect

ALT = "A curve that rises and falls"


@pytest.fixture
def mira(chromium: Browser, site: Site) -> Iterator[Person]:
    person = Person(chromium, site.forum, Look("images", 390, "dark", scripts=False), "mira")
    yield person.is_signed_in()
    person.close()


def test_from_the_form_into_a_post(mira: Person, chromium: Browser, tmp_path: Path) -> None:
    path = tmp_path / "curve.png"
    path.write_bytes(pictures.saved(pictures.gradient(1200, 700)))
    mira.go("/images")
    mira.page.get_by_label("Picture").set_input_files(path)
    mira.fill("What it shows", ALT)
    mira.click("button", "Send it")
    mira.sees("Your image is there")
    line = mira.page.get_by_label("Copy this line into your post, where the image shall stand").input_value()
    mira.go("/ask")
    mira.page.locator("#title").fill("What does this curve of a placebo say?")
    mira.page.locator("#tags").fill("statistics")
    mira.page.locator("#text").fill(f"This is what I have found:\n\n{line}\n\nWhat do you make of it?")
    mira.page.locator("form button", has_text="Post").last.click()
    guest = Person(chromium, mira.forum, mira.look)
    guest.page.goto(mira.page.url.partition("?")[0])
    image = guest.page.get_by_role("img", name=ALT)
    expect(image).to_be_visible()
    assert image.evaluate("image => [image.complete, image.naturalWidth > 0]") == [True, True]
    assert image.bounding_box()["width"] <= mira.look.width  # type: ignore[index]
    guest.close()
    mira.go("/images")
    mira.sees("What does this curve of a placebo say?")
