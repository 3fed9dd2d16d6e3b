"""Asking, answering, commenting: what is published, what waits, and what the counters say."""

import pytest
from makers import make_account, make_answer, make_comment, make_thread, opening
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.actions import posting
from forum.discussion.tables import Citation, PostState, Revision, Tag
from forum.errors import Forbidden, Invalid, NotFound, SignInRequired
from forum.jobs import Job
from forum.moderation.tables import ReviewItem
from forum.references.tables import Reference

DOI = "10.1371/journal.pone.0211023"


def test_a_question_is_shown_and_counted(db: Session) -> None:
    author = make_account(db)
    thread = make_thread(db, author, tags="sleep evidence")
    assert (thread.shown, thread.is_unanswered, thread.answer_count) == (True, True, 0)
    assert opening(db, thread).visible
    assert thread.tag_names == "sleep evidence"
    assert dict(db.execute(select(Tag.name, Tag.thread_count)).all()) == {"sleep": 1, "evidence": 1}
    assert db.get_one(Account, author.id).shown_posts == author.shown_posts + 1
    assert db.scalar(select(Revision.title).where(Revision.number == 1)) == thread.title


def test_an_answer_makes_the_thread_answered(db: Session, frozen) -> None:
    thread = make_thread(db)
    frozen.forward(hours=1)
    answer = make_answer(db, thread)
    assert (thread.is_unanswered, thread.answer_count) == (False, 1)
    assert (thread.active_at, thread.active_by_id) == (answer.created_at, answer.author_id)


def test_a_newcomers_post_waits_unseen(db: Session) -> None:
    newcomer = make_account(db, shown_posts=0)
    thread = make_thread(db, newcomer)
    post = opening(db, thread)
    assert (post.state, post.visible, thread.shown) == (PostState.HELD, False, False)
    assert db.scalar(select(Tag.thread_count)) == 0
    assert db.scalar(select(ReviewItem.post_id)) == post.id
    with pytest.raises(NotFound):
        posting.answer(db, make_account(db), thread.id, "Hello there", key="", held_posts=2)


def test_a_comment_under_a_comment_is_refused(db: Session) -> None:
    comment = make_comment(db, make_answer(db, make_thread(db)))
    with pytest.raises(Forbidden):
        make_comment(db, comment)


def test_a_citation_is_one_row_for_all(db: Session) -> None:
    thread = make_thread(db, text=f"As [@doi:{DOI}, p. 4] shows.")
    answer = make_answer(db, thread, text=f"No: [disputes @doi:{DOI.upper()}]. See https://doi.org/{DOI}.")
    assert db.scalars(select(Reference.citation_count)).all() == [2]
    uses = db.execute(select(Citation.post_id, Citation.locator, Citation.stance).order_by(Citation.id)).all()
    assert [tuple(use) for use in uses] == [
        (opening(db, thread).id, "p. 4", ""),
        (answer.id, "", "disputes"),
    ]
    assert [job.name for job in db.scalars(select(Job)) if job.name == "references.resolve"]


def test_a_form_sent_again_with_other_words_loses_nothing(db: Session) -> None:
    thread, author = make_thread(db), make_account(db)
    for text in ("What I wrote first.", "What I wrote after going back."):
        assert posting.answer(db, author, thread.id, text, key="k1", held_posts=0).text == text


def test_the_same_form_sent_twice_makes_one_post(db: Session) -> None:
    author = make_account(db)
    thread = make_thread(db)
    first = posting.answer(db, author, thread.id, "Once only, please.", key="k1", held_posts=0)
    again = posting.answer(db, author, thread.id, "Once only, please.", key="k1", held_posts=0)
    assert again.id == first.id
    assert thread.answer_count == 1


def test_signed_out_people_cannot_post(db: Session) -> None:
    with pytest.raises(SignInRequired):
        posting.ask(db, None, "question", "A title that is long", "tag", "Text", key="", held_posts=0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("title", {"title": ""}),
        ("title", {"title": "Short"}),
        ("title", {"title": "x" * 151}),
        ("title", {"title": "\u200b\u200b \u0007"}),
        ("tags", {"tag_names": ""}),
        ("tags", {"tag_names": "a b c d e f"}),
        ("tags", {"tag_names": "ünïcode"}),
        ("tags", {"tag_names": "x" * 36}),
        ("text", {"text": " \n "}),
        ("text", {"text": "x" * 30_001}),
        ("kind", {"kind": "poll"}),
    ],
)
def test_each_complaint_names_its_field(db: Session, field: str, change: dict[str, str]) -> None:
    form = {"kind": "question", "title": "A title that is long", "tag_names": "tag", "text": "Text"} | change
    with pytest.raises(Invalid) as raised:
        posting.ask(db, make_account(db), **form, key="", held_posts=0)
    assert list(raised.value.fields) == [field]


def test_all_complaints_come_together(db: Session) -> None:
    with pytest.raises(Invalid) as raised:
        posting.ask(db, make_account(db), "question", "", "", "", key="", held_posts=0)
    assert set(raised.value.fields) == {"title", "tags", "text"}
