"""The inbox by keyboard."""

from browser.kinds import MEMBER
from browser.people import ready
from browser.site import Site
from playwright.sync_api import expect


def test_the_inbox_by_keyboard(site: Site) -> None:
    """From entry to entry by single letters, on from where one was; the dialog says which."""
    mira = site.person(MEMBER)
    mira.go("/inbox")
    titles = mira.page.locator("[data-item] h2 button")
    mira.page.keyboard.press("j")
    expect(titles.nth(0)).to_be_focused()
    mira.page.keyboard.press("j")
    mira.page.keyboard.press("k")
    expect(titles.nth(0)).to_be_focused()
    with mira.page.expect_navigation():
        mira.page.keyboard.press("e")
    ready(mira.page)
    expect(
        mira.page.get_by_text("marked as read.").or_(mira.page.get_by_text("marked as unread."))
    ).to_be_visible()
    mira.page.keyboard.press("j")
    expect(titles.nth(1)).to_be_focused()
    mira.page.keyboard.press("?")
    expect(mira.page.get_by_role("dialog", name="With the keyboard")).to_be_visible()
    mira.page.keyboard.press("Escape")
