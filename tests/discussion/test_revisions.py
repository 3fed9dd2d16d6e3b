"""Whose eyes a wording is for: readers see what was shown to them and not taken away again."""

import pytest
from makers import make_account, make_answer, make_thread, opening
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.actions import editing, effects, withdrawing
from forum.discussion import posts, revisions
from forum.discussion.tables import Post, PostState

SHOWN, HIDDEN, REMOVED = PostState.SHOWN, PostState.HIDDEN, PostState.REMOVED


def move(db: Session, post: Post, to: PostState) -> None:
    """A moderator's decision."""
    effects.publish(db, post.thread_id, posts.move(db, post, to, None))


def reword(db: Session, author: Actor, post: Post, text: str, **more: str) -> None:
    editing.edit(db, author, post.id, text, post.revision, **more)


def history(db: Session, post: Post, everything: bool = False) -> list[revisions.RevisionView]:
    return list(revisions.of_post(db, post.id, everything, None, 99).items)


def numbers(db: Session, post: Post, everything: bool = False) -> list[int]:
    return [revision.number for revision in history(db, post, everything)]


@pytest.fixture
def author(db: Session) -> Actor:
    return make_account(db)


@pytest.fixture
def post(db: Session, author: Actor) -> Post:
    return make_answer(db, make_thread(db), author, "Wording one.")


def test_a_history_shows_what_changed(db: Session, author: Actor, frozen) -> None:
    post = opening(db, make_thread(db, author, text="Old <b>words</b> here."))
    frozen.forward(minutes=1)
    reword(db, author, post, "New <b>words</b> here.", why="Better", title="Another title, longer")
    latest, first = history(db, post)
    assert latest.diff_html == "<del>Old</del><ins>New</ins> &lt;b&gt;words&lt;/b&gt; here."
    assert (latest.number, latest.why) == (2, "Better")
    assert (latest.title_changed, latest.tags_changed) == (True, False)
    assert first.diff_html == "Old &lt;b&gt;words&lt;/b&gt; here."
    assert (first.title_changed, first.tags_changed) == (False, False)


@pytest.mark.parametrize("away", [HIDDEN, REMOVED])
def test_what_was_taken_away_stays_away_after_an_edit(
    db: Session, author: Actor, post: Post, away: PostState
) -> None:
    reword(db, author, post, "Wording two, as bad as the first.")
    move(db, post, away)
    reword(db, author, post, "Wording three, held.")
    reword(db, author, post, "Wording four.")
    move(db, post, SHOWN)
    reword(db, author, post, "Wording five.")
    assert numbers(db, post) == [5, 4]
    assert numbers(db, post, everything=True) == [5, 4, 3, 2, 1]
    assert [revision.is_public for revision in history(db, post, everything=True)] == [True, True] + 3 * [
        False
    ]
    four = history(db, post)[-1]
    assert four.diff_html == "Wording four.", "it is not compared with what readers do not see"


def test_a_reversed_decision_brings_every_wording_back(db: Session, author: Actor, post: Post) -> None:
    reword(db, author, post, "Wording two.")
    move(db, post, HIDDEN)
    move(db, post, REMOVED)
    move(db, post, SHOWN)
    assert numbers(db, post) == [2, 1]


def test_a_reversal_brings_back_only_what_that_decision_took(db: Session, author: Actor, post: Post) -> None:
    move(db, post, REMOVED)
    reword(db, author, post, "Wording two.")
    move(db, post, SHOWN)
    reword(db, author, post, "Wording three.")
    move(db, post, REMOVED)
    move(db, post, SHOWN)
    assert numbers(db, post) == [3, 2]


def test_wordings_of_a_held_post_are_not_for_readers(db: Session) -> None:
    newcomer = make_account(db, shown_posts=0)
    post = make_answer(db, make_thread(db), newcomer, "Wording one.")
    reword(db, newcomer, post, "Wording two.")
    assert numbers(db, post) == []
    move(db, post, SHOWN)
    assert numbers(db, post) == [2]


def test_titles_and_tags_are_compared_as_readers_saw_them(db: Session, author: Actor) -> None:
    thread = make_thread(db, author, title="A title that is removed", tags="bad")
    post = opening(db, thread)
    move(db, post, REMOVED)
    reword(db, author, post, "Other words.", title="A title that is better", tag_names="good")
    move(db, post, SHOWN)
    (only,) = history(db, post)
    assert (only.title, only.tag_names) == ("A title that is better", "good")
    assert (only.title_changed, only.tags_changed) == (False, False)


def test_a_wording_written_while_the_thread_was_away_is_not_for_readers(db: Session) -> None:
    asker, author = make_account(db), make_account(db)
    thread = make_thread(db, asker)
    post = make_answer(db, thread, author, "Wording one.")
    move(db, opening(db, thread), HIDDEN)
    reword(db, author, post, "Wording two.")
    reword(db, author, post, "Wording three.")
    move(db, opening(db, thread), SHOWN)
    assert numbers(db, post) == [3, 1]


def test_withdrawing_and_restoring_changes_nothing(db: Session, author: Actor, post: Post) -> None:
    reword(db, author, post, "Wording two.")
    withdrawing.withdraw(db, author, post.id)
    withdrawing.restore(db, author, post.id)
    assert numbers(db, post) == [2, 1]


def test_other_posts_keep_their_wordings(db: Session, author: Actor, post: Post) -> None:
    other = make_answer(db, make_thread(db), author, "Wording one.")
    move(db, post, REMOVED)
    assert (numbers(db, other), numbers(db, post)) == ([1], [])


def test_a_history_has_pages(db: Session, author: Actor, post: Post) -> None:
    for number in range(2, 8):
        reword(db, author, post, f"Wording {number}.")
    seen, after = [], None
    while True:
        page = revisions.of_post(db, post.id, False, after, 3)
        assert len(page.items) <= 3
        seen += page.items
        if page.next is None:
            break
        after = page.next
    assert [revision.number for revision in seen] == [7, 6, 5, 4, 3, 2, 1]
    assert seen[2].diff_html == "Wording <del>4</del><ins>5</ins>.", "the last on a page is compared too"
    assert seen[-1].diff_html == "Wording one."
    assert [r.number for r in revisions.of_post(db, post.id, False, "broken", 3).items] == [7, 6, 5]
