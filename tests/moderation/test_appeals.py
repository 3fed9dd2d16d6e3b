"""An appeal is answered once, by somebody else; granting it puts everything back."""

import pytest
from conftest import Clock
from makers import make_account, make_answer, make_thread, opening
from moderation.acts import answer, decide, flag, item_of, moderator, told
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts import standing
from forum.accounts.tables import Account, Actor, Role, Standing
from forum.actions import appealing, editing, flagging, reviewing, sanctioning
from forum.discussion.tables import Post, PostState, Thread
from forum.errors import Conflict, Forbidden, Invalid, NotFound, SignInRequired
from forum.freshness import read
from forum.moderation import appeals, decisions, log, subjects, waiting
from forum.moderation.screening_tables import Block
from forum.moderation.tables import (
    Appeal,
    AppealState,
    Decision,
    Flag,
    FlagState,
    ItemKind,
    ItemState,
    LogEntry,
    ReviewItem,
)
from forum.search.tables import SearchDocument

WHY = "It is in the paper that I cite: a dose of that size was safe."


def removed(db: Session, author: Actor, by: Actor, verdict: str = "remove") -> tuple[Post, Decision]:
    """An answer of the author that a moderator took away after a flag."""
    post = answer(db, author)
    flag(db, post)
    return post, decide(db, by, post, verdict)


def item_for(db: Session, appeal: Appeal) -> ReviewItem:
    item = waiting.existing(db, subjects.appeal(appeal.id))
    assert item is not None
    return item


def answered(db: Session, by: Actor, appeal: Appeal, verdict: str, reason: str = "I see it so.") -> Decision:
    item = item_for(db, appeal)
    return reviewing.decide(db, by, item.id, verdict, "", reason, item.version)


def test_an_appeal_waits_in_the_queue_for_somebody_else(db: Session) -> None:
    author, anna, bela = make_account(db), moderator(db), moderator(db)
    _, made = removed(db, author, anna)
    appeal = appealing.appeal(db, author, made.id, f"  {WHY}\n")
    item = item_for(db, appeal)
    assert (item.state, item.kind, item.points > 0) == (ItemState.OPEN, ItemKind.APPEAL, True)
    assert (appeal.words, appeal.state, appeal.account_id) == (WHY, AppealState.OPEN, author.id)
    with pytest.raises(Forbidden, match="your own decision"):
        answered(db, anna, appeal, "refuse")
    answered(db, bela, appeal, "refuse")
    assert item_for(db, appeal).state == ItemState.DECIDED


def test_an_admin_decides_where_there_is_only_one_moderator(db: Session) -> None:
    author, anna = make_account(db), moderator(db)
    _, made = removed(db, author, anna)
    appeal = appealing.appeal(db, author, made.id, WHY)
    with pytest.raises(Forbidden):
        answered(db, anna, appeal, "grant")
    answered(db, make_account(db, role=Role.ADMIN), appeal, "grant")
    assert appeal.state == AppealState.GRANTED


def test_an_admin_answers_an_own_appeal_only_where_nobody_else_can(db: Session) -> None:
    admin, anna = make_account(db, role=Role.ADMIN), moderator(db)
    appeal = appealing.appeal(db, admin, removed(db, admin, anna)[1].id, WHY)
    bela = db.get_one(Account, moderator(db).id)
    with pytest.raises(Forbidden, match="yourself"):
        answered(db, admin, appeal, "grant")
    bela.standing = Standing.SUSPENDED
    db.flush()
    with pytest.raises(Forbidden, match="your own decision"):
        answered(db, anna, appeal, "grant")
    answered(db, admin, appeal, "grant")


def test_granting_puts_everything_back(db: Session) -> None:
    author, flagger, anna, bela = (
        make_account(db),
        make_account(db),
        moderator(db, "anna"),
        moderator(db, "bela"),
    )
    post = answer(db, author)
    flag(db, post, flagger)
    item = item_of(db, post)
    page = [f"thread:{post.thread_id}"]
    made = reviewing.decide(
        db, anna, item.id, "remove", "safety", "Harm.", item.version, sanction="silence", days="7"
    )
    assert standing.of(db, author.id) == Standing.SILENCED
    appeal, before = appealing.appeal(db, author, made.id, WHY), read(db, page)
    answered(db, bela, appeal, "grant", "You are right: the source says so.")
    assert (post.state, post.visible) == (PostState.SHOWN, True)
    assert standing.of(db, author.id) == Standing.ACTIVE
    assert db.get(SearchDocument, post.id) is not None
    assert read(db, page) != before
    settled = db.scalars(select(Flag).where(Flag.item_id == item.id)).one()
    assert settled.state == FlagState.DECLINED
    counts = db.get_one(Account, flagger.id)
    assert (counts.flags_upheld, counts.flags_declined) == (0, 1)
    assert item_of(db, post).state == ItemState.DECIDED
    # The post's own item knows it: the decision cannot be taken back a second time.
    last = db.scalars(
        select(Decision).where(Decision.item_id == item.id).order_by(Decision.id.desc())
    ).first()
    assert last is not None and (last.verdict, last.moderator_id) == ("undo", bela.id)


def test_everybody_concerned_hears_of_it(db: Session) -> None:
    author, flagger, anna, bela = (
        make_account(db),
        make_account(db),
        moderator(db, "anna"),
        moderator(db, "bela"),
    )
    post = answer(db, author)
    flag(db, post, flagger)
    made = decide(db, anna, post, "remove")
    answered(db, bela, appealing.appeal(db, author, made.id, WHY), "grant", "You are right.")
    heard = told(db, author)[-1]
    assert (heard.subject, heard.path) == ("Your appeal was granted", f"/account/decisions/{made.id}")
    assert "bela has read your appeal" in heard.text and "bela writes:\n\nYou are right." in heard.text
    (overturned,) = told(db, anna)
    assert overturned.subject == "Your decision about an answer was taken back"
    assert (
        "“Remove”" in overturned.text and "You are right." in overturned.text and WHY not in overturned.text
    )
    again = told(db, flagger)[-1]
    assert again.subject == "The answer that you flagged was looked at again"
    assert again.path == f"/p/{post.id}"
    assert told(db, bela) == []


def test_refusing_needs_a_reason_and_changes_nothing(db: Session) -> None:
    author, anna, bela = make_account(db), moderator(db), moderator(db, "bela")
    post, made = removed(db, author, anna)
    appeal = appealing.appeal(db, author, made.id, WHY)
    with pytest.raises(Invalid) as caught:
        answered(db, bela, appeal, "refuse", " ")
    assert caught.value.fields.keys() == {"reason"}
    answered(db, bela, appeal, "refuse", "The source speaks of mice.")
    assert (post.state, appeal.state, appeal.decided_by_id) == (
        PostState.REMOVED,
        AppealState.REFUSED,
        bela.id,
    )
    heard = told(db, author)[-1]
    assert heard.subject == "Your appeal was refused" and "The source speaks of mice." in heard.text
    assert "choose Edit" in heard.text and "out-of-court" in heard.text
    assert told(db, anna) == []


def test_the_decision_can_be_taken_back_after_its_appeal_was_refused(db: Session) -> None:
    author, anna, bela = make_account(db), moderator(db), moderator(db, "bela")
    post, made = removed(db, author, anna)
    appeal = appealing.appeal(db, author, made.id, WHY)
    answered(db, bela, appeal, "refuse", "The source speaks of mice.")
    decide(db, bela, post, "undo")
    assert (post.state, appeal.state) == (PostState.SHOWN, AppealState.REFUSED)
    assert db.get(SearchDocument, post.id) is not None


def test_a_held_post_waits_again(db: Session) -> None:
    newcomer, anna, bela = make_account(db, shown_posts=0), moderator(db), moderator(db)
    post = make_answer(db, make_thread(db), newcomer)
    because = item_of(db, post).held_because
    made = decide(db, anna, post, "remove")
    answered(db, bela, appealing.appeal(db, newcomer, made.id, WHY), "grant")
    item = item_of(db, post)
    assert (post.state, item.state, item.held_because) == (PostState.HELD, ItemState.OPEN, because)
    assert "waits for a moderator again" in told(db, newcomer)[-1].text


def test_an_account_that_had_waited_waits_again(db: Session) -> None:
    newcomer, anna, bela = make_account(db), moderator(db), moderator(db)
    sanctioning.hold(db, newcomer.id, "Its address is blocked.")
    item = waiting.existing(db, subjects.account(newcomer.id))
    assert item is not None
    made = reviewing.decide(db, anna, item.id, "spam-account", "promotion", "Spam.", item.version)
    answered(db, bela, appealing.appeal(db, newcomer, made.id, WHY), "grant")
    assert standing.of(db, newcomer.id) == Standing.HELD
    db.refresh(item)
    assert (item.state, item.held_because) == (ItemState.OPEN, "Its address is blocked.")
    assert "account waits for a moderator again" in told(db, newcomer)[-1].text
    reviewing.decide(db, bela, item.id, "admit", "", "", item.version)
    assert standing.of(db, newcomer.id) == Standing.ACTIVE


def test_flags_that_a_first_decision_upheld_stay_upheld(db: Session) -> None:
    author, flagger, anna, bela = make_account(db), make_account(db), moderator(db), moderator(db)
    post = answer(db, author)
    flag(db, post, flagger)
    hidden, removed_too = decide(db, anna, post, "hide"), decide(db, anna, post, "remove")
    answered(db, bela, appealing.appeal(db, author, removed_too.id, WHY), "grant")
    settled = db.scalars(select(Flag)).one()
    assert (post.state, settled.state, settled.decision_id) == (PostState.HIDDEN, FlagState.UPHELD, hidden.id)
    assert db.get_one(Account, flagger.id).flags_upheld == 1
    # The first one can be appealed against still, and then the flags were wrong.
    answered(db, bela, appealing.appeal(db, author, hidden.id, WHY), "grant")
    assert (post.state, settled.state) == (PostState.SHOWN, FlagState.DECLINED)


def _page(db: Session, post: Post, thread: Thread) -> tuple[object, ...]:
    """All that readers see of the thread and that its author can do."""
    db.expire_all()
    of_post = (post.text, post.html, post.state, post.visible)
    of_thread = (thread.state, thread.closed_reason, thread.duplicate_of_id, thread.tag_names, thread.shown)
    found = db.get(SearchDocument, post.id) is not None
    author = db.get_one(Account, post.author_id)
    blocks = db.scalars(select(Block).where(Block.lifted_at.is_(None))).all()
    return (*of_post, *of_thread, found, author.standing, author.is_warned, author.shown_posts, blocks)


@pytest.mark.parametrize(
    "verdict", sorted(appeals.AGAINST - {"sanction", "spam-account", "turn-away", "uphold-msg"})
)
def test_granting_restores_the_same_page(db: Session, verdict: str) -> None:
    author, anna, bela = make_account(db), moderator(db), moderator(db)
    thread, original = make_thread(db, author, text="See https://shop.example/."), make_thread(db)
    post = opening(db, thread)
    flag(db, post)
    before, item = _page(db, post, thread), item_of(db, post)
    more = {"edit": "Mended.", "duplicate": str(original.id), "retag": "other tags"}.get(verdict, "")
    why = ("safety", "It could harm somebody.")
    made = reviewing.decide(db, anna, item.id, verdict, *why, item.version, more=more)
    assert _page(db, post, thread) != before
    answered(db, bela, appealing.appeal(db, author, made.id, WHY), "grant")
    assert _page(db, post, thread) == before
    assert decisions.in_force(db, item.id) is None
    assert item_of(db, post).state == ItemState.DECIDED


def test_a_sanction_of_an_account_alone(db: Session) -> None:
    author, anna, bela = make_account(db), moderator(db), moderator(db)
    item = flagging.flag(db, make_account(db), subjects.account(author.id), "rude", "")
    made = reviewing.decide(
        db, anna, item.id, "sanction", "respect", "Rude.", item.version, sanction="warning"
    )
    assert db.get_one(Account, author.id).is_warned
    answered(db, bela, appealing.appeal(db, author, made.id, WHY), "grant")
    assert not db.get_one(Account, author.id).is_warned
    assert told(db, anna)[-1].subject == "Your decision about an account was taken back"


def test_one_appeal_for_each_decision(db: Session) -> None:
    author = make_account(db)
    _, made = removed(db, author, moderator(db))
    first = appealing.appeal(db, author, made.id, WHY)
    assert appealing.appeal(db, author, made.id, WHY) is first
    with pytest.raises(Conflict, match="already"):
        appealing.appeal(db, author, made.id, "And another thing.")
    assert len(db.scalars(select(Appeal)).all()) == 1


def test_within_six_months(db: Session, frozen: Clock) -> None:
    author, anna = make_account(db), moderator(db)
    _, early = removed(db, author, anna)
    frozen.forward(days=184)
    appealing.appeal(db, author, early.id, WHY)
    _, late = removed(db, author, anna)
    frozen.forward(days=184, seconds=1)
    with pytest.raises(Conflict, match="six months"):
        appealing.appeal(db, author, late.id, WHY)


@pytest.mark.parametrize(("words", "part"), [(" \n ", "own words"), ("x" * 2001, "At most 2,000")])
def test_words_are_needed_and_not_too_many(db: Session, words: str, part: str) -> None:
    author = make_account(db)
    _, made = removed(db, author, moderator(db))
    with pytest.raises(Invalid, match=part) as caught:
        appealing.appeal(db, author, made.id, words)
    assert caught.value.fields.keys() == {"words"}


def test_only_who_is_concerned_appeals(db: Session) -> None:
    anna = moderator(db)
    _, made = removed(db, make_account(db), anna)
    for stranger in (make_account(db), anna):
        with pytest.raises(NotFound):
            appealing.appeal(db, stranger, made.id, WHY)
    with pytest.raises(NotFound):
        appealing.appeal(db, anna, 10**6, WHY)


def test_the_suspended_may_appeal_and_guests_may_not(db: Session) -> None:
    author = make_account(db)
    _, made = removed(db, author, moderator(db))
    with pytest.raises(SignInRequired):
        appealing.appeal(db, None, made.id, WHY)  # type: ignore[arg-type]
    assert appealing.appeal(db, author._replace(standing=Standing.SUSPENDED), made.id, WHY)


def test_what_takes_nothing_or_holds_no_more_is_not_appealed_against(db: Session) -> None:
    author, anna, bela = make_account(db), moderator(db), moderator(db)
    post = answer(db, author)
    flag(db, post)
    kept = decide(db, anna, post, "keep")
    with pytest.raises(Conflict, match="takes nothing"):
        appealing.appeal(db, author, kept.id, WHY)
    hidden = decide(db, anna, post, "hide")
    decide(db, bela, post, "restore")
    with pytest.raises(Conflict, match="does not hold"):
        appealing.appeal(db, author, hidden.id, WHY)
    again = decide(db, anna, post, "hide")
    editing.edit(db, author, post.id, "Mended.", 1)
    with pytest.raises(Conflict, match="does not hold"):
        appealing.appeal(db, author, again.id, WHY)


def test_what_was_undone_is_not_appealed_against(db: Session) -> None:
    author, anna = make_account(db), moderator(db)
    thread = make_thread(db, author)
    flag(db, opening(db, thread))
    made = decide(db, anna, opening(db, thread), "lock")
    assert appeals.obstacle(db, made) == ""
    decide(db, anna, opening(db, thread), "undo")
    assert "does not hold" in appeals.obstacle(db, made)


def test_the_log_tells_of_it_without_the_words_of_the_appeal(db: Session) -> None:
    author, anna, bela = make_account(db), moderator(db), moderator(db, "bela")
    _, made = removed(db, author, anna)
    answered(db, bela, appealing.appeal(db, author, made.id, WHY), "grant", "Well seen.")
    lines = log.entries(db, None, 10).items
    assert {line.words for line in lines[:2]} == {"granted an appeal", "took back a decision about an answer"}
    entries = db.scalars(select(LogEntry).order_by(LogEntry.id)).all()
    assert all(WHY not in entry.reason for entry in entries)


def test_a_later_decision_outlasts_a_granted_appeal(db: Session) -> None:
    author, ann, ben = make_account(db), moderator(db, "ann"), moderator(db, "ben")
    post = answer(db, author)
    flag(db, post)
    first = decide(db, ann, post, "remove")
    made = appealing.appeal(db, author, first.id, "Please look again.")
    editing.edit(db, author, post.id, "Words that nobody has read.", 1)
    decide(db, ann, post, "remove")
    item = waiting.take(db, subjects.appeal(made.id))
    reviewing.decide(db, ben, item.id, "grant", "", "The first time was wrong.", item.version)
    assert db.get_one(Post, post.id).state == PostState.REMOVED
    assert "still holds" in told(db, author)[-1].text


def test_what_is_taken_back_needs_no_appeal_any_more(db: Session) -> None:
    author, ann = make_account(db), moderator(db, "ann")
    post = answer(db, author)
    flag(db, post)
    first = decide(db, ann, post, "hide")
    made = appealing.appeal(db, author, first.id, "Please look again.")
    decide(db, ann, post, "undo")
    assert db.get_one(Appeal, made.id).state == AppealState.GRANTED
    assert waiting.take(db, subjects.appeal(made.id)).state == ItemState.DECIDED
    assert any("granted" in message.subject for message in told(db, author))


def test_the_admins_hear_that_they_are_asked(db: Session) -> None:
    ann, admin = moderator(db, "ann"), make_account(db, role=Role.ADMIN)
    post = answer(db)
    flag(db, post)
    decide(db, ann, post, "escalate")
    (message,) = [message for message in told(db, admin) if message.kind == "asked"]
    assert "ann asks the admins" in message.subject and "It could harm somebody." in message.text
