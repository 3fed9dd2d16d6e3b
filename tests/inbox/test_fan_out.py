"""Followers hear of a post by a job: each once, in batches, and only while readers see it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from discussion.test_anonymity import ask
from makers import make_account, make_answer, make_comment, make_thread, opening
from moderation.acts import decide
from sqlalchemy import event, func, insert, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account, Actor, Role
from forum.actions import effects, posting, undoing
from forum.clock import now
from forum.config import settings
from forum.db import Database
from forum.discussion import posts, tags
from forum.discussion.tables import Citation, PostState
from forum.inbox import fan_out, following
from forum.inbox.channel_tables import KindChoice
from forum.inbox.following import Kind, Level
from forum.inbox.subscriptions import FOLLOWERS
from forum.inbox.tables import Follow, Message
from forum.jobs import Job

TITLE = "Does a small dose change anything at all?"


def heard(db: Session, actor: Actor) -> list[tuple[str, str]]:
    found = select(Message.kind, Message.subject).where(Message.account_id == actor.id).order_by(Message.id)
    return [(kind, subject) for kind, subject in db.execute(found)]


def chosen(db: Session, kind: Kind, target_id: int, level: Level, name: str = "") -> Actor:
    actor = make_account(db, name)
    following.set(db, actor.id, kind, target_id, level)
    return actor


def tag_id(db: Session, name: str) -> int:
    found = tags.named(db, name)
    assert found is not None
    return found.id


def test_answers_go_to_all_followers_of_the_thread_and_comments_to_watchers(db: Session) -> None:
    asker, ann = make_account(db), make_account(db, "ann")
    thread = make_thread(db, asker)
    people = [chosen(db, Kind.THREAD, thread.id, level) for level in Level]
    answer = make_answer(db, thread, ann)
    comment = make_comment(db, answer, ann)
    for post in (answer, comment):
        fan_out.tell(db, post.id)
    answered, commented = ("followed", f"ann answered “{TITLE}”"), ("followed", f"ann commented in “{TITLE}”")
    assert [heard(db, each) for each in people] == [[answered, commented], [answered], []]
    assert [kind for kind, _ in heard(db, asker)] == ["answer"]
    assert heard(db, ann) == []
    (told,) = db.execute(
        select(Message.thread_id, Message.post_id, Message.path).where(Message.account_id == people[1].id)
    )
    assert told == (thread.id, answer.id, f"/p/{answer.id}")


def test_new_questions_go_to_watchers_of_their_tags_and_of_their_asker(db: Session) -> None:
    asker = make_account(db, "asker")
    make_thread(db, tags="lsd sleep")
    lsd, sleep = tag_id(db, "lsd"), tag_id(db, "sleep")
    people = [chosen(db, Kind.TAG, lsd, level) for level in Level]
    personal = [chosen(db, Kind.PERSON, asker.id, level) for level in Level]
    both = chosen(db, Kind.TAG, sleep, Level.WATCH)
    following.set(db, both.id, Kind.TAG, lsd, Level.WATCH)
    following.set(db, both.id, Kind.PERSON, asker.id, Level.WATCH)
    thread = make_thread(db, asker, tags="lsd sleep")
    fan_out.tell(db, opening(db, thread).id)
    assert [heard(db, each) for each in people] == [[("new_question", f"New in lsd: “{TITLE}”")], [], []]
    assert [heard(db, each) for each in personal] == [[("new_post", f"asker asked “{TITLE}”")], [], []]
    assert [kind for kind, _ in heard(db, both)] == ["new_question"]
    answer = make_answer(db, make_thread(db), asker)
    fan_out.tell(db, answer.id)
    assert heard(db, personal[0])[1:] == [("new_post", f"asker answered “{TITLE}”")]


def test_a_post_that_cites_a_source_goes_to_its_watchers(db: Session) -> None:
    answer = make_answer(db, make_thread(db), text="As shown in [@doi:10.1371/journal.pone.0211023].")
    (reference_id,) = db.scalars(select(Citation.reference_id).where(Citation.post_id == answer.id))
    people = [chosen(db, Kind.REFERENCE, reference_id, level) for level in Level]
    fan_out.tell(db, answer.id)
    assert [[kind for kind, _ in heard(db, each)] for each in people] == [["cited"], [], []]


def test_who_watches_a_person_hears_nothing_of_posts_without_a_name(db: Session) -> None:
    asker = make_account(db, "asker")
    watcher = chosen(db, Kind.PERSON, asker.id, Level.WATCH)
    post = opening(db, ask(db, asker))
    fan_out.tell(db, post.id)
    assert heard(db, watcher) == [] and heard(db, asker) == []


def test_muting_a_thread_or_an_author_leaves_out_whoever_muted(db: Session) -> None:
    ann = make_account(db, "ann")
    asker, other = make_account(db), make_account(db, "other")
    thread = make_thread(db, asker)
    follower = chosen(db, Kind.THREAD, thread.id, Level.WATCH)
    following.set(db, follower.id, Kind.PERSON, ann.id, Level.MUTE)
    for person in (asker, other):
        following.set(db, person.id, Kind.THREAD, thread.id, Level.MUTE)
    answer = make_answer(db, thread, ann, "As @other says.")
    fan_out.tell(db, answer.id)
    assert heard(db, follower) == heard(db, asker) == heard(db, other) == []


def test_what_readers_do_not_see_any_more_is_told_to_nobody(db: Session) -> None:
    thread = make_thread(db)
    follower = chosen(db, Kind.THREAD, thread.id, Level.FOLLOW)
    hidden, undone = make_answer(db, thread), make_answer(db, thread, ann := make_account(db))
    effects.publish(db, thread.id, posts.move(db, hidden, PostState.HIDDEN, None))
    undoing.undo(db, ann, undone.id)
    for post in (hidden, undone):
        assert fan_out.tell(db, post.id) is None
    assert fan_out.tell(db, 98765) is None
    assert heard(db, follower) == []


def test_what_waited_for_review_is_told_to_all_once_it_is_published(db: Session) -> None:
    judge, watched = make_account(db, role=Role.MODERATOR), make_account(db)._replace(is_watched=True)
    called = make_account(db, "Called")
    thread = make_thread(db, watched, tags="vaccines", text="What does @Called say?")
    follower = chosen(db, Kind.TAG, tag_id(db, "vaccines"), Level.WATCH)
    post = opening(db, thread)
    assert fan_out.tell(db, post.id) is None
    assert heard(db, called) == heard(db, follower) == []
    decide(db, judge, post, "publish")
    fan_out.tell(db, post.id)
    assert [kind for kind, _ in heard(db, called)] == ["mention"]
    assert [kind for kind, _ in heard(db, follower)] == ["new_question"]


def test_the_job_waits_until_the_post_cannot_be_undone(db: Session, frozen) -> None:
    answer = make_answer(db, make_thread(db))
    (job,) = [
        job
        for job in db.scalars(select(Job).where(Job.name == FOLLOWERS))
        if job.payload["post_id"] == answer.id
    ]
    assert (job.run_at - frozen()).total_seconds() == 60


def _crowd(db: Session, kind: Kind, target_id: int, size: int, level: Level = Level.WATCH) -> list[int]:
    # Above all numbers that a database gives by itself.
    first = max(db.scalar(select(func.max(Account.id))), 100_000) + 1
    ids = list(range(first, first + size))
    called = ((n, f"fan{n}") for n in ids)
    names = [
        {"id": n, "name": name, "name_key": name, "email": name, "email_key": name, "created_at": now()}
        for n, name in called
    ]
    db.execute(insert(Account), names)
    rows = [{"account_id": n, "kind": kind, "target_id": target_id, "level": level, "at": now()} for n in ids]
    db.execute(insert(Follow), rows)
    return ids


def test_batches_reach_everybody_once_also_after_a_crash(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fan_out, "BATCH", 5)
    lsd = tag_id(db, make_thread(db, tags="lsd").tag_names)
    fans = _crowd(db, Kind.TAG, lsd, 12)
    post = opening(db, make_thread(db, asker := make_account(db), tags="lsd"))
    _also = _crowd(db, Kind.PERSON, asker.id, 3)
    following.set(db, fans[0], Kind.PERSON, asker.id, Level.WATCH)
    after, keys = 0, []
    while (last := fan_out.tell(db, post.id, after)) is not None:
        # The worker died before the batch was crossed off: it is done again.
        assert fan_out.tell(db, post.id, after) == last
        keys.append(after := last)
    assert len(keys) == 3
    times = select(Message.account_id, func.count()).where(Message.post_id == post.id)
    told = {each[0]: each[1] for each in db.execute(times.group_by(Message.account_id))}
    assert told == dict.fromkeys([*fans, *_also], 1)
    unread = select(Account.unread).where(Account.id.in_(fans)).distinct()
    assert list(db.scalars(unread)) == [1]


def test_each_reads_it_in_the_own_language_and_closed_accounts_nothing(db: Session) -> None:
    thread = make_thread(db)
    english, french, gone = (chosen(db, Kind.THREAD, thread.id, Level.WATCH) for _ in range(3))
    db.get_one(Account, french.id).language = "qps"
    db.get_one(Account, gone.id).closed_at = now()
    db.flush()
    fan_out.tell(db, make_comment(db, opening(db, thread)).id)
    (one,), (two,) = heard(db, english), heard(db, french)
    assert one[1] != two[1] and two[1].startswith("⟦")
    assert heard(db, gone) == []


def test_mail_leaves_for_those_who_want_it_at_once(db: Session) -> None:
    thread = make_thread(db)
    _usual, soon, sample = (chosen(db, Kind.THREAD, thread.id, Level.FOLLOW) for _ in range(3))
    for person in (soon, sample):
        db.add(KindChoice(account_id=person.id, kind="follows", mail="once", push=False))
    db.get_one(Account, sample.id).is_sample = True
    db.flush()
    answer = make_answer(db, thread)
    before = {job.id for job in db.scalars(select(Job))}
    fan_out.tell(db, answer.id)
    mails = [job for job in db.scalars(select(Job)) if job.id not in before]
    wanted = db.scalars(select(Message.id).where(Message.account_id == soon.id)).one()
    assert [(job.name, job.payload) for job in mails] == [("mail.deliver", {"message_id": wanted})]


@contextmanager
def counting(db: Session) -> Iterator[list[str]]:
    asked: list[str] = []
    note: Callable[..., None] = lambda *given: asked.append(given[2])  # noqa: E731
    event.listen(db.get_bind(), "before_cursor_execute", note)
    yield asked
    event.remove(db.get_bind(), "before_cursor_execute", note)


def test_asking_takes_as_many_queries_for_two_thousand_watchers_as_for_ten(db: Session) -> None:
    asker = make_account(db)
    lsd = tag_id(db, make_thread(db, asker, tags="lsd").tag_names)
    counts = []
    for size in (10, 1990):
        _crowd(db, Kind.TAG, lsd, size)
        db.flush()
        with counting(db) as asked:
            posting.ask(
                db, asker, "question", f"A question to {size} more", "lsd", "Words.", key="", held_posts=2
            )
            db.flush()
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_batch_takes_as_many_queries_for_five_hundred_as_for_ten(db: Session) -> None:
    thread = make_thread(db, tags="lsd")
    counts = []
    for size in (10, 480):
        _crowd(db, Kind.THREAD, thread.id, size)
        answer_id = make_answer(db, thread).id
        db.flush()
        db.expire_all()
        with counting(db) as asked:
            fan_out.tell(db, answer_id)
        counts.append(len(asked))
    assert counts[0] == counts[1] < 20


def test_the_job_puts_the_next_one(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fan_out, "BATCH", 2)
    with database.writing() as db:
        thread = make_thread(db)
        ann = make_account(db)
        fans = _crowd(db, Kind.THREAD, thread.id, 3)
        answer_id = make_answer(db, thread, ann).id
    payloads: list[dict[str, int]] = [{"post_id": answer_id}]
    for _batch in range(3):
        fan_out.announce(database, settings(), **payloads[-1])
        with database.reading() as db:
            waiting = select(Job).where(Job.name == FOLLOWERS).order_by(Job.id)
            payloads.append(dict(db.scalars(waiting).all()[-1].payload))
    # The asker and who answers follow too.
    assert [each.get("after") for each in payloads] == [None, ann.id, fans[1], fans[1]]
    with database.reading() as db:
        told = db.scalars(select(Message.account_id).where(Message.post_id == answer_id)).all()
        assert sorted(told) == [1, *fans]
