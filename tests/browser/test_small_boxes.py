"""Under a post: a comment's box with the composer's tools once it is open, and the address to pass on."""

import re
from collections.abc import Iterator

import pytest
from browser.people import Look, Person
from browser.server import Forum
from browser.test_accessibility import sticking_out, violations
from browser.test_composer import DROP, PASTE
from playwright.sync_api import Browser, Locator, Route, expect

WIDE, NARROW, PLAIN = Look("wide"), Look("narrow-dark", 390, "dark"), Look("plain", scripts=False)
THREAD = "/t/2"
SENT = '{"markdown": "![](/images/a.webp)", "name": "a.webp"}'
#: The system's own sheet, which notes what it was given.
SHEET = "() => { navigator.share = async ({url}) => { document.body.dataset.shared = url; }; }"
DEAF = """() => {
  navigator.clipboard.writeText = async () => { throw new DOMException('', 'NotAllowedError'); };
}"""


@pytest.fixture(scope="module")
def forum(shared: Forum) -> Forum:
    return shared


@pytest.fixture
def reader(request: pytest.FixtureRequest, chromium: Browser, forum: Forum) -> Iterator[Person]:
    """Mira before a thread."""
    person = Person(chromium, forum, getattr(request, "param", WIDE), "mira").is_signed_in()
    person.go(THREAD)
    yield person
    person.page.on("dialog", lambda dialog: dialog.accept())
    person.close()


def post_of(person: Person) -> Locator:
    return person.page.locator("article.post").nth(1)


def opened(person: Person) -> Locator:
    """The empty box for a comment, with the focus in it."""
    box = post_of(person).get_by_role("textbox", name="Your comment")
    post_of(person).locator("summary", has_text="Comment").press("Enter")
    post_of(person).get_by_role("toolbar").wait_for()
    box.fill("")
    return box


@pytest.mark.parametrize("reader", [WIDE, NARROW], indirect=True, ids=lambda look: look.name)
def test_an_open_box_has_the_tools_of_the_composer(reader: Person) -> None:
    page, keys = reader.page, reader.page.keyboard
    expect(post_of(reader).get_by_role("toolbar")).to_have_count(0)
    box = opened(reader)
    for name, key, typed in (
        ("Bold", "b", "**so**"),
        ("Italic", "i", "_so_"),
        ("Link", "k", "[so](https://)"),
    ):
        expect(post_of(reader).get_by_role("button", name=name, exact=True)).to_be_visible()
        box.fill("so")
        keys.press("Control+a")
        keys.press(f"Control+{key}")
        expect(box).to_have_value(typed)
    box.fill("")
    keys.type("Ask @hal", delay=20)
    expect(post_of(reader).get_by_role("option", name="@halina")).to_be_visible()
    expect(page.get_by_role("listbox", name="People")).to_have_count(1)
    assert violations(page) == [] and sticking_out(page) == []
    reader.shoot("comment-mention")
    keys.press("Enter")
    expect(box).to_have_value("Ask @halina ")
    keys.press("Tab")
    expect(post_of(reader).get_by_role("button", name="Bold")).to_be_focused()
    keys.press("End")
    keys.press("ArrowRight")
    keys.press("Tab")
    expect(post_of(reader).get_by_role("link", name="Cite a source")).to_be_focused()


def test_a_source_goes_into_the_box_from_which_it_was_looked_for(reader: Person) -> None:
    box, picker = opened(reader), reader.page.get_by_role("dialog", name="Cite a source")
    box.fill("It lasts")
    reader.page.keyboard.press("Control+Alt+KeyF")
    expect(picker.locator("#picker-q")).to_be_focused()
    picker.get_by_role("button", name="Close").click()
    expect(box).to_be_focused()
    reader.page.keyboard.press("Control+Alt+KeyF")
    expect(picker.locator("#picker-q")).to_be_focused()
    picker.locator("#picker-q").fill("polito")
    expect(picker.locator("[data-options] > li")).not_to_have_count(0)
    reader.page.keyboard.press("ArrowDown")
    reader.page.keyboard.press("Enter")
    expect(box).to_have_value(re.compile(r"^It lasts \[@"))
    expect(reader.page.locator("#text")).to_have_value("")


def test_a_picture_goes_up_from_a_comment_or_is_refused_kindly(reader: Person) -> None:
    box, answers = opened(reader), [(201, SENT), (422, '{"error": "Too large."}')]

    def answer(route: Route) -> None:
        status, body = answers.pop(0)
        route.fulfill(status=status, content_type="application/json", body=body)

    reader.page.route("**/images?part=1", answer)
    box.evaluate(DROP, ["drop", "cat.png"])
    expect(box).to_have_value("![](/images/a.webp)")
    expect(post_of(reader).get_by_text("Say in a few words what the picture shows")).to_be_visible()
    said = post_of(reader).get_by_role("alert")
    expect(said).to_have_count(0)
    box.evaluate(DROP, ["drop", "dog.png"])
    expect(said).to_have_text("Too large.")
    box.fill("")
    box.evaluate(PASTE, ["text/html", "<b>so</b>"])
    expect(box).to_have_value("**so**")


def test_the_address_of_a_post_is_copied_and_that_is_said(reader: Person) -> None:
    page = reader.page
    reader.context.grant_permissions(["clipboard-read", "clipboard-write"])
    post_of(reader).get_by_role("link", name="Share").press("Enter")
    expect(page.get_by_role("status").filter(has_text="The link is copied.")).to_be_visible()
    number = str(post_of(reader).get_attribute("id"))[1:]
    assert page.evaluate("navigator.clipboard.readText()") == f"{reader.forum.base}/p/{number}"
    page.locator("summary", has_text="Share").click()
    page.get_by_role("link", name="Copy it or send it on").click()
    page.wait_for_function("navigator.clipboard.readText().then(words => words.endsWith('/t/2'))")
    assert violations(page) == []


def test_where_nothing_can_be_copied_the_address_is_shown(reader: Person) -> None:
    page, shown = reader.page, list[str]()
    share = post_of(reader).get_by_role("link", name="Share")
    page.once("dialog", lambda dialog: (shown.append(dialog.default_value), dialog.dismiss()))
    page.evaluate(DEAF)
    share.click()
    expect(page.locator("[data-shared]")).to_be_hidden()
    assert [re.sub(r"\d+$", "N", address) for address in shown] == [f"{reader.forum.base}/p/N"]
    page.evaluate(SHEET)
    share.click()
    expect(page.locator("body")).to_have_attribute("data-shared", re.compile(r"/p/\d+$"))
    assert len(shown) == 1


def test_without_scripts_the_link_leads_to_the_post(chromium: Browser, forum: Forum) -> None:
    plain = Person(chromium, forum, PLAIN)
    plain.go(THREAD)
    post = str(post_of(plain).get_attribute("id"))
    expect(plain.page.locator("[data-shared]")).to_be_hidden()
    plain.click("link", "Share", post_of(plain))
    assert plain.page.url.endswith(f"#{post}")
    plain.close()
