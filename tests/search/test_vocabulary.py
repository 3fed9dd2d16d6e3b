"""The counts of tokens are exact at all times, whatever is written, edited, hidden, dropped and folded."""

import pytest
from consistency import counted, said
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from search.small import Forum
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from forum.db import Database
from forum.discussion.tables import Post
from forum.search import index, vocabulary
from forum.search.tables import SearchToken, SearchTokenChange

WORDS = ("sleep", "sleeping", "magnesium", "B6", "čaj", "der", "und")


def fold(db: Session) -> None:
    while vocabulary.fold_some(db):
        pass


step = st.tuples(
    st.sampled_from(["write", "edit", "hide", "show", "drop", "fold"]),
    st.integers(0, 3),
    st.lists(st.sampled_from(WORDS), max_size=15).map(" ".join),
)


@given(steps=st.lists(step, max_size=12))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_any_sequence_the_counts_are_those_of_the_documents(
    db: Session, steps: list[tuple[str, int, str]]
) -> None:
    with db.begin_nested() as before:
        forum = Forum(db)
        posts = [forum.thread(WORDS[n], "Tea and sleep.") for n in range(4)]
        for deed, number, words in steps:
            _do(forum, posts[number], deed, words)
            assert said(db) == counted(db)
        fold(db)
        assert said(db) == counted(db)
        assert not db.scalar(select(SearchTokenChange.id).limit(1))
        assert not db.scalar(select(SearchToken.token).where(SearchToken.documents <= 0))
        before.rollback()


def _do(forum: Forum, post: Post, deed: str, words: str) -> None:
    if deed == "fold":
        fold(forum.db)
    elif deed == "write":
        forum.post(post.thread_id, words)
    elif deed == "drop":
        index.drop(forum.db, [post.id])
    else:
        post.plain = words if deed == "edit" else post.plain
        post.visible = deed == "show" if deed != "edit" else post.visible
        index.put(forum.db, [post.id])


def test_an_empty_forum_has_no_words(db: Session) -> None:
    assert vocabulary.total(db) == (0, 1.0)
    assert vocabulary.documents(db, ["sleep"]) == {} == vocabulary.documents(db, [])


def test_what_is_hidden_counts_nowhere(db: Session) -> None:
    forum = Forum(db)
    forum.thread("Lavender", "secretly", visible=False)
    shown = forum.thread("Valerian", "openly")
    assert vocabulary.documents(db, ["lavend", "valerian", "open"]) == {"valerian": 1, "open": 1}
    assert vocabulary.total(db) == (1, 3.0)
    shown.visible = False
    index.put(db, [shown.id])
    assert vocabulary.total(db) == (0, 1.0)
    assert said(db) == {}


def test_a_token_has_a_word_as_people_write_it(db: Session) -> None:
    Forum(db).thread("Studies of dosing", "Studying.")
    fold(db)
    found = {each.token: each.word for each in db.execute(select(SearchToken.token, SearchToken.word))}
    assert (found["studi"], found["dose"], found["sleep"]) == ("studies", "dosing", "sleep")


def test_one_change_of_many_posts_is_one_row_for_each_token(db: Session) -> None:
    forum = Forum(db)
    posts = [forum.thread("Garden", "Tea.").id for _ in range(5)]
    fold(db)
    index.put(db, posts)
    assert not db.scalar(select(SearchTokenChange.id).limit(1)), "the same words again change no count"
    index.drop(db, posts)
    garden = select(SearchTokenChange.change).where(SearchTokenChange.token == "garden")
    assert db.scalars(garden).all() == [-5]


def test_folding_is_a_job_in_small_steps(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "FOLDED", 3)
    with database.writing() as db:
        forum = Forum(db)
        for n in range(4):
            forum.thread(f"Garden {n}", "Tea in the garden.")
        before = said(db)
    vocabulary.fold(database)
    with database.reading() as db:
        assert said(db) == before == counted(db)
        assert db.scalar(text("SELECT count(*) FROM search_token_change")) == 0


def test_writers_wait_for_no_counter(database: Database) -> None:
    """Rows of tokens are only added: nobody changes a row that another one has changed."""
    with database.writing() as db:
        Forum(db).thread("Garden", "Tea.")
        assert db.scalar(select(SearchToken.token).limit(1)) is None
