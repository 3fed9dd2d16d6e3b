"""A decision moves the post, answers the flags, tells people, and is written in the log."""

from datetime import timedelta

import pytest
from conftest import Clock
from makers import make_account, make_comment, make_thread, opening
from moderation.acts import answer, decide, flag, item_of, look, moderator, told
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account, Role, Standing
from forum.actions import flagging, posting, reviewing, withdrawing
from forum.clock import now
from forum.discussion.tables import Post, PostState
from forum.errors import Forbidden, Invalid, NotFound, SignInRequired
from forum.freshness import read
from forum.moderation import log, recusal, subjects
from forum.moderation.claims import Claimed
from forum.moderation.decisions import Stale
from forum.moderation.tables import Decision, Flag, FlagState, ItemState, LogEntry
from forum.search.tables import SearchDocument


def _held(db: Session) -> Post:
    newcomer = make_account(db, shown_posts=0)
    return posting.answer(db, newcomer, make_thread(db).id, "First words.", key="", held_posts=2)


@pytest.mark.parametrize(
    ("verdict", "state", "flags"),
    [
        ("keep", PostState.SHOWN, FlagState.DECLINED),
        ("dismiss", PostState.SHOWN, FlagState.DECLINED),
        ("hide", PostState.HIDDEN, FlagState.UPHELD),
        ("remove", PostState.REMOVED, FlagState.UPHELD),
    ],
)
def test_a_flagged_post(db: Session, verdict: str, state: PostState, flags: FlagState) -> None:
    post, judge = answer(db), moderator(db)
    flag(db, post)
    flag(db, post, reason="off-topic")
    decision = decide(db, judge, post, verdict)
    item = item_of(db, post)
    assert (post.state, post.visible) == (state, state == PostState.SHOWN)
    assert (item.state, item.flag_count, item.claimed_by_id) == (ItemState.DECIDED, 0, None)
    assert (decision.from_state, decision.to_state, decision.author_id) == ("shown", state, post.author_id)
    assert set(db.scalars(select(Flag.state))) == {flags}
    assert (db.get(SearchDocument, post.id) is not None) is post.visible


@pytest.mark.parametrize(
    ("verdict", "state"),
    [("publish", PostState.SHOWN), ("hide", PostState.HIDDEN), ("remove", PostState.REMOVED)],
)
def test_a_held_post(db: Session, verdict: str, state: PostState) -> None:
    post = _held(db)
    decide(db, moderator(db), post, verdict)
    assert (post.state, item_of(db, post).state, item_of(db, post).held_because) == (
        state,
        ItemState.DECIDED,
        "",
    )


def test_the_author_learns_the_rule_the_reason_and_what_to_do(db: Session) -> None:
    author, judge = make_account(db), moderator(db, "Halina")
    post = answer(db, author)
    item = flag(db, post)
    reviewing.decide(db, judge, item.id, "remove", "safety", "Nobody should\n\nstop at once.", item.version)
    (message,) = told(db, author)
    assert message.subject == "Your answer was removed"
    for words in (
        "Halina",
        "First, do no harm",
        "Nobody should\n\nstop at once.",
        "choose Edit",
        "do not tell strangers",
    ):
        assert words in message.text
    assert message.path.startswith("/account/decisions/")


def test_the_flaggers_learn_the_outcome_and_the_author_never_who_they_are(db: Session) -> None:
    author, ann, bob = (
        make_account(db, "author"),
        make_account(db, "ann-flagger"),
        make_account(db, "bob-flagger"),
    )
    post = answer(db, author, text="Marker words of the post.")
    flag(db, post, ann, "rude", "words of ann")
    flag(db, post, bob, "off-topic")
    decide(db, moderator(db), post, "hide")
    for person, reason in ((ann, "Rude or unkind"), (bob, "Off topic")):
        (message,) = told(db, person)
        assert message.subject == "The answer that you flagged was hidden"
        assert f"1 November 2026 (“{reason}”)" in message.text
        assert "It could harm" not in message.text
        assert "Marker" not in message.text + message.subject
        assert message.path == ""
    (message,) = told(db, author)
    for secret in ("ann", "bob", "words of ann"):
        assert secret not in message.text


def test_declined_flags_are_answered_kindly(db: Session) -> None:
    author, ann = make_account(db), make_account(db)
    post = answer(db, author)
    flag(db, post, ann)
    decide(db, moderator(db), post, "keep")
    (outcome,) = told(db, ann)
    assert "decided that it can stay" in outcome.text
    assert outcome.path == f"/p/{post.id}"
    (message,) = told(db, author)
    assert "nothing was changed" in message.text


def test_dismissing_tells_the_author_nothing(db: Session) -> None:
    author, ann = make_account(db), make_account(db)
    post = answer(db, author)
    flag(db, post, ann)
    decide(db, moderator(db), post, "dismiss")
    assert told(db, author) == []
    assert len(told(db, ann)) == 1


def test_flags_on_a_withdrawn_post_end_with_a_word(db: Session) -> None:
    author, ann = make_account(db), make_account(db)
    post = answer(db, author)
    flag(db, post, ann)
    withdrawing.withdraw(db, author, post.id)
    decide(db, moderator(db), post, "dismiss")
    assert "had withdrawn it" in told(db, ann)[0].text


def test_publishing_announces_once(db: Session) -> None:
    asker, judge, friend = make_account(db), moderator(db), make_account(db, "friend")
    newcomer = make_account(db, "newcomer", shown_posts=0)
    thread = make_thread(db, asker)
    post = posting.answer(db, newcomer, thread.id, "As @friend says.", key="", held_posts=2)
    assert told(db, asker) == []
    decide(db, judge, post, "publish")
    assert [m.kind for m in told(db, asker)] == ["answer"]
    assert [m.kind for m in told(db, friend)] == ["mention"]
    assert [m.kind for m in told(db, newcomer)] == ["decision"]
    decide(db, judge, post, "hide")
    decide(db, judge, post, "restore")
    assert len(told(db, asker)) == 1


def test_the_log_says_who_did_what_and_never_quotes(db: Session) -> None:
    judge = moderator(db, "Halina")
    question = opening(db, make_thread(db, title="A secret title of a question", text="Secret words."))
    flag(db, question)
    before = read(db, ["log"])["log"]
    decide(db, judge, question, "remove")
    (entry,) = log.entries(db, None, 10).items
    assert (entry.actor, entry.words, entry.act) == ("Halina", "removed a question", "remove")
    assert (entry.rule, entry.reason) == ("First, do no harm", "It could harm somebody.")
    assert (entry.post_id, entry.visible) == (question.id, False)
    assert "ecret" not in repr(entry)
    assert read(db, ["log"])["log"] == before + 1
    decide(db, judge, question, "restore")
    page = log.entries(db, None, 1)
    assert page.items[0].words == "restored a question"
    assert page.items[0].visible
    assert log.entries(db, page.next, 1).items[0].act == "remove"


def test_every_decision_is_reversed_by_a_later_one(db: Session) -> None:
    ann, judge = make_account(db), moderator(db)
    post = answer(db)
    flag(db, post, ann)
    states = []
    for verdict in ("keep", "hide", "remove", "restore", "remove", "hide", "restore"):
        decide(db, judge, post, verdict)
        states.append((post.state, db.scalars(select(Flag.state)).one()))
    assert states == [
        ("shown", "declined"),
        ("hidden", "upheld"),
        ("removed", "upheld"),
        ("shown", "declined"),
        ("removed", "upheld"),
        ("hidden", "upheld"),
        ("shown", "declined"),
    ]
    # Told when the outcome is news, not at every step.
    assert len(told(db, ann)) == 5
    assert "again" in told(db, ann)[1].text


def test_an_old_flag_stays_answered_when_a_new_one_is_decided_differently(db: Session) -> None:
    post, ann, bob, judge = answer(db), make_account(db), make_account(db), moderator(db)
    flag(db, post, ann)
    decide(db, judge, post, "keep")
    flag(db, post, bob)
    decide(db, judge, post, "hide")
    assert list(db.scalars(select(Flag.state).order_by(Flag.id))) == [FlagState.DECLINED, FlagState.UPHELD]
    decide(db, judge, post, "restore")
    assert list(db.scalars(select(Flag.state))) == [FlagState.DECLINED] * 2
    assert (len(told(db, ann)), len(told(db, bob))) == (1, 2)


def test_publishing_an_edited_post_does_not_overturn_its_flags(db: Session) -> None:
    from forum.actions import editing

    author, judge = make_account(db), moderator(db)
    post = answer(db, author)
    flag(db, post)
    decide(db, judge, post, "remove")
    editing.edit(db, author, post.id, "Milder words.", post.revision)
    decide(db, judge, post, "publish")
    assert post.visible
    assert db.scalars(select(Flag.state)).one() == FlagState.UPHELD


def test_hiding_a_question_hides_what_stands_under_it(db: Session) -> None:
    thread = make_thread(db)
    question, judge = opening(db, thread), moderator(db)
    reply = posting.answer(db, make_account(db), thread.id, "An answer.", key="", held_posts=2)
    remark = make_comment(db, reply)
    flag(db, question)
    decide(db, judge, question, "hide")
    assert not (question.visible or reply.visible or remark.visible)
    assert db.get(SearchDocument, reply.id) is None
    decide(db, judge, question, "restore")
    assert question.visible and reply.visible and remark.visible


@pytest.mark.parametrize(
    ("verdict", "rule", "reason", "fields"),
    [
        ("hide", "", "", ["rule", "reason"]),
        ("remove", "nonsense", "Why.", ["rule"]),
        ("remove", "safety", " \x00\n", ["reason"]),
        ("remove", "safety", "x" * 2001, ["reason"]),
        ("keep", "nonsense", "", ["rule"]),
        ("", "safety", "Why.", ["verdict"]),
        ("publish", "safety", "Why.", ["verdict"]),
        ("restore", "", "", ["verdict"]),
        ("burn", "safety", "Why.", ["verdict"]),
    ],
)
def test_a_form_filled_in_wrongly(
    db: Session, verdict: str, rule: str, reason: str, fields: list[str]
) -> None:
    post, judge = answer(db), moderator(db)
    item = flag(db, post)
    with pytest.raises(Invalid) as caught:
        reviewing.decide(db, judge, item.id, verdict, rule, reason, item.version)
    assert list(caught.value.fields) == fields
    assert item_of(db, post).state == ItemState.OPEN
    assert (post.state, db.scalar(select(Decision.id)), db.scalar(select(LogEntry.id))) == (
        "shown",
        None,
        None,
    )


def test_the_longest_reason_passes(db: Session) -> None:
    post, judge = answer(db), moderator(db)
    item = flag(db, post)
    assert len(reviewing.decide(db, judge, item.id, "keep", "", "x" * 2000, item.version).reason) == 2000


def test_a_stale_decision_says_who_did_what_and_when(db: Session, frozen: Clock) -> None:
    post, halina, tomas = answer(db), moderator(db, "Halina"), moderator(db, "Tomas")
    version = flag(db, post).version
    frozen.forward(minutes=3)
    decide(db, halina, post, "remove", version)
    frozen.forward(minutes=3)
    with pytest.raises(Stale) as caught:
        decide(db, tomas, post, "keep", version)
    error = caught.value
    assert (error.who, error.what, error.status) == ("Halina", "removed", 409)
    assert error.item_id == item_of(db, post).id
    assert error.words.startswith("Halina removed this post on 1 November 2026 at 12:03 UTC.")
    assert post.state == PostState.REMOVED


def test_a_flag_in_between_makes_stale_without_a_name(db: Session) -> None:
    post, judge = answer(db), moderator(db)
    version = flag(db, post).version
    flag(db, post, make_account(db, "secretive"))
    with pytest.raises(Stale) as caught:
        decide(db, judge, post, "keep", version)
    assert caught.value.who is None
    assert "somebody flagged it" in caught.value.words
    assert "secretive" not in caught.value.words


def test_a_withdrawal_in_between_makes_stale(db: Session) -> None:
    author = make_account(db)
    post = answer(db, author)
    version = flag(db, post).version
    withdrawing.withdraw(db, author, post.id)
    with pytest.raises(Stale, match="its author withdrew it"):
        decide(db, moderator(db), post, "hide", version)


def test_a_claim_keeps_others_out_for_twenty_minutes(db: Session, frozen: Clock) -> None:
    post, halina, tomas = answer(db), moderator(db, "Halina"), moderator(db, "Tomas")
    item = flag(db, post)
    reviewing.claim(db, halina, item.id)
    frozen.forward(minutes=19)
    for act in (
        lambda: reviewing.claim(db, tomas, item.id),
        lambda: decide(db, tomas, post, "keep"),
    ):
        with pytest.raises(Claimed, match="Halina holds this item until 12:20 UTC") as caught:
            act()
        assert (caught.value.holder, caught.value.status) == ("Halina", 409)
    reviewing.release(db, tomas, item.id)
    assert item_of(db, post).claimed_by_id == halina.id
    frozen.forward(minutes=1)
    reviewing.claim(db, tomas, item.id)
    decide(db, tomas, post, "keep")
    assert item_of(db, post).claimed_by_id is None


def test_working_extends_a_claim_and_releasing_ends_it(db: Session, frozen: Clock) -> None:
    post, halina, tomas = answer(db), moderator(db), moderator(db)
    item = flag(db, post)
    for _ in range(2):
        reviewing.claim(db, halina, item.id)
        frozen.forward(minutes=15)
    with pytest.raises(Claimed):
        reviewing.claim(db, tomas, item.id)
    reviewing.release(db, halina, item.id)
    reviewing.claim(db, tomas, item.id)
    assert item_of(db, post).claimed_by_id == tomas.id
    assert item_of(db, post).version == 1


def test_nobody_judges_an_own_post_where_somebody_else_can(db: Session) -> None:
    judge, admin = moderator(db), make_account(db, role=Role.ADMIN)
    for author, other in ((judge, admin), (admin, judge)):
        own = answer(db, author)
        item = flag(db, own)
        assert look(db, item.id, author).verdicts == ()
        with pytest.raises(Forbidden, match="another moderator"):
            decide(db, author, own, "keep")
        decide(db, other, own, "keep")


@pytest.mark.parametrize("standing", [Standing.SILENCED, Standing.SUSPENDED])
def test_an_admin_without_colleagues_judges_an_own_post(db: Session, standing: Standing) -> None:
    admin, away = make_account(db, role=Role.ADMIN), db.get_one(Account, moderator(db).id)
    post = answer(db, admin)
    item = flag(db, post)
    assert look(db, item.id, admin).recusal == recusal.OWN
    away.standing, away.standing_until = standing, now() + timedelta(days=1)
    db.flush()
    assert look(db, item.id, admin).recusal == ""
    away.standing_until = now() - timedelta(days=1)
    db.flush()
    assert look(db, item.id, admin).recusal == recusal.OWN, "it has run out"
    away.standing, away.is_sample = Standing.ACTIVE, True
    db.flush()
    decide(db, admin, post, "keep")
    assert told(db, admin) == []


def test_what_a_moderator_asks_the_admins_about_an_only_admin_decides(db: Session) -> None:
    judge, admin = moderator(db), make_account(db, role=Role.ADMIN)
    post = answer(db, admin)
    flag(db, post)
    decide(db, judge, post, "escalate")
    decide(db, admin, post, "keep")


@pytest.mark.parametrize(
    ("verdict", "words"), [("escalate", "Say in a few words"), ("return", "to its author")]
)
def test_a_missing_reason_is_asked_for_on_behalf_of_its_reader(db: Session, verdict: str, words: str) -> None:
    item = flag(db, answer(db))
    with pytest.raises(Invalid) as caught:
        reviewing.decide(db, moderator(db), item.id, verdict, "", "", item.version)
    assert words in caught.value.fields["reason"]


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
def test_who_flagged_a_moderator_is_not_theirs_to_know(db: Session, role: Role) -> None:
    judge, flagger = make_account(db, role=role), make_account(db)
    post = answer(db, judge)
    item_ids = [
        flag(db, post, flagger, "other", "I know this person.").id,
        flagging.flag(db, flagger, subjects.account(judge.id), "other", "I know this person.").id,
    ]
    for item_id in item_ids:
        (mine,), (theirs,) = look(db, item_id, judge).flags, look(db, item_id, moderator(db)).flags
        assert (theirs.account, theirs.words) == (flagger.name, "I know this person.")
        assert mine == theirs._replace(account="", words="", upheld=0, declined=0)


def test_nobody_claims_what_they_may_not_decide(db: Session) -> None:
    judge, other, post = moderator(db), moderator(db), answer(db)
    own, asked = flag(db, answer(db, judge)), flag(db, post)
    decide(db, other, post, "escalate")
    for item, words in ((own, recusal.OWN), (asked, recusal.ESCALATED)):
        for act in (
            lambda item_id: reviewing.claim(db, judge, item_id),
            lambda item_id: reviewing.take_over(db, judge, item_id, other.id, "Mine."),
        ):
            with pytest.raises(Forbidden, match=words):
                act(item.id)


def test_only_moderators_review(db: Session) -> None:
    post, member = answer(db), make_account(db)
    item = flag(db, post)
    for act in (
        lambda actor: reviewing.claim(db, actor, item.id),
        lambda actor: reviewing.release(db, actor, item.id),
        lambda actor: reviewing.decide(db, actor, item.id, "keep", "", "", 1),
    ):
        with pytest.raises(Forbidden):
            act(member)
        with pytest.raises(SignInRequired):
            act(None)


def test_no_such_item(db: Session) -> None:
    judge = moderator(db)
    with pytest.raises(NotFound):
        reviewing.decide(db, judge, 10**6, "keep", "", "", 1)
    with pytest.raises(NotFound):
        reviewing.claim(db, judge, 10**6)
