"""The pages about trust, the badge on a person's page, and the note that a thread was read."""

import re
from collections.abc import Iterator
from datetime import timedelta

import html5lib
import pytest
from browsing import Browser, make_app
from community import Community, faults, settle
from makers import make_account
from sqlalchemy import func, select, update
from web.test_queries import listening

from forum import choices
from forum.accounts import allowances, standing, trust
from forum.accounts.tables import Account, Actor, Level, Role, Standing
from forum.actions import trusting
from forum.clock import now
from forum.config import settings
from forum.db import Database
from forum.discussion.private_tables import ThreadRead
from forum.web.pages.trust import CAN, EARNS

Place = tuple[Browser, Database, Community]


@pytest.fixture
def place(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("FORUM_LIMITS", "1")
    settings.cache_clear()
    there = settle(sqlite)
    with Browser(make_app(sqlite)) as browser:
        yield browser, sqlite, there


def read(browser: Browser, path: str) -> str:
    page = browser.get(path)
    assert page.status_code == 200 and faults(page.text) == [], faults(page.text)
    return page.text


def table(page: str, label: str) -> dict[str, list[str]]:
    """The table in the region of this name: its rows by their headings."""
    document = html5lib.parse(page, namespaceHTMLElements=False)
    (region,) = (found for found in document.iter("div") if found.get("aria-label") == label)
    rows = [["".join(cell.itertext()) for cell in row] for row in region.iter("tr")]
    return {row[0]: row[1:] for row in rows[1:]}


def change(database: Database, person: Actor, **facts: object) -> None:
    with database.writing() as db:
        db.execute(update(Account).where(Account.id == person.id).values(**facts))


# --- one's own ---------------------------------------------------------------------------------------------


def test_a_newcomer_reads_what_waits_and_what_is_missing(place: Place) -> None:
    browser, database, there = place
    page = read(browser.signed_in(there.newcomer), "/account/trust")
    assert "You are a <strong>newcomer</strong>" in page
    assert "Your next 2 posts will wait until a moderator has read them" in page
    assert all(words in page for words in (*CAN[Level.NEWCOMER], *CAN[Level.MEMBER]))
    assert not any(words in page for words in CAN[Level.TRUSTED])
    assert table(page, "How far you are") == {
        "Posts that readers see": ["0", "2", "2"],
        "Days here": ["0", "1", "1"],
        "Threads read": ["0", "5, or 4 posts", "5"],
    }
    assert "Missing: 2 more posts that readers see; 1 more day here; 5 more threads read, or 4 posts." in page
    # Half of it is there.
    change(database, there.newcomer, shown_posts=2, created_at=now() - timedelta(days=3))
    page = read(browser, "/account/trust")
    assert table(page, "How far you are")["Days here"] == ["3", "1", "done"]
    assert "Missing: 5 more threads read, or 4 posts." in page and "will wait" not in page


def test_a_member_reads_where_points_came_from(place: Place) -> None:
    browser, database, there = place
    change(database, there.writer, flags_upheld=4, flags_declined=1)
    page = read(browser.signed_in(there.writer), "/account/trust")
    assert "You are a <strong>member</strong>" in page and "will wait" not in page
    # The asker's vote and acceptance: one person gives three points at most.
    assert table(page, "Your points") == {
        "Votes, accepted answers and checked sources": ["", "3"],
        "Flags that led to something": ["4", "8"],
        "Flags that led to nothing": ["1", "-1"],
    }
    assert "Your points: 10" in page
    assert table(page, "How far you are")["Points"] == ["10", "20", "10"]


def test_who_is_trusted_has_nothing_before_them(place: Place) -> None:
    browser, database, there = place
    change(database, there.writer, level=Level.TRUSTED)
    page = read(browser.signed_in(there.writer), "/account/trust")
    assert "Next you can" not in page and "How far you are" not in page
    assert all(words in page for level in Level for words in CAN[level])


def test_what_an_admin_fixed_and_what_a_sanction_does_is_said(place: Place) -> None:
    browser, database, there = place
    change(database, there.asker, is_level_fixed=True)
    page = read(browser.signed_in(there.asker), "/account/trust")
    assert "An admin has fixed that" in page and "How far you are" not in page
    with database.writing() as db:
        standing.move(db, there.writer.id, Standing.SUSPENDED, None, now() + timedelta(days=1))
    page = read(browser.signed_in(there.writer), "/account/trust")
    assert "As long as a decision about your account lasts" in page


def test_a_moderator_reads_that_limits_are_for_others(place: Place) -> None:
    browser, _, there = place
    page = read(browser.signed_in(there.moderator), "/account/trust")
    assert "and a moderator, who can do all of this" in page and "Moderators have no such limits." in page


def test_only_the_signed_in_have_a_page(place: Place) -> None:
    assert place[0].get("/account/trust").status_code == 303


def test_few_queries_however_much_somebody_wrote(place: Place) -> None:
    browser, database, there = place
    browser.signed_in(there.writer)
    with listening(database) as asked:
        read(browser, "/account/trust")
    assert len(asked) <= 8, asked


# --- for everybody -----------------------------------------------------------------------------------------


def test_what_is_explained_is_what_holds(place: Place) -> None:
    """Every number stands in the code or among the choices, and nowhere else."""
    browser, database, there = place
    page = read(browser, "/help/trust")
    rooms = table(page, "How much in an hour and in a day")
    assert len(rooms) == len(allowances.TABLE)
    for act, rows in allowances.TABLE.items():
        many = allowances.NAMES[act][1]
        said = [f"{allowed.hour:,}, {allowed.day:,}" for allowed in rows]
        assert rooms[many[0].upper() + many[1:]] == said
    assert table(page, "Points") == {EARNS[key]: [str(points)] for key, points in trust.POINTS.items()}
    assert f"{trust.FROM_ONE} points at most" in page and "The first 2 posts wait" in page
    with database.writing() as db:
        for number, key in enumerate(trust.KEYS, start=70):
            choices.choose(db, key, str(number), make_account(db, f"boss{number}", Role.ADMIN).id)
    page = read(browser.signed_in(there.writer), "/help/trust")
    needs = re.findall(r"<li>([A-Z][a-z ]+): (\d+)(?:, or (\d+) posts)?</li>", page)
    assert [int(number) for _, number, _ in needs] == list(range(70, 77))
    assert [instead for _, _, instead in needs if instead] == ["140", "146"]


def test_a_forum_without_limits_says_so(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORUM_LIMITS", "0")
    settings.cache_clear()
    assert "This forum sets no limits." in read(place[0], "/help/trust")


def test_a_person_who_is_trusted_has_a_badge_for_that(place: Place) -> None:
    browser, database, there = place
    path, badge = f"/people/{there.writer.name}", ">trusted</a>"
    assert badge not in read(browser, path)
    change(database, there.writer, level=Level.TRUSTED)
    change(database, there.moderator, level=Level.TRUSTED)
    assert badge in read(browser.signed_in(there.asker), path)
    # What a moderator is says more.
    assert badge not in read(browser, f"/people/{there.moderator.name}")


# --- reading -----------------------------------------------------------------------------------------------


def test_a_thread_counts_as_read_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, database, there = place
    path = f"/t/{there.thread_id}/read"
    assert f'data-reading="{path}"' not in browser.get(there.thread).text
    assert browser.post(path).status_code == 401
    browser.signed_in(there.newcomer)
    assert f'data-reading="{path}"' in browser.get(there.thread).text
    for _ in range(2):
        answer = browser.post(path)
        assert (answer.status_code, answer.content) == (204, b"")
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(ThreadRead)) == 1
    # Nothing is written any more.
    monkeypatch.setattr(trusting, "mark_read", None)
    assert browser.post(path).status_code == 204


def test_what_one_does_not_see_cannot_be_read(place: Place) -> None:
    browser, _, there = place
    browser.signed_in(there.newcomer)
    assert browser.post("/t/987654/read").status_code == 404
    held = browser.post(
        "/ask", {"kind": "question", "title": "A question that waits", "tags": "sleep", "text": "Will it?"}
    )
    thread_id = re.findall(r"/t/(\d+)/", held.headers["location"])[0]
    assert browser.post(f"/t/{thread_id}/read").status_code == 204, "one's own"
    assert browser.signed_in(there.asker).post(f"/t/{thread_id}/read").status_code == 404
