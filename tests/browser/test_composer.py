"""Writing in a browser: tools and keys, pasting, pictures, quotes, mentions, what lacks a source."""

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from browser.people import Look, Person
from browser.server import Forum
from browser.test_accessibility import sticking_out, violations
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Route, expect

WIDE, NARROW, PLAIN = Look("wide"), Look("narrow-dark", 390, "dark"), Look("plain", scripts=False)
#: Hands the text box what a clipboard would.
PASTE = """(box, [type, words]) => {
  const data = new DataTransfer();
  data.setData(type, words);
  if (type !== "text/plain") data.setData("text/plain", "the plain words");
  const paste = {clipboardData: data, bubbles: true, cancelable: true};
  return box.dispatchEvent(new ClipboardEvent("paste", paste));
}"""
DROP = """(box, [kind, name]) => {
  const data = new DataTransfer();
  data.items.add(new File(["picture"], name, {type: "image/png"}));
  box.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
}"""
DISCARD = """() => fetch("/drafts/discard",
  {method: "POST", body: new URLSearchParams({place: "ask", next: "/"}), redirect: "manual"})"""
RICH = (
    "<b style='font-weight: normal'><h2>A <i>heading</i></h2>"
    "<p>Words with <b>bold</b>, <em>leaning</em>, <code>code</code> and a "
    '<a href="https://example.org/a">link</a><script>alert(1)</script>; 2 * 3.</p>'
    "<ul><li>one</li><li>two<ol><li>inner</li></ol></li></ul><blockquote><p>said</p><p>again</p></blockquote>"
    "<pre>x = 1\n  y</pre><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2|3</td></tr></table>"
    "<p>H<sub>2</sub>O and 10<sup>-3</sup> <img src='https://example.org/h.png' alt='a heron'></p>"
    '<a href="javascript:alert(1)" onclick="x">click</a>'
)
MARKDOWN = """## A _heading_

Words with **bold**, _leaning_, `code` and a [link](https://example.org/a); 2 \\* 3.

- one
- two
   1. inner

> said
>
> again

```
x = 1
  y
```

| a | b |
|---|---|
| 1 | 2\\|3 |

H₂O and 10^-3 a heron

click"""


@pytest.fixture(scope="module")
def forum(shared: Forum) -> Forum:
    return shared


@pytest.fixture(params=[WIDE, NARROW], ids=lambda look: look.name)
def mira(request: pytest.FixtureRequest, chromium: Browser, forum: Forum) -> Iterator[Person]:
    yield from writer(chromium, forum, request.param)


@pytest.fixture
def wide(chromium: Browser, forum: Forum) -> Iterator[Person]:
    yield from writer(chromium, forum, WIDE)


def writer(chromium: Browser, forum: Forum, look: Look) -> Iterator[Person]:
    """Mira before an empty question."""
    person = Person(chromium, forum, look, "mira").is_signed_in()
    # Others of these tests wrote here before.
    person.page.evaluate(DISCARD)
    person.go("/ask")
    person.page.get_by_role("button", name="Bold").wait_for()
    yield person
    # What is unsent is let go.
    person.page.on("dialog", lambda dialog: dialog.accept())
    person.close()


def text_of(page: Page) -> Locator:
    return page.locator("#text")


def test_tools_keys_and_undo(mira: Person) -> None:
    page, text, keys = mira.page, text_of(mira.page), mira.page.keyboard
    expect(page.get_by_role("toolbar", name="Markdown")).to_be_visible()
    text.focus()
    keys.type("Some words")
    keys.press("Control+a")
    keys.press("Control+b")
    expect(text).to_have_value("**Some words**")
    keys.press("Control+z")
    expect(text).to_have_value("Some words")
    keys.press("Control+a")
    keys.press("Control+Shift+Digit8")
    expect(text).to_have_value("- Some words")
    keys.press("End")
    keys.press("Enter")
    keys.press("Control+k")
    keys.type("example")
    expect(text).to_have_value("- Some words\n[](example)")
    page.get_by_role("button", name="Bold").focus()
    keys.press("ArrowRight")
    expect(page.get_by_role("button", name="Italic")).to_be_focused()
    keys.press("Enter")
    expect(text).to_be_focused()
    expect(text).to_have_value("- Some words\n[](example__)")
    assert violations(page) == [] and sticking_out(page) == []
    mira.shoot("composer-tools")


def test_rich_text_is_pasted_as_markdown_and_harms_nobody(wide: Person) -> None:
    page, text = wide.page, text_of(wide.page)
    text.focus()
    assert not text.evaluate(PASTE, ["text/html", RICH]), "the browser does not paste it too"
    expect(text).to_have_value(MARKDOWN)
    page.keyboard.press("Control+z")
    expect(text).to_have_value("")
    assert text.evaluate(PASTE, ["text/html", "<div style='color: red'>the plain  words</div>"])
    expect(text).to_have_value("")
    page.keyboard.type("this study")
    page.keyboard.press("Control+a")
    text.evaluate(PASTE, ["text/plain", "https://example.org/study"])
    expect(text).to_have_value("[this study](https://example.org/study)")


def test_a_picture_goes_up_where_it_is_dropped(wide: Person) -> None:
    page, text = wide.page, text_of(wide.page)
    answers = [
        (201, '{"markdown": "![](/images/a.webp)", "name": "a.webp"}'),
        (422, '{"error": "Too large."}'),
    ]
    page.route(
        "**/images?part=1",
        lambda route: route.fulfill(
            status=answers[0][0], content_type="application/json", body=answers[0][1]
        ),
    )
    text.focus()
    page.keyboard.type("Look: ")
    text.evaluate(DROP, ["dragover", "cat.png"])
    expect(text).to_have_class("tall drop")
    text.evaluate(DROP, ["drop", "cat.png"])
    expect(text).to_have_value("Look: ![](/images/a.webp)")
    says = page.locator("[data-says]")
    expect(says).to_have_text("Say in a few words what the picture shows: type now.")
    page.keyboard.type("a cat")
    expect(says).not_to_contain_text("picture")
    expect(page.locator("[data-refused]")).to_be_hidden()
    expect(text).to_have_value("Look: ![a cat](/images/a.webp)")
    del answers[0]
    with page.expect_file_chooser() as chooser:
        page.get_by_role("link", name="Add a picture").click()
    chooser.value.set_files({"name": "dog.png", "mimeType": "image/png", "buffer": b"picture"})
    expect(page.get_by_role("alert").filter(has_text="Too large.")).to_be_visible()
    expect(text).to_have_value("Look: ![a cat](/images/a.webp)")
    assert text.get_attribute("class") == "tall"


def test_nothing_is_posted_before_its_picture_is_there(wide: Person) -> None:
    page, text = wide.page, text_of(wide.page)
    sending: list[Route] = []
    # Playwright takes no built-in function.
    page.route("**/images?part=1", lambda route: sending.append(route))  # noqa: PLW0108
    wide.fill("Title", "What do people do about herons?")
    wide.fill("Tags", "community")
    page.get_by_label("A question").check()
    text.fill("Look: ")
    text.evaluate(DROP, ["drop", "cat.png"])
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.keyboard.type("and more")
    expect(text).to_have_value("Look: and more")
    wide.click("button", "Post")
    wide.sees("A picture is still being sent.")
    sending[0].fulfill(
        status=201, content_type="application/json", body='{"markdown": "![](/images/a.webp)"}'
    )
    expect(text).to_have_value("Look: ![](/images/a.webp)and more")
    expect(page.get_by_role("progressbar")).to_have_count(0)


def test_the_real_route_takes_a_picture_or_says_kindly_why_not(wide: Person) -> None:
    page, text = wide.page, text_of(wide.page)
    made = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(made, "PNG")
    for name, content in (("sea.png", made.getvalue()), ("note.png", b"no picture at all")):
        chosen = {"name": name, "mimeType": "image/png", "buffer": content}
        page.locator("[data-pick]").set_input_files([chosen])
        if name == "sea.png":
            expect(text).to_have_value(re.compile(r"^!\[\]\(/images/[\w-]{22}-40x30\.webp\)$"))
            sent = text.input_value()
    said = page.locator("[data-refused]")
    expect(said).to_be_visible()
    expect(said).not_to_have_text("That could not be sent. Please try again in a while.")
    expect(text).to_have_value(sent)
    wide.context.clear_cookies()
    page.locator("[data-pick]").set_input_files(
        [{"name": "sea.png", "mimeType": "image/png", "buffer": made.getvalue()}]
    )
    expect(said.filter(has_text="Please sign in again; your text is kept.")).to_be_visible()
    expect(text).to_have_value(sent)


def test_names_complete_a_mention(mira: Person) -> None:
    page, text, keys = mira.page, text_of(mira.page), mira.page.keyboard
    text.focus()
    keys.type("Ask @hal", delay=20)
    option = page.get_by_role("option", name="@halina")
    expect(option).to_be_visible()
    expect(text).to_have_attribute("aria-expanded", "true")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(text).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "")
    assert violations(page) == []
    mira.shoot("composer-mention")
    keys.press("Enter")
    expect(text).to_have_value("Ask @halina ")
    expect(page.get_by_role("option")).to_have_count(0)
    keys.type("or @tom", delay=20)
    expect(page.get_by_role("option")).not_to_have_count(0)
    keys.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    keys.press("Enter")
    expect(text).to_have_value("Ask @halina or @tom\n")


def test_a_statement_without_a_source_is_pointed_out(mira: Person) -> None:
    page, text = mira.page, text_of(mira.page)
    text.fill("Magnesium cures insomnia within a week. My own sleep was fine.")
    says = page.locator("[data-says]")
    expect(says).to_have_text("1 statement about health without a source: see the preview.")
    if mira.look is NARROW:
        page.locator(".tabs").get_by_role("button", name="Preview").click()
    check = page.get_by_role("region", name="Statements without a source")
    expect(check.get_by_role("listitem")).to_have_text(["Magnesium cures insomnia within a week."])
    assert violations(page) == []
    mira.shoot("composer-check")
    if mira.look is WIDE:
        text.fill("My own sleep was fine.")
        expect(page.locator("[data-says]")).to_have_text("\u00a0")


def test_words_of_a_post_are_quoted(wide: Person) -> None:
    page = wide.page
    wide.go("/t/2")
    post = page.locator("article.post").filter(has=page.locator("[data-ask]")).first
    words = post.locator(".text p").first
    words.click(click_count=3)
    said = str(page.evaluate("getSelection().toString().trim()"))
    assert said
    page.locator("[data-quoting]").get_by_role("button", name="Quote").click()
    author = post.locator(".by a").first.inner_text()
    number = str(post.get_attribute("id"))[1:]
    quoted = re.sub(r" ?\[\d+\]", "", said).replace("\n", "\n> ")
    expect(text_of(page)).to_have_value(f"> {quoted}\n> \n> — [{author}](/p/{number})\n\n")
    page.keyboard.type("I agree.")
    assert text_of(page).input_value().endswith("\n\nI agree.")


def test_control_and_enter_post(wide: Person) -> None:
    page = wide.page
    wide.fill("Title", "What do people do when they cannot settle in a new town?")
    wide.fill("Tags", "community")
    text_of(page).fill("Tell me what worked for you.")
    page.get_by_label("A question").check()
    text_of(page).press("Control+Enter")
    wide.sees("Your post is there for everybody to read.")


def test_without_scripts_nothing_is_offered_that_does_nothing(chromium: Browser, forum: Forum) -> None:
    plain = Person(chromium, forum, PLAIN, "mira").is_signed_in()
    plain.go("/ask")
    expect(plain.page.get_by_role("button", name="Bold")).to_have_count(0)
    expect(plain.page.get_by_role("toolbar")).to_have_count(0)
    plain.fill("Title", "Does magnesium help?")
    plain.fill("Tags", "sleep")
    plain.fill("Text", "Magnesium cures insomnia within a week.")
    plain.page.locator("main").get_by_role("button", name="Preview").click()
    plain.sees("Say where this comes from")
    expect(plain.page.locator(".check li")).to_have_text(["Magnesium cures insomnia within a week."])
    with plain.context.expect_page() as another:
        plain.click("link", "Add a picture")
    assert another.value.url.endswith("/images")
    plain.close()
