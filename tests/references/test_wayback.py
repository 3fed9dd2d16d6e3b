"""The Wayback Machine: the kept copy of a page, or that there is none."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references.answering import SETTINGS, check, found, recorded, spoiled, told

from forum.fetch import Answer
from forum.references.resolvers import Missing, Record, Unavailable, wayback

PAGE = "https://jayconrod.com/posts/133/integration-tests-are-best-tests"


def test_the_question() -> None:
    question = wayback.question(SETTINGS, PAGE)
    assert question.url == "https://archive.org/wayback/available"
    assert question.query == {"url": PAGE}
    assert (question.service, question.key) == ("wayback", PAGE)


def test_the_copy_of_a_day_is_another_question() -> None:
    question = wayback.question(SETTINGS, PAGE, date(2019, 2, 6))
    assert question.query == {"url": PAGE, "timestamp": "20190206"}
    assert question.key != PAGE


def test_the_recorded_copy() -> None:
    record = found(wayback.read(recorded("wayback-available.json"), PAGE))
    about = {
        "archived_url": f"https://web.archive.org/web/20260212061822/{PAGE}",
        "archived_at": "2026-02-12",
    }
    assert record == Record(csl={}, about=about)


def closest(**fields: Any) -> Answer:
    copy = {
        "status": "200",
        "available": True,
        "url": "http://web.archive.org/web/20190206010203/http://www.example.org:80/a?utm_source=b",
        "timestamp": "20190206010203",
    }
    return told({"url": "example.org/a", "archived_snapshots": {"closest": {**copy, **fields}}})


@pytest.mark.parametrize(
    "page", ["https://example.org/a?utm_source=b", "http://www.example.org/a", "example.org/a"]
)
def test_a_copy_is_kept_as_the_archive_names_it(page: str) -> None:
    assert found(wayback.read(closest(), page)).about == {
        "archived_url": "https://web.archive.org/web/20190206010203/http://www.example.org:80/a?utm_source=b",
        "archived_at": "2019-02-06",
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"available": False},
        {"available": "true"},
        {"status": "404"},
        {"status": "301"},
        {"timestamp": "20190230000000"},
        {"timestamp": "2019"},
        {"timestamp": None},
        {"url": "https://evil.example/web/20190206010203/http://example.org/a"},
        {"url": "https://web.archive.org.evil.example/web/20190206010203/http://example.org/a"},
        {"url": "javascript://web.archive.org/web/20190206010203/http://example.org/a"},
        {"url": "https://web.archive.org/web/20190206010203/http://example.org/a b"},
        {"url": "https://web.archive.org/web/20190206010203/http://another.example/a"},
        {"url": "https://web.archive.org/web/20190206010203/http://[/a"},
        {"url": 7},
    ],
)
def test_what_is_no_copy_of_the_page_is_none(fields: dict[str, Any]) -> None:
    assert wayback.read(closest(**fields), "https://example.org/a") == Missing()


def test_no_copies_are_a_no() -> None:
    assert wayback.read(told({"url": PAGE, "archived_snapshots": {}}), PAGE) == Missing()


@pytest.mark.parametrize(
    "answer",
    [
        told({}),
        told({"archived_snapshots": []}),
        told([]),
        told("<html>Too many requests</html>"),
        told({"archived_snapshots": {}}, 503),
        told({"archived_snapshots": {}}, 404),
    ],
)
def test_anything_else_is_unavailable(answer: Answer) -> None:
    assert isinstance(wayback.read(answer, PAGE), Unavailable)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_answer_breaks_it(data: st.DataObject) -> None:
    check(wayback.read, data.draw(spoiled("wayback-available.json")), PAGE)
