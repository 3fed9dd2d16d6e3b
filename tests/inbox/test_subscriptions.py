"""Who hears of what: those concerned, once each, never oneself, and only of what readers see."""

from makers import make_account, make_answer, make_comment, make_thread, opening
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.actions import accepting, posting
from forum.inbox.subscriptions import MOST_MENTIONS
from forum.inbox.tables import Message

TITLE = "Does a small dose change anything at all?"


def _heard(db: Session, actor: Actor) -> list[tuple[str, str]]:
    found = select(Message.kind, Message.subject).where(Message.account_id == actor.id).order_by(Message.id)
    return [(kind, subject) for kind, subject in db.execute(found)]


def test_an_asker_hears_of_answers_and_of_comments_on_the_question(db: Session) -> None:
    asker, ann = make_account(db), make_account(db, "ann")
    thread = make_thread(db, asker)
    answer = make_answer(db, thread, ann)
    make_comment(db, opening(db, thread), ann)
    make_comment(db, answer, make_account(db))
    assert _heard(db, asker) == [
        ("answer", f"ann answered “{TITLE}”"),
        ("comment", f"ann commented in “{TITLE}”"),
    ]
    assert [kind for kind, _ in _heard(db, ann)] == ["comment"]


def test_in_a_discussion_it_is_a_reply(db: Session) -> None:
    asker = make_account(db)
    make_answer(db, make_thread(db, asker, kind="discussion"), make_account(db, "ann"))
    assert _heard(db, asker) == [("answer", f"ann replied to “{TITLE}”")]
    (text,) = db.scalars(select(Message.text).where(Message.account_id == asker.id))
    assert "a reply in your discussion" in text


def test_nobody_hears_of_an_own_post(db: Session) -> None:
    asker = make_account(db, "asker")
    thread = make_thread(db, asker)
    make_comment(db, make_answer(db, thread, asker, "As @asker says."), asker)
    assert _heard(db, asker) == []


def test_the_mentioned_hear_once_however_they_are_written(db: Session) -> None:
    asker, zoe = make_account(db, "asker"), make_account(db, "Zoé")
    thread = make_thread(db, asker)
    make_answer(db, thread, make_account(db, "ann"), "@zoé and @ZOÉ and @asker and @nobody-here")
    assert _heard(db, zoe) == [("mention", f"ann mentioned you in “{TITLE}”")]
    assert [kind for kind, _ in _heard(db, asker)] == ["answer"]


def test_one_post_calls_ten_people_at_most(db: Session) -> None:
    people = [make_account(db, f"person-{n}") for n in range(MOST_MENTIONS + 2)]
    make_thread(db, text=" ".join(f"@{person.name}" for person in people))
    assert [len(_heard(db, person)) for person in people] == [1] * MOST_MENTIONS + [0, 0]


def test_a_held_post_is_told_to_nobody(db: Session) -> None:
    asker, newcomer = make_account(db), make_account(db, shown_posts=0)
    posting.answer(db, newcomer, make_thread(db, asker).id, "First words.", key="", held_posts=2)
    assert _heard(db, asker) == []


def test_an_accepted_answer_is_told_to_its_author(db: Session) -> None:
    asker, ann = make_account(db, "asker"), make_account(db)
    thread = make_thread(db, asker)
    answer, own = make_answer(db, thread, ann), make_answer(db, thread, asker)
    accepting.accept(db, asker, answer.id)
    accepting.accept(db, asker, answer.id, False)
    accepting.accept(db, asker, own.id)
    assert _heard(db, ann) == [("accepted", f"Your answer to “{TITLE}” was accepted")]
