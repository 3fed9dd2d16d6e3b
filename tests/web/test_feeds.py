"""Feeds: every one is read without a complaint, keeps to its standard, and says what everybody may read."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import feedparser
import jsonschema
import pytest
from browsing import BASE, Browser, make_app
from lxml import etree
from makers import make_account, make_answer, make_comment, make_thread, opening
from moderation.acts import decide, flag
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor, Role
from forum.actions import editing, merging, transferring
from forum.config import Settings
from forum.db import Database
from forum.discussion import post_notices
from forum.discussion.tables import Post, Thread
from forum.references import catalogue
from forum.references.identifiers import Identifier, Scheme
from forum.references.tables import Reference
from forum.web import feeding
from forum.web.feeding import Entry, Feed
from forum.web.pages import feeds

ATOM = "{http://www.w3.org/2005/Atom}"
FORMS = ("atom", "json")
WORK, TWIN = Identifier(Scheme.DOI, "10.5555/careful"), Identifier(Scheme.DOI, "10.5555/twin")
#: JSON Feed 1.1: what there must be, and the types of what there is.
JSON_FEED = {
    "type": "object",
    "required": ["version", "title", "items", "home_page_url", "feed_url"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {"type": "string", "minLength": 1},
        "home_page_url": {"type": "string", "pattern": f"^{BASE}/"},
        "feed_url": {"type": "string", "pattern": f"^{BASE}/"},
        "authors": {"$ref": "#/$defs/authors"},
        "items": {"type": "array", "items": {"$ref": "#/$defs/item"}},
    },
    "additionalProperties": False,
    "$defs": {
        "authors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string"}, "url": {"type": "string", "pattern": f"^{BASE}/"}},
                "additionalProperties": False,
            },
        },
        "item": {
            "type": "object",
            "required": ["id", "url", "title", "date_published", "date_modified", "authors"],
            "oneOf": [{"required": ["content_html"]}, {"required": ["content_text"]}],
            "properties": {
                "id": {"type": "string", "pattern": f"^{BASE}/"},
                "url": {"type": "string", "pattern": f"^{BASE}/"},
                "title": {"type": "string", "minLength": 1},
                "content_html": {"type": "string", "minLength": 1},
                "content_text": {"type": "string", "minLength": 1},
                "date_published": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$"},
                "date_modified": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$"},
                "authors": {"$ref": "#/$defs/authors"},
                "tags": {"type": "array", "items": {"type": "string"}},
            },
            "additionalProperties": False,
        },
    },
}


class Place(NamedTuple):
    browser: Browser
    database: Database
    asker: Actor
    writer: Actor
    moderator: Actor
    thread: Thread
    answer: Post
    reference_id: int

    @property
    def paths(self) -> list[str]:
        """The addresses of all feeds, without their extensions."""
        return [
            "/feeds/latest",
            "/feeds/tags/evidence",
            f"/feeds/threads/{self.thread.id}",
            "/feeds/people/writer",
            f"/feeds/references/{self.reference_id}",
            "/feeds/search.{form}?q=careful",
            "/log",
        ]

    def get(self, path: str, form: str) -> Any:
        answer = self.browser.signed_out().get(address(path, form))
        assert answer.status_code == 200, (path, answer.status_code, answer.headers.get("location"))
        return answer

    def items(self, path: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.get(path, "json").json()["items"]
        return items

    def titles(self, path: str) -> list[str]:
        return [item["title"] for item in self.items(path)]


def address(path: str, form: str) -> str:
    return path.format(form=form) if "{form}" in path else f"{path}.{form}"


def settle(db: Session) -> tuple[Actor, Actor, Actor, Thread, Post, int]:
    asker, writer = make_account(db, "asker"), make_account(db, "writer")
    moderator = make_account(db, "anna", Role.MODERATOR)
    words = "Careful words, [a rule](/rules) [supports @doi:10.5555/careful, p. 4].[^1]\n\n[^1]: A note."
    thread = make_thread(db, asker, title="Is <this> & that “careful”?", tags="evidence sleep", text=words)
    answer = make_answer(
        db, thread, writer, 'A careful answer, as [@doi:10.5555/careful] says; and `href="/no"`.'
    )
    make_comment(db, opening(db, thread), writer, "A careful comment.")
    make_thread(db, writer, title="Let us talk", kind="discussion", tags="sleep", text="Words.")
    hidden = make_answer(db, thread, asker, "Zqhidden words.")
    decide(db, moderator, hidden, flag(db, hidden) and "hide")
    reference_id = catalogue.find_or_create(db, [WORK])[WORK]
    return asker, writer, moderator, thread, answer, reference_id


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(new_database: Callable[[str], Database], request: pytest.FixtureRequest) -> Iterator[Place]:
    """For tests that only read."""
    database = new_database(request.param)
    with database.writing() as db:
        community = settle(db)
    with Browser(make_app(database)) as browser:
        yield Place(browser, database, *community)


@pytest.fixture
def sqlite(sqlite: Database, frozen: object) -> Iterator[Place]:
    """For tests that change something."""
    with sqlite.writing() as db:
        community = settle(db)
    with Browser(make_app(sqlite)) as browser:
        yield Place(browser, sqlite, *community)


def atom_faults(xml: bytes, own: str) -> list[str]:
    """What RFC 4287 forbids (4.1.1, 4.1.2, 3.2 to 3.3)."""
    feed = etree.fromstring(xml)
    entries = feed.findall(f"{ATOM}entry")
    faults = [] if feed.tag == f"{ATOM}feed" else ["not a feed"]
    for element in (feed, *entries):
        faults += [name for name in ("id", "title", "updated") if len(element.findall(ATOM + name)) != 1]
        faults += ["no author"] * (element.find(f"{ATOM}author/{ATOM}name") is None)
        faults += [f"moment {at}" for at in moments(element) if at.tzinfo is None]
        links = [
            link for link in element.findall(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"
        ]
        faults += ["not one page"] * (len(links) != 1)
        faults += [str(link.get("href")) for link in links if not str(link.get("href")).startswith(BASE)]
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    faults += ["two entries with one id"] * (len(set(ids)) != len(ids))
    faults += [f"id {each}" for each in ids if not str(each).startswith(f"{BASE}/")]
    (self_link,) = (link for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self")
    return faults + [str(self_link.get("href"))] * (self_link.get("href") != own)


def moments(element: etree._Element) -> list[datetime]:
    return [
        datetime.fromisoformat(at.text or "")
        for name in ("updated", "published")
        for at in element.findall(ATOM + name)
    ]


def not_absolute(html: str) -> list[str]:
    found = re.findall(r'<[^>]*?\s(?:href|src)="([^"]*)"', html)
    found += [each for value in re.findall(r'\ssrcset="([^"]*)"', html) for each in value.split(", ")]
    return [each for each in found if not each.startswith(("http://", "https://", "mailto:"))]


def test_every_feed_is_read_without_a_complaint(place: Place) -> None:
    for path in place.paths:
        atom, told = place.get(path, "atom"), place.get(path, "json")
        assert atom.headers["content-type"] == "application/atom+xml; charset=utf-8"
        assert told.headers["content-type"] == "application/feed+json; charset=utf-8"
        parsed = feedparser.parse(
            atom.content, response_headers={"content-type": atom.headers["content-type"]}
        )
        assert not parsed.bozo, (path, parsed.get("bozo_exception"))
        assert parsed.version == "atom10"
        assert len(parsed.entries) == len(told.json()["items"]) > 0, path
        assert atom_faults(atom.content, f"{BASE}{address(path, 'atom')}") == [], path
        jsonschema.validate(told.json(), JSON_FEED)
        assert told.json()["feed_url"] == f"{BASE}{address(path, 'json')}"


def test_both_forms_say_the_same(place: Place) -> None:
    for path in place.paths:
        entries = etree.fromstring(place.get(path, "atom").content).findall(f"{ATOM}entry")
        for entry, item in zip(entries, place.items(path), strict=True):
            said = [
                entry.findtext(ATOM + name) for name in ("id", "title", "content", "published", "updated")
            ]
            content = item.get("content_html") or item["content_text"]
            dates = [item["date_published"], item["date_modified"]]
            assert said == [item["id"], item["title"], content, *dates]
            assert entry.find(f"{ATOM}link").get("href") == item["url"]
            assert entry.findtext(f"{ATOM}author/{ATOM}name") == item["authors"][0]["name"]
            assert [each.get("term") for each in entry.findall(f"{ATOM}category")] == item["tags"]


def test_what_each_feed_tells(place: Place) -> None:
    title = "Is <this> & that “careful”?"
    answer, comment = f"Answer by writer: {title}", f"Comment by writer: {title}"
    assert place.titles("/feeds/latest") == ["Let us talk", title]
    assert place.titles("/feeds/tags/evidence") == [title]
    assert place.titles("/feeds/tags/sleep") == ["Let us talk", title]
    assert place.titles(f"/feeds/threads/{place.thread.id}") == [comment, answer, title]
    assert place.titles("/feeds/people/writer") == ["Let us talk", comment, answer]
    assert place.titles(f"/feeds/references/{place.reference_id}") == [answer, title]
    assert place.titles("/feeds/search.{form}?q=careful") in ([comment], [answer], [title])
    assert place.titles("/feeds/search.{form}?q=nothinglikeit") == []
    assert place.titles("/feeds/search.{form}") == []


def test_an_entry_is_whole_and_its_links_lead_here(place: Place) -> None:
    comment, answer, asked = place.items(f"/feeds/threads/{place.thread.id}")
    page = f"{BASE}/t/{place.thread.id}/{place.thread.slug}"
    assert asked["url"] == f"{page}#p{opening_id(place)}"
    assert answer["id"] == f"{BASE}/p/{place.answer.id}"
    assert answer["authors"] == [{"name": "writer", "url": f"{BASE}/people/writer"}]
    assert asked["tags"] == ["evidence", "sleep"]
    html = asked["content_html"]
    assert not_absolute(html) == [] and not_absolute(answer["content_html"]) == []
    assert f'href="{BASE}/rules"' in html
    assert (
        f'href="{page}#p{opening_id(place)}-r1"' in html and f'href="{page}#p{opening_id(place)}-fn1"' in html
    )
    at = f"p{place.answer.id}"
    assert f'href="{BASE}/p/{place.answer.id}#{at}-r1"' in answer["content_html"], "it may be on a later page"
    assert "<h3>References</h3>" in html and "https://doi.org/10.5555/careful" in html
    assert "(supports, p. 4)" in html and f'href="{BASE}/references/{place.reference_id}/' in html
    assert 'href="/no"' in answer["content_html"], "what is quoted as code is left alone"
    assert "References" not in comment["content_html"]


def opening_id(place: Place) -> int:
    with place.database.reading() as db:
        return opening(db, place.thread).id


def test_a_remark_and_a_retraction_are_said_in_words(sqlite: Place) -> None:
    with sqlite.database.writing() as db:
        post_notices.put(db, sqlite.answer.id, "medical", "Not with <lithium>.", sqlite.moderator.id)
        db.get_one(Reference, sqlite.reference_id).notice_level = "retracted"
    html = sqlite.items("/feeds/people/writer")[-1]["content_html"]
    assert "<strong>Medical caution:</strong> Not with &lt;lithium&gt;." in html
    assert "<strong>Retracted</strong>" in html


def test_an_edit_is_an_update_of_the_same_entry(sqlite: Place, frozen: Any) -> None:
    path = f"/feeds/threads/{sqlite.thread.id}"
    before = sqlite.items(path)[1]
    frozen.forward(hours=2)
    with sqlite.database.writing() as db:
        editing.edit(db, sqlite.writer, sqlite.answer.id, "Better words.", 1)
    after = sqlite.items(path)[1]
    assert (after["id"], after["date_published"]) == (before["id"], before["date_published"])
    assert after["date_modified"] > before["date_modified"] and "Better words" in after["content_html"]


def test_a_new_answer_changes_the_feed_of_threads_and_none_of_its_entries(sqlite: Place, frozen: Any) -> None:
    before = sqlite.get("/feeds/latest", "atom")
    frozen.forward(hours=2)
    with sqlite.database.writing() as db:
        make_answer(db, db.get_one(Thread, sqlite.thread.id), text="Later words.")
    after = sqlite.get("/feeds/latest", "atom")
    assert feedparser.parse(after.content).feed.updated > feedparser.parse(before.content).feed.updated
    known = {entry.id: entry.updated for entry in feedparser.parse(before.content).entries}
    told = feedparser.parse(after.content).entries
    assert {entry.id: entry.updated for entry in told} == known
    assert told[0].id == f"{BASE}/t/{sqlite.thread.id}", "the thread is the first now"


def test_a_feed_is_for_everybody_alike(place: Place) -> None:
    for path in place.paths:
        for form in FORMS:
            for_all = place.get(path, form)
            assert "Zqhidden" not in for_all.text, path
            for reader in (place.asker, place.moderator):
                own = place.browser.signed_in(reader).get(address(path, form))
                assert own.text == for_all.text, path
                assert own.headers["cache-control"] == "private, no-store"


def test_what_readers_do_not_see_has_no_feed(sqlite: Place) -> None:
    with sqlite.database.writing() as db:
        held = make_thread(db, make_account(db, shown_posts=0), tags="zqheld", text="[@doi:10.5555/held]")
        work = db.scalars(select(Reference.id).order_by(Reference.id.desc()).limit(1)).one()
    paths = (
        f"threads/{held.id}",
        f"references/{work}",
        "tags/zqheld",
        "tags/none",
        "people/nobody",
        "threads/999",
    )
    for path in paths:
        for reader in (None, sqlite.moderator):
            browser = sqlite.browser.signed_out()
            if reader:
                browser.signed_in(reader)
            assert browser.get(f"/feeds/{path}.atom").status_code == 404, path
    assert sqlite.browser.signed_out().get("/feeds/latest.rss").status_code == 404


def test_a_feed_follows_what_it_is_about(sqlite: Place) -> None:
    with sqlite.database.writing() as db:
        later = make_thread(db, title="Is this asked again?", tags="proof", text="[@doi:10.5555/twin]")
        transferring.merge(db, sqlite.moderator, later.id, str(sqlite.thread.id), "The same.")
        twin = catalogue.find_or_create(db, [TWIN])[TWIN]
        merging.merge(db, sqlite.moderator, twin, sqlite.reference_id, "The same work.")
    for old, new in (
        (f"threads/{later.id}", f"threads/{sqlite.thread.id}"),
        (f"references/{twin}", f"references/{sqlite.reference_id}"),
    ):
        answer = sqlite.browser.get(f"/feeds/{old}.json")
        assert (answer.status_code, answer.headers["location"]) == (302, f"/feeds/{new}.json")


PICTURE = f"/images/{'x' * 22}-1200x800.webp"


def test_pictures_and_spoilers_are_in_it(sqlite: Place) -> None:
    words = f"![A careful graph]({PICTURE})\n\n>! A careful end."
    with sqlite.database.writing() as db:
        make_answer(db, db.get_one(Thread, sqlite.thread.id), sqlite.writer, words)
    path = f"/feeds/threads/{sqlite.thread.id}"
    told = sqlite.items(path)[0]["content_html"]
    parsed = feedparser.parse(sqlite.get(path, "atom").content)
    assert not parsed.bozo
    for html in (told, parsed.entries[0].content[0].value):
        assert f'src="{BASE}{PICTURE}"' in html
        assert 'alt="A careful graph"' in html
        assert re.search(r'<details class="spoiler">(<summary>)?Spoiler(</summary>)?\s+<p>A careful', html)
        assert not_absolute(html) == []
    assert f'srcset="{BASE}{PICTURE.replace(".webp", ".small.webp")} 800w, {BASE}{PICTURE} 1200w"' in told


def test_a_feed_is_bounded(sqlite: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MOST", 2)
    with sqlite.database.writing() as db:
        thread = db.get_one(Thread, sqlite.thread.id)
        for number in range(3):
            make_answer(db, thread, sqlite.writer, f"Careful number {number} [@doi:10.5555/careful].")
        for number in range(2):
            make_thread(db, sqlite.writer, title=f"Careful thread {number}", tags="evidence")
    for path in sqlite.paths:
        items = sqlite.items(path)
        assert len(items) == (2 if path != "/log" else len(items)), path
    newest = [item["content_html"] for item in sqlite.items(f"/feeds/threads/{sqlite.thread.id}")]
    assert "Careful number 2" in newest[0] and "Careful number 1" in newest[1]


def test_pages_offer_their_feeds(place: Place) -> None:
    pages = {
        "/": "/feeds/latest",
        "/tags/evidence": "/feeds/tags/evidence",
        f"/t/{place.thread.id}/{place.thread.slug}": f"/feeds/threads/{place.thread.id}",
        "/people/writer": "/feeds/people/writer",
        f"/references/{place.reference_id}/doi-10-5555-careful": f"/feeds/references/{place.reference_id}",
        "/search?q=careful": "/feeds/search.{form}?q=careful",
        "/log": "/log",
    }
    place.browser.signed_out()
    for page, path in pages.items():
        answer = place.browser.get(page)
        if answer.status_code in (301, 302):
            answer = place.browser.get(answer.headers["location"])
        head, _, body = answer.text.partition("</head>")
        for form, kind in (("atom", "application/atom+xml"), ("json", "application/feed+json")):
            offered = re.search(rf'<link rel="alternate" type="{re.escape(kind)}" [^>]*href="([^"]+)"', head)
            assert offered and offered[1] == address(path, form), page
        assert f'href="{address(path, "atom")}"' in body, f"{page} has no link that people see"


def test_hostile_words_stay_words() -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    words = "</title>]]>&<script>\x00\x0b\ud800"
    entry = Entry("/p/1", "/t/1/ü#p1", words, words, at, at, html=f"<p>&lt;{words[:3]}", tags=["a&b"])
    feed = Feed("/feeds/tags/ü", "/tags/ü", words, [entry], "q=%26")
    written = feeding.atom(feed, Settings(base_url=BASE))
    assert atom_faults(written, f"{BASE}/feeds/tags/%C3%BC.atom?q=%26") == []
    parsed = feedparser.parse(written)
    assert not parsed.bozo and parsed.entries[0].link == f"{BASE}/t/1/%C3%BC#p1"
    assert parsed.entries[0].title_detail.value == "</title>]]>&<script>"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="/rules">x</a>', f'<a href="{BASE}/rules">x</a>'),
        ('<a id="c" href="#r" role="x">1</a>', f'<a id="c" href="{BASE}/t/1/s#r" role="x">1</a>'),
        ('<a href="https://x.example/">x</a>', '<a href="https://x.example/">x</a>'),
        ('<a href="//x.example/">x</a>', '<a href="//x.example/">x</a>'),
        ('<code>&lt;a href="/x"&gt;</code>', '<code>&lt;a href="/x"&gt;</code>'),
        ('<a rel="a>b" href="/x">x</a>', f'<a rel="a>b" href="{BASE}/x">x</a>'),
        ('<a href="/x">x</a><a href="#">', f'<a href="{BASE}/x">x</a><a href="{BASE}/t/1/s#">'),
        ('<img alt=" src=" src="/i.gif">', f'<img alt=" src=" src="{BASE}/i.gif">'),
        ('<img srcset="/s 8w, /f 9w" alt="1w, /x">', f'<img srcset="{BASE}/s 8w, {BASE}/f 9w" alt="1w, /x">'),
        ('<img src="https://x.example/i.gif">', '<img src="https://x.example/i.gif">'),
    ],
)  # fmt: skip
def test_links_can_be_followed_from_anywhere(html: str, expected: str) -> None:
    assert feeding.absolute(html, BASE, "/t/1/s") == expected
