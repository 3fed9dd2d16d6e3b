"""The index made anew while the forum goes on."""

import pytest
from consistency import counted, said
from search.small import Forum
from sqlalchemy import select, text

from forum import jobs, schema, worker
from forum.config import settings
from forum.db import Database
from forum.discussion.tables import Post
from forum.search import index, reindexing
from forum.search.find import find
from forum.search.tables import SearchDocument


def found(database: Database, words: str) -> set[int]:
    with database.reading() as db:
        return {hit.post_id for hit in find(db, words, None, 50).items}


@pytest.fixture
def posts(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    monkeypatch.setattr(index, "BATCH", 2)
    monkeypatch.setattr(reindexing, "_NEXT", reindexing._NEXT.limit(2))
    with database.writing() as db:
        forum = Forum(db)
        return [forum.thread(f"Garden {n}", "Green tea.").id for n in range(5)]


def sound(database: Database) -> None:
    with database.writing() as db:
        assert index.faults(db) == (0, 0)
        assert said(db) == counted(db)
        if database.is_sqlite:
            db.execute(text("INSERT INTO search_fts (search_fts, rank) VALUES ('integrity-check', 1)"))


def test_what_is_lacking_comes_and_what_is_hidden_goes(database: Database, posts: list[int]) -> None:
    with database.writing() as db:
        index.drop(db, posts[:2])
        # Behind the index's back, as a fault would.
        db.get_one(Post, posts[3]).visible = False
        db.get_one(Post, posts[4]).plain = "Black coffee."
    told: list[tuple[int, int]] = []
    assert reindexing.reindex(database, lambda done, total: told.append((done, total))) == 4
    assert told[-1] == (4, 4) and told == sorted(told)
    assert found(database, "garden") == set(posts) - {posts[3]}
    assert found(database, "coffee") == {posts[4]}
    assert found(database, "green") == set(posts[:3])
    sound(database)


def test_it_is_found_all_the_time_and_what_is_written_meanwhile_too(
    database: Database, posts: list[int]
) -> None:
    def write(done: int, _total: int) -> None:
        assert found(database, "garden") >= set(posts)
        with database.writing() as db:
            forum.db = db
            new.append(forum.thread("Garden anew", "Meanwhile.").id)
            db.get_one(Post, posts[0]).plain = f"Edited {done}."
            index.put(db, [posts[0]])

    new: list[int] = []
    with database.reading() as db:
        forum = Forum.__new__(Forum)
        forum.db, forum.count, forum.author_id = db, 9, 1
    reindexing.reindex(database, lambda done, total: write(done, total) if len(new) < 3 else None)
    assert len(new) == 3
    assert found(database, "garden") == {*posts, *new}
    assert found(database, "edited") == {posts[0]}
    sound(database)


@pytest.mark.parametrize("damage", [
    "INSERT INTO search_fts (search_fts) VALUES ('delete-all')",
    "UPDATE search_fts_data SET block = zeroblob(40) WHERE id > 10",
    "DELETE FROM search_document",
])  # fmt: skip
def test_a_damaged_index_is_made_whole(database: Database, posts: list[int], damage: str) -> None:
    if not database.is_sqlite and "fts" in damage:
        # PostgreSQL's index is the database's own business; without the column nothing is found.
        damage = "UPDATE search_document SET vector = NULL"
    with database.writing() as db:
        db.execute(text(damage))
    reindexing.reindex(database)
    assert found(database, "garden") == set(posts)
    with database.writing() as db:
        assert index.faults(db) == (0, 0)
        if database.is_sqlite:
            db.execute(text("INSERT INTO search_fts (search_fts, rank) VALUES ('integrity-check', 1)"))


def test_the_job_goes_on_where_it_stopped(
    database: Database, posts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reindexing, "SECONDS", -1.0)
    with database.writing() as db:
        index.drop(db, posts)
        jobs.put(db, reindexing.JOB, key=reindexing.JOB)
    assert worker.step(database, settings())
    assert found(database, "garden") == set(posts[:2])
    with database.reading() as db:
        assert db.scalars(select(jobs.Job.payload)).all() == [{"after": posts[1]}]
    assert worker.work_off(database, settings()) == 2
    assert found(database, "garden") == set(posts)
    sound(database)


def test_an_update_empties_the_index_and_the_worker_fills_it(database: Database, posts: list[int]) -> None:
    schema.migrate(database, "0003")
    with database.reading() as db:
        assert db.scalar(text("SELECT count(*) FROM search_document")) == 0
    schema.migrate(database)
    with database.reading() as db:
        assert not db.scalar(select(SearchDocument.post_id).limit(1))
    worker.work_off(database, settings(), worker.JOBS)
    assert found(database, "garden") == set(posts)
    sound(database)
