"""What a digest tells: what was not read, and the best new threads, without what must not be told."""

from datetime import datetime, timedelta

import pytest
from conftest import Clock
from makers import make_account, make_answer, make_letter, make_thread, opening
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.clock import now
from forum.discussion import anonymity, posts, ranking
from forum.discussion.private_tables import ThreadRead
from forum.discussion.tables import Citation, PostState, Tag, Thread, ThreadState
from forum.inbox import channels, digests, following, messages, sent
from forum.inbox.channels import Chosen, Digest
from forum.inbox.digests import Contents
from forum.inbox.following import Kind, Level
from forum.inbox.kinds import DEFAULT, Group, Mail
from forum.inbox.outgoing import key_of
from forum.inbox.tables import Message

DAILY = channels.DEFAULTS._replace(digest=Digest.DAILY)
WEEKLY = channels.DEFAULTS._replace(digest=Digest.WEEKLY)
#: No digest was chosen: only what was too much for one day is told.
SUMMARY = channels.DEFAULTS


def _told(db: Session, reader: Actor, chosen: Chosen = DAILY) -> Contents:
    return digests.contents(db, reader.id, chosen, now())


def _titles(threads: object) -> list[str]:
    return [thread.title for thread in threads]  # type: ignore[attr-defined]


def _thread(
    db: Session, title: str, score: int = 1, author: Actor | None = None, tags: str = "evidence"
) -> Thread:
    thread = make_thread(db, author, title=f"Why is this {title}?", tags=tags)
    ranking.rescore(db, thread, score)
    db.flush()
    return thread


def _tag(db: Session, name: str) -> int:
    return db.scalars(select(Tag.id).where(Tag.name == name)).one()


# --- threads ---------------------------------------------------------------------------------------------


def test_the_best_of_the_community_by_score_and_only_new_ones(db: Session, frozen: Clock) -> None:
    reader = make_account(db)
    _thread(db, "old", 99)
    frozen.forward(days=3)
    for score in (2, 5, 0, 3, 4):
        _thread(db, f"worth {score}", score)
    _thread(db, "bad", -1)
    frozen.forward(hours=1)
    told = _told(db, reader)
    assert told.followed == [] and told.messages == []
    assert _titles(told.best) == [f"Why is this worth {score}?" for score in (5, 4, 3, 2)]
    assert _titles(_told(db, reader, WEEKLY).best)[0] == "Why is this old?"


def test_each_thread_is_told_once(db: Session, frozen: Clock) -> None:
    reader = make_account(db)
    _thread(db, "first")
    frozen.forward(hours=1)
    assert len(_told(db, reader).best) == 1
    told = DAILY._replace(digested_at=now())
    frozen.forward(hours=1)
    _thread(db, "second")
    assert _titles(_told(db, reader, told).best) == ["Why is this second?"]
    # After a long pause not everything is told.
    frozen.forward(days=9)
    assert not _told(db, reader, told)


@pytest.mark.parametrize("by", ["tag", "person", "reference"])
def test_what_is_followed_comes_first_and_not_twice(db: Session, frozen: Clock, by: str) -> None:
    reader, author = make_account(db), make_account(db)
    frozen.forward(hours=1)
    chosen = _thread(db, "chosen", 1, author, tags="vaccines")
    for number in range(5):
        _thread(db, f"number {number}", 10)
    if by == "reference":
        answer = make_answer(db, chosen, text="See [@doi:10.1371/journal.pone.0211023].")
        target = db.scalars(select(Citation.reference_id).where(Citation.post_id == answer.id)).one()
    else:
        target = author.id if by == "person" else _tag(db, "vaccines")
    following.set(db, reader.id, Kind(by), target, Level.FOLLOW)
    told = _told(db, reader)
    assert _titles(told.followed) == ["Why is this chosen?"]
    assert len(told.best) == 4 and chosen.id not in {thread.id for thread in told.best}
    following.set(db, reader.id, Kind(by), target, Level.MUTE)
    assert _told(db, reader).followed == []


@pytest.mark.parametrize(
    "why",
    [
        "",
        "read",
        "own",
        "own unnamed",
        "thread muted",
        "tag muted",
        "person muted",
        "closed",
        "hidden",
    ],
)
def test_what_is_known_muted_or_not_for_readers_is_left_out(db: Session, frozen: Clock, why: str) -> None:
    reader, author = make_account(db), make_account(db)
    thread = _thread(db, "seen", 5, reader if why == "own" else author, tags="vaccines")
    for actor in (reader, author):
        following.unfollow(db, actor.id, Kind.THREAD, thread.id)
    following.set(db, reader.id, Kind.TAG, _tag(db, "vaccines"), Level.FOLLOW)
    post = opening(db, thread)
    match why:
        case "read":
            db.add(ThreadRead(account_id=reader.id, thread_id=thread.id, at=now()))
        case "own unnamed":
            anonymity.account(db)
            anonymity.add(db, post.id, reader.id)
        case "thread muted":
            following.set(db, reader.id, Kind.THREAD, thread.id, Level.MUTE)
        case "tag muted":
            other = make_thread(db, author, title="Another question with it?", tags="vaccines poison")
            thread = other
            following.set(db, reader.id, Kind.TAG, _tag(db, "poison"), Level.MUTE)
        case "person muted":
            following.set(db, reader.id, Kind.PERSON, author.id, Level.MUTE)
        case "closed":
            thread.state = ThreadState.CLOSED
        case "hidden":
            posts.move(db, post, PostState.HIDDEN, None, "")
    db.flush()
    frozen.forward(hours=1)
    told = _told(db, reader)
    found = {thread.id for thread in (*told.followed, *told.best)}
    assert (thread.id in found) == (why == "")


@pytest.mark.parametrize("by", ["tag", "person", "reference", "nothing"])
def test_what_waited_for_review_is_told_once_readers_see_it(db: Session, frozen: Clock, by: str) -> None:
    """Asked on the day of an earlier digest, published after that."""
    reader, author = make_account(db), make_account(db)
    watched = author._replace(is_watched=True)
    text = "Is it so, as in [@doi:10.1371/journal.pone.0211023]?"
    held = make_thread(db, watched, title="Why did this wait?", tags="vaccines", text=text)
    if by == "reference":
        target = db.scalars(select(Citation.reference_id)).one()
    else:
        target = author.id if by == "person" else _tag(db, "vaccines")
    if by != "nothing":
        following.set(db, reader.id, Kind(by), target, Level.FOLLOW)
    frozen.forward(days=2)
    chosen = DAILY._replace(digested_at=now())
    frozen.forward(hours=1)
    assert not _told(db, reader, chosen)
    posts.move(db, opening(db, held), PostState.SHOWN, None)
    frozen.forward(hours=1)
    told = _told(db, reader, chosen)
    assert _titles(told.best if by == "nothing" else told.followed) == ["Why did this wait?"]
    chosen = DAILY._replace(digested_at=now())
    make_answer(db, held)
    frozen.forward(hours=1)
    assert not _told(db, reader, chosen), "an answer makes it no new thread"


def test_there_are_ten_threads_at_most(db: Session, frozen: Clock) -> None:
    reader = make_account(db)
    for number in range(14):
        _thread(db, f"number {number}", number, tags="vaccines" if number % 2 else "evidence")
    following.set(db, reader.id, Kind.TAG, _tag(db, "vaccines"), Level.FOLLOW)
    frozen.forward(hours=1)
    told = _told(db, reader)
    assert (len(told.followed), len(told.best)) == (6, 4)
    assert not {thread.id for thread in told.followed} & {thread.id for thread in told.best}


# --- messages ---------------------------------------------------------------------------------------------


def _send(db: Session, reader: Actor, kind: str = "answer", **about: int) -> Message:
    words = make_letter(f"{kind} {about}")
    return messages.send(db, reader.id, kind, words, "/p/1", **about)  # type: ignore[arg-type]


def test_unread_messages_are_told_that_no_mail_told(db: Session, frozen: Clock) -> None:
    reader = make_account(db)
    mails = {**DEFAULT, Group.COMMENTS: Mail.DIGEST, Group.MENTIONS: Mail.NONE}
    mailed, _, _, _, read = (
        _send(db, reader, kind) for kind in ("answer", "comment", "mention", "decision", "accepted")
    )
    sent.hand(db, key_of(mailed.id, mailed.created_at), "answer", reader.id)
    read.read_at = now()
    _send(db, reader, "accepted", thread_id=make_thread(db).id)
    db.flush()
    frozen.forward(hours=1)
    assert [m.subject.split()[0] for m in _told(db, reader, DAILY._replace(mails=mails)).messages] == [
        "accepted", "comment",
    ]  # fmt: skip
    # Without a digest, what was to wait for one waits in the inbox.
    assert [m.subject.split()[0] for m in _told(db, reader, SUMMARY._replace(mails=mails)).messages] == [
        "accepted"
    ]
    assert _told(db, reader, SUMMARY._replace(mails=mails)).best == []


def test_what_is_hidden_or_muted_by_then_is_not_told(db: Session, frozen: Clock) -> None:
    reader, author = make_account(db), make_account(db)
    thread = make_thread(db, reader)
    post = make_answer(db, thread, author)
    db.execute(update(Message).values(read_at=now()))
    _send(db, reader, "mention", thread_id=thread.id, post_id=post.id, author_id=author.id)
    frozen.forward(hours=1)
    assert len(_told(db, reader).messages) == 1
    following.set(db, reader.id, Kind.PERSON, author.id, Level.MUTE)
    assert _told(db, reader).messages == []
    following.set(db, reader.id, Kind.PERSON, author.id, None)
    following.set(db, reader.id, Kind.THREAD, thread.id, Level.MUTE)
    assert _told(db, reader).messages == []
    following.set(db, reader.id, Kind.THREAD, thread.id, None)
    posts.move(db, post, PostState.HIDDEN, None, "")
    assert _told(db, reader).messages == []


def test_very_many_messages_are_counted(db: Session, frozen: Clock) -> None:
    reader = make_account(db)
    for _ in range(13):
        _send(db, reader)
    frozen.forward(hours=1)
    told = _told(db, reader)
    assert (len(told.messages), told.more) == (10, 3)


def test_as_many_queries_whatever_there_is_to_tell(db: Session, frozen: Clock) -> None:
    reader, nobody = make_account(db), make_account(db)
    for number in range(12):
        _thread(db, f"number {number}", number, tags=f"tag{number} evidence")
        following.set(db, reader.id, Kind.TAG, _tag(db, f"tag{number}"), Level.FOLLOW)
        _send(db, reader)
    frozen.forward(hours=1)
    counts = []
    for each in (reader, nobody):
        statements: list[str] = []
        count = lambda *args, statements=statements: statements.append(args[2])  # noqa: E731
        event.listen(db.connection(), "before_cursor_execute", count)
        assert bool(_told(db, each))
        event.remove(db.connection(), "before_cursor_execute", count)
        counts.append(len(statements))
    assert counts == [4, 4]


def test_it_begins_where_the_last_one_ended() -> None:
    moment = datetime(2026, 11, 10, 7, tzinfo=now().tzinfo)
    assert digests.since(DAILY, moment, moment) == moment - timedelta(days=1)
    assert digests.since(WEEKLY, moment, moment) == moment - timedelta(days=7)
    last = moment - timedelta(days=2)
    assert digests.since(DAILY._replace(digested_at=last), moment, moment) == last
    assert (
        digests.since(DAILY._replace(digested_at=last - timedelta(days=30)), moment, moment)
        == moment - digests.OLDEST
    )
