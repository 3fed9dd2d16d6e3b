"""The page of figures: who reads it, what it draws, and the files that hold the same."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from browsing import Browser, make_app
from community import Community, faults, settle
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from makers import make_account

from forum.accounts.tables import Role
from forum.db import Database
from forum.moderation import log
from forum.web import plots, sheets
from forum.web.figures import SECTIONS
from forum.web.sheets import Column, Kind, Sheet

PATH = "/moderation/statistics"


@pytest.fixture(scope="module")
def place(new_database: Callable[[str], Database]) -> Iterator[tuple[Browser, Community]]:
    database = new_database("sqlite")
    community = settle(database)
    with database.writing() as db:
        log.write_act(db, "auto-hold", None, post_id=community.held_id)
    with Browser(make_app(database)) as browser:
        yield browser.signed_in(community.moderator), community


def read(browser: Browser, path: str = PATH) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    assert faults(answer.text) == []
    return answer.text


def rows(browser: Browser, table: str, query: str = "") -> list[dict[str, str]]:
    answer = browser.get(f"{PATH}/{table}.csv{query}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert f'filename="{table}.csv"' in answer.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_the_page_has_every_figure_with_a_plot_a_table_and_a_file(place: tuple[Browser, Community]) -> None:
    browser, _ = place
    page = read(browser)
    for key in SECTIONS:
        assert f'<section class="section" id="{key}">' in page
    for key in ("waiting", "weeks", "times", "outcomes", "load", "automation"):
        assert f'{PATH}/{key}.csv?weeks=13"' in page
    assert "Flagged posts" in page and "Rude or unkind" in page and "anna" in page
    assert re.search(r'<svg role="img" aria-label="1 decisions? by moderators in 13 weeks', page)
    assert 'fill="url(#hatch)"' in page, "what the forum did is told apart without colour"


def test_files_hold_what_the_page_shows(place: tuple[Browser, Community]) -> None:
    browser, _ = place
    (flagged, held) = sorted(rows(browser, "waiting"), key=lambda row: row["Kind"])
    assert (flagged["Kind"], flagged["Open"], flagged["Under a day"]) == ("Flagged posts", "1", "1")
    assert held["Kind"] == "Held posts"
    everything, rude = rows(browser, "times")
    assert (everything["Why it waited"], everything["Decided"]) == ("Everything", "1")
    assert (rude["Why it waited"], rude["Decided"]) == ("Rude or unkind", "1")
    assert int(rude["Median (seconds)"]) >= 0
    assert rows(browser, "load") == [
        {"Moderator": "anna", "Decisions": "1", "Share of all": "1.0", "Changed later": "0"}
    ]
    weeks = rows(browser, "weeks", "?weeks=4")
    assert (len(weeks), weeks[-1]["Decided by moderators"], weeks[-1]["Done by the forum itself"]) == (
        4,
        "1",
        "1",
    )
    assert rows(browser, "outcomes")[0]["Share upheld"] == "1.0"
    assert rows(browser, "automation")[0]["By the forum itself"] == "1"
    assert len(rows(browser, "screening")) == 3


def test_odd_addresses(place: tuple[Browser, Community]) -> None:
    browser, _ = place
    assert "13 weeks</strong>" in read(browser, f"{PATH}?weeks=1000000000")
    assert browser.get(f"{PATH}/nothing.csv").status_code == 404


def test_figures_are_for_moderators(place: tuple[Browser, Community]) -> None:
    browser, community = place
    for path in (PATH, f"{PATH}/load.csv"):
        assert browser.signed_out().get(path).status_code in (303, 401)
        assert browser.signed_in(community.asker).get(path).status_code == 403
    browser.signed_out().signed_in(community.moderator)


def test_a_forum_in_which_nothing_happened(new_database: Callable[[str], Database]) -> None:
    database = new_database("sqlite")
    with database.writing() as db:
        moderator = make_account(db, role=Role.MODERATOR)
    with Browser(make_app(database)) as browser:
        page = read(browser.signed_in(moderator))
        assert "Nothing waits." in page and "Nothing yet in these weeks." in page
        for key in SECTIONS:
            assert browser.get(f"{PATH}/{key}.csv").status_code == 200


# --- tables and plots --------------------------------------------------------------------------------------


def test_cells_in_words_and_in_a_file() -> None:
    moment = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
    columns = [
        Column("What", Kind.WORDS), Column("Count"), Column("Took", Kind.TIME), Column("Share", Kind.SHARE),
        Column("Since", Kind.DAY),
    ]  # fmt: skip
    sheet = Sheet("x", "X", columns, [("=cmd()", 12345, 7200, 0.066, moment), ("b", 1, 59, None, None)])
    assert sheet.shown == [["=cmd()", "12,345", "2 h", "7 %", "1 Nov 2026"], ["b", "1", "1 min", "–", "–"]]
    text = sheets.as_csv([column.heading for column in columns], sheet.rows)
    assert text.splitlines() == [
        "What,Count,Took (seconds),Share,Since",
        "'=cmd(),12345,7200,0.066,2026-11-01T12:00:00+00:00",
        "b,1,59,,",
    ]
    assert sheets.duration(86400 * 3) == "3 days"


@given(st.lists(st.lists(st.integers(0, 10**6), min_size=2, max_size=2), max_size=60))
@examples(max_examples=40, deadline=None)
def test_every_piece_lies_within_the_plot(values: list[list[int]]) -> None:
    pillars = plots.pillars([str(number) for number in range(len(values))], values)
    rows = [plots.bar("x", "x", each, max(map(sum, values))) for each in values]
    for pillar in pillars:
        assert pillar.x >= 0 and pillar.x + pillar.width <= 100.1
    for part in (part for each in (*pillars, *rows) for part in each.parts):
        assert part.start >= -0.1 and part.length >= 0 and part.start + part.length <= 100.1


@given(st.floats(0, 10**9), st.floats(0, 10**9))
@examples(max_examples=40, deadline=None)
def test_longer_waits_stand_further_right(one: float, other: float) -> None:
    assert 0 <= plots.place(one) <= 100
    assert (one <= other) <= (plots.place(one) <= plots.place(other))
