"""The yearly figures of the Digital Services Act: each is counted, and what is not known is not made up."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from browsing import Browser, make_app
from community import Community, faults, settle
from conftest import Clock
from makers import make_account, make_thread
from moderation.acts import answer, decide, flag, moderator
from sqlalchemy import event
from sqlalchemy.orm import Session

from forum.accounts.tables import Role
from forum.actions import posting, reviewing
from forum.clock import now
from forum.db import Database
from forum.moderation import log, subjects, transparency, waiting
from forum.moderation.tables import Appeal, AppealState, Happening, Report
from forum.moderation.transparency import Figure

LARGE = ("account", "appeal", "decision", "flag", "log_entry", "post", "report", "review_item", "sanction")


def figures(db: Session, year: int = 2026) -> list[Figure]:
    db.flush()
    return transparency.of_year(db, year)


def values(db: Session, what: str, year: int = 2026) -> dict[tuple[str, str], Any]:
    return {(each.kind, each.rule): each.value for each in figures(db, year) if each.figure == what}


def reported(db: Session, post_id: int | None = None) -> Report:
    report = Report(
        number=f"R{now().timestamp():.0f}{post_id}", token_hash=str(post_id).encode(), address="/p/1",
        post_id=post_id, words="Illegal.", created_at=now(),
    )  # fmt: skip
    db.add(report)
    db.flush()
    return report


def test_measures_by_what_was_done_the_rule_and_how_it_was_found(db: Session) -> None:
    judge, newcomer = moderator(db), make_account(db, shown_posts=0)
    for _ in range(2):
        post = answer(db)
        flag(db, post)
        decide(db, judge, post, "hide")
    held = posting.answer(db, newcomer, make_thread(db).id, "First words.", key="", held_posts=2)
    decide(db, judge, held, "remove")
    illegal = answer(db)
    reported(db, illegal.id)
    flag(db, illegal)
    decide(db, judge, illegal, "remove")
    kept = answer(db)
    flag(db, kept)
    decide(db, judge, kept, "keep")
    safety = "First, do no harm"
    assert values(db, "Measures against content or accounts") == {
        ("Hide; found by flags of members", safety): 2,
        ("Remove; found by the forum’s screening or thresholds", safety): 1,
        ("Remove; found by a report of illegal content", safety): 1,
    }
    assert values(db, "Decisions with a statement of reasons") == {("", ""): 4}
    assert values(db, "Decisions changed later") == {("", ""): 0}
    decide(db, judge, illegal, "restore")
    assert values(db, "Decisions changed later") == {("", ""): 1}


def test_sanctions_and_suspensions(db: Session) -> None:
    judge, person = moderator(db), make_account(db)
    for kind in ("warning", "suspension"):
        post = answer(db, person)
        item = flag(db, post)
        reviewing.decide(
            db, judge, item.id, "remove", "respect", "Unkind.", item.version, sanction=kind, days="3"
        )
    respect = "Be kind to people, hard on statements"
    assert values(db, "Sanctions of accounts") == {("warning", respect): 1, ("suspension", respect): 1}
    assert values(db, "Suspensions") == {("", ""): 1, ("for what was posted", respect): 1}


def test_appeals_with_their_outcome_and_time(db: Session, frozen: Clock) -> None:
    judge, post = moderator(db), answer(db)
    flag(db, post)
    decision = decide(db, judge, post, "hide")
    appeal = Appeal(decision_id=decision.id, account_id=post.author_id, words="No.", created_at=now())
    db.add(appeal)
    db.flush()
    item = waiting.take(db, subjects.appeal(appeal.id))
    waiting.refresh(db, item, Happening.HELD)
    assert values(db, "Appeals (internal complaints)")[("open", "First, do no harm")] == 1
    assert values(db, "Time to a decision on an appeal") == {("", ""): None}
    frozen.forward(hours=5)
    other = make_account(db, role=Role.ADMIN)
    db.refresh(item)
    reviewing.decide(db, other, item.id, "refuse", "", "It stands.", item.version)
    assert appeal.state == AppealState.REFUSED
    assert values(db, "Appeals (internal complaints)") == {
        ("", ""): 1,
        ("refused", "First, do no harm"): 1,
    }
    assert values(db, "Time to a decision on an appeal") == {("", ""): 5.0}


def test_notices_of_illegal_content(db: Session, frozen: Clock) -> None:
    report = reported(db)
    item = waiting.take(db, subjects.report(report.id))
    waiting.refresh(db, item, Happening.HELD)
    frozen.forward(hours=2)
    db.refresh(item)
    reviewing.decide(db, moderator(db), item.id, "decline-report", "", "It is legal.", item.version)
    frozen.forward(hours=1)
    reported(db, answer(db).id)
    assert values(db, "Notices of illegal content") == {("", ""): 2, ("declined", ""): 1, ("open", ""): 1}
    assert values(db, "Time to a decision on a notice") == {("", ""): 2.0}
    assert values(db, "Notices decided by automated means alone") == {("", ""): 0}


def test_automated_means_and_their_errors(db: Session) -> None:
    log.write_act(db, "auto-hold", None, post_id=answer(db).id)
    for verdict in ("publish", "hide"):
        newcomer = make_account(db, shown_posts=0)
        post = posting.answer(db, newcomer, make_thread(db).id, "First words.", key="", held_posts=2)
        decide(db, moderator(db), post, verdict)
    assert values(db, "Acts of the forum itself") == {("held a post for review", ""): 1}
    assert values(db, "Posts held by screening") == {("", ""): 2}
    assert values(db, "Error rate of holding posts") == {("", ""): 0.5}


def test_a_year_ends_with_its_last_moment(db: Session, frozen: Clock) -> None:
    judge = moderator(db)
    for moment in (datetime(2026, 12, 31, 23, 59, 59, 999999, UTC), datetime(2027, 1, 1, tzinfo=UTC)):
        frozen.moment = moment
        post = answer(db)
        flag(db, post)
        decide(db, judge, post, "hide")
    for year in (2026, 2027):
        assert values(db, "Decisions with a statement of reasons", year) == {("", ""): 1}
    assert values(db, "Decisions with a statement of reasons", 2025) == {("", ""): 0}


def test_what_the_forum_does_not_know_says_so(db: Session) -> None:
    unknown = [each for each in figures(db) if each.value is None]
    assert {each.article for each in unknown} >= {"15(1)(a)", "24(1)(a)", "24(2)"}
    assert all(each.words for each in unknown if "median" not in each.unit and each.unit != "share")


def test_every_article_is_there_even_when_nothing_happened(db: Session) -> None:
    articles = {each.article for each in figures(db)}
    assert articles == {
        *(f"15(1)({letter})" for letter in "abcde"), "24(1)(a)", "24(1)(b)", "24(2)", "24(5)",
    }  # fmt: skip


def test_figures_are_read_along_an_index(db: Session) -> None:
    if db.get_bind().dialect.name != "sqlite":
        return
    connection, asked = db.connection(), []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
        asked.append((statement, values))

    event.listen(connection.engine, "before_cursor_execute", note)
    figures(db)
    event.remove(connection.engine, "before_cursor_execute", note)
    assert len(asked) < 20
    for statement, given in asked:
        for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given):
            assert not re.match(rf"SCAN ({'|'.join(LARGE)})(_\d+)?\b", step.detail), statement


# --- the page and the export -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def place(new_database: Callable[[str], Database]) -> Iterator[tuple[Browser, Community]]:
    database = new_database("sqlite")
    community = settle(database)
    with database.writing() as db:
        admin = make_account(db, "boss-of-all", Role.ADMIN)
    with Browser(make_app(database)) as browser:
        yield browser.signed_in(admin), community


def test_one_export_holds_what_the_page_shows(place: tuple[Browser, Community]) -> None:
    browser, _ = place
    year = now().year
    page = browser.get(f"/transparency?year={year}")
    assert (page.status_code, faults(page.text)) == (200, [])
    assert "found by flags of members" in page.text
    whole = json.loads(browser.get(f"/transparency.json?year={year}").text)
    assert (whole["year"], whole["forum"]) == (year, "Footnote")
    found = browser.get(f"/transparency.csv?year={year}")
    assert f'filename="transparency-{year}.csv"' in found.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(found.text)))
    assert [row["figure"] for row in rows] == [each["figure"] for each in whole["figures"]]
    (hidden,) = (row for row in rows if row["kind"] == "Hide; found by flags of members")
    assert (hidden["value"], hidden["article"]) == ("1", "15(1)(c)")


def test_odd_addresses(place: tuple[Browser, Community]) -> None:
    browser, _ = place
    last = max(now().year - 1, transparency.FIRST_YEAR)
    for odd in ("", "?year=1", "?year=9999", "?year=x"):
        assert f"figures of {last}" in browser.get(f"/transparency{odd}").text
    assert browser.get("/transparency.xml").status_code == 404


def test_it_is_for_admins(place: tuple[Browser, Community]) -> None:
    browser, community = place
    for path in ("/transparency", "/transparency.csv", "/transparency.json"):
        assert browser.signed_out().get(path).status_code in (303, 401)
        assert browser.signed_in(community.moderator).get(path).status_code == 403
