"""What puts an item into the queue, in which order it is read, and what takes it out."""

import pytest
from conftest import Clock
from makers import make_account, make_answer, make_thread
from moderation.acts import answer, decide, flag, item_of, look, moderator
from sqlalchemy import event
from sqlalchemy.orm import Session

from forum.actions import appealing, editing, posting, reviewing, withdrawing
from forum.discussion.tables import PostState
from forum.moderation import queue, reasons, scoring, subjects, waiting
from forum.moderation.rules import Urgency
from forum.moderation.tables import Happening, ItemState


def _ids(db: Session, viewer, limit: int = 50) -> list[int]:  # type: ignore[no-untyped-def]
    return [item.post_id for item in queue.listing(db, viewer, None, limit).items]


def test_a_newcomers_post_waits(db: Session) -> None:
    newcomer, judge = make_account(db, "new", shown_posts=0), moderator(db)
    post = posting.answer(db, newcomer, make_thread(db).id, "First words of mine.", key="", held_posts=2)
    assert post.state == PostState.HELD
    (item,) = queue.listing(db, judge, None, 10).items
    assert (item.author, item.kind, item.post_state, item.excerpt) == (
        "new",
        "answer",
        "held",
        "First words of mine.",
    )
    assert item.held_because.startswith("One of this member’s first posts")
    assert queue.open_count(db) == 1


def test_the_most_pressing_first_page_by_page(db: Session, frozen: Clock) -> None:
    judge, expected = moderator(db), []
    known = [one for one in reasons.every(db).values() if one.key != "duplicate"]
    for number in range(12):
        post = answer(db)
        frozen.forward(minutes=1 if number % 3 else 0)
        reason = known[number % 5]
        flag(db, post, reason=reason.key, words="so")
        points, urgency = scoring.OF_URGENCY[Urgency(reason.urgency)], reason.urgency
        expected.append((scoring.due(frozen(), points, urgency), item_of(db, post).id))
    seen, after = [], None
    for _ in range(4):
        page = queue.listing(db, judge, after, 3)
        seen += [item.id for item in page.items]
        after = page.next
    assert after is None
    assert seen == [item_id for _, item_id in sorted(expected)]


def test_who_may_be_in_danger_comes_before_all_that_is_old(db: Session, frozen: Clock) -> None:
    judge, old = moderator(db), answer(db)
    for _ in range(2):
        flag(db, old, reason="rude", words="so")
    decide(db, judge, old, "escalate")
    frozen.forward(days=364)
    danger = answer(db)
    flag(db, danger, reason="self-harm", words="so")
    first, second = queue.listing(db, judge, None, 10).items
    assert (first.post_id, second.post_id) == (danger.id, old.id)
    assert "which comes before everything else" in first.parts[0].words
    assert "before everything" not in second.parts[0].words


@pytest.mark.parametrize("after", ["x", "W10", "WyJhIl0", "💥", "A" * 5000])
def test_a_broken_cursor_is_the_first_page(db: Session, after: str) -> None:
    post, judge = answer(db), moderator(db)
    flag(db, post)
    assert [item.post_id for item in queue.listing(db, judge, after, 3).items] == [post.id]


def test_a_line_tells_reasons_and_the_authors_history(db: Session) -> None:
    author, judge = make_account(db, "rash"), moderator(db)
    for _ in range(2):
        earlier = answer(db, author)
        flag(db, earlier)
        decide(db, judge, earlier, "remove")
    post = answer(db, author, text="word " * 400)
    for reason in ("rude", "off-topic", "rude"):
        flag(db, post, reason=reason)
    (item,) = queue.listing(db, judge, None, 10).items
    assert [(given.label, given.count) for given in item.reasons] == [("Rude or unkind", 2), ("Off topic", 1)]
    assert (item.author_shown_posts, item.author_taken_down) == (11, 2)
    assert item.excerpt.endswith("word …")
    assert len(item.excerpt) <= 602
    view = look(db, item.id, judge)
    assert [(made.post_id == post.id, made.verdict) for made in view.author_decisions] == [
        (False, "Remove")
    ] * 2
    assert view.decisions == []


def test_what_was_taken_back_does_not_count_against_its_author(db: Session) -> None:
    author, judge, other = make_account(db), moderator(db), moderator(db)
    undone, appealed, stands = (answer(db, author) for _ in range(3))
    for post in (undone, appealed, stands):
        flag(db, post)
    decide(db, judge, undone, "hide")
    decide(db, judge, undone, "undo")
    appeal = appealing.appeal(db, author, decide(db, judge, appealed, "remove").id, "It is not so.")
    item = waiting.existing(db, subjects.appeal(appeal.id))
    assert item is not None
    reviewing.decide(db, other, item.id, "grant", "", "", item.version)
    post = answer(db, author)
    assert "taken down" not in str(flag(db, post).parts)
    decide(db, judge, stands, "hide")
    assert "taken down once before" in str(flag(db, post).parts)


def _count(db: Session, act) -> int:  # type: ignore[no-untyped-def]
    statements: list[str] = []
    connection = db.connection()
    listen = lambda *args: statements.append(args[2])  # noqa: E731
    event.listen(connection, "before_cursor_execute", listen)
    act()
    event.remove(connection, "before_cursor_execute", listen)
    return len(statements)


def test_the_number_of_queries_does_not_grow(db: Session) -> None:
    judge = moderator(db)
    for number in range(6):
        flag(db, answer(db), reason="rude")
        if number in (0, 5):
            assert _count(db, lambda: queue.listing(db, judge, None, 50)) == 2
            item = queue.listing(db, judge, None, 1).items[0]
            assert _count(db, lambda item_id=item.id: queue.item(db, item_id, judge)) == 12


def test_no_such_item(db: Session) -> None:
    assert queue.item(db, 10**6, moderator(db)) is None


def test_editing_a_removed_post_brings_it_back(db: Session) -> None:
    author, judge = make_account(db), moderator(db)
    post = answer(db, author)
    flag(db, post)
    decide(db, judge, post, "remove")
    before = item_of(db, post).version
    editing.edit(db, author, post.id, "Milder words.", post.revision)
    item = item_of(db, post)
    assert (post.state, item.state, item.flag_count) == (PostState.HELD, ItemState.OPEN, 0)
    assert item.version > before
    assert item.held_because == "Its author has edited it."


def test_editing_a_held_post_keeps_the_first_reason(db: Session) -> None:
    author = make_account(db, shown_posts=0)
    post = posting.answer(db, author, make_thread(db).id, "First words.", key="", held_posts=2)
    for text in ("Better words.", "Best words."):
        editing.edit(db, author, post.id, text, post.revision)
    because = item_of(db, post).held_because
    assert because.startswith("One of this member’s first posts")
    assert because.count("Its author has edited it.") == 1
    assert item_of(db, post).version == 3


def test_withdrawing_a_held_post_closes_its_item(db: Session) -> None:
    author = make_account(db, shown_posts=0)
    post = posting.answer(db, author, make_thread(db).id, "First words.", key="", held_posts=2)
    withdrawing.withdraw(db, author, post.id)
    item = item_of(db, post)
    assert (item.state, item.happened, item.version) == (ItemState.DECIDED, Happening.WITHDRAWN, 2)
    withdrawing.restore(db, author, post.id)
    assert (post.state, item_of(db, post).state) == (PostState.HELD, ItemState.OPEN)


def test_withdrawing_a_flagged_post_leaves_its_flags(db: Session) -> None:
    author, judge = make_account(db), moderator(db)
    post = answer(db, author)
    flag(db, post)
    withdrawing.withdraw(db, author, post.id)
    item = item_of(db, post)
    assert (item.state, item.flag_count) == (ItemState.OPEN, 1)
    offers = [verdict.key for verdict in look(db, item.id, judge).verdicts]
    assert offers == ["dismiss", "remove", "spammer", "escalate"]
    decide(db, judge, post, "dismiss")
    assert item_of(db, post).state == ItemState.DECIDED
    assert post.state == PostState.WITHDRAWN


def test_a_reworded_post_makes_a_decision_stale(db: Session) -> None:
    post = answer(db)
    flag(db, post)
    before = item_of(db, post).version
    queue.reworded(db, post.id)
    queue.reworded(db, make_answer(db, make_thread(db)).id)
    item = item_of(db, post)
    assert (item.version, item.happened, item.state) == (before + 1, Happening.REWORDED, ItemState.OPEN)


def test_a_claimed_item_says_whose_it_is(db: Session, frozen: Clock) -> None:
    post, ann, bob = answer(db), moderator(db, "Ann"), moderator(db, "Bob")
    item = flag(db, post)
    reviewing.claim(db, ann, item.id)
    for viewer, mine in ((ann, True), (bob, False)):
        (line,) = queue.listing(db, viewer, None, 5).items
        assert (line.state, line.claimed_by, line.is_mine) == (ItemState.CLAIMED, "Ann", mine)
    frozen.forward(minutes=20)
    (line,) = queue.listing(db, bob, None, 5).items
    assert (line.state, line.claimed_by, line.claimed_until) == (ItemState.OPEN, None, None)
