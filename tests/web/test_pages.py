"""Every page answers, to everybody who may see it, with valid HTML."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browsing import Browser, make_app
from community import Community, faults, settle, version_of
from makers import make_account, make_thread
from starlette.routing import compile_path

from forum.accounts import invitations, mail_tokens
from forum.accounts.mail_tokens import Kind
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
    "/people/asker/references",
    "{thread}",
    "{thread}?sort=newest",
    "/t/{discussion_id}/cite",
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
    "/appearance",
    "/about",
    "/help",
    "/help/markdown",
    "/help/citing",
    "/help/moderation",
    "/help/privacy",
    "/help/urgent",
    "/help/trust",
    "/offline",
    "/report",
    "/sign-in",
    "/sign-up",
    "/sign-up/passkey",
    "/sign-up/sent",
    "/recover",
]
#: Who is signed in is led on from these.
WAYS_IN = ("/sign-in", "/sign-up", "/sign-up/passkey")
MEMBERS = [
    "/welcome",
    "/account",
    "/account/invitations",
    "/account/sessions",
    "/account/history",
    "/account/history?after=x",
    "/account/name",
    "/account/about",
    "/account/email",
    "/account/export",
    "/account/close",
    "/account/trust",
    "/ask",
    "/cite",
    "/cite?q=polito",
    "/ask?tags=sleep",
    "/inbox",
    "/inbox?show=unread",
    "/account/messages",
    "/account/following",
    "/account/following?kind=tag",
    "/account/searches",
    "/account/pushes",
    "/for-me",
    "/p/{answer_id}/comment",
    "/p/{own_id}/edit",
    "/p/{opening_id}/edit",
    "/p/{comment_id}/edit",
    "/p/{own_id}/withdraw",
    "/p/{answer_id}/flag",
    "/people/newcomer/flag",
    "/references/{reference_id}/flag",
    "/account/drafts",
    "/account/bookmarks",
    "/account/flags",
    "/images",
    "/account/standing",
    "/account/factors",
    "/account/password",
    "/account/codes",
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
ADMINS = [
    "/admin",
    "/admin/settings",
    "/admin/accounts",
    "/admin/accounts?q=asker",
    "/admin/accounts?q=nobody+like+it",
    "/admin/accounts?role=moderator",
    "/admin/accounts/new",
    "/admin/accounts/{asker.id}",
    "/admin/accounts/{moderator.id}",
    "/admin/jobs",
    "/admin/jobs?state=buried",
    "/admin/mail",
    "/admin/log",
    "/admin/log?account={asker.id}",
    "/moderation/reasons",
    "/moderation/rules",
    "/moderation/rules?rule=safety",
    "/moderation/settings",
    "/transparency",
]
#: What mailed links open.
LINKED: dict[str, tuple[Kind, dict[str, object]]] = {
    "/confirm/{token}": (Kind.SIGN_UP, {"name": "Ada", "answer": "", "invitation": "", "next": "/"}),
    "/begin/{token}": (Kind.MADE, {"known_as": "Ada", "by": "anna"}),
    "/recover/{token}": (Kind.RESET_PASSWORD, {}),
    "/confirm-address/{token}": (Kind.CHANGE_EMAIL, {}),
    "/keep-address/{token}": (Kind.KEEP_EMAIL, {"new_email": "new@example.org", "is_changed": True}),
}
#: Pages that other tests open.
ELSEWHERE = {
    # What leads on to another address, and what only programs read.
    "/t/{thread_id:int}",
    "/t/{thread_id:int}/answer",
    "/p/{post_id:int}",
    "/references/{reference_id:int}",
    # Only where the forum is made: see test_appearance.py.
    "/design",
    "/moderation/next",
    "/moderation/posts/{post_id:int}",
    # What a page hears while it is open: test_live.py.
    "/live",
    "/t/{thread_id:int}/live",
    "/robots.txt",
    "/sw.js",
    # tests/inbox/test_unsubscribing.py.
    "/unsubscribe/{token}",
    # A picture, or nothing: tests/uploads/test_serving.py.
    "/images/{name}",
    "/opensearch.xml",
    "/sitemap.xml",
    "/sitemaps/{kind}-{number:int}.xml",
    "/healthz",
    "/readyz",
    # Parts of pages: test_asking_similar.py, test_citing.py, test_mentioning.py, test_related.py,
    # test_suggesting.py.
    "/ask/similar",
    "/cite/find",
    "/people/suggest",
    "/t/{thread_id:int}/related",
    "/search/suggest",
    "/search/suggest.json",
    # On the way in: test_ways_in.py, test_middleware.py; with a provider: tests/browser/test_provider.py.
    "/sign-in/code",
    "/account/prove",
    "/setup",
    "/sign-up/provider",
    "/sign-in/provider/back",
    # What is about one reference, message, report or decision: test_sources.py, test_references.py,
    # test_asking_back.py, test_flagging.py, test_reporting.py, test_appealing.py.
    "/p/{post_id:int}/sources/{reference_id:int}",
    "/p/{post_id:int}/source-needed",
    "/references/{reference_id:int}/propose",
    "/references/{reference_id:int}/duplicate",
    "/references/{reference_id:int}/correct",
    "/references/{reference_id:int}/merge",
    "/inbox/{message_id:int}/flag",
    "/report/{token}",
    "/account/decisions/{decision_id:int}",
}
#: Files: test_exports.py, test_feeds.py, test_log.py, test_statistics.py.
FILES = (".{extension}", ".{form}", ".csv")
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
        if who and path in WAYS_IN:
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


def test_pages_for_admins(place: tuple[Browser, Community]) -> None:
    browser, community = place
    with browser.site.database.writing() as db:
        admin = make_account(db, role=Role.ADMIN)
    for path in ADMINS:
        address = path.format_map(_names(community))
        read(as_(browser, admin), address)
        assert as_(browser, community.moderator).get(address).status_code == 403, path
        assert as_(browser, None).get(address).status_code == 303, path


@pytest.mark.parametrize("path", LINKED)
def test_pages_behind_mailed_links(place: tuple[Browser, Community], path: str) -> None:
    browser, community = place
    kind, wanted = LINKED[path]
    account_id = None if kind in (Kind.SIGN_UP, Kind.MADE) else community.asker.id
    with browser.site.database.writing() as db:
        row = mail_tokens.issue(db, kind, "asker@example.org", account_id, **wanted)
        drawn = mail_tokens.draw(db, row.id)
    assert drawn is not None
    as_(browser, None)
    assert "<button" in read(browser, path.format(token=drawn[1])).partition("<main")[2]
    dead = browser.get(path.format(token="x" * 43))
    assert dead.status_code == 404 and faults(dead.text) == []


def test_an_invitation(place: tuple[Browser, Community]) -> None:
    browser, community = place
    with browser.site.database.writing() as db:
        token = invitations.make(db, community.moderator.id, "for a friend")
    assert "/sign-up" in read(as_(browser, None), f"/invite/{token}")
    dead = browser.get(f"/invite/{'x' * 43}")
    assert dead.status_code == 404 and faults(dead.text) == []


def test_no_page_is_forgotten() -> None:
    names = _Anything()
    listed = (*OPEN, *MEMBERS, *MODERATORS, *ADMINS, *LINKED, "/invite/x")
    seen = {_route(path.replace("{thread}", "/t/1/x").format_map(names)) for path in listed}
    pages = {way.path for way in ROUTES if way.method == "GET" and not way.path.endswith(FILES)}
    assert seen & ELSEWHERE == set()
    assert pages == seen | ELSEWHERE


class _Anything(dict[str, Any]):
    """Every id is 1."""

    def __missing__(self, _name: str) -> Any:
        return type("Account", (int,), {"id": 1})(1)


def _route(path: str) -> str:
    """Which route answers at this address: the first one that fits."""
    path = path.partition("?")[0]
    return next(way.path for way in ROUTES if way.method == "GET" and compile_path(way.path)[0].match(path))


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
