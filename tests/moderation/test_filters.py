"""The queue in parts: filters, counts, what comes next, what can be taken back."""

import pytest
from conftest import Clock
from makers import make_account, make_answer, make_letter, make_thread
from moderation.acts import answer, decide, flag, moderator
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor, Role
from forum.actions import appealing, flagging, posting, reviewing
from forum.discussion import cited
from forum.discussion.tables import Post
from forum.inbox import messages
from forum.moderation import cases, counts, flags, onward, queue, subjects, waiting
from forum.moderation.filters import Filters
from forum.moderation.tables import CaseKind, Flag, FlagState, ItemKind, ItemState, ReviewItem


def _ids(db: Session, viewer: Actor, **filters: str) -> list[int]:
    return [item.id for item in queue.listing(db, viewer, None, 50, Filters(**filters)).items]


def _many(db: Session) -> dict[str, int]:
    """One item each of some sorts."""
    newcomer = make_account(db, shown_posts=0)
    tagged = make_thread(db, tags="sleep evidence")
    held = posting.answer(db, newcomer, tagged.id, "First words.", key="", held_posts=2)
    rude, off_topic = answer(db), make_answer(db, tagged, make_account(db))
    return {
        "held": queue.hold(db, held.id, "Look.").id,
        "rude": flag(db, rude, reason="rude").id,
        "off-topic": flag(db, off_topic, reason="off-topic").id,
    }


def test_by_kind_tag_and_reason(db: Session) -> None:
    judge, there = moderator(db), _many(db)
    assert set(_ids(db, judge)) == set(there.values())
    assert _ids(db, judge, kind="held") == [there["held"]]
    assert set(_ids(db, judge, kind="flagged")) == {there["rude"], there["off-topic"]}
    assert set(_ids(db, judge, tag="sleep")) == {there["held"], there["off-topic"]}
    assert _ids(db, judge, reason="rude") == [there["rude"]]
    assert _ids(db, judge, tag="sleep", kind="flagged") == [there["off-topic"]]
    assert _ids(db, judge, tag="nothing-like-it") == []
    reviewing.decide(db, judge, there["rude"], "keep", "", "", 1)
    assert _ids(db, judge, reason="rude") == []


def test_a_flag_that_was_taken_back_is_no_reason(db: Session) -> None:
    judge, post, flagger = moderator(db), answer(db), make_account(db)
    flag(db, post, reason="off-topic")
    item = flag(db, post, flagger, "rude")
    assert _ids(db, judge, reason="rude") == [item.id]
    taken = select(Flag).where(Flag.account_id == flagger.id)
    db.scalars(taken).one().state = FlagState.WITHDRAWN
    db.flush()
    assert (_ids(db, judge, reason="rude"), _ids(db, judge)) == ([], [item.id])


def test_by_age_and_by_who_works_on_it(db: Session, frozen: Clock) -> None:
    ann, bob = moderator(db), moderator(db)
    old = flag(db, answer(db)).id
    frozen.forward(days=2)
    new = flag(db, answer(db)).id
    assert _ids(db, ann, age="day") == [old]
    assert _ids(db, ann, age="week") == []
    reviewing.claim(db, ann, new)
    assert (_ids(db, ann, whose="mine"), _ids(db, ann, whose="free")) == ([new], [old])
    assert (_ids(db, bob, whose="mine"), _ids(db, bob, whose="free")) == ([], [old])
    frozen.forward(minutes=20)
    assert _ids(db, ann, whose="mine") == []
    assert set(_ids(db, bob, whose="free")) == {new, old}


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ({}, ""),
        ({"kind": "nonsense", "age": "0", "whose": "'"}, ""),
        ({"kind": "held", "tag": " Sleep ", "after": "x"}, "kind=held&tag=sleep"),
        ({"reason": "a&b", "age": "week", "whose": "mine"}, "reason=a%26b&age=week&whose=mine"),
        ({"tag": "x" * 99}, "tag=" + "x" * 40),
    ],
)
def test_filters_are_an_address(typed: dict[str, str], query: str) -> None:
    assert Filters.of(typed).query == query


def test_filters_page_by_page(db: Session) -> None:
    judge = moderator(db)
    wanted = {flag(db, answer(db), reason="rude").id for _ in range(5)}
    for _ in range(5):
        flag(db, answer(db), reason="off-topic")
    seen, after = [], None
    for _ in range(3):
        page = queue.listing(db, judge, after, 2, Filters(reason="rude"))
        seen += [item.id for item in page.items]
        after = page.next
    assert after is None
    assert sorted(seen) == sorted(wanted)


def test_counts_say_what_waits(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    judge, there = moderator(db), _many(db)
    reviewing.claim(db, judge, there["held"])
    found = counts.read(db, judge)
    expected = dict.fromkeys(ItemKind, 0) | {ItemKind.HELD: 1, ItemKind.FLAGGED: 2}
    assert (found.by_kind, found.mine, found.total, found.is_all) == (expected, 1, 3, True)
    monkeypatch.setattr(counts, "MOST_COUNTED", 1)
    found = counts.read(db, judge)
    assert (found.by_kind[ItemKind.FLAGGED], found.total, found.is_all) == (2, 2, False)


def test_what_is_next_is_free_and_in_the_filter(db: Session, frozen: Clock) -> None:
    ann, bob = moderator(db), moderator(db)
    there = []
    for reason in ("rude", "off-topic", "rude", "rude"):
        there.append(flag(db, answer(db), reason=reason))
        frozen.forward(minutes=1)
    first, off_topic, second, third = (item.id for item in sorted(there, key=lambda one: one.id))
    due = {item.id: item.due_at for item in there}
    assert onward.first(db, ann) == first
    assert onward.neighbours(db, ann, due[second], second) == (first, third)
    assert onward.neighbours(db, ann, due[third], third) == (second, off_topic), "the least pressing is last"
    assert onward.neighbours(db, ann, due[third], third, Filters(reason="rude")) == (second, None)
    reviewing.claim(db, bob, first)
    assert onward.first(db, ann) == second
    assert onward.neighbours(db, ann, due[second], second).before is None
    assert onward.neighbours(db, bob, due[second], second).before == first


def test_what_is_for_others_to_decide_is_passed_over(db: Session) -> None:
    ann, bob = moderator(db), moderator(db)
    own, post = flag(db, answer(db, ann), reason="rude"), answer(db)
    asked = flag(db, post, reason="off-topic")
    reviewing.decide(db, bob, asked.id, "escalate", "", "Which of us?", asked.version)
    assert onward.first(db, ann) is None
    assert onward.first(db, bob) == own.id
    assert onward.neighbours(db, bob, own.due_at, own.id) == (None, None)
    boss = make_account(db, role=Role.ADMIN)
    assert onward.neighbours(db, boss, own.due_at, own.id) != (None, None)


def test_own_matters_of_every_kind_are_passed_over(db: Session) -> None:
    ann, boss = moderator(db), make_account(db, role=Role.ADMIN)
    for mine, other in ((ann, boss), (boss, ann)):
        message = messages.send(db, make_account(db).id, "noticed", make_letter(), "", author_id=mine.id)
        item = flag(db, answer(db, mine))
        made = decide(db, other, db.get_one(Post, item.post_id), "remove")
        colleague = moderator(db)
        own = {
            flagging.flag(db, make_account(db), subjects.account(mine.id), "rude", "").id,
            flags.add(db, subjects.message(message.id), message.account_id, "rude", "").id,
            _item_id(db, subjects.appeal(appealing.appeal(db, mine, made.id, "I meant well.").id)),
        }
        assert _way(db, colleague) == own
        assert _way(db, mine) == set()
        for item_id in own:
            found = db.get_one(ReviewItem, item_id, populate_existing=True)
            end = "refuse" if found.appeal_id else "dismiss-msg" if found.message_id else "dismiss-account"
            reviewing.decide(db, colleague, item_id, end, "", "No.", found.version)


def _item_id(db: Session, subject: subjects.Subject) -> int:
    item = waiting.existing(db, subject)
    assert item is not None
    return item.id


def _way(db: Session, viewer: Actor) -> set[int]:
    """The items to which the viewer is led, one after the other."""
    found: list[int] = []
    here = onward.first(db, viewer)
    while here is not None:
        found.append(here)
        due = onward.due_at(db, here)
        assert due is not None
        here = onward.neighbours(db, viewer, due, here).after
    return set(found)


def test_what_was_decided_can_be_taken_back_by_who_did_it(db: Session) -> None:
    ann, bob = moderator(db), moderator(db)
    post = answer(db)
    flag(db, post)
    decide(db, ann, post, "hide")
    (mine,), (theirs,) = queue.decided(db, ann, 5), queue.decided(db, bob, 5)
    assert (mine.undo, theirs.undo) == ("undo", "")
    reviewing.decide(db, ann, mine.item_id, mine.undo, "", "", mine.version)
    assert post.visible
    assert [made.undo for made in queue.decided(db, ann, 5)] == ["", ""]


def test_cases_are_filtered_as_references(db: Session) -> None:
    judge = moderator(db)
    post = make_answer(db, make_thread(db), text="So [@doi:10.5555/one].")
    (use,) = cited.by_post(db, post.id)
    case = cases.open_case(db, use.reference_id, CaseKind.RETRACTION)
    flag(db, answer(db))
    assert _ids(db, judge, kind="reference") == [case.item_id]
    (line,) = queue.listing(db, judge, None, 5, Filters(kind="reference")).items
    assert (line.kind, line.state, line.author) == ("reference", ItemState.OPEN, "")
