"""Threads like a text, like a thread, and those that cite the same: near enough, and only visible ones."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import SHARED, missing
from defusedxml import ElementTree
from makers import make_account, make_answer, make_thread, opening, unhurried
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from forum.accounts.tables import Role
from forum.actions import tending, withdrawing
from forum.db import Database
from forum.discussion.tables import Thread
from forum.importers import sample as sample_community
from forum.search import index, similar, vocabulary

DUMP = SHARED / "data" / "stackexchange"
THREADS = Path(sample_community.__file__ or "").parent / "threads"
MELATONIN = "How much melatonin helps against jet lag?"
#: What somebody may ask who did not look first, and the thread of the sample that answers it.
ASKED_AGAIN = (
    ("Is walking as good as they say?", "Is walking really as good"),
    ("Where do people get it?", "Where do people get it"),
    ("How do I tell my therapist about microdosing?", "How do I tell my therapist"),
    ("How worried should I be about 5-HT2B and heart valves?", "5-HT2B and heart valves"),
    ("Psilocybin versus escitalopram: what did the trial show?", "Psilocybin versus escitalopram"),
    ("What does slowly mean when I come off my antidepressant?", "My doctor and I agreed"),
    ("Which trial would change your mind?", "Design the trial that would change"),
    ("What should happen when a reference is retracted?", "What should happen to old answers"),
    ("If I only read one study, which should it be?", "If I read only one"),
)
OTHER = (
    "How do I cite a book?",
    "What is microdosing?",
    "Does music change how well people sleep?",
    "Does microdosing help with anxiety?",
    "What is there for people over seventy?",
    "Can I search my own posts?",
)


@pytest.fixture(autouse=True)
def _unhurried() -> Iterator[None]:
    with unhurried():
        yield


@pytest.fixture(scope="module")
def sample(new_database: Callable[[str], Database]) -> Iterator[Session]:
    """The threads of the sample community, without what followed in them."""
    said = [tomllib.loads(path.read_text()) for path in sorted(THREADS.glob("*.toml"))]
    with asked(new_database("sqlite"), [(each["title"], each["text"]) for each in said]) as db:
        yield db


@contextmanager
def asked(database: Database, questions: Iterable[tuple[str, str]]) -> Iterator[Session]:
    """A session on the database, in which somebody asked all this."""
    with unhurried(), database.writing() as db:
        asker = make_account(db)
        for title, said in questions:
            make_thread(db, asker, title=title, text=said)
    with database.reading() as db:
        yield db


def titles(found: list[similar.Similar]) -> list[str]:
    return [thread.title for thread in found]


def fill(db: Session) -> None:
    """Other threads, so that some words are rarer than others."""
    for about in ("sleep in winter", "sleep and coffee", "coffee at night", "running in winter", "tea"):
        make_thread(db, title=f"A question about {about}", text="Nothing that matters here.")


# --- like a text ---------------------------------------------------------------------------------------


def test_what_was_asked_before_is_found_in_other_words(db: Session) -> None:
    fill(db)
    there = make_thread(db, title=MELATONIN)
    found = similar.to_text(db, "Does mélatonin help for jet lag", "", 5)
    assert (found[0].id, found[0].slug, found[0].title) == (there.id, there.slug, MELATONIN)
    assert (found[0].kind, found[0].answer_count, found[0].is_accepted) == ("question", 0, False)
    assert titles(similar.likely(db, "How much melatonin helps for jet lag", "", 5)) == [MELATONIN]
    assert similar.likely(db, "How much melatonin is in a cherry", "", 5) == []


def test_the_question_may_stand_in_the_text(db: Session) -> None:
    fill(db)
    make_thread(db, title=MELATONIN)
    said = "I fly a lot. I wonder how much melatonin helps against jet lag. Thank you!"
    assert titles(similar.likely(db, "A question from a beginner", said, 5)) == [MELATONIN]
    assert similar.likely(db, "A question from a beginner", "I fly a lot. Thank you!", 5) == []


def test_only_what_readers_see_is_like_it(db: Session) -> None:
    asker = make_account(db)
    mine = make_thread(db, asker, title=MELATONIN)
    assert titles(similar.to_text(db, MELATONIN, "", 5)) == [MELATONIN]
    withdrawing.withdraw(db, asker, opening(db, mine).id)
    make_thread(db, make_account(db, shown_posts=0), title=MELATONIN)
    assert similar.to_text(db, MELATONIN, "", 5) == []
    # Even if the index had it still.
    post = opening(db, mine)
    post.visible = True
    index.put(db, [post.id])
    assert similar.to_text(db, MELATONIN, "", 5) == []


def test_a_few_common_words_are_like_nothing(db: Session) -> None:
    fill(db)
    for title in ("", "***", "how do they do it", "question"):
        assert similar.likely(db, title, "", 5) == [], title


def test_common_words_cost_no_more_than_rare_ones(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(db)
    make_thread(db, title=MELATONIN)
    monkeypatch.setattr(similar, "_POSTS", 3)
    query = similar._query(db, similar._telling("question about melatonin and coffee in winter"), [])
    looked_for = [term.text for term in query.terms]
    assert looked_for[0] == "melatonin" and "question" not in looked_for
    assert sum(vocabulary.documents(db, looked_for).values()) <= 3
    assert [term.text for term in similar._query(db, ["question"], []).terms] == ["question"]


def test_at_most_eight_words_are_looked_for(db: Session) -> None:
    words = ["alder", "birch", "cedar", "elm", "hazel", "maple", "oak", "pine", "rowan", "spruce", "yew"]
    make_thread(db, text=" ".join(words))
    assert len(similar._query(db, ["pine"], words).terms) == similar.WORDS
    assert similar._query(db, ["pine"], words).terms[0].text == "pine", "the title tells more"


@pytest.mark.parametrize(("asked", "answered"), ASKED_AGAIN)
def test_whoever_asks_again_is_asked_back(sample: Session, asked: str, answered: str) -> None:
    (found,) = similar.likely(sample, asked, "I would like to know.", 5)
    assert found.title.startswith(answered)


@pytest.mark.parametrize("asked", OTHER)
def test_whoever_asks_something_else_is_not(sample: Session, asked: str) -> None:
    assert similar.likely(sample, asked, "I would like to know.", 5) == []


def test_the_threads_of_the_sample_are_not_like_each_other(sample: Session) -> None:
    for thread in sample.scalars(select(Thread).where(Thread.shown)):
        assert [found.id for found in similar.likely(sample, thread.title, "", 5)] == [thread.id]


def test_in_a_forum_that_lived_hardly_anybody_would_have_been_asked_back(
    new_database: Callable[[str], Database],
) -> None:
    if not DUMP.exists():
        missing("the Stack Exchange dump in ../shared/data/stackexchange")
    posts = ElementTree.parse(DUMP / "Posts.xml").iter("row")
    questions = [(row.get("Title", ""), row.get("Body", "")) for row in posts if row.get("PostTypeId") == "1"]
    plain = [(title, re.sub("<[^>]*>", " ", body)) for title, body in questions]
    with asked(new_database("sqlite"), plain) as db:
        threads = db.scalars(select(Thread).where(Thread.shown)).all()
        like = [similar.likely(db, thread.title, "", 5) for thread in threads]
    assert len(threads) > 50
    assert all(thread.id == found[0].id for thread, found in zip(threads, like, strict=True))
    # "Election" and "Election Results".
    assert sum(len(found) > 1 for found in like) <= len(threads) // 20


# --- like a thread -------------------------------------------------------------------------------------


def test_related_threads_are_others_about_the_same(db: Session) -> None:
    fill(db)
    moderator = make_account(db, role=Role.MODERATOR)
    thread = make_thread(db, title=MELATONIN)
    about_it = make_thread(db, title="Is melatonin safe for children who cannot sleep?")
    in_its_text = make_thread(db, title="What do you take with you?", text="Melatonin, when I fly.")
    again = make_thread(db, title="Melatonin and jet lag, once more: how much helps?")
    hidden = make_thread(db, title="Melatonin for jet lag", author=make_account(db, shown_posts=0))
    before = titles(similar.to_thread(db, thread.id, 5))
    assert set(before[:3]) == {about_it.title, in_its_text.title, again.title}
    assert hidden.title not in before and thread.title not in before
    tending.close_as_duplicate(db, moderator, again.id, f"/t/{thread.id}", "It was asked before.")
    assert again.title not in titles(similar.to_thread(db, thread.id, 5))
    assert thread.title not in titles(similar.to_thread(db, again.id, 5))
    assert similar.to_thread(db, 999_999, 5) == []


# --- by their sources ----------------------------------------------------------------------------------


def cites(*names: str) -> str:
    return " ".join(f"See [@doi:10.5555/{name}]." for name in names)


def test_threads_that_cite_the_same_sources(db: Session) -> None:
    thread = make_thread(db, text=cites("often", "seldom"))
    often = [make_thread(db, title=f"Often cited {n}", text=cites("often")) for n in range(3)]
    seldom = make_thread(db, title="Seldom cited at all", text="Nothing here.")
    make_answer(db, seldom, text=cites("seldom"))
    both = make_thread(db, title="Both are cited here", text=cites("often", "seldom"))
    make_answer(db, both, text=cites("seldom"))
    make_thread(db, title="Something else is cited", text=cites("other"))
    found = similar.citing_the_same(db, thread.id, 5)
    assert [each.id for each in found] == [both.id, seldom.id, *(each.id for each in reversed(often))]
    assert [each.shared for each in found] == [2, 1, 1, 1, 1]
    assert [each.id for each in similar.citing_the_same(db, thread.id, 1)] == [both.id]


def test_sources_of_what_nobody_sees_join_no_threads(db: Session) -> None:
    writer, newcomer = make_account(db), make_account(db, shown_posts=0)
    thread = make_thread(db, text=cites("one"))
    taken_back = make_answer(db, make_thread(db, title="An answer was taken back"), writer, cites("one"))
    make_answer(db, make_thread(db, title="An answer that waits"), newcomer, cites("one"))
    make_thread(db, newcomer, title="A thread that waits", text=cites("one"))
    assert titles(similar.citing_the_same(db, thread.id, 5)) == ["An answer was taken back"]
    withdrawing.withdraw(db, writer, taken_back.id)
    assert similar.citing_the_same(db, thread.id, 5) == []
    make_answer(db, thread, newcomer, cites("two"))
    make_thread(db, text=cites("two"))
    assert similar.citing_the_same(db, thread.id, 5) == [], "what waits here joins nobody either"


def test_no_table_is_read_whole(db: Session) -> None:
    post = opening(db, make_thread(db, text=cites("one")))
    statement = similar._CITING.compile(db.get_bind(), compile_kwargs={"literal_binds": False})
    if db.get_bind().dialect.name == "sqlite":
        values = {"thread_id": post.thread_id, "most": 5, **statement.params}
        plan = db.connection().exec_driver_sql(
            f"EXPLAIN QUERY PLAN {statement}", tuple(values[name] for name in statement.positiontup or ())
        )
        steps = [str(step[-1]) for step in plan]
        assert not [step for step in steps if step.startswith("SCAN ") and "anon" not in step], steps
    else:
        db.execute(text("SET LOCAL enable_seqscan = off"))
        plan = db.connection().execute(text(f"EXPLAIN {_literal(db)}"))
        steps = [str(step[0]) for step in plan]
        assert not [step for step in steps if "Seq Scan" in step], steps


def _literal(db: Session) -> str:
    bound = similar._CITING.params(thread_id=1, most=5)
    return str(bound.compile(db.get_bind(), compile_kwargs={"literal_binds": True}))
