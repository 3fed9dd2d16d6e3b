"""Levels of following: chosen, begun by writing, moved along with what is merged."""

import pytest
from discussion.test_anonymity import ask
from makers import make_account, make_answer, make_comment, make_thread, opening
from sqlalchemy.orm import Session

from forum.actions import posting
from forum.inbox import following
from forum.inbox.channel_tables import InboxChoice
from forum.inbox.following import Kind, Level


def test_a_level_is_chosen_changed_and_taken_back(db: Session) -> None:
    one, two = make_account(db).id, make_account(db).id
    assert following.level_of(db, one, Kind.TAG, 7) is None
    for level in Level:
        following.set(db, one, Kind.TAG, 7, level)
        assert following.level_of(db, one, Kind.TAG, 7) == level
    following.set(db, two, Kind.TAG, 7, Level.WATCH)
    assert following.standing(db, Kind.TAG, 7, one) == (1, Level.MUTE)
    assert following.standing(db, Kind.TAG, 7, None) == (1, None)
    following.set(db, one, Kind.TAG, 7, None)
    assert following.level_of(db, one, Kind.TAG, 7) is None
    assert following.level_of(db, two, Kind.PERSON, 7) is None


@pytest.mark.parametrize(
    ("least", "expected"), [(Level.WATCH, "w"), (Level.FOLLOW, "wf"), (Level.MUTE, "wfm")]
)
def test_followers_are_those_with_at_least_that_level(db: Session, least: Level, expected: str) -> None:
    people = {level[0]: make_account(db).id for level in Level}
    for level in Level:
        following.set(db, people[level[0]], Kind.PERSON, 3, level)
    assert following.followers(db, Kind.PERSON, 3, least) == [people[each] for each in expected]
    assert following.followed(db, people["m"], Kind.PERSON) == []
    assert following.followed(db, people["w"], Kind.PERSON) == [3]


def test_who_writes_in_a_thread_follows_it(db: Session) -> None:
    asker, answering, commenting = make_account(db), make_account(db), make_account(db)
    thread = make_thread(db, asker)
    make_comment(db, make_answer(db, thread, answering), commenting)
    assert following.followers(db, Kind.THREAD, thread.id) == [asker.id, answering.id, commenting.id]


def test_a_level_that_was_chosen_stays_when_one_writes_again(db: Session) -> None:
    asker = make_account(db)
    thread = make_thread(db, asker)
    following.set(db, asker.id, Kind.THREAD, thread.id, Level.MUTE)
    make_comment(db, opening(db, thread), asker)
    assert following.level_of(db, asker.id, Kind.THREAD, thread.id) == Level.MUTE


@pytest.mark.parametrize("chosen", ["watch", "mute", "none"])
def test_people_choose_the_level_of_threads_they_write_in(db: Session, chosen: str) -> None:
    asker = make_account(db)
    db.add(InboxChoice(account_id=asker.id, own_threads=chosen))
    db.flush()
    level = following.level_of(db, asker.id, Kind.THREAD, make_thread(db, asker).id)
    assert level == (None if chosen == "none" else Level(chosen))


def test_a_held_post_makes_its_author_follow_once_and_not_again(db: Session) -> None:
    newcomer, thread = make_account(db, shown_posts=0), make_thread(db)
    posting.answer(db, newcomer, thread.id, "First words.", key="", held_posts=2)
    assert following.level_of(db, newcomer.id, Kind.THREAD, thread.id) == Level.FOLLOW


def test_who_writes_without_a_name_follows_nothing_by_that(db: Session) -> None:
    asker = make_account(db)
    thread = ask(db, asker)
    assert following.followers(db, Kind.THREAD, thread.id, Level.MUTE) == []


def test_levels_go_along_and_come_back(db: Session) -> None:
    watching, muting, both = (make_account(db).id for _ in range(3))
    following.set(db, watching, Kind.TAG, 1, Level.WATCH)
    following.set(db, muting, Kind.TAG, 1, Level.MUTE)
    following.set(db, both, Kind.TAG, 1, Level.MUTE)
    following.set(db, both, Kind.TAG, 2, Level.WATCH)
    shared = following.followers(db, Kind.TAG, 2, Level.MUTE)
    moved = following.repoint(db, Kind.TAG, 1, 2)
    assert moved == [watching, muting, both] and following.followers(db, Kind.TAG, 1, Level.MUTE) == []
    levels = [following.level_of(db, each, Kind.TAG, 2) for each in moved]
    assert levels == [Level.WATCH, Level.MUTE, Level.WATCH]
    following.unfollow(db, watching, Kind.TAG, 2)
    following.part(db, Kind.TAG, 1, 2, moved, shared)
    assert [following.level_of(db, each, Kind.TAG, 1) for each in moved] == [None, Level.MUTE, Level.WATCH]
    assert [following.level_of(db, each, Kind.TAG, 2) for each in moved] == [None, None, Level.WATCH]
