"""Every kind of page, light and dark, for everybody: WCAG by axe-core, narrow windows, the keyboard."""

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import axe_core_python
import pytest
from browser.furnish import forget_proofs, furnish
from browser.people import Look, Person
from browser.server import Forum
from playwright.sync_api import Browser, Page

from forum.accounts import samples

AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
#: Those that look at colours, which are all that is different in the dark.
OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
CHECK = """async rules => (await axe.run(document, {runOnly: rules, resultTypes: ['violations']}))
  .violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html}\\n${node.failureSummary}`))"""
NARROW = 320
STICKING_OUT = """width => document.documentElement.scrollWidth > width
  ? [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > width + 1).map(e => e.outerHTML.slice(0, 200))
  : []"""
#: After a change of the window, what listens to it has been told when the second picture is drawn.
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
FACTS = """() => ({title: document.title, lang: document.documentElement.lang,
  h1: [...document.querySelectorAll('h1')].map(h1 => h1.innerText.trim())})"""
FOCUSED = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  return {what: at.outerHTML.slice(0, 120), tag: at.tagName, skips: at.className === 'skip',
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1,
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight};
}"""

NOBODY, MEMBER, AUTHOR, MODERATOR, ADMIN = "", "mira", "tidewater", "tomas", "ada"
CLOSE = "Close my account for good"
#: Who has a passkey and one-time codes; and who signed in so long ago that a fresh proof is wanted.
GUARDED, LATE = "kestrel", "wren"


def _as_it_is(page: Page) -> None:
    pass


def _sent(button: str, **fields: str) -> Callable[[Page], None]:
    """Presses the button after filling in these fields, hidden ones too, without the browser's own checks."""

    def send(page: Page) -> None:
        form = page.locator("main form").filter(has=page.get_by_role("button", name=button, exact=True)).last
        form.evaluate("form => { form.noValidate = true; }")
        for name, value in fields.items():
            field = form.locator(f"[name={name}]").first
            field.evaluate("(field, value) => { field.value = value; }", value)
        with page.expect_navigation():
            form.get_by_role("button", name=button, exact=True).click()

    return send


def _card(page: Page) -> None:
    """A citation has the focus, so that its card stands beside it."""
    page.locator("sup.cite a").first.focus()
    page.locator(".card").wait_for()


def _comment(page: Page) -> None:
    page.locator("summary").first.click()


def _preview(page: Page) -> None:
    page.get_by_label("Text", exact=True).fill(
        "Words.[@doi:10.1371/journal.pone.0211023, p. 2]\n\n[@doi:nonsense]"
    )
    page.locator("[data-tabs] [data-shows=preview]").click()
    page.locator("[data-pane=preview] .refs").wait_for()


def _flag_without_words(page: Page) -> None:
    page.locator("summary", has_text="Something else").click()
    _sent("Send to the moderators")(page)


def _first_step(page: Page) -> None:
    _sent("Sign in", name=GUARDED, password=samples.PASSWORD)(page)


def _codes_begun(page: Page) -> None:
    _sent("Set up")(page)
    _sent("Switch on", code="1")(page)


def _opened(words: str, then: Callable[[Page], None] = _as_it_is) -> Callable[[Page], None]:
    """Opens what is folded behind these words."""

    def opened(page: Page) -> None:
        page.locator("summary", has_text=words).first.click()
        then(page)

    return opened


def _settings_wrong(page: Page) -> None:
    page.get_by_label("Posts that readers see, to become a member").fill("many")
    with page.expect_navigation():
        page.get_by_role("button", name="Keep these : Trust").click()


def _factors_kept(page: Page) -> None:
    _opened("Reset second factors", _sent("Reset second factors"))(page)


class Kind(NamedTuple):
    """A kind of page: who opens which address (`{places}` are filled in), its status, what they do there."""

    name: str
    who: str
    path: str
    status: int = 200
    do: Callable[[Page], None] = _as_it_is


KINDS = (
    Kind("latest", NOBODY, "/"),
    Kind("latest, signed in", MEMBER, "/"),
    Kind("unanswered", NOBODY, "/unanswered"),
    Kind("tags", NOBODY, "/tags"),
    Kind("tag", NOBODY, "/tags/evidence"),
    Kind("thread", NOBODY, "/t/{thread}/{slug}"),
    Kind("thread, signed in", MEMBER, "/t/{thread}/{slug}?told=posted"),
    Kind("thread, card of a reference", NOBODY, "/t/{thread}/{slug}", do=_card),
    Kind("thread, commenting", MEMBER, "/t/{thread}/{slug}", do=_comment),
    Kind("thread, preview", MEMBER, "/t/{thread}/{slug}", do=_preview),
    Kind("discussion", NOBODY, "/p/{discussion}"),
    Kind("hidden post", MODERATOR, "/p/{hidden}"),
    Kind("answer with errors", MEMBER, "/t/{thread}/{slug}", do=_sent("Post answer", text="")),
    Kind("ask", MEMBER, "/ask"),
    Kind("ask with errors", MEMBER, "/ask", do=_sent("Post", title="short", tags="what's up")),
    Kind("comment", MEMBER, "/p/{other}/comment"),
    Kind("edit", MEMBER, "/p/{own}/edit"),
    Kind("edit with errors, outdated", MEMBER, "/p/{own}/edit", do=_sent("Save", revision="9")),
    Kind("revisions", NOBODY, "/p/{edited}/revisions"),
    Kind("withdraw", MEMBER, "/p/{own}/withdraw"),
    Kind("flag", MEMBER, "/p/{other}/flag"),
    Kind("flag with errors", MEMBER, "/p/{other}/flag", do=_flag_without_words),
    Kind("flag of an account", MEMBER, "/people/tomas/flag"),
    Kind("own flags", MEMBER, "/account/flags"),
    Kind("own trust", AUTHOR, "/account/trust"),
    Kind("how trust works", NOBODY, "/help/trust"),
    Kind("urgent help", NOBODY, "/help/urgent"),
    Kind("references", NOBODY, "/references"),
    Kind("reference", NOBODY, "/references/{reference}"),
    Kind("reference, not looked up", NOBODY, "/references/{pending}"),
    Kind("search", NOBODY, "/search"),
    Kind("search with results", NOBODY, "/search?q=placebo+sleep"),
    Kind("search without results", NOBODY, "/search?q=zyzzyva"),
    Kind("person", NOBODY, "/people/mira"),
    Kind("inbox", MEMBER, "/inbox"),
    Kind("queue", MODERATOR, "/moderation"),
    Kind("item to claim", MODERATOR, "/moderation/items/{waiting}"),
    Kind("decided item", MODERATOR, "/moderation/items/{decided}"),
    Kind("decision with errors", MODERATOR, "/moderation/items/{decided}", do=_sent("Decide")),
    Kind("decision too late", MODERATOR, "/moderation/items/{decided}", do=_sent("Decide", version="9")),
    Kind("word rules", MODERATOR, "/moderation/words"),
    Kind("saved texts", MODERATOR, "/moderation/texts"),
    Kind("statistics", MODERATOR, "/moderation/statistics"),
    Kind("case file", MODERATOR, "/moderation/people/tidewater"),
    Kind("thread to tend", MODERATOR, "/t/{thread}/tend"),
    Kind("notices of a post", MODERATOR, "/p/{other}/notices"),
    Kind("caution of a tag", MODERATOR, "/tags/microdosing/caution"),
    Kind("flag reasons", ADMIN, "/moderation/reasons"),
    Kind("settings", ADMIN, "/moderation/settings"),
    Kind("transparency", ADMIN, "/transparency"),
    Kind("statement of reasons", AUTHOR, "/account/decisions/1"),
    Kind("standing", AUTHOR, "/account/standing"),
    Kind("log", NOBODY, "/log"),
    Kind("report", NOBODY, "/report"),
    Kind("report with errors", NOBODY, "/report", do=_sent("Send the report", address="elsewhere")),
    Kind("join", NOBODY, "/sign-up"),
    Kind("join with errors", NOBODY, "/sign-up", do=_sent("Join", name="a b", email="x")),
    Kind("mail to look for", NOBODY, "/sign-up/sent"),
    Kind("link that does not work", NOBODY, "/confirm/none", 404),
    Kind("welcome", MEMBER, "/welcome"),
    Kind("invitations", MODERATOR, "/account/invitations", do=_sent("Make an invitation")),
    Kind("sign in", NOBODY, "/sign-in"),
    Kind("sign in with errors", NOBODY, "/sign-in", do=_sent("Sign in", name="nobody")),
    Kind("sign in, second step", NOBODY, "/sign-in", do=_first_step),
    Kind("join with a passkey", NOBODY, "/sign-up/passkey"),
    Kind("confirm, to join", NOBODY, "/confirm/{confirm}"),
    Kind("recover with errors", NOBODY, "/recover", do=_sent("Send the link", email="x")),
    Kind("new password with errors", NOBODY, "/recover/{recover}", do=_sent("Save", password="x")),
    Kind("prove with errors", LATE, "/account/prove", do=_sent("Go on", password="wrong")),
    Kind("account", MEMBER, "/account"),
    Kind("sessions", MEMBER, "/account/sessions"),
    Kind("security history", GUARDED, "/account/history"),
    Kind("mail address with errors", MEMBER, "/account/email", do=_sent("Send the link", email="x")),
    Kind("name with errors", MEMBER, "/account/name", do=_sent("Change the name", name="a b")),
    Kind("about oneself", MEMBER, "/account/about"),
    Kind("data to take along", MEMBER, "/account/export"),
    Kind(
        "close the account with errors",
        MEMBER,
        "/account/close",
        do=_sent("Close my account for good", name="x"),
    ),
    Kind("factors", GUARDED, "/account/factors", do=_opened("Rename or remove")),
    Kind("recovery codes", GUARDED, "/account/factors", do=_sent("Make recovery codes")),
    Kind("codes begun with errors", MEMBER, "/account/codes", do=_codes_begun),
    Kind("password with errors", MEMBER, "/account/password", do=_sent("Save", password="x")),
    Kind("ask without a name", MEMBER, "/ask?tags=sleep"),
    Kind("item without a name", MODERATOR, "/moderation/posts/{unnamed}", do=_opened("Look who wrote it")),
    Kind(
        "revealed",
        MODERATOR,
        "/moderation/posts/{unnamed}",
        do=_opened("Look who wrote it", _sent("Look who wrote it", reason="A threat.")),
    ),
    Kind("administration", ADMIN, "/admin"),
    Kind("settings of the forum with errors", ADMIN, "/admin/settings", do=_settings_wrong),
    Kind("accounts", ADMIN, "/admin/accounts"),
    Kind("account of somebody with errors", ADMIN, "/admin/accounts/{account}", do=_factors_kept),
    Kind("account to make with errors", ADMIN, "/admin/accounts/new", do=_sent("Send the mail", name="a b")),
    Kind("jobs", ADMIN, "/admin/jobs"),
    Kind("mail", ADMIN, "/admin/mail"),
    Kind("log of admins", ADMIN, "/admin/log"),
    Kind("nothing there", NOBODY, "/nowhere", 404),
    Kind("not for members", MEMBER, "/moderation", 403),
)
PLACES = {
    "thread": "SELECT thread_id FROM post WHERE kind = 'comment' AND visible AND thread_id IN"
    " (SELECT thread_id FROM post JOIN citation ON post_id = post.id WHERE post.kind = 'opening')"
    " AND thread_id IN (SELECT id FROM thread WHERE kind = 'question')",
    "discussion": "SELECT max(post.id) FROM post JOIN thread ON thread.id = thread_id"
    " WHERE thread.kind = 'discussion' AND post.kind = 'answer' AND visible",
    "hidden": "SELECT id FROM post WHERE state = 'hidden'",
    "own": "SELECT post.id FROM post JOIN account ON account.id = author_id"
    " WHERE name = 'mira' AND kind = 'answer' AND visible",
    "other": "SELECT post.id FROM post JOIN account ON account.id = author_id"
    " JOIN citation ON post_id = post.id WHERE name = 'dagny' AND kind = 'answer' AND visible",
    "edited": "SELECT id FROM post WHERE revision > 1 AND visible",
    "reference": "SELECT id FROM reference WHERE status = 'resolved' ORDER BY citation_count DESC",
    "pending": "SELECT id FROM reference WHERE status = 'pending'",
    "waiting": "SELECT id FROM review_item WHERE state = 'open' ORDER BY flag_count DESC",
    "decided": "SELECT id FROM review_item WHERE state = 'decided'",
}


class Site:
    """A forum with its sample community, and a window for each who looks at it."""

    def __init__(self, chromium: Browser, forum: Forum, places: dict[str, Any]) -> None:
        self.forum = forum
        self.places = places
        self._chromium = chromium
        self._people: dict[str, Person] = {}

    def person(self, name: str) -> Person:
        if name not in self._people:
            person = self._people[name] = Person(self._chromium, self.forum, Look("accessible"), name)
            if name:
                person.is_signed_in()
            if name == LATE:
                forget_proofs(self.forum.folder / "forum.sqlite3", name)
        return self._people[name]


@pytest.fixture(scope="module")
def sampled(chromium: Browser, sample_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("accessible")
    shutil.copy(sample_file, folder / "forum.sqlite3")
    places = furnish(folder / "forum.sqlite3", GUARDED)
    with Forum(folder, "http://127.0.0.1:9").running("--no-worker") as running:
        yield Site(chromium, running, {**_places(folder / "forum.sqlite3"), **places})


@pytest.fixture(scope="module")
def empty(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("empty")
    with Forum(folder, "http://127.0.0.1:9").running("--no-worker") as running:
        code = re.search(r"/setup\?code=\S+", (folder / "forum.log").read_text())
        assert code is not None
        yield Site(chromium, running, {"setup": code[0]})


def _places(path: Path) -> dict[str, Any]:
    with closing(sqlite3.connect(path)) as connection:
        places = {name: connection.execute(query).fetchone()[0] for name, query in PLACES.items()}
        slug = connection.execute("SELECT slug FROM thread WHERE id = ?", (places["thread"],)).fetchone()[0]
    return {**places, "slug": slug}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_everybody_can_use_the_page(sampled: Site, kind: Kind) -> None:
    look_at(sampled, kind)


@pytest.mark.parametrize("path", ["/", "/unanswered", "/tags", "/references", "/log", "{setup}"])
def test_everybody_can_use_an_empty_forum(empty: Site, path: str) -> None:
    look_at(empty, Kind(path, NOBODY, path))


def look_at(site: Site, kind: Kind) -> None:
    person = site.person(kind.who)
    assert person.go(kind.path.format_map(site.places)) == kind.status
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
    """What axe-core complains of, in the light and then in the dark."""
    # Not as a script of the page, which its policy would forbid.
    page.evaluate(AXE)
    page.emulate_media(color_scheme="light")
    light = page.evaluate(CHECK, RULES)
    page.emulate_media(color_scheme="dark")
    return [*light, *(f"in the dark: {found}" for found in page.evaluate(CHECK, OF_COLOURS))]


def sticking_out(page: Page) -> list[str]:
    """What is wider than a narrow window."""
    size = page.viewport_size
    page.set_viewport_size({"width": NARROW, "height": 800})
    page.evaluate(DRAWN)
    found: list[str] = page.evaluate(STICKING_OUT, NARROW)
    page.set_viewport_size(size)  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize("who", [NOBODY, MEMBER])
@pytest.mark.parametrize("path", ["/t/{thread}/{slug}", "/"])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(sampled: Site, who: str, path: str) -> None:
    person = sampled.person(who)
    person.go(path.format_map(sampled.places))
    page = person.page
    page.keyboard.press("Tab")
    first = page.evaluate(FOCUSED)
    assert first["skips"] and first["seen"], first
    wanted = page.locator(
        "a[href]:visible, button:visible, input:visible, textarea:visible, summary:visible"
    ).count()
    for _ in range(wanted - 1):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        assert at["outlined"] and at["seen"], at
    assert at["tag"] == "A", "the last is a link of the footer"


def test_the_skip_link_leads_past_the_head(sampled: Site) -> None:
    page = sampled.person(NOBODY).page
    sampled.person(NOBODY).go("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_axe_would_find_something(sampled: Site) -> None:
    """The rules are loaded and run: on a bad page they complain, and a wide one is noticed."""
    page = sampled.person(NOBODY).page
    page.goto("about:blank")
    page.set_content("<p style='color:#999;background:#aaa;width:50rem'>pale</p><img src=x>")
    found = violations(page)
    assert {text.partition(":")[0] for text in found} >= {"color-contrast", "image-alt", "html-has-lang"}
    assert any(text.startswith("in the dark: color-contrast") for text in found)
    assert sticking_out(page)


def test_the_card_of_a_reference_fits_a_narrow_window(sampled: Site) -> None:
    page = sampled.person(NOBODY).page
    page.set_viewport_size({"width": NARROW, "height": 800})
    sampled.person(NOBODY).go("/t/{thread}".format_map(sampled.places))
    for link in page.locator("sup.cite a").all():
        link.focus()
        box = page.locator(".card").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= NARROW
    page.keyboard.press("Escape")
    assert not page.locator(".card").is_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
