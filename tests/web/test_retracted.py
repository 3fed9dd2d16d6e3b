"""Whoever cites a source that was retracted is told before and after; it is a warning, not a ban."""

from collections.abc import Iterator

import pytest
from browsing import Browser, make_app
from community import Community, faults, settle

from forum.actions import rechecking
from forum.db import Database
from forum.references import catalogue
from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers import Noticed, Record

DOI = Identifier(Scheme.DOI, "10.5555/taken.back")
TEXT = f"It says so [@doi:{DOI.value}]."
SAID = "doi:10.5555/taken.back was retracted. Look for a source that still stands."


@pytest.fixture
def there(sqlite: Database) -> Iterator[tuple[Browser, Community, Database]]:
    community = settle(sqlite)
    with Browser(make_app(sqlite)) as browser:
        yield browser.signed_in(community.writer), community, sqlite


def retract(database: Database, type: str = "retraction") -> None:
    with database.writing() as db:
        reference_id = catalogue.find_or_create(db, [DOI])[DOI]
        record = Record(csl={}, notices=(Noticed(type, "retraction-watch"),))
        rechecking.learn(db, reference_id, [("crossref", record)], ())


def test_the_preview_and_the_posted_page_say_so(there: tuple[Browser, Community, Database]) -> None:
    browser, community, database = there
    assert "retracted" not in browser.post("/preview", {"text": TEXT}).text
    retract(database)
    assert SAID in browser.post("/preview", {"text": TEXT}).text
    answer = browser.post(f"/t/{community.thread_id}/answer", {"text": TEXT, "key": "r"})
    assert answer.status_code == 303
    page = browser.get(answer.headers["location"].partition("#")[0]).text
    assert "But a source in it was retracted, or there is serious doubt about it" in page
    assert faults(page) == []


def test_a_correction_is_nothing_to_warn_of(there: tuple[Browser, Community, Database]) -> None:
    browser, _, database = there
    retract(database, "correction")
    assert "note warn" not in browser.post("/preview", {"text": TEXT}).text
