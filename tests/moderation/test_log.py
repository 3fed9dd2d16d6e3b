"""The public log: every act has words, nobody is named, and the filters read along an index."""

from collections.abc import Callable

import pytest
from makers import make_account, make_thread, opening
from moderation.acts import answer, decide, flag, moderator
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.actions import reviewing
from forum.db import Database
from forum.discussion import citations
from forum.discussion.tables import Post
from forum.moderation import flags, log, subjects
from forum.moderation.log import ACTS, LogView
from forum.moderation.log_choice import GROUPS, Choice, chosen
from forum.moderation.rules import VERDICTS
from forum.moderation.tables import Appeal, AppealState, Decision, LogEntry, ReviewItem, Sanction


def every(db: Session, choice: Choice = log.EVERYTHING, *, for_moderators: bool = False) -> list[LogView]:
    db.flush()
    return list(log.entries(db, None, 50, choice, for_moderators=for_moderators).items)


def account_item(db: Session, person: Actor) -> ReviewItem:
    """The item of an account that somebody flagged."""
    return flags.add(db, subjects.account(person.id), make_account(db).id, "rude", "")


def sanction(db: Session, judge: Actor, person: Actor) -> Decision:
    item = account_item(db, person)
    return reviewing.decide(
        db, judge, item.id, "sanction", "respect", "Said to the person alone.", item.version,
        sanction="silence", days="3",
    )  # fmt: skip


def test_every_act_and_verdict_has_a_group_and_words() -> None:
    grouped = [act for group in GROUPS for act in group.acts]
    assert set(grouped) == {*ACTS, *(verdict.key for verdict in VERDICTS)}
    assert len(grouped) == len(set(grouped))
    assert all(len(act) <= 20 for act in ACTS)


def test_an_act_without_words_is_refused(db: Session) -> None:
    with pytest.raises(ValueError, match="no words"):
        log.write_act(db, "burn", None)


def test_what_the_forum_did_itself_is_marked_as_automatic(db: Session) -> None:
    post = answer(db)
    log.write_act(db, "auto-hold", None, post_id=post.id, reason="Enough members flagged it.")
    log.write_act(db, "setting", moderator(db, "Halina").id, reason="Sensitivity: high.")
    setting, held = every(db)
    assert (held.actor, held.is_automatic, held.words, held.path) == (
        None,
        True,
        "held a post for review",
        f"/p/{post.id}",
    )
    assert (setting.actor, setting.is_automatic, setting.path) == ("Halina", False, "")


def test_a_sanction_names_nobody_but_to_moderators(db: Session) -> None:
    judge, person = moderator(db, "Halina"), make_account(db, "sinner")
    sanction(db, judge, person)
    (line,) = every(db)
    assert (line.actor, line.words, line.rule, line.sanction) == (
        "Halina",
        "sanctioned a member",
        "Be kind to people, hard on statements",
        "silence",
    )
    assert "sinner" not in str(line) and "alone" not in str(line)
    assert (line.account, line.item_id) == (None, None)
    (whole,) = every(db, for_moderators=True)
    assert (whole.account, whole.reason) == ("sinner", "Said to the person alone.")
    assert whole.item_id == db.scalars(select(ReviewItem.id)).one()


def test_what_moderators_ask_the_admins_is_between_them(db: Session) -> None:
    post, judge = answer(db), moderator(db)
    item = flag(db, post)
    reviewing.decide(db, judge, item.id, "escalate", "", "Is she a minor?", item.version)
    item = account_item(db, make_account(db))
    reviewing.decide(db, judge, item.id, "escalate-acct", "", "Is he the same?", item.version)
    assert [(line.words, line.reason) for line in every(db)] == [
        ("asked the admins about a member", ""),
        ("asked the admins about an answer", ""),
    ]
    assert [line.reason for line in every(db, for_moderators=True)] == ["Is he the same?", "Is she a minor?"]


def test_a_sanction_with_a_post_is_not_told_once_readers_see_the_post_again(db: Session) -> None:
    post, judge = answer(db), moderator(db)
    item = flag(db, post)
    decision = reviewing.decide(
        db, judge, item.id, "hide", "respect", "Unkind.", item.version, sanction="warning"
    )
    assert every(db)[0].sanction == "warning"
    assert db.scalars(select(Sanction.decision_id)).one() == decision.id
    decide(db, judge, post, "restore")
    assert [line.sanction for line in every(db)] == ["", ""]
    assert every(db, for_moderators=True)[1].sanction == "warning"


def test_an_act_on_a_thread_is_told_whole_only_while_readers_see_the_thread(db: Session) -> None:
    judge, thread = moderator(db), make_thread(db)
    log.write_act(db, "close", judge.id, thread_id=thread.id, reason="It was answered.")
    (line,) = every(db)
    assert (line.words, line.path, line.reason) == ("closed a thread", f"/t/{thread.id}", "It was answered.")
    flag(db, opening(db, thread))
    decide(db, judge, opening(db, thread), "hide")
    line = every(db)[1]
    assert (line.words, line.path, line.reason) == ("closed a thread", "", "")


def test_watching_an_account_is_told_without_the_account(db: Session) -> None:
    person = make_account(db, "watched-one")
    log.write_act(db, "watch", moderator(db).id, account_id=person.id, reason="Marker.")
    (line,) = every(db)
    assert "watched-one" not in str(line) and "Marker" not in str(line)
    assert every(db, for_moderators=True)[0].account == "watched-one"


def test_a_decision_about_a_reference_is_in_the_log(db: Session) -> None:
    thread = make_thread(db, text="See [@doi:10.5555/log].")
    reference_id = _reference_of(db, thread.id)
    item = flags.add(db, subjects.reference(reference_id), make_account(db).id, "other", "Wrong year.")
    reviewing.decide(db, moderator(db), item.id, "uphold-ref", "", "The year is mended.", item.version)
    (line,) = every(db)
    assert (line.words, line.reason) == ("put right a reference", "The year is mended.")
    assert line.path == f"/references/{reference_id}"
    flag(db, opening(db, thread))
    decide(db, moderator(db), opening(db, thread), "hide")
    assert (every(db)[1].path, every(db)[1].reason) == ("", "")


def _reference_of(db: Session, thread_id: int) -> int:
    posts = db.scalars(select(Post.id).where(Post.thread_id == thread_id))
    (reference_id,) = citations.of_posts(db, list(posts))
    return reference_id


# --- what did not last -------------------------------------------------------------------------------------


def marks(db: Session) -> list[bool]:
    return [line.is_reversed for line in reversed(every(db))]


def test_a_decision_that_was_changed_is_marked(db: Session) -> None:
    post, judge = answer(db), moderator(db)
    flag(db, post)
    decide(db, judge, post, "hide")
    assert marks(db) == [False]
    decide(db, judge, post, "restore")
    assert marks(db) == [True, False]


def test_a_decision_that_was_made_stricter_was_not_reversed(db: Session) -> None:
    post, judge = answer(db), moderator(db)
    flag(db, post)
    decide(db, judge, post, "hide")
    decide(db, judge, post, "remove")
    assert marks(db) == [False, False]
    decide(db, judge, post, "restore")
    assert marks(db) == [True, True, False]


def test_a_decision_that_was_taken_back_is_marked_though_it_changed_nothing(db: Session) -> None:
    item, judge = account_item(db, make_account(db)), moderator(db)

    def judged(verdict: str) -> None:
        reviewing.decide(db, judge, item.id, verdict, "", "", item.version)
        db.refresh(item)

    judged("dismiss-account")
    judged("undo-account")
    assert marks(db) == [True, False]
    judged("dismiss-account")
    assert marks(db) == [True, False, False]
    judged("undo-account")
    assert marks(db) == [True, False, True, False], "the last decision is taken back, not those before it"


def test_a_decision_that_was_overturned_on_appeal_is_marked(db: Session) -> None:
    person = make_account(db)
    decision = sanction(db, moderator(db), person)
    appeal = Appeal(
        decision_id=decision.id, account_id=person.id, words="No.", created_at=decision.at, answer=""
    )
    db.add(appeal)
    db.flush()
    assert marks(db) == [False]
    appeal.state = AppealState.GRANTED
    db.flush()
    assert marks(db) == [True]


# --- filters -----------------------------------------------------------------------------------------------


def a_little_of_everything(db: Session) -> None:
    judge = moderator(db, "Halina")
    for verdict in ("hide", "keep"):
        post = answer(db)
        flag(db, post)
        decide(db, judge, post, verdict)
    log.write_act(db, "lock", judge.id, thread_id=make_thread(db).id)
    log.write_act(db, "auto-hold", None, post_id=answer(db).id)
    log.write_act(db, "sanction-ended", None, account_id=make_account(db).id)
    log.write_act(db, "word-rule", judge.id, rule="promotion")


CHOSEN = (
    (Choice(), ["word-rule", "sanction-ended", "auto-hold", "lock", "keep", "hide"]),
    (Choice(group="taken-down"), ["auto-hold", "hide"]),
    (Choice(group="left"), ["keep"]),
    (Choice(group="threads"), ["lock"]),
    (Choice(group="people"), ["sanction-ended"]),
    (Choice(group="house"), ["word-rule"]),
    (Choice(rule="safety"), ["keep", "hide"]),
    (Choice(automatic=True), ["sanction-ended", "auto-hold"]),
    (Choice(group="taken-down", rule="safety"), ["hide"]),
    (Choice(group="taken-down", automatic=True), ["auto-hold"]),
    (Choice(rule="safety", automatic=True), []),
)


def test_the_log_shows_what_was_chosen(db: Session) -> None:
    a_little_of_everything(db)
    for choice, acts in CHOSEN:
        assert [line.act for line in every(db, choice)] == acts, choice


def test_pages_of_a_choice_hold_every_line_once(db: Session) -> None:
    judge, thread = moderator(db), make_thread(db)
    for number in range(9):
        act = ("lock", "auto-hold", "reopen")[number % 3]
        log.write_act(db, act, judge.id, thread_id=thread.id, rule="safety" if number % 2 else "")
    for choice in (Choice(), Choice(group="threads"), Choice(rule="safety")):
        every_one = [line.id for line in every(db, choice)]
        seen: list[int] = []
        after = None
        while True:
            page = log.entries(db, after, 2, choice)
            seen += [line.id for line in page.items]
            if (after := page.next) is None:
                break
        assert seen == every_one == sorted(seen, reverse=True)
        assert len(seen) > 3


def test_a_choice_is_read_along_an_index(new_database: Callable[[str], Database]) -> None:
    choices = [Choice(group=group.key) for group in GROUPS]
    choices += [Choice(rule="safety"), Choice(automatic=True), Choice(group="threads", automatic=True)]
    engine = new_database("sqlite").engine
    with engine.connect() as connection:
        for choice in choices:
            ids = select(LogEntry.id).order_by(LogEntry.id.desc())
            cut = chosen(ids, choice, 10**6, 51)
            statement = cut.compile(engine, compile_kwargs={"literal_binds": True})
            steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}").all()
            plan = [str(step[-1]) for step in steps]
            assert any("ix_log_entry" in step for step in plan), plan
            assert not any(step.startswith("SCAN log_entry") for step in plan), plan


def test_an_address_may_ask_for_anything() -> None:
    assert Choice.of("nonsense", "nonsense", "nonsense", {"safety"}) == Choice()
    picked = Choice.of("people", "safety", "yes", {"safety"})
    asked = (picked.query[name] for name in ("act", "rule", "automatic"))
    assert Choice.of(*asked, {"safety"}) == picked
