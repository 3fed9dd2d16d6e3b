"""Drafts: kept for their writer alone, in one window at a time, until they are posted or thrown away."""

import pytest
from conftest import Clock
from makers import make_account, make_answer, make_thread, opening
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor, Role, Standing
from forum.actions import closing, drafting, editing, effects, erasing, own_data, posting, tidying
from forum.config import Settings
from forum.db import Database
from forum.discussion import draft_list, drafts, posts
from forum.discussion.private_tables import Draft
from forum.discussion.tables import PostState
from forum.errors import Forbidden, Invalid, NotFound, SignInRequired
from forum.markup import LIMIT

ASK = {"kind": "question", "title": "What is a", "tags": "sleep", "text": "I *wonder*", "as": "unnamed"}


def moment(db: Session, actor: Actor, place: str = "ask") -> str:
    """When the draft was saved, as a page says it."""
    kept = drafts.find(db, actor.id, place)
    assert kept is not None
    return kept.saved_at.isoformat()


def test_a_draft_is_there_again_as_typed_and_for_nobody_else(db: Session, frozen: Clock) -> None:
    ann, bob = make_account(db), make_account(db)
    drafting.save(db, ann, "ask", {**ASK, "key": "k", "step": "draft"}, window="w1")
    assert drafts.read(db, ann.id, "ask") == ASK
    assert moment(db, ann) == frozen().isoformat()
    assert drafts.read(db, bob.id, "ask") == {}
    assert draft_list.of_account(db, bob.id, None, 10).items == []
    drafting.discard(db, bob, "ask")
    assert drafts.read(db, ann.id, "ask") == ASK
    drafting.discard(db, ann, "ask")
    assert drafts.read(db, ann.id, "ask") == {}


def test_an_emptied_form_keeps_nothing(db: Session) -> None:
    ann = make_account(db)
    drafting.save(db, ann, "answer-1", {"text": "Hm."})
    drafting.save(db, ann, "answer-1", {"text": " \n", "asked_as": "1"})
    assert db.scalars(select(Draft)).all() == []


def test_another_window_overwrites_nothing_unless_somebody_wants_that(db: Session, frozen: Clock) -> None:
    ann = make_account(db)
    drafting.save(db, ann, "ask", {"text": "One"}, window="first", began="")
    began = moment(db, ann)
    frozen.forward(seconds=3)
    # The first window need not know that it was answered.
    drafting.save(db, ann, "ask", {"text": "One two"}, window="first", began="")
    for stale in ("", began):
        with pytest.raises(drafting.Elsewhere):
            drafting.save(db, ann, "ask", {"text": "Other"}, window="second", began=stale)
    assert drafts.read(db, ann.id, "ask") == {"text": "One two"}
    drafting.save(db, ann, "ask", {"text": "Other"}, window="second", began=moment(db, ann))
    with pytest.raises(drafting.Elsewhere):
        drafting.save(db, ann, "ask", {"text": ""}, window="first", began="")
    drafting.save(db, ann, "ask", {"text": "By the button"})
    assert drafts.read(db, ann.id, "ask") == {"text": "By the button"}


def test_what_another_window_saved_is_put_aside_and_goes_after_a_week(
    database: Database, frozen: Clock
) -> None:
    with database.writing() as db:
        ann, bob = make_account(db), make_account(db)
        drafting.save(db, ann, "ask", {"text": "One"}, window="first", began="")
        drafting.save(db, ann, "ask", {"text": "Two"}, window="second", began="", over=True)
        draft, aside = drafts.both(db, ann.id, "ask")
        assert draft and aside and (draft.fields["text"], aside.fields["text"]) == ("Two", "One")
        with pytest.raises(NotFound):
            drafting.take_back(db, bob, "ask")
        drafting.take_back(db, ann, "ask")
        assert drafts.read(db, ann.id, "ask") == {"text": "One"}
        drafting.take_back(db, ann, "ask")
        # What holds all of the other's words loses nothing.
        drafting.discard(db, ann, "aside-ask")
        drafting.save(db, ann, "ask", {"text": "One, Two"}, window="third", began="", over=True)
        assert drafts.both(db, ann.id, "ask")[1] is None
        drafting.discard(db, ann, "ask")
    for days, left in ((6, 1), (2, 0)):
        frozen.forward(days=days)
        tidying.tidy(database, Settings())
        with database.reading() as db:
            assert len(db.scalars(select(Draft)).all()) == left


def test_the_place_of_a_picture_that_is_being_sent_is_not_kept_and_not_posted(db: Session) -> None:
    ann = make_account(db)
    text = "Look: ![Sending curve.png …]() and ![a curve](/images/x)"
    drafting.save(db, ann, "ask", {"text": text})
    assert drafts.read(db, ann.id, "ask")["text"] == "Look:  and ![a curve](/images/x)"
    thread = make_thread(db, ann)
    first = opening(db, thread)
    for post in (
        lambda: posting.ask(
            db, ann, "question", "What is a blind trial?", "sleep", text, key="", held_posts=0
        ),
        lambda: posting.answer(db, ann, thread.id, text, key="", held_posts=0),
        lambda: posting.comment(db, ann, first.id, text, key="", held_posts=0),
        lambda: editing.edit(db, ann, first.id, text, 1),
    ):
        with pytest.raises(Invalid) as caught:
            post()
        assert caught.value.fields == {
            "text": "A picture is still being sent. Wait for it, or take that line out."
        }


def test_the_late_repeat_of_a_post_does_not_end_the_next_draft(db: Session) -> None:
    ann, thread = make_account(db), make_thread(db)
    place = drafts.answering(thread.id)
    for draft, left in (("Words.", {}), ("Next words.", {"text": "Next words."})):
        first = posting.answer(db, ann, thread.id, "Words.", key="k", held_posts=0)
        drafting.save(db, ann, place, {"text": draft})
        assert posting.answer(db, ann, thread.id, "Words.", key="k", held_posts=0).id == first.id
        assert drafts.read(db, ann.id, place) == left


@pytest.mark.parametrize(
    "place", ["", "asks", "answer-", "answer-0", "edit-1-2", "comment-12345678901", "x" * 99]
)
def test_a_form_that_is_none_has_no_draft(db: Session, place: str) -> None:
    with pytest.raises(NotFound):
        drafting.save(db, make_account(db), place, {"text": "Words."})


@pytest.mark.parametrize(("field", "most"), [("text", LIMIT), ("title", 300), ("tags", 200), ("why", 300)])
def test_a_draft_is_as_long_as_a_post(db: Session, field: str, most: int) -> None:
    ann = make_account(db)
    drafting.save(db, ann, "ask", {field: "x" * most})
    with pytest.raises(Invalid) as caught:
        drafting.save(db, ann, "ask", {field: "x" * (most + 1)})
    assert list(caught.value.fields) == [field]
    assert drafts.read(db, ann.id, "ask") == {field: "x" * most}


def test_of_very_many_the_oldest_goes(db: Session, frozen: Clock) -> None:
    ann, bob = make_account(db), make_account(db)
    drafting.save(db, bob, "ask", {"text": "Another's."})
    for number in range(1, drafts.MOST + 3):
        frozen.forward(seconds=1)
        drafting.save(db, ann, f"answer-{number}", {"text": "Words."})
    drafting.save(db, ann, "answer-50", {"text": "Saved again."})
    kept = set(db.scalars(select(Draft.place).where(Draft.account_id == ann.id)))
    assert kept == {f"answer-{number}" for number in range(3, drafts.MOST + 3)}
    assert drafts.read(db, bob.id, "ask")


def test_posting_ends_the_draft_and_a_refused_post_keeps_it(database: Database) -> None:
    with database.writing() as db:
        ann = make_account(db)
        thread = make_thread(db)
        first = opening(db, thread).id
        for place in ("ask", f"answer-{thread.id}", f"comment-{first}"):
            drafting.save(db, ann, place, {"text": "Words."})
    with pytest.raises(Invalid), database.writing() as db:
        posting.ask(db, ann, "question", "Short", "sleep", "Words.", key="", held_posts=0)
    with database.reading() as db:
        assert len(db.scalars(select(Draft)).all()) == 3
    with database.writing() as db:
        posting.ask(db, ann, "question", "What is a blind trial?", "sleep", "Hm.", key="", held_posts=0)
        posting.answer(db, ann, thread.id, "Words.", key="", held_posts=0)
        posting.comment(db, ann, first, "Words.", key="", held_posts=0)
        assert db.scalars(select(Draft)).all() == []


def test_the_draft_of_an_edit_goes_with_saving_or_with_going_back(db: Session) -> None:
    ann = make_account(db)
    post = opening(db, make_thread(db, ann))
    place, as_it_is = drafts.editing(post.id), {"text": post.text, "revision": "1"}
    as_it_is |= {"title": "Does a small dose change anything at all?", "tags": "evidence", "why": ""}
    for other in ({"text": "Changed."}, {"title": "Another title altogether"}, {"why": "Because."}):
        drafting.save(db, ann, place, as_it_is | other)
        assert drafts.read(db, ann.id, place) == as_it_is | other
        drafting.save(db, ann, place, as_it_is)
        assert drafts.read(db, ann.id, place) == {}
    drafting.save(db, ann, place, as_it_is | {"text": "Changed."})
    editing.edit(db, ann, post.id, "Changed.", 1)
    assert drafts.read(db, ann.id, place) == {}


def test_whose_post_it_is_not_learns_nothing_from_a_draft(db: Session) -> None:
    bob = make_account(db)
    post = make_answer(db, make_thread(db))
    post.state = PostState.REMOVED
    drafting.save(db, bob, drafts.editing(post.id), {"text": post.text})
    assert drafts.read(db, bob.id, drafts.editing(post.id)) == {"text": post.text}


def test_who_is_silenced_may_write_and_who_is_suspended_or_out_may_not(db: Session) -> None:
    ann = make_account(db)
    drafting.save(db, ann._replace(standing=Standing.SILENCED), "ask", {"text": "Words."})
    with pytest.raises(Forbidden):
        drafting.save(db, ann._replace(standing=Standing.SUSPENDED), "ask", {"text": "Words."})
    with pytest.raises(SignInRequired):
        drafting.save(db, None, "ask", {"text": "Words."})  # type: ignore[arg-type]


def test_ones_copy_of_all_own_data_has_ones_drafts(db: Session) -> None:
    ann, bob = make_account(db), make_account(db)
    drafting.save(db, ann, "ask", ASK, window="w")
    (copied,) = own_data.gather(db, ann.id)["drafts"]
    assert (copied["place"], copied["fields"]["text"]) == ("ask", "I *wonder*")
    assert own_data.gather(db, bob.id)["drafts"] == []


def test_erasing_leaves_no_word_of_a_draft(db: Session) -> None:
    admin, ann = make_account(db, role=Role.ADMIN), make_account(db, "Ann")
    drafting.save(db, ann, "ask", ASK)
    erasing.erase(db, admin, ann.id, "Ann", "They asked for it.")
    assert db.scalars(select(Draft)).all() == []


def test_drafts_go_with_the_account_and_with_time(database: Database, frozen: Clock) -> None:
    with database.writing() as db:
        ann, bob = make_account(db, "Ann"), make_account(db, "Bob")
        drafting.save(db, ann, "ask", {"text": "Words."})
        drafting.save(db, bob, "ask", {"text": "Words."})
        closing.close(db, ann, "Ann", withdraw=False, device="")
        assert db.scalars(select(Draft.account_id)).all() == [bob.id]
    for days, left in ((89, 1), (2, 0)):
        frozen.forward(days=days)
        tidying.tidy(database, Settings())
        with database.reading() as db:
            assert len(db.scalars(select(Draft)).all()) == left


def test_no_place_has_a_number_that_no_post_has(db: Session) -> None:
    ann = make_account(db)
    drafting.save(db, ann, "edit-2147483647", {"text": "Words."})
    assert [draft.title for draft in draft_list.of_account(db, ann.id, None, 5).items] == [""]
    for place in ("edit-2147483648", "answer-9999999999"):
        with pytest.raises(NotFound):
            drafting.save(db, ann, place, {"text": "Words."})


def test_the_list_does_not_name_the_title_that_was_taken_away(db: Session) -> None:
    ann = make_account(db)
    thread = make_thread(db, title="Somebody is a liar")
    answer = make_answer(db, thread, ann)
    drafting.save(db, ann, f"edit-{answer.id}", {"text": "Words."})
    assert [draft.title for draft in draft_list.of_account(db, ann.id, None, 5).items] == [thread.title]
    effects.publish(db, thread.id, posts.move(db, opening(db, thread), PostState.HIDDEN, None))
    (draft,) = draft_list.of_account(db, ann.id, None, 5).items
    assert (draft.title, draft.form) == ("", f"/p/{answer.id}/edit")


def test_the_list_names_no_thread_that_its_reader_may_not_read(db: Session, frozen: Clock) -> None:
    ann, newcomer = make_account(db), make_account(db, shown_posts=0)
    held = make_thread(db, newcomer, title="A thread that waits for review")
    shown = make_thread(db, title="A thread that everybody reads")
    first = {thread.id: opening(db, thread).id for thread in (held, shown)}
    forms = [f"{kind}-{first[thread.id]}" for kind in ("comment", "edit") for thread in (held, shown)]
    for place in (f"answer-{held.id}", f"answer-{shown.id}", *forms, "ask", "answer-999999"):
        frozen.forward(seconds=1)
        drafting.save(db, ann, place, {"text": "Words.", "title": "My own title"})
    page = draft_list.of_account(db, ann.id, None, 5)
    rest = draft_list.of_account(db, ann.id, page.next, 5)
    post, gone = f"/p/{first[shown.id]}", ("", "")
    assert [(each.title, each.form) for each in (*page.items, *rest.items)] == [
        gone,
        ("My own title", "/ask"),
        (shown.title, f"{post}/edit"),
        gone,
        (shown.title, f"{post}/comment"),
        gone,
        (shown.title, f"/t/{shown.id}/{shown.slug}#text"),
        gone,
    ]
    assert rest.next is None
