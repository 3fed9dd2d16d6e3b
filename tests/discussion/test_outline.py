"""A long thread in outline: its orders and pages, what is new in it, and its best-supported answer."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import make_account, make_answer, make_comment, make_thread, opening
from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Role
from forum.actions import accepting, effects, trusting, verifying, voting
from forum.clock import now
from forum.discussion import citations, posts, supported, threads, trust_facts, unread
from forum.discussion.outline import ON_PAGE, Outline, Slot, Sort
from forum.discussion.supported import Checked
from forum.discussion.tables import PostState
from forum.references.tables import Reference


def outlined(answers: int, comments: Sequence[int] = ()) -> Outline:
    """A thread of posts 1 (the opening one), 2, 3 …; then a comment under each of the posts `comments`."""
    at = now()
    slots = [
        Slot(number, "answer", None, 7, False, True, 0, at, None, 0, 0) for number in range(2, answers + 2)
    ]
    under: dict[int | None, list[Slot]] = {}
    for place, parent in enumerate(comments):
        slot = Slot(answers + 2 + place, "comment", parent, 7, False, True, 0, at, None, 0, 0)
        under.setdefault(parent, []).append(slot)
    first = Slot(1, "opening", None, 7, False, True, 0, at, None, 0, 0)
    return Outline(first, slots, under, Sort.OLDEST, True)


# --- pages -------------------------------------------------------------------------------------------------


@given(st.integers(0, 3 * ON_PAGE + 1), st.lists(st.integers(1, 3 * ON_PAGE + 2), max_size=5))
@settings(max_examples=40, deadline=None)
def test_every_post_stands_on_exactly_the_page_that_is_said(answers: int, parents: list[int]) -> None:
    found = outlined(answers, [parent for parent in parents if parent <= answers + 1])
    pages = [found.ids_on(page) for page in range(1, found.pages + 1)]
    for slot in found.every():
        if slot.parent_id == found.opening.id:
            # Under the opening post, which stands on every page.
            assert all(slot.id in page for page in pages) and found.page_of(slot.id) == 1
        else:
            assert [number for number, page in enumerate(pages, 1) if slot.id in page] == [
                found.page_of(slot.id)
            ]
    assert all(len(found.on(number)) <= ON_PAGE for number in range(1, found.pages + 1))
    assert found.on(found.pages) or answers == 0


def test_addresses_name_only_what_is_not_usual() -> None:
    found = outlined(50)
    assert [found.query(page) for page in (1, 3)] == [{}, {"page": "3"}]
    newest = found._replace(sort=Sort.NEWEST, is_usual=False)
    assert [newest.query(page) for page in (1, 3)] == [{"sort": "newest"}, {"sort": "newest", "page": "3"}]
    assert threads.address(4, "words", newest.query(3)) == "/t/4/words?sort=newest&page=3"


def test_a_long_thread_is_read_page_by_page(db: Session) -> None:
    thread = make_thread(db)
    writer = make_account(db, shown_posts=30)
    ids = [make_answer(db, thread, writer, f"Answer {number}.").id for number in range(ON_PAGE + 2)]
    comment = make_comment(db, db.get_one(posts.Post, ids[-1]), writer)
    first, second = (policy.read_thread(db, None, thread.id, page=page) for page in (1, 2))
    assert [post.id for post in (*first.answers, *second.answers)] == ids
    assert first.opening == second.opening and second.query == {"page": "2"}
    assert [post.id for post in second.answers[-1].comments] == [comment.id]
    assert policy.read_thread(db, None, thread.id, page=99).page == 2
    assert policy.read_thread(db, None, thread.id, page=-1).page == 1
    for post_id in (ids[-1], comment.id):
        assert threads.place_of(db, post_id, None).address == f"/t/{thread.id}/{thread.slug}?page=2"
    assert threads.place_of(db, ids[-1], None, "newest").query == {"sort": "newest"}
    assert threads.place_of(db, ids[0], None, "newest").query == {"sort": "newest", "page": "2"}


# --- orders ------------------------------------------------------------------------------------------------


def test_answers_stand_in_the_order_that_is_asked_for(db: Session, frozen) -> None:
    asker = make_account(db)
    thread = make_thread(db, asker)
    ids = []
    for _ in range(3):
        frozen.forward(minutes=1)
        ids.append(make_answer(db, thread).id)
    voting.vote(db, asker, ids[1], 1)
    accepting.accept(db, asker, ids[2])

    def order(sort: str) -> list[int]:
        return [answer.id for answer in policy.read_thread(db, None, thread.id, sort).answers]

    assert order("best") == order("") == order("nonsense") == [ids[2], ids[1], ids[0]]
    assert order("oldest") == ids and order("newest") == ids[::-1]


def test_a_discussion_has_no_best(db: Session) -> None:
    thread = make_thread(db, kind="discussion")
    first, second = make_answer(db, thread), make_answer(db, thread)
    voting.vote(db, make_account(db), second.id, 1)
    for sort in ("", "best", "oldest"):
        page = policy.read_thread(db, None, thread.id, sort)
        assert [reply.id for reply in page.answers] == [first.id, second.id] and page.query == {}
    assert policy.read_thread(db, None, thread.id, "newest").answers[0].id == second.id


def test_an_outline_shows_no_more_than_the_viewer_may_see(db: Session) -> None:
    thread = make_thread(db)
    newcomer = make_account(db, shown_posts=0)
    held = make_answer(db, thread, newcomer)
    keeper = make_account(db, role=Role.MODERATOR)
    seen = [
        [slot.id for slot in policy.read_thread(db, viewer, thread.id).outline.every()]
        for viewer in (None, make_account(db), newcomer, keeper)
    ]
    assert seen == [[], [], [held.id], [held.id]]


# --- what is new -------------------------------------------------------------------------------------------


def test_what_is_new_is_what_others_wrote_since(db: Session) -> None:
    reader, writer = make_account(db), make_account(db)
    thread = make_thread(db)
    old = make_answer(db, thread, writer)
    assert policy.read_thread(db, reader, thread.id).news is None, "it was never read"
    trusting.mark_read(db, reader, thread.id, policy.read_thread(db, reader, thread.id).upto)
    assert policy.read_thread(db, reader, thread.id).news is None
    make_answer(db, thread, reader)
    comment, answer = make_comment(db, old, writer), make_answer(db, thread, writer)
    assert policy.read_thread(db, reader, thread.id).news == (2, comment.id, 1)
    effects.publish(db, thread.id, posts.move(db, comment, PostState.HIDDEN, None))
    assert policy.read_thread(db, reader, thread.id).news == (1, answer.id, 1)
    # Said by a page that somebody else's window showed before: nothing goes back.
    trusting.mark_read(db, reader, thread.id, answer.id)
    trusting.mark_read(db, reader, thread.id, old.id)
    assert policy.read_thread(db, reader, thread.id).news is None


def test_nobody_has_read_what_is_not_written_yet(db: Session) -> None:
    reader, thread = make_account(db), make_thread(db)
    trusting.mark_read(db, reader, thread.id, 2**31 - 1)
    assert trust_facts.read_upto(db, reader.id, thread.id) == opening(db, thread).id


def test_a_page_counts_as_read_up_to_what_another_page_has_first() -> None:
    found = outlined(50)
    assert unread.upto(found, 1, 0) == found.on(1)[-1].id
    assert unread.upto(found, 2, found.on(1)[-1].id) == found.on(2)[-1].id
    assert unread.upto(found, 2, 0) == found.opening.id, "the first page was not read"
    assert unread.upto(found, 3, found.on(2)[-1].id) == found.on(3)[-1].id
    assert unread.upto(outlined(0), 1, 0) == 1
    # Under the question, which is folded on later pages.
    asked_back = outlined(ON_PAGE + 1, comments=[1])
    (comment,) = asked_back.comments[1]
    assert unread.upto(asked_back, 2, comment.id - 1) == comment.id - 1
    assert unread.upto(asked_back, 1, comment.id - 1) == comment.id


def test_a_comment_under_an_answer_that_one_does_not_see_keeps_nothing_new(db: Session) -> None:
    reader, writer = make_account(db), make_account(db)
    thread = make_thread(db)
    gone = make_answer(db, thread, writer)
    lost = make_comment(db, gone, reader)
    effects.publish(db, thread.id, posts.move(db, gone, PostState.HIDDEN, None))
    last = make_answer(db, thread, writer)
    page = policy.read_thread(db, reader, thread.id)
    assert lost.id not in [slot.id for slot in page.outline.every()] and page.upto == last.id
    # It is still its author's to read.
    assert threads.place_of(db, lost.id, reader).address == f"/p/{lost.id}/revisions"
    assert threads.place_of(db, last.id, reader).address == f"/t/{thread.id}/{thread.slug}"


# --- the best-supported ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "best"),
    [
        ([], None),
        ([Checked(1, 9, 1, 0)], None),
        ([Checked(1, 0, 2, 0)], 1),
        ([Checked(1, 9, 2, 0), Checked(2, 0, 3, 0)], 2),
        ([Checked(1, 0, 2, 0), Checked(2, 5, 2, 0)], 2),
        ([Checked(1, 0, 2, 0), Checked(2, 0, 2, 0)], 1),
        ([Checked(1, 0, 3, 3)], None),
        ([Checked(1, 0, 3, 2)], 1),
    ],
)
def test_the_best_supported_is_what_most_readers_found_support_for(
    answers: list[Checked], best: int | None
) -> None:
    found = supported.best(answers)
    assert (found and found.post_id) == best


def test_what_readers_found_makes_an_answer_the_best_supported(db: Session) -> None:
    thread = make_thread(db)
    answer = make_answer(db, thread, text="So it is [@doi:10.5555/one], and [@doi:10.5555/two].")
    make_answer(db, thread, text="I do not think so [@doi:10.5555/three].")
    one, two = citations.of_posts(db, [answer.id])[:2]
    readers = [make_account(db) for _ in range(3)]

    def backed() -> list[int]:
        return [post.backed_by for post in policy.read_thread(db, None, thread.id).answers]

    verifying.verify(db, readers[0], answer.id, one, "supported", "")
    verifying.verify(db, readers[0], answer.id, two, "supported", "")
    assert backed() == [0, 0], "one reader who looked at two sources is one"
    verifying.verify(db, readers[1], answer.id, two, "supported", "")
    assert backed() == [2, 0]
    verifying.verify(db, readers[2], answer.id, one, "partly", "In part.")
    assert backed() == [2, 0]
    db.get_one(Reference, two).notice_level = "retracted"
    db.flush()
    assert backed() == [0, 0], "what rests on a retracted source is not supported"
    db.get_one(Reference, two).notice_level = "corrected"
    effects.publish(db, thread.id, posts.move(db, answer, PostState.HIDDEN, None))
    keeper = make_account(db, role=Role.MODERATOR)
    shown = {post.id: post.backed_by for post in policy.read_thread(db, keeper, thread.id).answers}
    assert shown[answer.id] == 0, "readers do not see it"
