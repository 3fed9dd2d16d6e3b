"""Lists and the thread page: order, paging, and the same number of queries whatever the length."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from makers import make_account, make_answer, make_comment, make_thread, opening
from sqlalchemy import event
from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Role
from forum.actions import accepting, effects, voting
from forum.discussion import citations, listings, posts, tags
from forum.discussion.tables import PostState
from forum.errors import NotFound

DOI = "10.1371/journal.pone.0211023"


@contextmanager
def queries(db: Session) -> Iterator[list[str]]:
    """The SELECTs sent meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            sent.append(statement)

    event.listen(db.get_bind(), "before_cursor_execute", note)
    yield sent
    event.remove(db.get_bind(), "before_cursor_execute", note)


def test_latest_pages_without_gap_or_repeat(db: Session, frozen) -> None:
    ids = []
    for number in range(7):
        frozen.forward(minutes=number % 2)
        ids.append(make_thread(db, title=f"Question number {number} of this list").id)
    seen: list[int] = []
    after = None
    while True:
        page = listings.latest(db, after, 3)
        seen += [thread.id for thread in page.items]
        if page.next is None:
            break
        after = page.next
    assert seen == ids[::-1]


def test_lists_show_only_what_readers_see(db: Session) -> None:
    hidden = make_thread(db, tags="sleep")
    shown = make_thread(db, tags="sleep")
    effects.publish(db, hidden.id, posts.move(db, opening(db, hidden), PostState.HIDDEN, None))
    for page in (
        listings.latest(db, None, 9),
        listings.unanswered(db, None, 9),
        listings.tagged(db, "sleep", None, 9),
        listings.by_author(db, shown.author_id, None, 9),
    ):
        assert [thread.id for thread in page.items] == [shown.id]
    assert listings.by_author(db, hidden.author_id, None, 9).items == []


def test_a_tags_list_moves_with_its_threads(db: Session, frozen) -> None:
    first = make_thread(db, tags="sleep")
    frozen.forward(hours=1)
    second = make_thread(db, tags="sleep other")
    frozen.forward(hours=1)
    make_answer(db, first)
    assert [thread.id for thread in listings.tagged(db, "sleep", None, 9).items] == [first.id, second.id]
    assert [tag.name for tag in tags.listing(db, None, 9).items] == ["sleep", "other"]
    page = tags.listing(db, None, 1)
    assert [tag.name for tag in tags.listing(db, page.next, 1).items] == ["other"]


@pytest.mark.parametrize("after", ["", "x", "W10", "eyJhIjoxfQ", "é", "W" * 2000])
def test_a_broken_cursor_is_the_first_page(db: Session, after: str) -> None:
    thread = make_thread(db)
    assert [found.id for found in listings.latest(db, after, 9).items] == [thread.id]


def test_answers_stand_in_order(db: Session) -> None:
    asker = make_account(db)
    thread = make_thread(db, asker)
    plain, liked, accepted = (make_answer(db, thread) for _ in range(3))
    voting.vote(db, asker, liked.id, 1)
    accepting.accept(db, asker, accepted.id)
    page = policy.read_thread(db, asker, thread.id)
    assert [answer.id for answer in page.answers] == [accepted.id, liked.id, plain.id]
    assert [answer.my_vote for answer in page.answers] == [0, 1, 0]


def test_a_held_answer_is_for_its_author_and_moderators(db: Session) -> None:
    thread = make_thread(db)
    newcomer = make_account(db, shown_posts=0)
    held = make_answer(db, thread, newcomer)

    def seen(viewer) -> list[int]:
        return [answer.id for answer in policy.read_thread(db, viewer, thread.id).answers]

    assert seen(None) == seen(make_account(db)) == []
    assert seen(newcomer) == seen(make_account(db, role=Role.MODERATOR)) == [held.id]


def test_a_hidden_thread_is_not_there_for_readers(db: Session) -> None:
    author = make_account(db)
    thread = make_thread(db, author)
    effects.publish(db, thread.id, posts.move(db, opening(db, thread), PostState.REMOVED, None))
    for viewer in (None, make_account(db)):
        with pytest.raises(NotFound):
            policy.read_thread(db, viewer, thread.id)
    assert policy.read_thread(db, author, thread.id).opening.state == PostState.REMOVED


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_long_thread_costs_as_many_queries_as_a_short_one(db: Session, signed_in: bool) -> None:
    viewer = make_account(db) if signed_in else None
    counts = []
    for length in (1, 12):
        thread = make_thread(db, text=f"See {DOI}.")
        for number in range(length):
            make_comment(db, make_answer(db, thread, text=f"See 10.5555/x{number}."))
        db.flush()
        with queries(db) as sent:
            policy.read_thread(db, viewer, thread.id)
        counts.append(len(sent))
    assert counts == [4, 4]


def test_what_a_viewer_may(db: Session) -> None:
    author, reader = make_account(db), make_account(db)
    thread = make_thread(db, author)
    make_answer(db, thread)
    assert policy.read_thread(db, None, thread.id).opening.may == frozenset()
    assert policy.read_thread(db, author, thread.id).opening.may == {"answer", "comment", "edit"}
    reads = {"answer", "comment", "vote", "flag", "verify", "ask_source"}
    assert policy.read_thread(db, reader, thread.id).opening.may == reads
    assert "accept" in policy.read_thread(db, author, thread.id).answers[0].may


def test_a_reference_knows_who_cites_it(db: Session) -> None:
    thread = make_thread(db, text=f"First [@doi:{DOI}, p. 4].")
    answer = make_answer(db, thread, text=f"Twice: [supports @doi:{DOI}] and {DOI}.")
    reference_id = citations.of_posts(db, [answer.id])[0]
    found = citations.posts_citing(db, reference_id, None, 9).items
    assert [(post.post_id, post.locator, post.stance) for post in found] == [
        (answer.id, "", "supports"),
        (opening(db, thread).id, "p. 4", ""),
    ]
    effects.publish(db, thread.id, posts.move(db, answer, PostState.HIDDEN, None))
    assert len(citations.posts_citing(db, reference_id, None, 9).items) == 1
