"""The sample community: alive, with work for moderators, and only ever in an empty forum."""

from collections.abc import Callable, Iterator

import pytest
from makers import make_account
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum import clock
from forum.accounts.tables import Account
from forum.db import Database
from forum.discussion import listings
from forum.discussion.tables import Citation, Post, PostState, SourceRequest, Thread, Verification
from forum.errors import Conflict
from forum.importers.sample.play import play
from forum.inbox.tables import Message
from forum.moderation.tables import (
    CaseKind,
    Decision,
    ItemKind,
    ItemState,
    LogEntry,
    ReferenceCase,
    Report,
    ReviewItem,
)
from forum.references.tables import Reference, ReferenceIdentifier, ReferenceRelation, Status


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def sample(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Iterator[Session]:
    """A session on a database in which the sample was played once."""
    database = new_database(request.param)
    with database.writing() as db:
        play(db, "hash", lambda done, of: None)
    with database.reading() as db:
        yield db
    database.close()


def count(db: Session, what: type) -> int:
    return db.scalar(select(func.count()).select_from(what)) or 0


def test_the_sample_community(sample: Session) -> None:
    db = sample
    assert count(db, Thread) >= 24
    assert count(db, Post) >= 95
    assert count(db, Citation) >= 50
    assert count(db, Decision) == 2
    # Beside the decisions, a notice and a caution.
    assert count(db, LogEntry) == 4
    waiting = select(ReviewItem.kind).where(ReviewItem.state == ItemState.OPEN)
    assert set(db.scalars(waiting)) == set(ItemKind)
    assert not any(db.scalars(select(Report.email)))
    assert count(db, Message) > 20
    open_items = select(func.count()).select_from(ReviewItem).where(ReviewItem.state != ItemState.DECIDED)
    assert (db.scalar(open_items) or 0) >= 5
    states = set(db.scalars(select(Post.state)))
    assert states == {PostState.SHOWN, PostState.HELD, PostState.HIDDEN}
    unresolved = db.scalars(select(Reference.title).where(Reference.status != Status.RESOLVED)).all()
    assert len(unresolved) == 1
    assert all(db.scalars(select(Account.is_sample)))
    latest = listings.latest(db, None, 5).items
    assert all(thread.active_at <= clock.now() for thread in latest)
    assert (clock.now() - latest[0].active_at).days == 0


def test_the_four_old_sources_are_right(sample: Session) -> None:
    rows = sample.execute(select(Reference.label, Reference.container, Reference.year))
    found = {row.label: (row.container, row.year) for row in rows}
    assert found["Anderson et al. 2019"] == ("Harm Reduction Journal", 2019)
    assert found["Rootman et al. 2021"] == ("Scientific Reports", 2021)
    assert found["Polito & Stevenson 2019"] == ("PLOS ONE", 2019)
    assert found["Johnstad 2018"] == ("Nordic Studies on Alcohol and Drugs", 2018)


def test_never_in_a_forum_that_somebody_uses(db: Session) -> None:
    make_account(db)
    with pytest.raises(Conflict):
        play(db, "hash", lambda done, of: None)
    assert count(db, Account) == 1


def test_everything_about_references_is_there(sample: Session) -> None:
    db = sample
    stances = set(db.scalars(select(Citation.stance)))
    assert stances == {"", "supports", "disputes"}
    assert db.scalars(select(Citation.id).where(Citation.locator != "")).first() is not None
    retracted = db.scalars(select(Reference).where(Reference.notice_level == "retracted")).one()
    uses = db.scalars(select(Citation).where(Citation.reference_id == retracted.id)).all()
    assert sorted(use.on_purpose for use in uses) == [False, True]
    (case,) = db.scalars(select(ReferenceCase))
    assert (case.kind, case.reference_id) == (CaseKind.RETRACTION, retracted.id)
    assert count(db, Verification) == 6
    assert {request.state for request in db.scalars(select(SourceRequest))} == {"open", "declined"}
    preprint = db.scalars(select(Reference).where(Reference.evidence == "preprint")).one()
    relation = db.scalars(select(ReferenceRelation)).one()
    assert (relation.reference_id, relation.kind) == (preprint.id, "preprint-of")
    published = select(ReferenceIdentifier.reference_id).where(ReferenceIdentifier.value == relation.value)
    assert db.scalars(published).one() != preprint.id
    unsure = select(Reference.label).where(Reference.evidence.in_(("", "other")))
    assert len(db.scalars(unsure).all()) <= 10
