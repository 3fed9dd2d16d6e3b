"""Every page answers, to everybody who may see it, with valid HTML."""

from collections.abc import Callable, Iterator

import pytest
from browsing import Browser, make_app
from community import Community, faults, settle
from makers import make_thread

from forum.accounts.tables import Actor, Role
from forum.actions import joining
from forum.db import Database
from forum.web.routes import ROUTES

OPEN = [
    "/",
    "/unanswered",
    "/tags",
    "/tags/evidence",
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
    "/sign-in",
    "/sign-up",
]
MEMBERS = [
    "/ask",
    "/ask?tags=sleep",
    "/inbox",
    "/p/{answer_id}/comment",
    "/p/{own_id}/edit",
    "/p/{opening_id}/edit",
    "/p/{comment_id}/edit",
    "/p/{own_id}/withdraw",
    "/p/{answer_id}/flag",
]
MODERATORS = [
    "/moderation",
    "/moderation/items/{item_id}",
    "/moderation/items/{held_item_id}",
    "/moderation/items/{decided_item_id}",
]
FIRST_PAGES = [
    "/",
    "/unanswered",
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
        assert away.status_code == 303 and away.headers["location"].startswith("/sign-in?next=/moderation")


def test_no_page_is_forgotten() -> None:
    seen = {path.partition("?")[0] for path in (*OPEN, *MEMBERS, *MODERATORS)}
    shapes = {_shape(path.replace("{thread}", "/t/1/x")) for path in seen}
    elsewhere = {"/setup", "/healthz", "/readyz", "/p/*", "/t/*", "/t/*/answer", "/references/*"}
    assert {_shape(way.path) for way in ROUTES if way.method == "GET"} - elsewhere == shapes


def _shape(path: str) -> str:
    """A path with its changing parts as stars."""
    fixed = {"revisions", "comment", "edit", "withdraw", "flag", "answer", "items"}
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
