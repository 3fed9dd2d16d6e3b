"""The whole way of an old forum into this one, on both databases, with the real dump."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import SHARED, missing
from importers import small_dump
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from forum import freshness
from forum.accounts import people
from forum.accounts.tables import Account
from forum.actions import importing
from forum.clock import now
from forum.db import Database
from forum.discussion.tables import Post, Revision, Thread, ThreadState, Vote
from forum.errors import ForumError
from forum.importers import console, stackexchange
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
        closed = sum(thread.state != ThreadState.OPEN for thread in community.threads)
        assert closed
        new = len(community.people), len(community.threads), len(community.posts)
        assert outcome == Outcome(*new, closed, known=0)
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
    assert run(db, community) == Outcome(0, 0, 0, closed=0, known=len(community.posts))
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


def test_a_second_import_says_what_it_changed_and_what_it_left(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dump = small_dump.rows()
    dump["Posts"].append(small_dump.question("3"))
    dump["PostHistory"].append(small_dump.history("5", "2", "3", "c", 6, "Why?"))
    dump["PostHistory"].append(small_dump.history("6", "1", "3", "c", 6, "Question 3"))
    dump["PostHistory"].append(small_dump.history("7", "3", "3", "c", 6, "<dose>"))

    def said() -> list[str]:
        capsys.readouterr()
        console.import_stackexchange(database, small_dump.write(tmp_path, dump), "old")
        return capsys.readouterr().out.splitlines()

    assert said()[-1] == "New: 2 people, 2 threads, 4 posts."
    with database.reading() as db:
        thread_id = db.scalars(select(Thread.id).where(Thread.origin == "old:thread:3")).one()
        shown = freshness.read(db, [f"thread:{thread_id}", "threads"])
    dump["Posts"][2]["ClosedDate"] = small_dump.DAY.format(7)
    closing = '{"OriginalQuestionIds":[1],"Voters":[{"Id":8,"DisplayName":"Ben"}]}'
    dump["PostHistory"].append(small_dump.history("8", "10", "3", "d", 7, closing) | {"Comment": "101"})
    left = "4 posts were here already and are left as they are, even where the dump differs."
    assert said()[-3:] == [left, "Nothing is new.", "Closed now: 1 threads."]
    with database.reading() as db:
        assert db.get_one(Thread, thread_id).state == ThreadState.CLOSED
        after = freshness.read(db, shown)
        assert all(after[name] > shown[name] for name in shown), "kept pages still show an open thread"
    assert said()[-2:] == [left, "Nothing is new."]


@pytest.mark.parametrize("name", ["ΐωάννης", "Ada"])
def test_an_imported_person_is_found_by_name(db: Session, name: str) -> None:
    importing.person(db, "old:user:1", name, now())
    person = people.named(db, name)
    assert person is not None
    assert person.name == name
