"""The whole way of an old forum into this one, on both databases, with the real dump."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import SHARED, missing
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.db import Database
from forum.discussion.tables import Post, Revision, Thread, Vote
from forum.errors import ForumError
from forum.importers import stackexchange
from forum.importers.bring_in import Outcome, bring_in
from forum.importers.records import Community

DUMP = SHARED / "data" / "stackexchange"


@pytest.fixture(scope="module")
def community() -> Community:
    if not DUMP.exists():
        missing("the Stack Exchange dump in ../shared/data/stackexchange")
    return stackexchange.read(DUMP)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def imported(
    request: pytest.FixtureRequest, new_database: Callable[[str], Database], community: Community
) -> Iterator[Session]:
    """A session on a database into which the dump was imported once."""
    database = new_database(request.param)
    with database.writing() as db:
        outcome = run(db, community)
        assert outcome == Outcome(len(community.people), len(community.threads), len(community.posts))
    with database.writing() as db:
        yield db
    database.close()


def run(db: Session, community: Community) -> Outcome:
    return bring_in(db, "conlang", community, lambda done, of: None)


def fingerprint(db: Session) -> list[tuple[str, int]]:
    tables = (
        "account",
        "thread",
        "post",
        "revision",
        "vote",
        "tag",
        "thread_tag",
        "search_document",
        "post_move",
    )
    return [(table, db.scalar(text(f"SELECT count(*) FROM {table}")) or 0) for table in tables]


def test_everything_arrives_and_twice_is_once(imported: Session, community: Community) -> None:
    db = imported
    kinds = Counter(db.scalars(select(Post.kind)))
    assert kinds == {"opening": 54, "answer": 115, "comment": 230}
    assert db.scalar(select(func.count()).select_from(Vote)) == 948 + 117
    assert db.scalar(select(func.count()).select_from(Thread).where(Thread.is_accepted)) == 11
    assert db.scalar(select(func.count()).select_from(Thread).where(Thread.duplicate_of_id.is_not(None))) == 1
    assert db.scalar(select(func.count()).select_from(Revision)) == sum(
        len(post.revisions) for post in community.posts
    )
    assert not db.scalars(select(Account.id).where(Account.password_hash.is_not(None))).all()
    before = fingerprint(db)
    assert run(db, community) == Outcome(0, 0, 0)
    assert fingerprint(db) == before


def test_scores_dates_and_authors_are_kept(imported: Session, community: Community) -> None:
    db = imported
    for record in community.posts:
        found = db.scalars(select(Post).where(Post.origin == f"conlang:{record.key}")).one()
        assert (found.score, found.created_at, found.visible) == (record.score, record.created_at, True)
        assert db.get_one(Account, found.author_id).origin == f"conlang:{record.author}"
    newest = max(post.created_at for post in community.posts)
    assert db.scalar(select(func.max(Thread.active_at))) == newest


def test_nothing_half_imported_stays(database: Database, community: Community) -> None:
    def fail(done: int, _of: int) -> None:
        if done > 50:
            raise ForumError("the power went")

    with pytest.raises(ForumError), database.writing() as db:
        bring_in(db, "conlang", community, fail)
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Post)) == 0
        assert db.scalar(select(func.count()).select_from(Account)) == 0


def test_a_damaged_dump_stops_before_anything_is_written(tmp_path: Path) -> None:
    if not DUMP.exists():
        missing("the Stack Exchange dump in ../shared/data/stackexchange")
    for file in DUMP.glob("*.xml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    posts = tmp_path / "Posts.xml"
    posts.write_bytes(posts.read_bytes()[:200_000])
    with pytest.raises(ForumError, match=r"Posts\.xml, row \d+.*Nothing was imported"):
        stackexchange.read(tmp_path)
