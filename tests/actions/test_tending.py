"""Closing, naming the original, locking, slowing down, retagging, notices, cautions; and all of it undone."""

from collections.abc import Callable

import pytest
from consistency import consistent
from makers import make_account, make_answer, make_comment, make_thread, opening
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import freshness, policy
from forum.accounts.tables import Account, Actor, Role, Standing
from forum.actions import annotating, posting, tending, withdrawing
from forum.discussion import post_notices
from forum.discussion.tables import Tag, Thread, ThreadMove, ThreadState
from forum.discussion.threads import ThreadPage
from forum.errors import Conflict, Forbidden, Invalid, NotFound
from forum.inbox import fan_out, following
from forum.inbox.following import Kind
from forum.inbox.tables import Message
from forum.moderation.tables import LogEntry
from forum.search.tables import SearchDocument

CLOSED, OPEN = ThreadState.CLOSED, ThreadState.OPEN
WHY = "It goes in circles."


@pytest.fixture
def moderator(db: Session) -> Actor:
    return make_account(db, role=Role.MODERATOR)


def page(db: Session, thread: Thread, viewer: Actor | None = None) -> ThreadPage:
    return policy.read_thread(db, viewer, thread.id)


def generations(db: Session, *threads: Thread) -> list[int]:
    names = [f"thread:{thread.id}" for thread in threads]
    found = freshness.read(db, names)
    return [found[name] for name in names]


def acts(db: Session, thread: Thread) -> list[str]:
    wanted = select(LogEntry.act).where(LogEntry.thread_id == thread.id).order_by(LogEntry.id)
    return list(db.scalars(wanted))


def told(db: Session, account_id: int, kind: str) -> list[str]:
    wanted = select(Message.subject).where(Message.account_id == account_id, Message.kind == kind)
    return list(db.scalars(wanted.order_by(Message.id)))


EVERY_ACT: dict[str, Callable[[Session, Actor, Thread, Thread], ThreadMove]] = {
    "close": lambda db, actor, thread, _: tending.close(db, actor, thread.id, WHY),
    "duplicate": lambda db, actor, thread, other: tending.close_as_duplicate(
        db, actor, thread.id, str(other.id), WHY
    ),
    "lock": lambda db, actor, thread, _: tending.lock(db, actor, thread.id, WHY),
    "slow": lambda db, actor, thread, _: tending.set_slow(db, actor, thread.id, "30"),
    "retag": lambda db, actor, thread, _: tending.retag(db, actor, thread.id, "sleep, methods"),
}


@pytest.mark.parametrize("act", EVERY_ACT)
def test_every_act_is_seen_logged_and_undone(db: Session, moderator: Actor, act: str) -> None:
    thread, other = make_thread(db, tags="evidence"), make_thread(db, title="What was asked long ago?")
    make_answer(db, thread)
    following.follow(db, make_account(db).id, Kind.THREAD, thread.id)
    before, raised = page(db, thread), generations(db, thread)
    followed = [following.followers(db, Kind.THREAD, one.id) for one in (thread, other)]
    move = EVERY_ACT[act](db, moderator, thread, other)
    assert isinstance(move, ThreadMove) and page(db, thread) != before
    assert generations(db, thread) > raised, "kept pages are out of date"
    assert acts(db, thread) == [act]
    consistent(db)
    raised = generations(db, thread)
    tending.undo(db, moderator, move.id)
    assert page(db, thread) == before
    assert generations(db, thread) > raised
    assert acts(db, thread) == [act, "undo"]
    assert followed == [following.followers(db, Kind.THREAD, one.id) for one in (thread, other)]
    consistent(db)


@pytest.mark.parametrize("act", EVERY_ACT)
def test_only_moderators_tend(db: Session, act: str) -> None:
    asker = make_account(db)
    thread, other = make_thread(db, asker), make_thread(db)
    with pytest.raises(Forbidden):
        EVERY_ACT[act](db, asker, thread, other)


def test_a_closed_thread_takes_no_answers_until_it_is_open_again(db: Session, moderator: Actor) -> None:
    asker = make_account(db)
    thread = make_thread(db, asker)
    tending.close(db, moderator, thread.id, f" {WHY} ")
    with pytest.raises(Forbidden):
        make_answer(db, thread)
    make_comment(db, opening(db, thread))
    assert page(db, thread).thread.closed_reason == WHY
    assert told(db, asker.id, "tended") == [f"Your question “{thread.title}” was closed"]
    tending.reopen(db, moderator, thread.id)
    make_answer(db, thread)
    assert (thread.state, thread.closed_reason) == (OPEN, "")


def test_in_a_locked_thread_nobody_writes(db: Session, moderator: Actor) -> None:
    asker = make_account(db)
    thread = make_thread(db, asker)
    tending.lock(db, moderator, thread.id, WHY)
    for act in (make_answer, lambda db, thread: make_comment(db, opening(db, thread))):
        with pytest.raises(Forbidden):
            act(db, thread)
    with pytest.raises(Conflict):
        tending.close(db, moderator, thread.id, WHY)
    tending.unlock(db, moderator, thread.id)
    make_answer(db, thread)


@pytest.mark.parametrize("act", [tending.close, tending.lock])
def test_closing_and_locking_need_a_reason(
    db: Session, moderator: Actor, act: Callable[..., ThreadMove]
) -> None:
    thread = make_thread(db)
    for why, words in (("  ", "Say in a sentence why"), ("x" * 2001, "At most 2,000 characters")):
        with pytest.raises(Invalid, match=words) as caught:
            act(db, moderator, thread.id, why)
        assert list(caught.value.fields) == ["why"]


# --- duplicates ----------------------------------------------------------------------------------------


def test_a_duplicate_and_its_original_name_each_other(db: Session, moderator: Actor) -> None:
    asker, reader = make_account(db), make_account(db)
    thread, original = make_thread(db, asker), make_thread(db, title="What was asked long ago?")
    following.follow(db, reader.id, Kind.THREAD, thread.id)
    raised = generations(db, original)
    tending.close_as_duplicate(db, moderator, thread.id, f"/t/{original.id}/words", "")
    named = page(db, thread).thread.duplicate_of
    assert named is not None and named.id == original.id
    assert [other.id for other in page(db, original).thread.duplicates] == [thread.id]
    assert generations(db, original) > raised
    assert following.followers(db, Kind.THREAD, original.id) == [asker.id, reader.id, original.author_id]
    assert following.followers(db, Kind.THREAD, thread.id) == []
    fan_out.tell(db, make_answer(db, original).id)
    assert len(told(db, reader.id, "followed")) == len(told(db, asker.id, "followed")) == 1
    assert told(db, original.author_id, "followed") == []


def test_what_readers_do_not_see_is_not_named(db: Session, moderator: Actor) -> None:
    asker = make_account(db)
    thread, original = make_thread(db, asker), make_thread(db)
    tending.close_as_duplicate(db, moderator, thread.id, str(original.id), "")
    raised = generations(db, original)
    withdrawing.withdraw(db, asker, opening(db, thread).id)
    assert page(db, original).thread.duplicates == []
    assert generations(db, original) > raised


def test_an_original_is_never_itself_nor_a_duplicate(db: Session, moderator: Actor) -> None:
    one, two, three = make_thread(db), make_thread(db), make_thread(db)
    tending.close_as_duplicate(db, moderator, one.id, str(two.id), "")
    cases = {
        (one.id, "nothing"): "Give the address",
        (three.id, str(three.id)): "this very thread",
        (three.id, str(one.id)): f"Name its original: /t/{two.id}",
        (two.id, str(one.id)): "a duplicate of this one",
    }
    for (thread_id, typed), words in cases.items():
        with pytest.raises(Invalid, match=words) as caught:
            tending.close_as_duplicate(db, moderator, thread_id, typed, "")
        assert list(caught.value.fields) == ["original"]
    withdrawing.withdraw(db, Actor(two.author_id, "x", Role.MEMBER, 9, 0), opening(db, two).id)
    with pytest.raises(Invalid, match="Readers do not see"):
        tending.close_as_duplicate(db, moderator, three.id, str(two.id), "")


def test_there_are_no_chains(db: Session, moderator: Actor) -> None:
    first, middle, last = make_thread(db), make_thread(db), make_thread(db)
    tending.close_as_duplicate(db, moderator, first.id, str(middle.id), "")
    move = tending.close_as_duplicate(db, moderator, middle.id, str(last.id), "")
    assert (first.duplicate_of_id, middle.duplicate_of_id) == (last.id, last.id)
    tending.undo(db, moderator, move.id)
    assert (first.duplicate_of_id, middle.duplicate_of_id) == (middle.id, None)


def test_an_undo_makes_no_chain_either(db: Session, moderator: Actor) -> None:
    one, two, three = make_thread(db), make_thread(db), make_thread(db)
    tending.close_as_duplicate(db, moderator, one.id, str(two.id), "")
    opened = tending.reopen(db, moderator, one.id)
    tending.close_as_duplicate(db, moderator, two.id, str(three.id), "")
    tending.undo(db, moderator, opened.id)
    assert one.duplicate_of_id == three.id, "two is a duplicate by now"
    opened = tending.reopen(db, moderator, one.id)
    tending.close_as_duplicate(db, moderator, three.id, str(one.id), "")
    with pytest.raises(Conflict):
        tending.undo(db, moderator, opened.id)


def test_a_decision_tells_and_logs_by_itself(db: Session, moderator: Actor) -> None:
    thread = make_thread(db)
    tending.close(db, moderator, thread.id, WHY, by_decision=True)
    assert acts(db, thread) == [] and told(db, thread.author_id, "tended") == []


# --- tags and pace -------------------------------------------------------------------------------------


def test_retagging_is_found_by_the_search(db: Session, moderator: Actor) -> None:
    thread = make_thread(db, tags="evidence")
    tending.retag(db, moderator, thread.id, "Sleep")
    document = db.scalars(
        select(SearchDocument).where(SearchDocument.thread_id == thread.id),
        execution_options={"populate_existing": True},
    ).one()
    assert (thread.tag_names, document.tags) == ("sleep", "sleep")
    with pytest.raises(Invalid):
        tending.retag(db, moderator, thread.id, "§§")


@pytest.mark.parametrize("typed", ["", "-1", "x", "10081", "999999", "1.5", "²"])
def test_a_pace_is_a_number_of_minutes(db: Session, moderator: Actor, typed: str) -> None:
    thread = make_thread(db)
    with pytest.raises(Invalid) as caught:
        tending.set_slow(db, moderator, thread.id, typed)
    assert list(caught.value.fields) == ["minutes"]


def test_slow_mode_says_when_one_can_post_again(db: Session, moderator: Actor, frozen) -> None:
    member, thread = make_account(db), make_thread(db)
    answer = make_answer(db, thread, member)
    tending.set_slow(db, moderator, thread.id, "90")
    frozen.forward(minutes=29, seconds=30)
    for post in (lambda: make_answer(db, thread, member), lambda: make_comment(db, answer, member)):
        with pytest.raises(Invalid) as caught:
            post()
        words = caught.value.fields["text"]
        assert "one post in 1 hour and 30 minutes from each member" in words
        assert "in 1 hour and 1 minute, from 13:30 UTC." in words
    make_answer(db, thread, moderator)
    make_answer(db, thread, moderator)
    make_answer(db, thread)
    frozen.forward(minutes=61)
    make_answer(db, thread, member)
    tending.set_slow(db, moderator, thread.id, "0")
    make_answer(db, thread, member)


def test_a_form_sent_twice_is_not_too_fast(db: Session, moderator: Actor) -> None:
    member, thread = make_account(db), make_thread(db)
    tending.set_slow(db, moderator, thread.id, "30")
    one, two = (
        posting.answer(db, member, thread.id, "Here it is.", key="the-form", held_posts=2) for _ in range(2)
    )
    assert one is two


# --- notices and cautions ------------------------------------------------------------------------------


def test_a_notice_stands_above_the_post_until_it_ends(db: Session, moderator: Actor) -> None:
    writer, thread = make_account(db), make_thread(db)
    answer = make_answer(db, thread, writer)
    before, raised = page(db, thread), generations(db, thread)
    annotating.put(db, moderator, answer.id, "outdated", "Since 2020 it is known better.")
    annotating.put(db, moderator, answer.id, "medical", "")
    second = annotating.put(db, moderator, answer.id, "outdated", "Since 2021.")
    shown = page(db, thread).answers[0].notices
    assert [(notice.kind, notice.words) for notice in shown] == [("medical", ""), ("outdated", "Since 2021.")]
    assert generations(db, thread) > raised
    assert told(db, writer.id, "noticed")[0] == "A notice stands above your answer: Outdated"
    annotating.end(db, moderator, answer.id, second.id)
    with pytest.raises(NotFound):
        annotating.end(db, moderator, answer.id, second.id)
    assert [notice.kind for notice in page(db, thread).answers[0].notices] == ["medical"]
    annotating.put(db, moderator, answer.id, "disputed", "")
    for standing in list(_standing(db, answer.id)):
        annotating.end(db, moderator, answer.id, standing)
    assert page(db, thread) == before


def _standing(db: Session, post_id: int) -> list[int]:
    return [notice.id for notice in post_notices.of_post(db, post_id) if notice.ended_at is None]


@pytest.mark.parametrize(
    ("kind", "words", "field"), [("merged", "", "kind"), ("", "", "kind"), ("outdated", "x" * 301, "words")]
)
def test_a_notice_is_one_of_the_list(
    db: Session, moderator: Actor, kind: str, words: str, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        annotating.put(db, moderator, opening(db, make_thread(db)).id, kind, words)
    assert list(caught.value.fields) == [field]


def test_members_put_no_notices_and_no_cautions(db: Session) -> None:
    thread, member = make_thread(db), make_account(db)
    with pytest.raises(Forbidden):
        annotating.put(db, member, opening(db, thread).id, "outdated", "")
    with pytest.raises(Forbidden):
        tending.caution(db, member, "evidence", "Take care.")


def test_a_caution_stands_above_every_thread_of_its_tag(db: Session, moderator: Actor) -> None:
    one, two = make_thread(db, tags="dosage sleep"), make_thread(db, tags="sleep")
    three, raised = make_thread(db, tags="talk"), freshness.read(db, ["cautions"])["cautions"]
    tending.caution(db, moderator, "sleep", "Ask a doctor first.\n\n\nIn danger? Call for help. ")
    tending.caution(db, moderator, "dosage", "Never alone.")
    sleep = ("sleep", ("Ask a doctor first.", "In danger? Call for help."))
    assert page(db, one).thread.cautions == [("dosage", ("Never alone.",)), sleep]
    assert page(db, two).thread.cautions == [sleep]
    assert page(db, three).thread.cautions == []
    assert freshness.read(db, ["cautions"])["cautions"] == raised + 2
    tending.caution(db, moderator, "sleep", " ")
    assert page(db, two).thread.cautions == []
    with pytest.raises(NotFound):
        tending.caution(db, moderator, "nowhere", "Words.")
    with pytest.raises(Invalid):
        tending.caution(db, moderator, "sleep", "x" * 1001)
    assert db.scalars(select(Tag.caution).where(Tag.name == "dosage")).all() == ["Never alone."]


# --- of one’s own --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
def test_nobody_undoes_what_a_colleague_did_with_their_own_thread(
    db: Session, moderator: Actor, role: Role
) -> None:
    author = make_account(db, role=role)
    closed, locked = make_thread(db, author), make_thread(db, author)
    moves = [tending.close(db, moderator, closed.id, WHY), tending.lock(db, moderator, locked.id, WHY)]
    notice = annotating.put(db, moderator, opening(db, closed).id, "outdated", "")
    acts: list[Callable[[], object]] = [
        lambda: tending.reopen(db, author, closed.id),
        lambda: tending.unlock(db, author, locked.id),
        *(lambda move=move: tending.undo(db, author, move.id) for move in moves),
        lambda: annotating.end(db, author, notice.post_id, notice.id),
        lambda: annotating.put(db, author, notice.post_id, "outdated", "Hardly."),
    ]
    for act in acts:
        with pytest.raises(Forbidden, match="another moderator decides"):
            act()
    tending.lock(db, author, closed.id, WHY)
    tending.unlock(db, author, closed.id)
    with pytest.raises(Forbidden, match="another moderator decides"):
        tending.reopen(db, author, closed.id)
    other = make_account(db, role=Role.MODERATOR)
    tending.reopen(db, other, closed.id)
    tending.unlock(db, other, locked.id)
    annotating.end(db, other, notice.post_id, notice.id)


def test_what_they_did_themselves_they_undo(db: Session, moderator: Actor) -> None:
    thread = make_thread(db, moderator)
    make_account(db, role=Role.MODERATOR)
    tending.close(db, moderator, thread.id, WHY)
    tending.reopen(db, moderator, thread.id)
    tending.lock(db, moderator, thread.id, WHY)
    tending.unlock(db, moderator, thread.id)
    tending.undo(db, moderator, tending.close(db, moderator, thread.id, WHY).id)
    notice = annotating.put(db, moderator, opening(db, thread).id, "outdated", "")
    annotating.end(db, moderator, notice.post_id, notice.id)
    assert thread.state == OPEN


def test_an_admin_without_colleagues_undoes_everything(db: Session, moderator: Actor) -> None:
    admin = make_account(db, role=Role.ADMIN)
    thread = make_thread(db, admin)
    tending.close(db, moderator, thread.id, WHY)
    db.get_one(Account, moderator.id).standing = Standing.SUSPENDED
    db.flush()
    tending.reopen(db, admin, thread.id)
    assert thread.state == OPEN
