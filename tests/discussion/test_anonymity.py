"""Posts without a name: everybody sees "anonymous member", and the author keeps what an author may do."""

from typing import Any

import pytest
from consistency import consistent
from discussion.test_reading import queries
from makers import make_account, make_answer, make_comment, make_thread, opening
from moderation.acts import decide, flag, item_of, look, told
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import choices, config, policy
from forum.accounts import people, standing
from forum.accounts.tables import Account, Actor, Level, Role, Standing
from forum.actions import (
    accepting,
    appealing,
    editing,
    flagging,
    keeping_words,
    posting,
    requesting,
    reviewing,
    tagging,
    tending,
    transferring,
    voting,
    withdrawing,
)
from forum.discussion import anonymity, requests, written
from forum.discussion.tables import Post, PostMove, Revision, Tag, Thread, ThreadMove
from forum.errors import Forbidden, Invalid, NotFound, Refused
from forum.inbox import following
from forum.moderation import account_file, onward, own_decisions, subjects
from forum.moderation.screening_tables import ScreeningResult
from forum.moderation.tables import Decision, LogEntry
from forum.policy import Permit


def ask(db: Session, asker: Actor, *, tags: str = "private", held_posts: int = 0, **more: str) -> Thread:
    """A question without a name, with a tag that allows that."""
    name, *_ = tags.split()
    tag = db.scalars(select(Tag).where(Tag.name == name)).first() or Tag(name=name)
    tag.allows_anonymous = True
    db.add(tag)
    db.flush()
    text = more.get("text", "I would rather not say who I am. What helps with this?")
    title = more.get("title", "Something that is hard to ask about")
    post = posting.ask(
        db, asker, "question", title, tags, text, key="", held_posts=held_posts, anonymous=True
    )
    return db.get_one(Thread, post.thread_id)


def reply(db: Session, actor: Actor, thread: Thread, text: str = "Thank you, that helps me.") -> Post:
    return posting.answer(db, actor, thread.id, text, key="", held_posts=0, anonymous=True)


def may(db: Session, viewer: Actor, thread: Thread) -> dict[int, frozenset[str]]:
    """What the viewer may do with each post of the thread."""
    page = policy.read_thread(db, viewer, thread.id)
    posts = [page.opening, *page.answers]
    comments = [comment for post in posts for comment in post.comments]
    return {post.id: post.may for post in [*posts, *comments]}


# --- asking ------------------------------------------------------------------------------------------------


def test_a_post_without_a_name_is_the_shared_accounts(db: Session) -> None:
    asker, other = make_account(db), make_account(db)
    first, second = ask(db, asker), ask(db, other, text="Another hard thing altogether, I am afraid.")
    assert first.author_id == second.author_id == opening(db, first).author_id == anonymity.ACCOUNT_ID
    assert people.name_of(db, first.author_id) == "anonymous member"
    shared = db.get_one(Account, anonymity.ACCOUNT_ID)
    assert (shared.password_hash, shared.email, shared.origin) == (None, None, "footnote:anonymous")
    assert db.get_one(Account, asker.id).shown_posts == 10
    assert anonymity.posts_of(db, asker.id) == [opening(db, first).id]
    consistent(db)


@pytest.mark.parametrize(
    ("chosen", "tags", "allowed"),
    [
        ("no", "private", False),
        ("tags", "private", True),
        ("tags", "sleep private", True),
        ("tags", "secret", True),
        ("tags", "sleep", False),
        ("yes", "sleep", True),
    ],
)
def test_the_community_says_where(db: Session, chosen: str, tags: str, allowed: bool) -> None:
    asker, admin = make_account(db), make_account(db, role=Role.ADMIN)
    make_thread(db, tags="private")
    tagging.allow_unnamed(db, admin, "private", True)
    tagging.name_synonym(db, admin, "private", "secret")
    choices.choose(db, "anonymous", chosen, admin.id)
    form = ("question", "Something that is hard to ask", tags, "What helps with this, do you know?")
    if allowed:
        assert posting.ask(db, asker, *form, key="", held_posts=0, anonymous=True).author_id == -1
        return
    with pytest.raises(Invalid) as caught:
        posting.ask(db, asker, *form, key="", held_posts=0, anonymous=True)
    assert ("private" in caught.value.fields["as"]) == (chosen == "tags")


def test_other_tags_later_change_nothing(db: Session) -> None:
    asker, moderator = make_account(db), make_account(db, role=Role.MODERATOR)
    thread = ask(db, asker)
    tending.retag(db, moderator, thread.id, "sleep")
    tagging.allow_unnamed(db, moderator, "private", False)
    assert thread.author_id == anonymity.ACCOUNT_ID
    assert reply(db, asker, thread).author_id == anonymity.ACCOUNT_ID


def test_only_who_began_so_goes_on_so(db: Session) -> None:
    asker, other = make_account(db), make_account(db)
    thread = ask(db, asker)
    answer = make_answer(db, thread, other)
    with pytest.raises(Invalid, match="without"):
        reply(db, other, thread)
    mine = posting.comment(db, asker, answer.id, "And how long?", key="", held_posts=0, anonymous=True)
    named = make_comment(db, answer, asker, "Said under my name.")
    assert (mine.author_id, named.author_id) == (anonymity.ACCOUNT_ID, asker.id)
    assert policy.read_thread(db, asker, thread.id).thread.unnamed
    assert not policy.read_thread(db, other, thread.id).thread.unnamed


def test_the_same_form_sent_twice_is_one_post(db: Session) -> None:
    asker, admin = make_account(db), make_account(db, role=Role.ADMIN)
    choices.choose(db, "anonymous", "yes", admin.id)
    form = ("question", "Something that is hard to ask", "sleep", "What helps with this, do you know?")
    once, again = (posting.ask(db, asker, *form, key="k", held_posts=0, anonymous=True) for _ in range(2))
    assert once.id == again.id


# --- what its author may -----------------------------------------------------------------------------------


def test_the_author_may_what_authors_may_and_nobody_else(db: Session) -> None:
    asker, other = make_account(db), make_account(db)
    thread = ask(db, asker)
    answer, own = make_answer(db, thread, other), reply(db, asker, thread)
    hers, his = may(db, asker, thread), may(db, other, thread)
    assert {"edit", "withdraw"} <= hers[own.id] and not {"vote", "flag", "verify"} & hers[own.id]
    assert not {"edit", "withdraw", "restore"} & his[own.id] and {"vote", "flag"} <= his[own.id]
    assert "accept" in hers[answer.id] and "accept" not in his[answer.id]
    for act in (lambda: voting.vote(db, asker, own.id, 1), lambda: flag(db, own, asker)):
        with pytest.raises(Forbidden):
            act()
    with pytest.raises(Forbidden):
        editing.edit(db, other, own.id, "Other words.", 1)


def test_nothing_that_the_author_does_names_them(db: Session) -> None:
    asker = make_account(db)
    thread = ask(db, asker)
    post = opening(db, thread)
    editing.edit(db, asker, post.id, "I would still rather not say. What helps?", 1, title=thread.title)
    withdrawing.withdraw(db, asker, post.id)
    withdrawing.restore(db, asker, post.id)
    asked = requests.wanting(post)[0]
    requesting.ask(db, make_account(db), post.id, asked)
    requesting.settle(db, asker, requests.open_ones(db, post.id)[0].id, "It is only how I feel.")
    authors = {*db.scalars(select(Revision.author_id)), *db.scalars(select(PostMove.actor_id))}
    assert authors == {anonymity.ACCOUNT_ID}
    assert [one.settled_by for one in requests.of_post(db, post.id)] == ["anonymous member"]
    assert thread.active_by_id == anonymity.ACCOUNT_ID
    assert not post.submission


def test_what_waits_is_for_its_author_and_moderators(db: Session) -> None:
    asker, other = make_account(db, shown_posts=0), make_account(db)
    thread = ask(db, asker, held_posts=2)
    assert not thread.shown
    assert policy.read_thread(db, asker, thread.id).opening.author_id == asker.id
    with pytest.raises(NotFound):
        policy.read_thread(db, other, thread.id)
    with pytest.raises(NotFound):
        policy.open_post(db, other, opening(db, thread).id, Permit.READ)
    assert item_of(db, opening(db, thread)).held_because == "What its author posts waits for review."
    assert [post.state for post in written.unnamed(db, asker.id)] == ["held"]
    assert written.unseen(db, asker.id) == []


def test_the_page_costs_no_query_more(db: Session) -> None:
    asker, other = make_account(db), make_account(db)
    thread, named = ask(db, asker), make_thread(db, other)
    reply(db, asker, thread)
    counts = []
    for viewer, place in ((asker, thread), (other, thread), (other, named), (None, thread)):
        db.flush()
        with queries(db) as sent:
            policy.read_thread(db, viewer, place.id)
        counts.append(len(sent))
    assert len(set(counts)) == 1


# --- screening ---------------------------------------------------------------------------------------------

LONG = (
    "Magnesium before going to bed has helped me a little, but I cannot say whether that is more than hope."
)


@pytest.mark.parametrize(
    "facts",
    [{"is_watched": True}, {"standing": Standing.HELD}, {"shown_posts": 0, "level": Level.NEWCOMER}],
)
def test_why_it_waits_says_nothing_of_its_author(db: Session, facts: dict[str, Any]) -> None:
    author = make_account(db)
    thread = ask(db, author._replace(**facts), held_posts=2)
    assert item_of(db, opening(db, thread)).held_because == "What its author posts waits for review."
    assert db.scalars(select(ScreeningResult.account_id)).all() == [anonymity.ACCOUNT_ID]


def test_the_same_words_do_not_link_a_name_with_none(db: Session) -> None:
    author = make_account(db)
    unnamed = ask(db, author, text=LONG)
    named = make_thread(db, author, text=LONG)
    assert unnamed.shown and named.shown
    again = ask(db, author, text=LONG)
    assert item_of(db, opening(db, again)).held_because == "Nearly the same was posted before."
    with pytest.raises(Refused):
        reply(db, author, unnamed, LONG)
    assert set(db.scalars(select(ScreeningResult.account_id))) == {anonymity.ACCOUNT_ID}


def test_what_has_no_name_does_not_count_where_a_name_floods(db: Session, monkeypatch: Any) -> None:
    """Moderators read what was refused under a name, and see that there are fewer posts than it says."""
    monkeypatch.setenv("FORUM_FLOOD_POSTS", "2")
    config.settings.cache_clear()
    author = make_account(db)
    ask(db, author)
    ask(db, author, title="Something else that is hard to ask")
    for _ in range(2):
        assert make_thread(db, author).shown
    for act in (lambda: make_thread(db, author), lambda: ask(db, author)):
        with pytest.raises(Refused) as refused:
            act()
        refused.value.record(db)
    found = db.execute(select(ScreeningResult.account_id, ScreeningResult.findings)).all()
    assert [account_id for account_id, _ in found] == [author.id, anonymity.ACCOUNT_ID]
    assert "You have sent 2 posts" in found[0].findings[0][1]


def test_no_word_rule_silences_who_has_no_name(db: Session) -> None:
    author, admin = make_account(db), make_account(db, role=Role.ADMIN)
    keeping_words.keep(db, admin, None, "a test", "sweating", "silence", "")
    thread = ask(db, author, text="It is the sweating that troubles me most of all at night.")
    assert opening(db, thread).state == "held"
    assert standing.of(db, author.id) == Standing.ACTIVE
    assert "auto-silence" not in db.scalars(select(LogEntry.act)).all()


# --- being told --------------------------------------------------------------------------------------------


def test_the_author_hears_what_authors_hear(db: Session) -> None:
    asker, other = make_account(db), make_account(db)
    thread = ask(db, asker)
    answer = make_answer(db, thread, other, "For @anonymous and everybody else who asks.")
    own = reply(db, asker, thread)
    make_comment(db, own, other)
    accepting.accept(db, asker, answer.id)
    # One's own answer is no news.
    accepting.accept(db, asker, own.id)
    assert [message.kind for message in told(db, asker)] == ["answer", "comment"]
    heard = told(db, other)
    assert [message.kind for message in heard] == ["accepted"]
    assert "anonymous member" in heard[0].text and asker.name not in heard[0].text


def test_a_decision_reaches_the_author_who_can_appeal(db: Session) -> None:
    asker, judge = make_account(db), make_account(db, role=Role.MODERATOR)
    post = opening(db, ask(db, asker))
    flag(db, post)
    decision = decide(db, judge, post, "hide")
    assert decision.author_id == anonymity.ACCOUNT_ID
    assert [message.kind for message in told(db, asker)] == ["decision"]
    assert [one.id for one in own_decisions.listing(db, asker.id, None, 9).items] == [decision.id]
    assert own_decisions.has_open_matter(db, asker.id)
    with pytest.raises(NotFound):
        appealing.appeal(db, make_account(db), decision.id, "It is mine.")
    made = appealing.appeal(db, asker, decision.id, "It harms nobody.")
    assert made.account_id == anonymity.ACCOUNT_ID
    assert not own_decisions.listing(db, make_account(db).id, None, 9).items


def test_a_moderator_does_not_decide_about_what_they_wrote_without_a_name(db: Session) -> None:
    author, other = (make_account(db, role=Role.MODERATOR) for _ in range(2))
    post = opening(db, ask(db, author))
    flag(db, post)
    with pytest.raises(Forbidden):
        decide(db, author, post, "keep")
    decide(db, other, post, "keep")


def test_an_author_who_moderates_does_not_learn_who_flagged(db: Session) -> None:
    author, other = (make_account(db, role=Role.MODERATOR) for _ in range(2))
    post, flagger = opening(db, ask(db, author)), make_account(db)
    item = flag(db, post, flagger, words="Between us.")
    for viewer, sees in ((author, False), (other, True)):
        view = look(db, item.id, viewer)
        assert (flagger.name in [one.account for one in view.flags]) == sees
        assert bool(account_file.flags_by(db, flagger.id, viewer.id, None, 9).items) == sees
        assert (onward.first(db, viewer) == item.id) == sees
    assert author.name not in repr(look(db, item.id, other))


def test_no_sanction_and_nothing_for_all_posts_without_a_name(db: Session) -> None:
    asker, judge = make_account(db), make_account(db, role=Role.MODERATOR)
    post, bystander = opening(db, ask(db, asker)), opening(db, ask(db, make_account(db), text="Not me."))
    item = flag(db, post)
    for more in ({"sanction": "silence", "days": "3"}, {"all_of_author": True}):
        with pytest.raises(Invalid), db.begin_nested():
            reviewing.decide(db, judge, item.id, "hide", "safety", "Harm.", item.version, **more)  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        decide(db, judge, post, "spammer")
    with pytest.raises(Forbidden):
        flagging.flag(db, judge, subjects.account(anonymity.ACCOUNT_ID), "other", "All of them.")
    assert bystander.state == "shown"
    assert db.scalars(select(Decision)).all() == []


# --- threads that merge and part ---------------------------------------------------------------------------


def test_a_thread_that_moves_takes_its_author_along(db: Session) -> None:
    asker, judge = make_account(db), make_account(db, role=Role.MODERATOR)
    thread, into = ask(db, asker), make_thread(db, asker, title="The same under a name, asked later")
    answer = make_answer(db, thread)
    accepting.accept(db, asker, answer.id)
    made = transferring.merge(db, judge, thread.id, str(into.id), "The same.")
    # That it stays accepted would say that one person asked both.
    assert answer.accepted_at is None
    assert following.follows(db, asker.id, following.Kind.THREAD, into.id)
    kept = [move.before for move in db.scalars(select(ThreadMove))]
    assert all(asker.id not in before.get("joined", ()) for before in kept)
    assert reply(db, asker, into).author_id == anonymity.ACCOUNT_ID
    transferring.undo(db, judge, made.id)
    assert "accept" in may(db, asker, thread)[answer.id]
    own = reply(db, asker, thread, "A thought of its own, really.")
    split = transferring.split(
        db, judge, thread.id, [own.id], "discussion", "A thought that stands alone", "sleep", ""
    )
    new = db.get_one(Thread, split.to_id)
    assert new.author_id == anonymity.ACCOUNT_ID
    assert anonymity.asker_of(db, new) == asker.id
    assert "tended" in [message.kind for message in told(db, asker)]


def test_nobody_can_find_out_after_it_is_forgotten(db: Session) -> None:
    asker = make_account(db)
    thread = ask(db, asker)
    anonymity.forget(db, asker.id)
    assert anonymity.asker_of(db, thread) == anonymity.ACCOUNT_ID
    make_answer(db, thread)
    assert told(db, asker) == []
    assert "edit" not in may(db, asker, thread)[opening(db, thread).id]
