"""The learned score: what it learns from, what it says, and that all goes well without its library."""

import sys
from collections.abc import Callable, Iterator
from random import Random

import pytest
from makers import make_account, make_answer, make_thread
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from forum import worker
from forum.accounts.tables import Actor, Role
from forum.actions import learning as acting
from forum.clock import now
from forum.config import Settings
from forum.db import Database
from forum.discussion.tables import Post, PostState
from forum.markup import render
from forum.moderation import learning, queue, screening
from forum.moderation.findings import Draft, Outcome
from forum.moderation.learning import Example, Model
from forum.moderation.screening_tables import Classifier
from forum.moderation.sensitivity import Sensitivity
from forum.moderation.tables import Decision

GOOD = (
    "sleep diary weeks study dose mood anxiety trial placebo",
    "answer months better doctor felt evidence",
)
BAD = ("vendor cheap pills discount ship order guarantee stock", "price package bitcoin offer sale bulk deal")
COMMON = "the and this with for that have not was are you but from they"
MODEL = Model(250, 0.95, {"cheap": 9.0, "cheap pills": 6.0, "evidence": -8.0}, 0.0, 0.9)


def texts(kind: tuple[str, str], count: int, seed: int) -> list[str]:
    random, words = Random(seed), " ".join(kind).split()
    return [
        " ".join(random.choices(words, k=12) + random.choices(COMMON.split(), k=12)) for _ in range(count)
    ]


def examples(each: int = 110) -> list[Example]:
    good, bad = texts(GOOD, each, 1), texts(BAD, each, 2)
    return [*(Example(text, False) for text in good), *(Example(text, True) for text in bad)]


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    yield acting.train(examples())


# --- the score ---------------------------------------------------------------------------------------------


def test_it_tells_texts_apart_that_it_has_not_seen(model: Model) -> None:
    assert model.accuracy > 0.95
    assert model.decisions == 220
    for text in texts(BAD, 20, 7):
        assert learning.score(model, text) > model.threshold
    for text in texts(GOOD, 20, 8):
        assert learning.score(model, text) < 0.5


def test_plain_python_says_what_the_library_says() -> None:
    """The logistic function of the bias and of the weights, divided by the root of what is there."""
    there = learning.features("Cheap pills")
    assert there == {"cheap", "pills", "cheap pills"}
    assert learning.score(MODEL, "Cheap pills") == pytest.approx(1 / (1 + 2.718281828 ** -(15 / 3**0.5)))
    assert learning.score(MODEL, "") == 0.5


def test_it_explains_itself_by_the_strongest_words() -> None:
    assert learning.strongest(MODEL, "Evidence of cheap pills") == ["cheap", "cheap pills"]
    assert learning.strongest(MODEL, "Evidence") == []


def test_sensitivity_moves_the_threshold() -> None:
    low, middle, high = (learning.threshold(MODEL, each) for each in Sensitivity)
    assert (low, middle, high) == (pytest.approx(0.95), 0.9, pytest.approx(0.7))


def test_it_holds_and_never_refuses(db: Session) -> None:
    member, text = make_account(db), "Cheap pills, cheap pills"
    judged = lambda actor: screening.judge(db, actor, Draft(render(text)), held_posts=2)  # noqa: E731
    assert not judged(member).holds, "nothing was learned yet"
    learning.put(db, MODEL)
    (finding,) = judged(member).findings
    assert (finding.check, finding.outcome) == ("learned", Outcome.HOLD)
    assert "“cheap”, “cheap pills”" in finding.words
    assert not judged(make_account(db, shown_posts=20)).holds, "trusted members are"
    learning.put(db, MODEL._replace(threshold=1.0))
    assert not judged(member).holds, "the newest version counts"


def test_a_few_versions_are_kept(db: Session) -> None:
    for number in range(learning.VERSIONS + 3):
        learning.put(db, MODEL._replace(decisions=number))
    kept = db.scalars(select(Classifier.decisions).order_by(Classifier.id)).all()
    assert kept == list(range(3, learning.VERSIONS + 3))


def test_the_weights_are_read_once_for_each_version(
    database: Database, new_database: Callable[[str], Database]
) -> None:
    """Also when another process learns: here, another engine of the same database."""
    other = Database(database.url.render_as_string(hide_password=False))
    read: list[str] = []
    note = lambda _connection, _cursor, sql, *_: read.append(sql) if "weights" in sql else None  # noqa: E731
    event.listen(database.engine, "before_cursor_execute", note)
    for weight in (9.0, 8.0):
        wanted = MODEL._replace(weights={"cheap": weight})
        with other.writing() as db:
            learning.put(db, wanted)
        read.clear()
        assert [newest(database), newest(database)] == [wanted, wanted]
        assert len(read) == 1
    other.close()
    assert newest(new_database("sqlite")) is None, "another database has its own"


# --- what it learns from -----------------------------------------------------------------------------------


def decided(db: Session, post: Post, verdict: str, moderator: Actor | None, revision: int = 1) -> None:
    item = queue.hold(db, post.id, "It waits.")
    decision = Decision(
        item_id=item.id,
        post_id=post.id,
        moderator_id=moderator.id if moderator else None,
        verdict=verdict,
        from_state=PostState.HELD,
        to_state=PostState.SHOWN,
        revision=revision,
        at=now(),
    )
    db.add(decision)
    db.flush()


def test_it_learns_from_the_last_word_of_a_person(db: Session) -> None:
    keeper, thread = make_account(db, role=Role.MODERATOR), make_thread(db)
    kept, removed, second, undone, machine, escalated, closed = (
        make_answer(db, thread, text=f"Text number {number}.") for number in range(7)
    )
    decided(db, kept, "publish", keeper)
    decided(db, removed, "remove", keeper)
    decided(db, second, "remove", keeper)
    decided(db, second, "restore", keeper)
    decided(db, undone, "remove", keeper)
    decided(db, undone, "undo", keeper)
    decided(db, machine, "hide", None)
    decided(db, escalated, "hide", keeper)
    decided(db, escalated, "escalate", keeper)
    decided(db, closed, "close", keeper)
    assert learning.examples(db) == [
        Example("Text number 0.", False),
        Example("Text number 1.", True),
        Example("Text number 2.", False),
        Example("Text number 5.", True),
    ]


def test_it_learns_from_the_text_as_it_stood(db: Session) -> None:
    from forum.actions import editing

    author, keeper = make_account(db), make_account(db, role=Role.MODERATOR)
    post = make_answer(db, make_thread(db), author, "The **first** words.")
    editing.edit(db, author, post.id, "The second words.", 1)
    decided(db, post, "remove", keeper, revision=1)
    assert learning.examples(db) == [Example("The first words.", True)]


# --- the worker's job --------------------------------------------------------------------------------------


def learned(database: Database, monkeypatch: pytest.MonkeyPatch, found: list[Example]) -> str:
    """What the admins read after the job was done with these examples."""
    monkeypatch.setattr(learning, "examples", lambda _db: found)
    acting.learn(database, Settings())
    with database.reading() as db:
        noted = learning.noted(db)
    assert noted is not None
    return noted.words


def newest(database: Database) -> Model | None:
    with database.reading() as db:
        return learning.newest(db)


def test_the_job_is_off_until_there_is_enough(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    words = learned(database, monkeypatch, examples(99))
    assert words == (
        "Decided posts to learn from: 198, 99 of them taken down; 200 are needed, 20 of each kind."
    )
    lopsided = [Example(text, False) for text in texts(GOOD, 200, 1)] + examples(19)[19:]
    assert "219, 19 of them taken down" in learned(database, monkeypatch, lopsided)
    assert newest(database) is None
    assert learned(database, monkeypatch, examples()).startswith("In use: 100% told right")
    found = newest(database)
    assert found is not None and found.decisions == 220 and "vendor" in found.weights


def test_what_is_no_better_than_guessing_is_not_used(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixed = [Example(text, number % 2 == 0) for number, text in enumerate(texts(GOOD, 220, 3))]
    assert learned(database, monkeypatch, mixed).startswith("Not used: ")
    assert newest(database) is None


def test_without_the_library_it_is_off_and_says_so(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "sklearn"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    assert learned(database, monkeypatch, examples()) == acting.NO_LIBRARY
    assert newest(database) is None


def test_the_worker_does_it_every_day() -> None:
    assert worker.JOBS["moderation.learn"] is acting.learn
    assert worker.TIMETABLE["moderation.learn"].days == 1
