"""What concerns a post belongs to its thread in the inbox, whoever sends it."""

from collections.abc import Iterator

import pytest
from community import Community, settle
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.actions import verifying
from forum.db import Database
from forum.inbox.tables import Message


@pytest.fixture
def there(sqlite: Database) -> Iterator[tuple[Session, Community]]:
    community = settle(sqlite)
    with sqlite.writing() as db:
        yield db, community


def _sent(db: Session, kind: str) -> Message:
    db.flush()
    newest = select(Message).where(Message.kind == kind).order_by(Message.id.desc()).limit(1)
    return db.scalars(newest).one()


@pytest.mark.parametrize("kind", ["decision", "outcome"])
def test_a_decision_about_a_post_stands_with_its_thread(there: tuple[Session, Community], kind: str) -> None:
    db, community = there
    sent = _sent(db, kind)
    # Of moderation no word of the post depends on who still sees it: it is told in any case.
    assert (sent.thread_id, sent.post_id) == (community.thread_id, None)


def test_what_is_said_of_a_source_is_about_the_post_that_cites_it(there: tuple[Session, Community]) -> None:
    db, community = there
    verifying.verify(db, community.newcomer, community.answer_id, community.reference_id, "supported", "")
    sent = _sent(db, "verified")
    assert (sent.thread_id, sent.post_id) == (community.thread_id, community.answer_id)
