"""Ranking by meaning: off by default; what it puts first, what it never shows, and when vectors are made."""

import sys

import numpy as np
import pytest
from makers import make_account, make_answer, make_thread, opening
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from forum import worker
from forum.actions import editing
from forum.config import BadSetting, Settings, settings
from forum.db import Database
from forum.discussion.tables import Post
from forum.jobs import Job
from forum.search import index
from forum.search.choosing import ABOVE
from forum.search.index import engine_of
from forum.search.language import parse
from forum.search.places import Candidate
from forum.search.query import Order
from forum.search.semantic import model, ranking, upkeep, vectors
from forum.search.semantic.vectors import SearchVector

ASKED = "magnesium for insomnia"
#: Each has one word of it; only the second is about it.
TITLES = (
    "Magnesium alloy wheels for bicycles",
    "Trouble falling asleep: do minerals like magnesium help at night?",
    "Magnesium prices at the metal exchange",
)


@pytest.fixture
def with_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORUM_SEMANTIC", "1")
    settings.cache_clear()


@pytest.fixture
def on(with_model: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a quick model, which knows what is about sleep and what is not."""
    monkeypatch.setattr(model, "embed", lambda texts: np.stack([_about_sleep(text) for text in texts]))


def _about_sleep(text: str) -> model.Floats:
    vector = np.zeros(model.DIMENSIONS, np.float32)
    vector[0 if "asleep" in text or "insomnia" in text else len(text)] = 1
    return vector


def threads(db: Session) -> list[int]:
    """Three threads; their opening posts."""
    author = make_account(db)
    made = [make_thread(db, author, title=title, text="What do you think of that?") for title in TITLES]
    return [opening(db, thread).id for thread in made]


def found(db: Session, text: str = ASKED) -> list[Candidate]:
    query = parse(text)
    by_words = engine_of(db).candidates(db, query, (), Order.RELEVANCE, 300)
    return list(ranking.fuse(db, query, by_words))


def embedded(db: Session) -> None:
    """What the job does, in the session of the test."""
    lacking = vectors.wanting_after(db, 0, 1000)
    made = model.embed([post.text for post in lacking]).astype("<f2")
    vectors.put(db, [(post, row.tobytes()) for post, row in zip(lacking, made, strict=True)])


def kept(db: Session) -> set[int]:
    return set(db.scalars(select(SearchVector.post_id)))


def waiting(db: Session, name: str) -> list[object]:
    return [job.payload for job in db.scalars(select(Job).where(Job.name == name).order_by(Job.id))]


# --- the order ---------------------------------------------------------------------------------------------


def test_meaning_decides_where_words_cannot(db: Session, with_model: None) -> None:
    posts = threads(db)
    by_words = found(db)
    embedded(db)
    assert {each.post_id for each in by_words} == set(posts)
    first = found(db)
    assert first[0].post_id == posts[1]
    assert sorted(first, reverse=True) == first, "the scores say the same as the order"
    assert {(c.thread_id, c.post_id) for c in first} == {(c.thread_id, c.post_id) for c in by_words}


def test_it_is_off_by_default_and_asks_nothing(db: Session) -> None:
    threads(db)
    assert Settings().semantic is False
    given = [Candidate(9, 1, 1), Candidate(8, 2, 2)]
    assert ranking.fuse(db, parse(ASKED), given) is given
    assert waiting(db, upkeep.EMBED) == []


def test_all_words_stay_above_some_words(db: Session, on: None) -> None:
    posts = threads(db)
    embedded(db)
    query = parse(ASKED)
    given = [Candidate(ABOVE + 5, 3, posts[2]), Candidate(8, 2, posts[0]), Candidate(7, 1, posts[1])]
    fused = ranking.fuse(db, query, given)
    assert fused[0].post_id == posts[2]
    assert [each.score >= ABOVE for each in fused] == [True, False, False]


def test_a_post_without_a_vector_keeps_its_place(db: Session, on: None) -> None:
    first, second, third = threads(db)
    embedded(db)
    vectors.drop(db, [first])
    given = [Candidate(9, 3, first), Candidate(8, 2, third), Candidate(7, 1, second)]
    assert ranking.fuse(db, parse(ASKED), given)[0].post_id == first
    vectors.drop(db, [second, third])
    assert [each.post_id for each in ranking.fuse(db, parse(ASKED), given)] == [first, third, second]


def test_what_is_asked_is_the_text_without_its_conditions() -> None:
    assert ranking.asked(parse("Does magnesium help?")) == "Does magnesium help?"
    words = ranking.asked(parse("magnesium tag:sleep -zinc"))
    assert "magnesium" in words and "tag" not in words and "zinc" not in words
    assert ranking.asked(parse("title:magnesium")) == "magnesium"


def test_what_is_not_english_is_left_in_the_order_of_its_words(db: Session, on: None) -> None:
    first, second, third = threads(db)
    embedded(db)
    given = [Candidate(9, 3, first), Candidate(8, 2, third), Candidate(7, 1, second)]
    german = (
        "Hilft Magnesium abends wirklich gegen Schlaflosigkeit bei älteren Menschen, oder schadet es eher?"
    )
    assert ranking.fuse(db, parse(german), given) is given
    assert ranking.fuse(db, parse("zinc"), given) is not given


# --- whose vectors are kept --------------------------------------------------------------------------------


def test_hidden_posts_have_no_vector_and_no_part_in_it(db: Session, on: None) -> None:
    first, second, third = threads(db)
    embedded(db)
    assert kept(db) == {first, second, third}
    db.get_one(Post, second).visible = False
    db.flush()
    assert set(vectors.of(db, [first, second, third])) == {first, third}
    index.drop(db, [second])
    assert kept(db) == {first, third}
    assert second not in [each.post_id for each in found(db)]
    db.get_one(Post, third).visible = False
    db.flush()
    assert vectors.wanting(db, [second, third]) == [], "none is made for them"
    vectors.drop_hidden(db)
    assert kept(db) == {first}


def test_a_post_that_was_hidden_or_edited_meanwhile_gets_none(db: Session, on: None) -> None:
    first, second, _third = threads(db)
    read = vectors.wanting(db, [first, second])
    db.get_one(Post, first).visible = False
    db.get_one(Post, second).revision += 1
    db.flush()
    vectors.put(db, [(post, b"..") for post in read])
    assert kept(db) == set()


def test_an_edited_post_is_ranked_by_its_words_until_its_vector_is_made_anew(db: Session, on: None) -> None:
    author = make_account(db)
    post = make_answer(db, make_thread(db), author, "The first words.")
    embedded(db)
    before = vectors.of(db, [post.id])[post.id]
    editing.edit(db, author, post.id, "Quite another text about bicycles.", 1)
    assert vectors.of(db, [post.id]) == {}
    assert {"post_ids": [post.id]} in waiting(db, upkeep.EMBED)
    embedded(db)
    assert vectors.of(db, [post.id])[post.id] != before


def test_posting_asks_for_a_vector_and_does_not_wait_for_it(db: Session, on: None) -> None:
    post = make_answer(db, make_thread(db))
    assert {"post_ids": [post.id]} in waiting(db, upkeep.EMBED)
    embedded(db)
    db.execute(delete(Job))
    index.put(db, [post.id])
    assert waiting(db, upkeep.EMBED) == [], "it has one"


# --- the worker's jobs -------------------------------------------------------------------------------------


def test_the_worker_makes_them(database: Database, on: None) -> None:
    with database.writing() as db:
        posts = threads(db)
    worker.work_off(database, settings())
    with database.reading() as db:
        found = vectors.of(db, posts)
    assert len(found) == len(posts)
    for vector in found.values():
        assert np.linalg.norm(np.frombuffer(vector, "<f2").astype(np.float32)) == pytest.approx(1, abs=0.01)


def test_what_was_written_while_it_was_off_follows(
    database: Database, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    with database.writing() as db:
        posts = threads(db)
        db.execute(delete(Job))
    upkeep.begin(database, settings())
    worker.work_off(database, settings())
    with database.reading() as db:
        assert kept(db) == set()
    request.getfixturevalue("on")
    monkeypatch.setattr(upkeep, "BATCH", 2)
    upkeep.begin(database, settings())
    upkeep.begin(database, settings())
    with database.reading() as db:
        assert len(waiting(db, upkeep.EMBED_ALL)) == 1, "one is enough"
    worker.work_off(database, settings())
    with database.reading() as db:
        assert kept(db) == set(posts)
        assert db.scalar(select(func.count()).select_from(Job)) == 0
    with database.writing() as db:
        db.get_one(Post, posts[0]).visible = False
    upkeep.begin(database, settings())
    with database.reading() as db:
        assert kept(db) == set(posts[1:]), "hidden while it was off"


# --- without the extra -------------------------------------------------------------------------------------


def test_without_the_extra_the_start_says_so_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORUM_SEMANTIC", "1")
    monkeypatch.setattr("forum.config.find_spec", lambda name: None if name == "numpy" else object())
    settings.cache_clear()
    with pytest.raises(BadSetting) as caught:
        settings()
    assert str(caught.value) == (
        "FORUM_SEMANTIC needs packages that are not installed: pip install 'footnote[semantic]'."
    )


def test_a_forum_without_it_never_loads_the_model(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "forum.search.semantic.model", raising=False)
    monkeypatch.setitem(sys.modules, "numpy", None)
    threads(db)
    assert len(found(db)) == 3
    assert "forum.search.semantic.model" not in sys.modules
