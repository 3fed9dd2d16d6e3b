"""The whole forum with the keyboard alone: all is reached, the focus is always seen and never trapped."""

import re
from collections.abc import Iterator

import pytest
from browser.kinds import MEMBER, MODERATOR, NOBODY
from browser.people import Look, Person, ready
from browser.site import Site
from playwright.sync_api import Locator, Page, expect

from forum.accounts import samples

NARROW = Look("keys-narrow", 390, "dark")
FOCUSED = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  at.reached = true;
  return {what: at.outerHTML.slice(0, 120), tag: at.tagName, skips: at.className === 'skip',
    arrived: window.targets?.includes(at),
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1,
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight};
}"""
FOCUSABLE = (
    "a[href]:visible, button:visible, input:visible, select:visible, textarea:visible, summary:visible"
)
#: Of some, as of a group of choices, Tab reaches one, and arrows the others.
UNREACHED = """all => all.filter(each => !each.reached && each.tabIndex >= 0 && each.type !== 'radio')
  .map(each => each.outerHTML.slice(0, 120))"""
FARTHEST = 250  # presses of a key


@pytest.mark.parametrize("who", [NOBODY, MEMBER])
@pytest.mark.parametrize("path", ["/t/{thread}/{slug}", "/"])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(site: Site, who: str, path: str) -> None:
    person = site.person(who)
    person.go(site.at(path))
    page = person.page
    # What comes when somebody has read so far is there.
    page.locator(".bottom").scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Tab")
    first = page.evaluate(FOCUSED)
    assert first["skips"] and first["seen"], first
    press_until(page, "Tab", page.locator(".bottom a").last)
    assert page.locator(FOCUSABLE).evaluate_all(UNREACHED) == []


@pytest.mark.parametrize(
    ("who", "path"),
    [(MEMBER, "/ask"), (MEMBER, "/search?q=placebo"), (MODERATOR, "/moderation"), (MEMBER, "/account")],
)
def test_nothing_traps_the_focus(site: Site, who: str, path: str) -> None:
    """Tab leads through the page to its end, and Shift+Tab all the way back."""
    person = site.person(who, NARROW)
    person.go(path)
    for key, end in (("Tab", ".bottom a"), ("Shift+Tab", ".skip")):
        press_until(person.page, key, person.page.locator(end).last)


def press_until(page: Page, key: str, target: Locator) -> None:
    """The focus gets there with this key, and is seen at each step."""
    target.first.wait_for(state="attached")
    # Looked for once: by what it is called, that takes longer than all the rest of a step.
    target.evaluate_all("all => { window.targets = all; }")
    for _ in range(FARTHEST):
        page.keyboard.press(key)
        at = page.evaluate(FOCUSED)
        if at["tag"] != "BODY":  # between the page and the browser around it
            assert at["outlined"] and at["seen"], at
        if at["arrived"]:
            return
    raise AssertionError(f"{FARTHEST} times {key}, and not at {target}")


class Keys:
    """A person who has no pointer."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.page = person.page

    def to(self, target: Locator) -> Locator:
        press_until(self.page, "Tab", target)
        return target

    def press(self, target: Locator, key: str = "Enter") -> None:
        """Goes there and uses it."""
        self.to(target)
        self.page.keyboard.press(key)

    def follow(self, target: Locator) -> None:
        """Goes there, uses it, and is on the next page."""
        self.to(target)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        if self.person.look.scripts:
            ready(self.page)

    def type(self, target: Locator, words: str) -> None:
        self.to(target)
        self.page.keyboard.insert_text(words)


@pytest.fixture(
    params=[Look("keys-wide"), NARROW, Look("keys-plain", scripts=False)], ids=lambda look: look.name
)
def keys(request: pytest.FixtureRequest, site: Site) -> Iterator[Keys]:
    # Nobody comes in before the story does.
    with site.stranger(request.param) as person:
        yield Keys(person)


def test_a_walk_through_the_site(site: Site, keys: Keys) -> None:
    page = keys.page
    comes_in(keys)
    searches(keys)
    keys.person.go(site.at("/t/{thread}/{slug}"))
    skips_the_head(keys)
    post = (
        page.locator("article.post").filter(has=page.get_by_role("button", name=re.compile("Vote up"))).last
    )
    votes(keys, post)
    comments(keys, post)
    cites_a_source(keys)
    flags(keys, post)
    changes_the_colours(keys)
    signs_out(keys)


def comes_in(keys: Keys) -> None:
    page = keys.page
    keys.person.go("/")
    keys.follow(page.get_by_role("link", name="Sign in", exact=True).first)
    keys.type(page.get_by_label("Name or mail address"), "dagny")
    keys.type(page.get_by_label("Password", exact=True), samples.PASSWORD)
    keys.follow(page.locator("main").get_by_role("button", name="Sign in", exact=True))
    expect(page.locator(".who")).to_have_text("dagny")


def searches(keys: Keys) -> None:
    page = keys.page
    box = page.locator(".quick [name=q]")
    if not box.is_visible():
        keys.follow(page.locator(".to-search"))
        box = page.locator("main [name=q]")
    keys.type(box, "placebo")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    keys.follow(page.locator("main h2 a, main h3 a, main .threads a").first)
    expect(page.locator("h1")).to_be_visible()


def skips_the_head(keys: Keys) -> None:
    page = keys.page
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["skips"]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def votes(keys: Keys, post: Locator) -> None:
    up = post.get_by_role("button", name=re.compile("Vote up"))
    before = int(post.locator(".score").inner_text())
    change = -1 if up.get_attribute("aria-pressed") == "true" else 1
    keys.press(up)
    expect(post.locator(".score")).to_have_text(str(before + change))


def comments(keys: Keys, post: Locator) -> None:
    keys.press(post.locator("summary", has_text="Comment"))
    keys.type(post.get_by_role("textbox", name="Your comment"), "Said with the keyboard alone.")
    keys.follow(post.get_by_role("button", name="Post comment", exact=True))
    keys.person.sees("Said with the keyboard alone.")


def cites_a_source(keys: Keys) -> None:
    page = keys.page
    picker = page.get_by_role("dialog", name="Cite a source")
    keys.person.go("/ask")
    text = page.locator("#text")
    # What another walk left there as a draft.
    text.fill("")
    keys.type(text, "It lasts for weeks")
    if not keys.person.look.scripts:
        return
    page.locator("[data-cite-link][role=button], [data-cite-link]").first.wait_for()
    page.keyboard.press("Control+Alt+KeyF")
    expect(picker.locator("#picker-q")).to_be_focused()
    page.keyboard.press("Escape")
    expect(picker).to_be_hidden()
    expect(text).to_be_focused()
    page.keyboard.press("Control+Alt+KeyF")
    expect(picker.locator("#picker-q")).to_be_focused()
    page.keyboard.type("polito", delay=10)
    expect(picker.locator("[data-options] > li")).not_to_have_count(0)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(text).to_have_value(re.compile(r"weeks \[@"))
    with page.expect_response(re.compile("/drafts")):
        text.fill("")


def flags(keys: Keys, post: Locator) -> None:
    page = keys.page
    page.go_back()
    if keys.person.look.scripts:
        ready(page)
    link = post.get_by_role("link", name="Flag").first
    if not keys.person.look.scripts:
        keys.follow(link)
        expect(page.locator("h1")).to_contain_text("What is wrong")
        return
    keys.press(link)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading").first).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement.closest('dialog') || document.activeElement === document.body"
        )
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(link).to_be_focused()


def changes_the_colours(keys: Keys) -> None:
    page = keys.page
    keys.person.go("/")
    keys.follow(page.locator(".bottom").get_by_role("link", name="Appearance"))
    keys.to(page.locator("[name=theme]:checked"))
    page.keyboard.press("ArrowDown")
    keys.follow(page.get_by_role("button", name="Keep this"))
    assert page.locator("html[data-theme=light]").count() == 1


def signs_out(keys: Keys) -> None:
    page = keys.page
    menu = page.locator(".top .menu summary")
    keys.press(menu)
    button = page.get_by_role("button", name="Sign out")
    expect(button).to_be_visible()
    keys.follow(button)
    expect(page.get_by_role("link", name="Sign in", exact=True).first).to_be_visible()
