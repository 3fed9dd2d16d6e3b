"""Every page answers, to everybody who may see it, with valid HTML."""

import re
from collections.abc import Callable, Iterator

import pytest
from browsing import Browser, make_app
from community import Community, faults, settle, version_of
from makers import make_account, make_thread

from forum.accounts.tables import Actor, Role
from forum.actions import joining, reviewing
from forum.db import Database
from forum.web.routes import ROUTES

OPEN = [
    "/",
    "/newest",
    "/unanswered",
    "/top",
    "/top?in=ever",
    "/tags",
    "/tags?q=nothing+like+it",
    "/tags/evidence",
    "/tags/evidence+sleep",
    "/people/asker/posts",
    "{thread}",
    "/t/{discussion_id}/let-us-talk-about-something-else",
    "/p/{answer_id}/revisions",
    "/references",
    "/references?q=polito",
    "/references?q=nothing+like+it",
    "/references/{reference_id}/a-systematic-study-of-microdosing-psychedelics",
    "/search",
    "/search?q=mood",
    "/search?q=zebra",
    "/people/asker",
    "/people/anna",
    "/log",
    "/rules",
    "/help/urgent",
    "/report",
    "/sign-in",
    "/sign-up",
]
MEMBERS = [
    "/ask",
    "/cite",
    "/cite?q=polito",
    "/ask?tags=sleep",
    "/inbox",
    "/for-me",
    "/p/{answer_id}/comment",
    "/p/{own_id}/edit",
    "/p/{opening_id}/edit",
    "/p/{comment_id}/edit",
    "/p/{own_id}/withdraw",
    "/p/{answer_id}/flag",
    "/people/newcomer/flag",
    "/references/{reference_id}/flag",
    "/account/flags",
    "/account/standing",
]
MODERATORS = [
    "/moderation",
    "/moderation/sources",
    "/moderation/texts",
    "/moderation/words",
    "/moderation/statistics",
    "/moderation/people/newcomer",
    "/t/1/tend",
    "/p/{answer_id}/notices",
    "/tags/evidence/caution",
    "/tags/evidence/edit",
    "/moderation/items/{item_id}",
    "/moderation/items/{held_item_id}",
    "/moderation/items/{decided_item_id}",
]
FIRST_PAGES = [
    "/",
    "/newest",
    "/unanswered",
    "/top",
    "/tags",
    "/references",
    "/log",
    "/search",
    "/sign-in",
    "/sign-up",
]
ODD = ["AAAA", "%00", "W10", "WzFd", "x" * 2000, "💊", "WyIyMDI2LTExLTAxVDEyOjAwOjAwKzAwOjAwIiwgMV0"]


@pytest.fixture(scope="module")
def place(new_database: Callable[[str], Database]) -> Iterator[tuple[Browser, Community]]:
    database = new_database("sqlite")
    community = settle(database)
    with Browser(make_app(database)) as browser:
        yield browser, community


def read(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.headers.get("location"))
    assert faults(answer.text) == [], path
    return answer.text


def as_(browser: Browser, actor: Actor | None) -> Browser:
    return browser.signed_in(actor) if actor else browser.signed_out()


@pytest.mark.parametrize("who", [None, "asker", "writer", "newcomer", "moderator"])
def test_pages_for_all(place: tuple[Browser, Community], who: str | None) -> None:
    browser, community = place
    as_(browser, getattr(community, who) if who else None)
    for path in OPEN:
        if who and path in ("/sign-in", "/sign-up"):
            continue
        read(browser, path.format_map(_names(community)))


@pytest.mark.parametrize("who", ["asker", "moderator"])
def test_pages_for_members(place: tuple[Browser, Community], who: str) -> None:
    browser, community = place
    as_(browser, getattr(community, who))
    for path in MEMBERS:
        if who == "moderator" and path.endswith(("/edit", "/withdraw")):
            assert browser.get(path.format_map(_names(community))).status_code == 403, path
        else:
            read(browser, path.format_map(_names(community)))


def test_pages_for_moderators(place: tuple[Browser, Community]) -> None:
    browser, community = place
    for path in MODERATORS:
        address = path.format_map(_names(community))
        read(as_(browser, community.moderator), address)
        assert as_(browser, community.asker).get(address).status_code == 403
        away = as_(browser, None).get(address)
        assert away.status_code == 303 and away.headers["location"].startswith(f"/sign-in?next={address}")


def test_no_page_is_forgotten() -> None:
    seen = {path.partition("?")[0] for path in (*OPEN, *MEMBERS, *MODERATORS)}
    shapes = {_shape(path.replace("{thread}", "/t/1/x")) for path in seen}
    elsewhere = {"/setup", "/healthz", "/readyz", "/p/*", "/t/*", "/t/*/answer", "/references/*"}
    elsewhere |= {"/moderation/posts/*", "/moderation/next", "/inbox/*/flag", "/report/*", "/account/*/*"}
    # For admins.
    elsewhere |= {"/transparency", "/transparency.{extension}", "/moderation/*"}
    # Files, parts of pages, and the pages about one source in one post.
    elsewhere |= {
        "/log.{form}",
        "/feeds/*",
        "/feeds/*/*",
        "/robots.txt",
        "/opensearch.xml",
        "/sitemap.xml",
        "/sitemaps/*",
        "/moderation/*/*",
        "/ask/*",
        "/search/*",
        "/cite/*",
        "/references.{extension}",
        "/tags/*/*",
        "/people/*/*",
        "/p/*/*",
        "/p/*/*/*",
        "/t/*/*",
    }
    assert {_shape(way.path) for way in ROUTES if way.method == "GET"} - elsewhere == shapes - elsewhere


def _shape(path: str) -> str:
    """A path with its changing parts as stars."""
    fixed = {"revisions", "comment", "edit", "withdraw", "flag", "answer", "items", "posts"}
    parts = path.split("/")[1:]
    return "/" + "/".join(part if i == 0 or part in fixed else "*" for i, part in enumerate(parts))


def _names(community: Community) -> dict[str, object]:
    return vars(community) | {"thread": community.thread}


def test_odd_cursors_and_queries(place: tuple[Browser, Community]) -> None:
    browser, _ = place
    for path in (*FIRST_PAGES, "/tags/evidence", "/people/asker"):
        for odd in ODD:
            for query in ("after", "q", "told", "next", "nobody"):
                assert as_(browser, None).get(f"{path}?{query}={odd}").status_code == 200, (path, query, odd)


def test_addresses_that_lead_elsewhere(place: tuple[Browser, Community]) -> None:
    browser, community = place
    as_(browser, None)
    for wrong in ("", "/another-title", "/answer", "/%F0%9F%92%8A"):
        answer = browser.get(f"/t/{community.thread_id}{wrong}")
        assert (answer.status_code, answer.headers["location"]) == (301, community.thread)
    answer = browser.get(f"/p/{community.comment_id}")
    assert answer.headers["location"] == f"{community.thread}#p{community.comment_id}"
    answer = browser.get(f"/references/{community.reference_id}/x")
    assert answer.headers["location"].startswith(f"/references/{community.reference_id}/a-systematic")


def test_what_is_not_there(place: tuple[Browser, Community]) -> None:
    browser, community = place
    nothing = ["/t/999", "/t/0/x", "/t/99999999999", "/p/999", "/p/999/edit", "/p/999/flag"]
    for path in (*nothing, "/references/999", "/people/nobody", "/tags/none", "/nowhere"):
        answer = as_(browser, community.asker).get(path)
        assert answer.status_code == 404, path
        assert "There is nothing here" in answer.text and faults(answer.text) == []
    assert browser.get("/moderation/items/1").status_code == 403
    assert as_(browser, community.moderator).get("/moderation/items/999").status_code == 404


def test_posts_that_readers_do_not_see(place: tuple[Browser, Community]) -> None:
    browser, community = place
    kinds = {
        "My first post here.": ("newcomer", community.held_id),
        "Something that was hidden.": ("writer", community.hidden_id),
        "Something that I took back.": ("writer", community.withdrawn_id),
    }
    for words, (author, post_id) in kinds.items():
        for who in (None, "asker"):
            as_(browser, getattr(community, who) if who else None)
            assert words not in read(browser, community.thread)
            assert browser.get(f"/p/{post_id}").status_code == 404
            assert browser.get(f"/p/{post_id}/revisions").status_code == 404
        as_(browser, getattr(community, author))
        assert words in read(browser, community.thread)
        assert "only you and the moderators see this" in read(browser, community.thread)
        as_(browser, community.moderator)
        assert words in read(browser, community.thread)


@pytest.mark.parametrize("who", ["newcomer", "writer"])
def test_own_posts_that_readers_do_not_see_are_found_again(
    place: tuple[Browser, Community], who: str
) -> None:
    browser, community = place
    author = getattr(community, who)
    expected = {"newcomer": [community.held_id], "writer": [community.withdrawn_id, community.hidden_id]}[who]
    for viewer, heading in ((author, "Only you see these"), (community.moderator, "Not shown to readers")):
        page = read(as_(browser, viewer), f"/people/{author.name}")
        assert heading in page
        assert [int(found) for found in re.findall(r'href="/p/(\d+)"', page)] == expected
    for stranger in (None, community.asker):
        assert 'id="unseen"' not in read(as_(browser, stranger), f"/people/{author.name}")


def test_a_decided_item_is_found_again(place: tuple[Browser, Community]) -> None:
    browser, community = place
    address = f"/moderation/items/{community.decided_item_id}"
    queue = read(as_(browser, community.moderator), "/moderation")
    assert f'hid the answer by {community.writer.name}: <a href="{address}">' in queue
    shortcut = f"/moderation/posts/{community.hidden_id}"
    assert f'href="{shortcut}"' in read(browser, community.thread)
    assert browser.get(shortcut).headers["location"] == address
    assert browser.get(f"/moderation/posts/{community.own_id}").status_code == 404
    assert shortcut not in read(as_(browser, community.writer), community.thread)
    assert browser.get(shortcut).status_code == 403


def test_the_log_marks_what_was_reversed(place: tuple[Browser, Community]) -> None:
    browser, community = place
    assert "reversed later" not in read(as_(browser, None), "/log")
    item_id = community.decided_item_id
    version = version_of(browser.site.database, community.second, item_id)
    with browser.site.database.writing() as db:
        reviewing.decide(db, community.second, item_id, "restore", "", "", version)
        reviewing.decide(
            db, community.second, item_id, "hide", "respect", "It was right at first.", version + 1
        )
    assert read(browser, "/log").count("reversed later") == 2, "the hiding, its reversal, and that one’s"


def test_a_moderator_sees_why_and_what_is_above(place: tuple[Browser, Community]) -> None:
    browser, community = place
    as_(browser, community.moderator)
    assert "One of this member’s first posts" in read(browser, "/moderation")
    page = read(browser, f"/moderation/items/{community.held_item_id}")
    assert "What it stands under, by asker" in page and "I read about this" in page
    page = read(browser, f"/moderation/items/{community.decided_item_id}")
    assert "Disagree with what was said, never with who said it." in page


def test_a_reference_page_uses_the_words_of_the_forum(place: tuple[Browser, Community]) -> None:
    browser, community = place
    browser.signed_in(community.writer).post(
        f"/t/{community.discussion_id}/answer", {"text": "As [@doi:10.1371/journal.pone.0211023] says."}
    )
    path = f"/references/{community.reference_id}/a-systematic-study-of-microdosing-psychedelics"
    page = read(as_(browser, None), path)
    assert "<span>reply</span>" in page and "<span>comment</span>" in page


@pytest.mark.parametrize("query", ["10.1371/journal.pone.0211023", "polito microdosing", "pone"])
def test_search_shows_sources(place: tuple[Browser, Community], query: str) -> None:
    browser, community = place
    page = read(as_(browser, None), f"/search?q={query}")
    assert "<h2>Sources</h2>" in page and f'href="/references/{community.reference_id}/' in page


def test_a_search_without_results_leads_to_the_references(place: tuple[Browser, Community]) -> None:
    browser, _ = place
    page = read(as_(browser, None), "/search?q=zebra+%26+co")
    assert "<h2>Sources</h2>" not in page and 'href="/references?q=zebra%20%26%20co"' in page


def test_the_held_banner(place: tuple[Browser, Community]) -> None:
    browser, community = place
    page = read(as_(browser, community.newcomer), community.thread)
    assert "<strong>Waiting for review:</strong> only you and the moderators see this." in page


def test_an_unresolved_reference_says_so(place: tuple[Browser, Community]) -> None:
    browser, community = place
    page = read(as_(browser, None), community.thread)
    assert "details not looked up yet" in page
    assert "Polito V, Stevenson RJ" in page and f'id="p{community.answer_id}-r1"' in page


def test_an_empty_forum(new_database: Callable[[str], Database]) -> None:
    with Browser(make_app(new_database("sqlite"))) as browser:
        for path in FIRST_PAGES:
            page = read(browser, path)
            assert "sample community" not in page
        assert "Nobody has asked anything yet" in browser.get("/").text
        assert "Is this your forum?" in browser.get("/").text


def test_an_empty_forum_with_an_admin(new_database: Callable[[str], Database]) -> None:
    database = new_database("sqlite")
    with Browser(make_app(database)) as browser:
        assert "Is this your forum?" in browser.get("/").text
        with database.writing() as db:
            joining.create_account(db, None, "owner-of-it", None, "a long enough sentence", Role.ADMIN)
        page = read(browser, "/")
        assert "Is this your forum?" not in page and "Nobody has asked anything yet" in page
        assert "Before you invite others" not in page
        with database.writing() as db:
            boss = make_account(db, "boss", Role.ADMIN)
        assert "Before you invite others" in read(browser.signed_in(boss), "/")


def test_second_pages(new_database: Callable[[str], Database]) -> None:
    database = new_database("sqlite")
    with database.writing() as db:
        for number in range(12):
            make_thread(db, title=f"Question number {number} of twelve")
    with Browser(make_app(database, page_size=5)) as browser:
        titles, path = [], "/"
        while path:
            page = read(browser, path)
            titles += [number for number in range(12) if f"Question number {number} of twelve" in page]
            path = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        assert sorted(titles) == list(range(12)), "each thread stands on one page"
