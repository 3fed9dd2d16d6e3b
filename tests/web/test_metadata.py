"""What pages say of themselves to search engines and to whoever passes a link on: true and harmless."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

import html5lib
import jsonschema
import pytest
from browsing import BASE, Browser, make_app
from makers import make_account, make_answer, make_comment, make_thread, opening, unhurried
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor, Role
from forum.actions import accepting, voting
from forum.db import Database
from forum.discussion.tables import Thread
from forum.references import catalogue
from forum.references.identifiers import Identifier, Scheme
from forum.web import structured
from forum.web.templating import cut

HOSTILE = "Is </title></script><script>alert(1)</script> & \"this\" 'it' <!-- --> safe?"
WORK = Identifier(Scheme.DOI, "10.5555/careful")

# What Google documents as required and recommended for Q&A pages and for discussion forums
# (developers.google.com/search/docs/appearance/structured-data/qapage and …/discussion-forum), but for what
# we have not: pictures and videos. All that is recommended is required here.
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$"}
ADDRESS = {"type": "string", "pattern": f"^{BASE}/"}
TEXT = {"type": "string", "minLength": 1}
AUTHOR = {
    "type": "object",
    "required": ["@type", "name", "url"],
    "properties": {"@type": {"const": "Person"}, "name": TEXT, "url": ADDRESS},
    "additionalProperties": False,
}
POST: dict[str, Any] = {
    "text": TEXT,
    "url": ADDRESS,
    "author": AUTHOR,
    "datePublished": MOMENT,
    "dateModified": MOMENT,
}
COMMENT = {
    "type": "object",
    "required": ["@type", "text", "url", "author", "datePublished"],
    "properties": {
        "@type": {"const": "Comment"},
        **POST,
        "upvoteCount": {"type": "integer"},
        "comment": {"type": "array", "items": {"type": "object"}},
    },
    "additionalProperties": False,
}
COMMENTS = {"type": "array", "minItems": 1, "items": COMMENT}
CITATIONS = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["@type", "name", "url"],
        "properties": {
            "@type": {"enum": ["ScholarlyArticle", "CreativeWork"]},
            "name": TEXT,
            "url": {"type": "string", "pattern": "^https?://"},
        },
        "additionalProperties": False,
    },
}
ANSWER = {
    "type": "object",
    "required": ["@type", "text", "url", "upvoteCount", "datePublished", "author"],
    "properties": {
        "@type": {"const": "Answer"},
        **POST,
        "upvoteCount": {"type": "integer"},
        "comment": COMMENTS,
    },
    "additionalProperties": False,
}
QA_PAGE = {
    "type": "object",
    "required": ["@context", "@type", "mainEntity", "url"],
    "properties": {
        "@context": {"const": "https://schema.org"},
        "@type": {"const": "QAPage"},
        "url": ADDRESS,
        "mainEntity": {
            "type": "object",
            "required": [
                *("@type", "name", "text", "url", "answerCount", "upvoteCount", "datePublished", "author"),
            ],
            "properties": {
                "@type": {"const": "Question"},
                **POST,
                "name": TEXT,
                "keywords": {"type": "array", "items": TEXT},
                "answerCount": {"type": "integer", "minimum": 1},
                "upvoteCount": {"type": "integer"},
                "acceptedAnswer": ANSWER,
                "suggestedAnswer": {"type": "array", "minItems": 1, "items": ANSWER},
                "comment": COMMENTS,
                "citation": CITATIONS,
            },
            "additionalProperties": False,
            "anyOf": [{"required": ["acceptedAnswer"]}, {"required": ["suggestedAnswer"]}],
        },
    },
    "additionalProperties": False,
}
DISCUSSION = {
    "type": "object",
    "required": [
        *("@context", "@type", "author", "datePublished", "text", "headline", "url", "mainEntityOfPage"),
        *("interactionStatistic", "commentCount"),
    ],
    "properties": {
        "@context": {"const": "https://schema.org"},
        "@type": {"const": "DiscussionForumPosting"},
        **POST,
        "headline": TEXT,
        "mainEntityOfPage": ADDRESS,
        "keywords": {"type": "array", "items": TEXT},
        "commentCount": {"type": "integer", "minimum": 0},
        "interactionStatistic": {
            "type": "object",
            "required": ["@type", "interactionType", "userInteractionCount"],
            "properties": {
                "@type": {"const": "InteractionCounter"},
                "interactionType": {"const": "https://schema.org/LikeAction"},
                "userInteractionCount": {"type": "integer", "minimum": 0},
            },
        },
        "comment": COMMENTS,
        "citation": CITATIONS,
    },
    "additionalProperties": False,
}


class Place(NamedTuple):
    browser: Browser
    database: Database
    asker: Actor
    thread: Thread
    discussion: Thread
    reference: str

    def head(self, path: str) -> "Head":
        answer = self.browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return Head(html5lib.parse(answer.text, namespaceHTMLElements=False))

    def told(self, thread: Thread) -> dict[str, Any]:
        told: dict[str, Any] = self.head(at(thread)).data
        return told


class Head(NamedTuple):
    page: Element

    def meta(self, name: str) -> list[str]:
        """Every content of the meta elements of this name, or property."""
        found = self.page.findall("./head/meta")
        return [each.get("content", "") for each in found if name in (each.get("name"), each.get("property"))]

    @property
    def canonical(self) -> list[str]:
        links = self.page.findall("./head/link")
        return [link.get("href", "") for link in links if link.get("rel") == "canonical"]

    @property
    def data(self) -> Any:
        (block,) = self.blocks
        return json.loads(block)

    @property
    def blocks(self) -> list[str]:
        scripts = self.page.iter("script")
        return [each.text or "" for each in scripts if each.get("type") == "application/ld+json"]


def at(thread: Thread) -> str:
    return f"/t/{thread.id}/{thread.slug}"


def settle(db: Session) -> tuple[Actor, Thread, Thread, str]:
    asker, writer = make_account(db, "asker"), make_account(db, "writer")
    make_account(db, "boss", Role.ADMIN)
    thread = make_thread(
        db,
        asker,
        title=HOSTILE,
        tags="evidence",
        text=f"Some {HOSTILE} words [@doi:10.5555/careful] {'long ' * 200}",
    )
    make_comment(db, opening(db, thread), writer, "Which </script> one?")
    make_answer(db, thread, writer, "The first answer.")
    best = make_answer(db, thread, writer, "The best answer [@url:https://example.org/page].")
    voting.vote(db, asker, best.id, 1)
    accepting.accept(db, asker, best.id, True)
    discussion = make_thread(
        db, writer, kind="discussion", title="Let us talk", text="Words.", tags="evidence sleep"
    )
    reply = make_answer(db, discussion, asker, "A reply [@doi:10.5555/careful].")
    make_comment(db, reply, writer, "A comment below the reply.")
    work = catalogue.find_or_create(db, [WORK])[WORK]
    catalogue.record(
        db, work, {"type": "article-journal", "title": "Careful & <sure>", "DOI": WORK.value}, "crossref"
    )
    found = catalogue.read(db, work)
    assert found
    return asker, thread, discussion, f"/references/{found.id}/{found.slug}"


@pytest.fixture(scope="module")
def place(new_database: Callable[[str], Database]) -> Iterator[Place]:
    database = new_database("sqlite")
    with database.writing() as db:
        community = settle(db)
    with Browser(make_app(database)) as browser:
        yield Place(browser, database, *community)


# --- JSON-LD -------------------------------------------------------------------------------------------


def test_a_question_is_told_as_search_engines_read_it(place: Place) -> None:
    told = place.told(place.thread)
    jsonschema.validate(told, QA_PAGE)
    question = told["mainEntity"]
    assert (question["name"], question["answerCount"]) == (HOSTILE, 2)
    assert question["url"] == told["url"] == f"{BASE}{at(place.thread)}"
    assert question["text"].startswith(f"Some {HOSTILE} words") and question["text"].endswith("long")
    assert question["text"].count("long") == 200, "the whole text"
    assert question["author"] == {"@type": "Person", "name": "asker", "url": f"{BASE}/people/asker"}
    accepted, (suggested,) = question["acceptedAnswer"], question["suggestedAnswer"]
    assert accepted["text"].startswith("The best answer") and accepted["upvoteCount"] == 1
    assert suggested["text"] == "The first answer."
    assert [comment["text"] for comment in question["comment"]] == ["Which </script> one?"]
    work, page = question["citation"]
    assert work == {
        "@type": "ScholarlyArticle",
        "name": "Careful & <sure>",
        "url": "https://doi.org/10.5555/careful",
    }
    assert (page["@type"], page["url"]) == ("CreativeWork", "https://example.org/page")


def test_a_question_without_answers_is_no_page_of_answers(place: Place) -> None:
    with place.database.writing() as db:
        thread = make_thread(db, title="Does nobody know this?", text="Words.")
    told = place.told(thread)
    jsonschema.validate(told, DISCUSSION)
    assert (told["headline"], told["commentCount"]) == ("Does nobody know this?", 0)
    assert not told.keys() & {"citation", "comment"}
    with place.database.writing() as db:
        make_answer(db, thread, text="One who knows. " * 60)
    told = place.told(thread)
    jsonschema.validate(told, QA_PAGE)
    assert told["mainEntity"]["suggestedAnswer"][0]["text"] == ("One who knows. " * 60).strip()


def test_a_discussion_is_told_as_search_engines_read_it(place: Place) -> None:
    told = place.told(place.discussion)
    jsonschema.validate(told, DISCUSSION)
    assert (told["headline"], told["text"], told["commentCount"]) == ("Let us talk", "Words.", 1)
    (reply,) = told["comment"]
    assert reply["text"].startswith("A reply") and reply["author"]["name"] == "asker"
    assert [below["text"] for below in reply["comment"]] == ["A comment below the reply."]
    jsonschema.validate(reply["comment"], COMMENTS)


def test_no_text_breaks_out_of_its_block(place: Place) -> None:
    text = place.browser.get(at(place.thread)).text
    block = text.split('<script type="application/ld+json">')[1].split("</script>")[0]
    assert not re.search("[<>&]", block) and r"\u003c/script\u003e" in block
    assert json.loads(block)["mainEntity"]["name"] == HOSTILE
    assert "<script>alert" not in text


def test_a_long_thread_stays_light(place: Place) -> None:
    with unhurried(), place.database.writing() as db:
        thread = make_thread(db, place.asker, title="What is all known of this?")
        for number in range(25):
            answer = make_answer(db, thread, text=f"Answer {number}. " + "Many words of an answer. " * 60)
            for each in range(4 if number < 3 else 0):
                make_comment(db, answer, place.asker, f"Some words of comment {number} {each}. " * 12)
    head = place.head(at(thread))
    assert len(head.blocks[0]) < 28_000
    jsonschema.validate(head.data, QA_PAGE)
    question = head.data["mainEntity"]
    assert (question["answerCount"], len(question["suggestedAnswer"])) == (25, structured.ANSWERS)


def test_only_guests_pay_for_it(place: Place) -> None:
    guests = place.browser.get(at(place.thread)).text
    assert guests.count("og:") == 5 and "ld+json" in guests
    own = place.browser.signed_in(place.asker).get(at(place.thread)).text
    place.browser.signed_out()
    assert "og:" not in own and "ld+json" not in own and "canonical" not in own
    assert "/feeds/threads/" in own


# --- where a page stands, and what it is about -----------------------------------------------------------


def test_a_thread_says_where_it_stands(place: Place) -> None:
    head = place.head(at(place.thread))
    address = f"{BASE}{at(place.thread)}"
    assert head.canonical == head.meta("og:url") == [address]
    assert head.meta("og:title") == [HOSTILE] and head.meta("og:type") == ["article"]
    assert head.meta("og:site_name") == ["Footnote"]
    (description,) = head.meta("description")
    assert head.meta("og:description") == [description]
    assert description.startswith(f"Some {HOSTILE} words") and description.endswith("long …")
    assert len(description) <= 200
    assert head.meta("robots") == []


def test_every_page_for_readers_says_where_it_stands(place: Place) -> None:
    for path in (
        "/",
        "/unanswered",
        "/tags",
        "/tags/evidence",
        "/tags/evidence+sleep",
        "/people/asker",
        "/references",
        place.reference,
        "/log",
        "/rules",
    ):
        head = place.head(path)
        assert head.canonical == head.meta("og:url") == [BASE + path], path
        assert head.meta("og:title")[0] and head.meta("description")[0], path
        assert head.meta("og:type")[0] in ("website", "article", "profile")
        # An address with more in it is the same page.
        assert place.head(f"{path}?utm=1").canonical == [BASE + path]


@pytest.mark.parametrize(
    "path",
    [
        "/search?q=words",
        "/references?q=words",
        "/people/asker",
        "/p/1/revisions",
        "/sign-in",
        "/sign-up",
        "/sign-up/sent",
        "/report",
        "/log?act=house",
        "/?after=abc",
        "/tags?after=abc",
    ],
)
def test_what_is_not_for_search_engines(place: Place, path: str) -> None:
    head = place.head(path)
    assert head.meta("robots") == ["noindex"]
    assert head.canonical == ([f"{BASE}{path}"] if path == "/people/asker" else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("short", "short"),
        ("two\n\nlines", "two lines"),
        ("a word, and more of them", "a word, and …"),
        ("a word, anderson", "a word …"),
        ("x" * 40, "x" * 11 + " …"),
        ("", ""),
    ],
)
def test_texts_are_cut_at_a_word(text: str, expected: str) -> None:
    assert cut(text, 13) == expected
    assert len(cut(text, 13)) <= 13


def test_what_is_hidden_is_told_nowhere(place: Place) -> None:
    with place.database.writing() as db:
        newcomer = make_account(db, shown_posts=0)
        make_answer(db, db.get_one(Thread, place.discussion.id), newcomer, "Zqheld words.")
    for reader in (None, newcomer):
        browser = place.browser.signed_out()
        head = (browser.signed_in(reader) if reader else browser).get(at(place.discussion)).text
        assert "Zqheld" not in head.partition("</head>")[0]
    place.browser.signed_out()
