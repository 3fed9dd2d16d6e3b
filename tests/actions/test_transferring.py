"""Merging and splitting threads: everything that counts, finds or leads to a post follows it, and back."""

import itertools
from contextlib import suppress

import pytest
from consistency import consistent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from makers import make_account, make_answer, make_comment, make_thread, opening
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import freshness, policy
from forum.accounts.tables import Actor, Role
from forum.actions import accepting, editing, effects, tending, transferring, voting, withdrawing
from forum.discussion import posts, thread_states, transfers
from forum.discussion.tables import Post, PostState, Thread, ThreadTransfer
from forum.discussion.threads import ThreadPage
from forum.errors import Conflict, Forbidden, Invalid, NotFound
from forum.inbox import following
from forum.inbox.following import Kind
from forum.inbox.tables import Message
from forum.moderation.tables import LogEntry
from forum.policy import Permit
from forum.references.tables import Reference
from forum.search.tables import SearchDocument

DOI = "10.1371/journal.pone.0211023"


@pytest.fixture
def moderator(db: Session) -> Actor:
    return make_account(db, role=Role.MODERATOR)


def page(db: Session, thread: Thread, viewer: Actor | None = None) -> ThreadPage:
    db.flush()
    return policy.read_thread(db, viewer, thread.id)


def whole(db: Session, *threads: Thread, viewer: Actor) -> list[object]:
    """All that readers and the moderator see of the threads, and how the search and the lists know them."""
    seen: list[object] = []
    for thread in threads:
        documents = select(SearchDocument.post_id, SearchDocument.title, SearchDocument.tags)
        documents = documents.where(SearchDocument.thread_id == thread.id).order_by(SearchDocument.post_id)
        seen += [page(db, thread), page(db, thread, viewer), db.execute(documents).all()]
        facts = (thread.score, thread.answer_count, thread.is_unanswered, thread.is_accepted, thread.shown)
        seen += [facts, thread.active_at, thread.active_by_id, thread.merged_into_id]
        seen += [following.followers(db, Kind.THREAD, thread.id)]
    seen += [
        db.execute(select(Reference.id, Reference.citation_count).order_by(Reference.id)).all(),
        db.execute(select(Post.id, Post.thread_id, Post.kind, Post.parent_id).order_by(Post.id)).all(),
    ]
    return seen


def merge(db: Session, actor: Actor, thread: Thread, into: Thread) -> ThreadTransfer:
    return transferring.merge(db, actor, thread.id, f"/t/{into.id}", "They ask the same.")


def split(db: Session, actor: Actor, thread: Thread, *chosen: Post, kind: str = "question") -> ThreadTransfer:
    title, ids = "What part of it is about sleep?", [post.id for post in chosen]
    return transferring.split(db, actor, thread.id, ids, kind, title, "sleep", "A matter of its own.")


def two_threads(db: Session) -> tuple[Thread, Thread]:
    """Two questions that cite, with answers, comments, votes, an accepted answer, and posts nobody sees."""
    asker = make_account(db)
    one = make_thread(db, asker, title="The thread that was asked again", text=f"See {DOI}.", tags="sleep")
    two = make_thread(db, title="The thread that was asked before")
    for thread in (one, two):
        answer = make_answer(db, thread, text=f"It says so [@doi:{DOI}].")
        make_comment(db, answer)
        make_comment(db, opening(db, thread), text="Also 10.5555/beside.")
        voting.vote(db, make_account(db), opening(db, thread).id, 1)
        voting.vote(db, make_account(db), answer.id, 1)
        waits = posts.move(db, make_answer(db, thread), PostState.HELD, None)
        effects.publish(db, thread.id, waits)
        gone = make_account(db)
        withdrawing.withdraw(db, gone, make_answer(db, thread, gone).id)
    accepting.accept(db, asker, answer_of(page(db, one), db).id)
    following.follow(db, make_account(db).id, Kind.THREAD, one.id)
    return one, two


def answer_of(shown: ThreadPage, db: Session) -> Post:
    return db.get_one(Post, shown.answers[0].id)


# --- merging -------------------------------------------------------------------------------------------


def test_a_merged_thread_is_a_signpost_to_one_with_everything(db: Session, moderator: Actor) -> None:
    one, two = two_threads(db)
    consistent(db)
    ids = set(db.scalars(select(Post.id).where(Post.thread_id.in_((one.id, two.id)))))
    names = [f"thread:{one.id}", f"thread:{two.id}"]
    raised = freshness.read(db, names)
    transfer = merge(db, moderator, one, two)
    consistent(db)
    assert all(value > raised[name] for name, value in freshness.read(db, names).items())
    assert {*db.scalars(select(Post.id).where(Post.thread_id == two.id))} == ids
    assert (one.merged_into_id, one.shown, one.answer_count) == (two.id, False, 0)
    assert transfers.home(db, one.id) == two.id
    for viewer in (None, moderator):
        with pytest.raises(NotFound):
            policy.read_thread(db, viewer, one.id)
    assert {*db.scalars(select(SearchDocument.thread_id))} == {two.id}
    shown = page(db, two)
    assert len(shown.answers) == 2 and two.answer_count == 2
    (asked,) = (comment for comment in shown.opening.comments if comment.notices)
    assert (asked.id, asked.notices[0].words) == (transfer.moved[0]["id"], one.title)
    assert len(shown.opening.comments) == 3 and shown.opening.comments[0].parent_id == shown.opening.id
    assert not two.is_accepted, "somebody else accepted it, for another question"
    assert [place.thread_id for place in _places(db, ids)] == [two.id] * len(ids), "/p/{id} leads there"


def _places(db: Session, post_ids: set[int]) -> list[Post]:
    boss = make_account(db, role=Role.ADMIN)
    return [policy.open_post(db, boss, post_id, Permit.READ) for post_id in sorted(post_ids)]


def test_a_merge_is_undone_whole(db: Session, moderator: Actor) -> None:
    one, two = two_threads(db)
    before = whole(db, one, two, viewer=moderator)
    transfer = merge(db, moderator, one, two)
    transferring.undo(db, moderator, transfer.id)
    assert whole(db, one, two, viewer=moderator) == before
    consistent(db)
    with pytest.raises(Conflict):
        transferring.undo(db, moderator, transfer.id)
    merge(db, moderator, one, two)
    consistent(db)


def test_what_was_written_since_goes_where_it_belongs(db: Session, moderator: Actor) -> None:
    one, two = two_threads(db)
    moved = answer_of(page(db, one), db)
    transfer = merge(db, moderator, one, two)
    under, beside = make_comment(db, moved), make_comment(db, opening(db, two))
    answer = make_answer(db, two)
    transferring.undo(db, moderator, transfer.id)
    assert [post.thread_id for post in (moved, under, beside, answer)] == [one.id, one.id, two.id, two.id]
    consistent(db)


def test_the_followers_and_the_asker_follow_the_other(db: Session, moderator: Actor) -> None:
    one, two = two_threads(db)
    both = [follower for each in (one, two) for follower in following.followers(db, Kind.THREAD, each.id)]
    expected = sorted({*both, one.author_id})
    merge(db, moderator, one, two)
    assert following.followers(db, Kind.THREAD, two.id) == expected
    subjects = db.scalars(select(Message.subject).where(Message.kind == "tended")).all()
    assert subjects == [f"Your question “{one.title}” went into another thread"]
    lines = db.execute(select(LogEntry.act, LogEntry.thread_id, LogEntry.reason)).all()
    assert ("merge-threads", two.id, "They ask the same.") in [tuple(line) for line in lines]


def test_one_person_s_accepted_answer_stays_accepted_if_it_is_the_only_one(
    db: Session, moderator: Actor
) -> None:
    asker = make_account(db)
    one, two = make_thread(db, asker), make_thread(db, asker)
    answers = [make_answer(db, thread) for thread in (one, two)]
    accepting.accept(db, asker, answers[0].id)
    transfer = merge(db, moderator, one, two)
    assert two.is_accepted and page(db, two).answers[0].id == answers[0].id
    transferring.undo(db, moderator, transfer.id)
    accepting.accept(db, asker, answers[1].id)
    merge(db, moderator, one, two)
    assert [answer.accepted_at is not None for answer in answers] == [False, True]
    consistent(db)


@pytest.mark.parametrize("kinds", [("question", "discussion"), ("discussion", "question")])
def test_another_kind_of_opening_post_becomes_a_reply(
    db: Session, moderator: Actor, kinds: tuple[str, str]
) -> None:
    one, two = (make_thread(db, kind=kind) for kind in kinds)
    first = opening(db, one)
    comment = make_comment(db, first)
    before = whole(db, one, two, viewer=moderator)
    transfer = merge(db, moderator, one, two)
    assert (first.kind, comment.parent_id, two.answer_count) == ("answer", first.id, 1)
    consistent(db)
    transferring.undo(db, moderator, transfer.id)
    assert whole(db, one, two, viewer=moderator) == before


def test_an_unanswered_question_stays_unanswered(db: Session, moderator: Actor) -> None:
    one, two = make_thread(db), make_thread(db)
    merge(db, moderator, one, two)
    assert two.is_unanswered and two.answer_count == 0


def test_a_long_question_that_is_a_comment_now_can_be_mended_but_not_grow(
    db: Session, moderator: Actor
) -> None:
    asker = make_account(db)
    one, two = make_thread(db, asker, text="Long words. " * 300), make_thread(db)
    first = opening(db, one)
    merge(db, moderator, one, two)
    editing.edit(db, asker, first.id, "Long words. " * 299, 1)
    with pytest.raises(Invalid, match="At most 2,000 characters"):
        editing.edit(db, asker, first.id, "Long words. " * 301, 2)
    consistent(db)


def test_duplicates_of_a_merged_thread_name_the_other(db: Session, moderator: Actor) -> None:
    one, two, three = make_thread(db), make_thread(db), make_thread(db)
    tending.close_as_duplicate(db, moderator, three.id, str(one.id), "")
    tending.close_as_duplicate(db, moderator, one.id, str(two.id), "")
    assert three.duplicate_of_id == two.id
    transfer = merge(db, moderator, one, two)
    assert (one.duplicate_of_id, three.duplicate_of_id) == (None, two.id)
    transferring.undo(db, moderator, transfer.id)
    assert (one.duplicate_of_id, three.duplicate_of_id) == (two.id, two.id)


def test_what_cannot_be_merged(db: Session, moderator: Actor) -> None:
    one, two, hidden = make_thread(db), make_thread(db), make_thread(db)
    withdrawing.withdraw(db, Actor(hidden.author_id, "x", Role.MEMBER, 9, 0), opening(db, hidden).id)
    cases = {
        (one, "nothing"): "Give the address",
        (one, str(one.id)): "this very thread",
        (one, str(hidden.id)): "Readers do not see that thread",
        (hidden, str(one.id)): "publish or restore it first",
    }
    for (thread, typed), words in cases.items():
        with pytest.raises(Invalid, match=words) as caught:
            transferring.merge(db, moderator, thread.id, typed, "")
        assert list(caught.value.fields) == ["into"]
    merge(db, moderator, one, two)
    with pytest.raises(NotFound):
        merge(db, moderator, one, two)
    three = make_thread(db)
    with pytest.raises(Invalid, match=f"Name that one: /t/{two.id}"):
        merge(db, moderator, three, one)
    with pytest.raises(Forbidden):
        merge(db, make_account(db), two, three)


def test_a_merge_of_a_merge_is_undone_from_the_end(db: Session, moderator: Actor) -> None:
    one, two, three = make_thread(db), make_thread(db), make_thread(db)
    before = whole(db, one, two, three, viewer=moderator)
    first = merge(db, moderator, one, two)
    second = merge(db, moderator, two, three)
    assert transfers.home(db, one.id) == three.id
    with pytest.raises(Conflict):
        transferring.undo(db, moderator, first.id)
    transferring.undo(db, moderator, second.id)
    transferring.undo(db, moderator, first.id)
    assert whole(db, one, two, three, viewer=moderator) == before
    consistent(db)


def test_the_move_of_a_merge_is_not_undone_alone(db: Session, moderator: Actor) -> None:
    one, two = make_thread(db), make_thread(db)
    closed = tending.close_as_duplicate(db, moderator, one.id, str(two.id), "")
    transfer = merge(db, moderator, one, two)
    of_merge = thread_states.merge_of(db, one.id)
    for move in (closed, of_merge):
        with pytest.raises(Conflict):
            tending.undo(db, moderator, move.id)
    transferring.undo(db, moderator, transfer.id)
    for move in (of_merge, thread_states.history(db, one.id, 1)[0]):
        with pytest.raises(Conflict):
            tending.undo(db, moderator, move.id)
    tending.undo(db, moderator, closed.id)
    assert (one.state, one.duplicate_of_id) == ("open", None)


# --- splitting -----------------------------------------------------------------------------------------


def test_a_part_becomes_a_thread_of_its_own(db: Session, moderator: Actor) -> None:
    asker, writer = make_account(db), make_account(db)
    thread = make_thread(db, asker)
    first, second, stays = (make_answer(db, thread, who, f"See {DOI}.") for who in (writer, None, None))
    under, aside = make_comment(db, first), make_comment(db, stays)
    voting.vote(db, asker, first.id, 1)
    accepting.accept(db, asker, first.id)
    transfer = split(db, moderator, thread, aside, first, second)
    new = db.get_one(Thread, transfer.to_id)
    consistent(db)
    shown = page(db, new)
    assert (shown.opening.id, shown.opening.score, new.score) == (first.id, 1, 1)
    assert [comment.id for comment in shown.opening.comments] == [under.id]
    assert {answer.id for answer in shown.answers} == {second.id, aside.id}
    assert (new.author_id, new.tag_names, new.kind) == (writer.id, "sleep", "question")
    assert (thread.answer_count, thread.is_accepted, new.is_accepted) == (1, False, False)
    document = db.scalars(select(SearchDocument).where(SearchDocument.post_id == first.id)).one()
    assert (document.thread_id, document.title) == (new.id, "what part of it is about sleep")
    assert following.followers(db, Kind.THREAD, new.id) == [writer.id]


def test_a_split_is_undone_and_its_address_leads_back(db: Session, moderator: Actor) -> None:
    asker = make_account(db)
    thread = make_thread(db, asker)
    answer, other = make_answer(db, thread), make_answer(db, thread)
    aside = make_comment(db, other)
    accepting.accept(db, asker, answer.id)
    before = whole(db, thread, viewer=moderator)[:-1]
    transfer = split(db, moderator, thread, answer, aside)
    transferring.undo(db, moderator, transfer.id)
    after = whole(db, thread, viewer=moderator)[:-1]
    # Whoever heard of the new thread hears of the old one now.
    place = 3 * 2 + 1
    assert [*after[:place], *after[place + 1 :]] == [*before[:place], *before[place + 1 :]]
    assert transfers.home(db, transfer.to_id) == thread.id
    assert answer.accepted_at is not None
    consistent(db)


def test_what_was_written_in_a_split_thread_comes_back_with_it(db: Session, moderator: Actor) -> None:
    thread = make_thread(db)
    answer = make_answer(db, thread)
    aside = make_comment(db, answer)
    transfer = split(db, moderator, thread, aside)
    new = db.get_one(Thread, transfer.to_id)
    reply, under = make_answer(db, new), make_comment(db, aside)
    transferring.undo(db, moderator, transfer.id)
    assert (aside.kind, aside.parent_id) == ("comment", answer.id)
    assert (reply.thread_id, reply.kind) == (thread.id, "answer")
    assert (under.thread_id, under.parent_id) == (thread.id, answer.id), "nothing stands under a comment"
    consistent(db)


def test_what_cannot_be_split(db: Session, moderator: Actor) -> None:
    thread, other, writer = make_thread(db), make_thread(db), make_account(db)
    gone = make_answer(db, thread, writer)
    withdrawing.withdraw(db, writer, gone.id)
    for chosen in ((), (opening(db, thread),), (make_answer(db, other),), (gone,)):
        with pytest.raises(Invalid) as caught:
            split(db, moderator, thread, *chosen)
        assert list(caught.value.fields) == ["posts"]
    with pytest.raises(Invalid) as caught:
        transferring.split(db, moderator, thread.id, [], "x", "short", "§", "x" * 2001)
    assert set(caught.value.fields) == {"posts", "kind", "title", "tags", "why"}
    with pytest.raises(Forbidden):
        split(db, make_account(db), thread, make_answer(db, thread))


def test_a_split_is_not_undone_into_a_signpost(db: Session, moderator: Actor) -> None:
    thread, other = make_thread(db), make_thread(db)
    transfer = split(db, moderator, thread, make_answer(db, thread))
    merge(db, moderator, thread, other)
    with pytest.raises(Conflict):
        transferring.undo(db, moderator, transfer.id)


# --- any order -----------------------------------------------------------------------------------------

_ACTS = st.lists(
    st.tuples(st.sampled_from(["merge", "undo", "split", "undo", "write", "take"]), st.integers(0, 99)),
    min_size=2,
    max_size=6,
)


@pytest.fixture
def people(db: Session) -> tuple[Actor, Actor]:
    """A moderator, and a member who wrote three threads."""
    moderator, writer = make_account(db, role=Role.MODERATOR), make_account(db)
    for kind in ("question", "discussion", "question"):
        thread = make_thread(db, writer, kind=kind)
        make_comment(db, make_answer(db, thread, writer, f"See {DOI}."), writer)
    return moderator, writer


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=_ACTS)
def test_in_any_order_everything_agrees(
    db: Session, people: tuple[Actor, Actor], acts: list[tuple[str, int]]
) -> None:
    # Each example begins with the same forum.
    with db.begin_nested() as forum:
        made: list[ThreadTransfer] = []
        for act, number in acts:
            with suppress(Conflict, Forbidden, Invalid, NotFound):
                _step(db, *people, made, act, number)
        consistent(db)
        _in_order(db)
        forum.rollback()
    db.expunge_all()


def _in_order(db: Session) -> None:
    """A thread is a signpost or has an opening post; a comment stands under a post of its own thread."""
    for thread in db.scalars(select(Thread)):
        assert (thread.merged_into_id is None) == bool(
            db.scalar(select(Post.id).where(Post.thread_id == thread.id, Post.kind == "opening"))
        )
    for comment in db.scalars(select(Post).where(Post.parent_id.is_not(None))):
        above = db.get_one(Post, comment.parent_id)
        assert (above.thread_id, comment.kind) == (comment.thread_id, "comment") and above.kind != "comment"


def _step(
    db: Session, moderator: Actor, writer: Actor, made: list[ThreadTransfer], act: str, number: int
) -> None:
    ids = list(db.scalars(select(Thread.id).order_by(Thread.id)))
    thread, other = (db.get_one(Thread, ids[(number // step) % len(ids)]) for step in (1, 7))
    if act == "merge":
        made.append(merge(db, moderator, thread, other))
    elif act == "undo" and made:
        transferring.undo(db, moderator, made[number % len(made)].id)
    elif act == "split":
        found = db.scalars(select(Post).where(Post.thread_id == thread.id).order_by(Post.id)).all()
        made.append(split(db, moderator, thread, *itertools.islice(found, 1 + number % 3, None, 2)))
    elif act == "write":
        make_comment(db, make_answer(db, thread, writer), writer)
    elif act == "take":
        found = db.scalars(select(Post).where(Post.state == PostState.SHOWN).order_by(Post.id)).all()
        withdrawing.withdraw(db, writer, found[number % len(found)].id)
