"""Erasing on request: no word of the posts is left, what others wrote is, and nothing comes back."""

from typing import Any

import pytest
from actions.test_closing import ran
from conftest import Clock
from consistency import consistent
from discussion.test_anonymity import ask
from makers import make_account, make_answer, make_comment, make_thread, opening
from moderation.acts import item_of
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import schema
from forum.accounts import leaving
from forum.accounts.record_tables import AdminEntry
from forum.accounts.tables import Account, Actor, Role
from forum.actions import erasing, flagging, requesting, reviewing, transferring, verifying
from forum.db import Database
from forum.discussion import anonymity
from forum.discussion.tables import Post, PostState, SourceRequest, Thread
from forum.errors import Forbidden, Invalid, NotFound
from forum.inbox import messages
from forum.inbox.letters import compose
from forum.inbox.tables import Message
from forum.moderation import subjects
from forum.moderation.tables import Decision, ItemState
from forum.search.tables import SearchToken, SearchTokenChange

REASON = "Asked by mail on 1 November."
#: Stands in all that the account wrote, and nowhere else.
WORD = "zwetschge"
#: In how many documents a word stands: kept until all is counted anew.
COUNTED = {SearchToken.__tablename__, SearchTokenChange.__tablename__}


def admin(db: Session) -> Actor:
    return make_account(db, role=Role.ADMIN)


def erase(db: Session, account: Actor) -> None:
    erasing.erase(db, admin(db), account.id, account.name, REASON)


def says(db: Session, word: str) -> list[str]:
    """The tables, and their columns, in which the word still stands."""
    found = []
    for table in schema.metadata.sorted_tables:
        for column in table.columns if table.name not in COUNTED else ():
            if any(word in str(value).casefold() for value in db.scalars(select(column))):
                found.append(f"{table.name}.{column.name}")
    return found


def states(db: Session, *ids: int) -> list[str]:
    return [db.get_one(Post, post_id).state for post_id in ids]


def decide(db: Session, judge: Actor, post: Post, verdict: str, **more: Any) -> Decision:
    item = item_of(db, post)
    return reviewing.decide(
        db, judge, item.id, verdict, "safety", "It could harm somebody.", item.version, **more
    )


def test_erasing_leaves_no_word_anywhere_and_keeps_what_others_wrote(database: Database) -> None:
    with database.writing() as db:
        ann, bob = make_account(db, "Ann"), make_account(db, "Bob")
        text = "The zwetschge is a plum. It cites 10.1371/journal.pone.0211023."
        asked = make_thread(db, ann, title="What is a zwetschge good for?", text=text)
        question = opening(db, asked)
        answer = make_answer(db, asked, bob)
        requesting.ask(db, bob, question.id, "The zwetschge is a plum.")
        requesting.settle(db, ann, db.scalars(select(SourceRequest.id)).one(), "Zwetschge is my own word.")
        alone = make_thread(db, ann, title="Zwetschge in a title", text="A zwetschge again.")
        make_comment(db, answer, ann, text="A zwetschge in a comment.")
        erase(db, ann)
    ran(database, "accounts.erase")
    with database.reading() as db:
        # What was told by mail is on its way, or gone.
        assert [place for place in says(db, WORD) if not place.startswith("job.")] == []
        assert db.get_one(Post, answer.id).visible
        assert db.get_one(Post, question.id).visible
        assert not opening(db, alone).visible
        (entry,) = db.scalars(select(AdminEntry))
        assert (entry.act, entry.account_id, entry.words) == ("erased", ann.id, REASON)
        consistent(db)


def test_what_was_told_cannot_be_written_again_once_it_is_erased(database: Database) -> None:
    """Neither of a post of the account, nor of its title, nor with words of it."""
    letter = compose("reminder", title="A zwetschge?", note="Zwetschge!")
    with database.writing() as db:
        ann, bob = make_account(db, "Ann"), make_account(db, "Bob")
        asked = make_thread(db, ann, title="What is a zwetschge good for?")
        of_others = make_answer(db, asked, bob).id
        for kind in sorted(erasing.NAMING):
            for path in (f"/p/{opening(db, asked).id}", f"/p/{of_others}"):
                messages.send(db, bob.id, kind, letter, path)
            messages.send(db, bob.id, kind, letter, "", author_id=ann.id)
        for kind in ("noticed", "held"):
            # To who answered, they name the title of the thread.
            messages.send(db, bob.id, kind, letter, f"/p/{of_others}")
        assert "message.facts" in says(db, WORD)
        erase(db, ann)
    ran(database, "accounts.erase")
    with database.reading() as db:
        assert [place for place in says(db, WORD) if not place.startswith("job.")] == []
        told = select(Message).where(Message.account_id == bob.id, Message.kind.in_(erasing.NAMING))
        gone = {(one.subject, one.letter, one.facts) for one in db.scalars(told)}
        assert gone == {(erasing.ERASED_TITLE, "", None)}


def test_words_of_others_stay_where_they_stood_under_erased_ones(database: Database) -> None:
    with database.writing() as db:
        ann, bob = make_account(db, "Ann"), make_account(db, "Bob")
        commented = opening(db, make_thread(db, ann))
        answered = make_answer(db, make_thread(db, bob), ann)
        bobs = [make_comment(db, commented, bob).id, make_comment(db, answered, bob).id]
        talked = make_comment(db, commented, ann)
        erase(db, ann)
        anns = commented.id, answered.id, talked.id
    ran(database, "accounts.erase")
    with database.reading() as db:
        assert [db.get_one(Post, post_id).visible for post_id in bobs] == [True, True]
        assert states(db, *anns) == [PostState.SHOWN, PostState.SHOWN, PostState.WITHDRAWN]
        consistent(db)


def test_what_waited_for_a_moderator_waits_no_more(database: Database) -> None:
    with database.writing() as db:
        newcomer = make_account(db, "Newcomer", shown_posts=0)
        held = opening(db, make_thread(db, newcomer))
        assert item_of(db, held).state == ItemState.OPEN
        version = item_of(db, held).version
        erase(db, newcomer)
    ran(database, "accounts.erase")
    with database.reading() as db:
        item = item_of(db, held)
        assert (item.state, item.held_because, item.version > version) == (ItemState.DECIDED, "", True)


def test_an_undone_decision_brings_no_erased_word_back(database: Database) -> None:
    with database.writing() as db:
        ann, bob, judge = (
            make_account(db, "Ann"),
            make_account(db, "Bob"),
            make_account(db, role=Role.MODERATOR),
        )
        thread = make_thread(db, ann, text="The zwetschge is a plum.")
        make_answer(db, thread, bob)
        post = opening(db, thread)
        flagging.flag(db, bob, subjects.post(post.id), "rude", "")
        decide(db, judge, post, "edit", more="Milder words about fruit.")
        erase(db, ann)
    ran(database, "accounts.erase")
    with database.writing() as db:
        decide(db, judge, db.get_one(Post, post.id), "undo")
    with database.reading() as db:
        assert [place for place in says(db, WORD) if not place.startswith("job.")] == []
        assert db.get_one(Post, post.id).text == erasing.ERASED


def test_an_undone_merge_brings_no_erased_title_back(database: Database) -> None:
    with database.writing() as db:
        ann, judge = make_account(db, "Ann"), make_account(db, role=Role.MODERATOR)
        thread = make_thread(db, ann, title="A zwetschge in a title", text="Some words.")
        into = make_thread(db, title="Something that another one asked")
        transfer = transferring.merge(db, judge, thread.id, str(into.id), "The same is asked.")
        erase(db, ann)
    ran(database, "accounts.erase")
    with database.writing() as db:
        transferring.undo(db, judge, transfer.id)
        assert db.get_one(Thread, thread.id).title == erasing.ERASED_TITLE
        assert db.get_one(Thread, into.id).title == "Something that another one asked"


def test_posts_without_a_name_are_erased_too_and_then_nobodys(database: Database) -> None:
    with database.writing() as db:
        ann, eve = make_account(db, "Ann"), make_account(db, "Eve")
        mine, theirs = opening(db, ask(db, ann)), opening(db, ask(db, eve))
        erase(db, ann)
    ran(database, "accounts.erase")
    with database.reading() as db:
        assert (mine_now := db.get_one(Post, mine.id)).text == erasing.ERASED
        assert mine_now.state == PostState.WITHDRAWN
        assert db.get_one(Post, theirs.id).text == theirs.text
        assert anonymity.posts_of(db, ann.id) == []


def test_erasing_twice_and_in_many_steps_is_erasing_once(
    database: Database, frozen: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "BATCH", 1)
    with database.writing() as db:
        ann, bob = make_account(db, "Ann"), make_account(db, "Bob")
        thread = make_thread(db, ann)
        make_answer(db, thread, bob)
        ids = [opening(db, thread).id, make_answer(db, make_thread(db, bob), ann).id]
        erase(db, ann)
        closed_at = db.get_one(Account, ann.id).closed_at
    ran(database, "accounts.erase")
    frozen.forward(days=1)
    with database.writing() as db:
        erasing.erase(db, admin(db), ann.id, leaving.called(ann.id), REASON)
    ran(database, "accounts.erase")
    with database.reading() as db:
        assert states(db, *ids) == [PostState.SHOWN, PostState.WITHDRAWN]
        assert db.get_one(Account, ann.id).closed_at == closed_at
        consistent(db)


def test_what_was_given_to_others_stays(database: Database) -> None:
    with database.writing() as db:
        ann, bob = make_account(db, "Ann"), make_account(db, "Bob")
        text = "It says so [@doi:10.1371/journal.pone.0211023]."
        answer = make_answer(db, make_thread(db), bob, text=text)
        verifying.verify(db, ann, answer.id, 1, "supported", "The zwetschge is on page 4.")
        erase(db, ann)
    ran(database, "accounts.erase")
    with database.reading() as db:
        assert [place for place in says(db, WORD) if not place.startswith("job.")] == []
        consistent(db)


@pytest.mark.parametrize(
    ("name", "reason", "field"), [("", REASON, "name"), ("Bob", REASON, "name"), ("Ann", " ", "why")]
)
def test_nothing_is_erased_without_the_name_and_a_reason(
    db: Session, name: str, reason: str, field: str
) -> None:
    ann = make_account(db, "Ann")
    with pytest.raises(Invalid) as caught:
        erasing.erase(db, admin(db), ann.id, name, reason)
    assert set(caught.value.fields) == {field}
    assert db.get_one(Account, ann.id).closed_at is None


def test_only_admins_erase_and_only_accounts_of_others(db: Session) -> None:
    keeper, ann, root = make_account(db, role=Role.MODERATOR), make_account(db, "Ann"), admin(db)
    with pytest.raises(Forbidden):
        erasing.erase(db, keeper, ann.id, "Ann", REASON)
    with pytest.raises(Invalid):
        erasing.erase(db, root, root.id, root.name, REASON)
    anonymity.account(db)
    for nobody in (anonymity.ACCOUNT_ID, 2**31 - 1):
        with pytest.raises(NotFound):
            erasing.erase(db, root, nobody, anonymity.NAME, REASON)
