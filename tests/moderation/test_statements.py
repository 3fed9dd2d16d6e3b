"""Statements of reasons say all that the law wants said, and never who flagged."""

from typing import Any

import pytest
from conftest import Clock
from makers import make_account, make_answer, make_thread, opening
from moderation.acts import answer, decide, flag, item_of, moderator
from sqlalchemy.orm import Session

from forum.actions import editing, reviewing
from forum.clock import now
from forum.inbox.letters import Letter, compose
from forum.moderation import appeals, statements, subjects, waiting
from forum.moderation.rules import RULE, VERDICTS
from forum.moderation.statements import Statement
from forum.moderation.subjects import SubjectKind
from forum.moderation.tables import Decision

TOLD = [v for v in VERDICTS if v.tells_author and v.subject in ("post", "account", "message")]
WHAT = {SubjectKind.POST: "answer", SubjectKind.ACCOUNT: "account", SubjectKind.MESSAGE: "message"}


def _statement(**facts: Any) -> Statement:
    values = {
        "id": 12, "verdict": "hide", "what": "answer", "title": "Why?", "post_id": 7, "text": "As it stood.",
        "moderator": "Halina", "rule": None, "reason": "", "at": now(), "held_because": "", "flags": 0,
        "reasons": [], "is_reported": False, "sanction": "", "ends_at": None,
    }  # fmt: skip
    values |= facts
    end = appeals.until(values["verdict"], values["sanction"], values["at"])
    return Statement(**values, appeal_until=end)


def _letter(**facts: Any) -> Letter:
    it = _statement(**facts)
    return compose("statement", it=it, quoted=it.text, day=lambda at: f"{at:%d.%m.%Y}", others=0)


@pytest.mark.parametrize("verdict", TOLD, ids=lambda verdict: verdict.key)
@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"rule": RULE["topic"], "flags": 2, "reasons": ["Rude", "Off topic"]},
        {"reason": "One.\n\nTwo.", "title": "", "is_reported": True},
        {"moderator": "", "held_because": "Its first posts wait."},
        {"sanction": "silence", "ends_at": now()},
        {"sanction": "warning", "flags": 1, "reasons": ["Rude"]},
    ],
)
def test_every_decision_has_words(verdict: Any, facts: dict[str, Any]) -> None:
    letter = _letter(verdict=verdict.key, what=WHAT[verdict.subject], **facts)
    it = _statement(verdict=verdict.key, **facts)
    assert letter.subject.startswith(f"Your {WHAT[verdict.subject]} ")
    assert "was looked at" not in letter.subject or not it.sanction
    assert "None" not in letter.text and "\n\n\n" not in letter.text and "  " not in letter.text
    assert ("The rule: Keep to the question." in letter.text) == ("rule" in facts)
    assert ("\n\nOne.\n\nTwo." in letter.text) == ("reason" in facts)
    assert (it.path in letter.text) == ("As it stood." in letter.text) == (it.appeal_until is not None)
    assert ("No machine took part" in letter.text) == (
        it.appeal_until is not None and "held_because" not in facts
    )
    ends = ["You do not need to do anything.", "you can appeal until"]
    assert sum(letter.text.count(end) for end in ends) == 1


@pytest.mark.parametrize("verdict", TOLD, ids=lambda verdict: verdict.key)
def test_no_verdict_is_forgotten(verdict: Any) -> None:
    sanction = "silence" if verdict.key == "sanction" else ""
    letter = _letter(verdict=verdict.key, what=WHAT[verdict.subject], sanction=sanction, ends_at=now())
    assert "was looked at" not in letter.subject
    assert letter.subject != _letter(verdict="unknown", what=WHAT[verdict.subject]).subject


def test_it_says_what_was_done_why_and_with_which_text(db: Session, frozen: Clock) -> None:
    author, anna = make_account(db), moderator(db, "anna")
    post = answer(db, author, "Take twice as much of it.")
    rude, other = make_account(db, "tattler"), make_account(db, "telltale")
    flag(db, post, rude)
    flag(db, post, other, "other", "Words that give the telltale away.")
    item = item_of(db, post)
    made = reviewing.decide(
        db, anna, item.id, "remove", "safety", "It could harm.", item.version, sanction="silence", days="7"
    )
    letter = statements.write(db, made)
    assert letter.subject == "Your answer was removed"
    for words in (
        "A moderator, anna, has removed your answer in “Does a small dose change anything at all?”.",
        "Until 8 November 2026 you can read here",
        "The rule: First, do no harm.",
        "anna writes:\n\nIt could harm.",
        "What brought it up:\n2 members flagged it (Rude or unkind, Something else).\n",
        "No machine took part: anna read it and decided.",
        "Your answer as it stood:\n\nTake twice as much of it.",
        "you can appeal until 4 May 2027 (six months)",
        f"/account/decisions/{made.id}",
    ):
        assert words in letter.text
    for name in ("tattler", "telltale", "give"):
        assert name not in letter.text


def test_the_text_is_the_one_that_was_decided_about(db: Session) -> None:
    author, anna = make_account(db), moderator(db)
    post = answer(db, author, "The first wording.")
    flag(db, post)
    made = decide(db, anna, post, "hide")
    editing.edit(db, author, post.id, "The second wording.", 1)
    found = statements.read(db, made.id)
    assert found is not None and found.text == "The first wording."


def test_a_long_text_is_quoted_in_part(db: Session) -> None:
    anna = moderator(db)
    post = answer(db, text="Words " * 1000)
    flag(db, post)
    made = decide(db, anna, post, "hide")
    letter, found = statements.write(db, made), statements.read(db, made.id)
    assert "Words …" in letter.text and len(letter.text) < 3000
    assert found is not None and len(found.text) > 5900


def test_who_was_stopped_by_the_forum_first_is_told_so(db: Session) -> None:
    newcomer, anna = make_account(db, shown_posts=0), moderator(db, "anna")
    post = make_answer(db, make_thread(db), newcomer)
    made = decide(db, anna, post, "remove")
    assert made.before["held_because"] in (text := statements.write(db, made).text)
    assert "A machine took part" in text and "anna’s own judgement" in text


def test_what_the_forum_did_alone_says_so(db: Session) -> None:
    post = answer(db)
    made = Decision(
        item_id=waiting.take(db, subjects.post(post.id)).id, post_id=post.id, author_id=post.author_id,
        verdict="hide", from_state="shown", to_state="held", revision=1, at=now(),
        before={"held_because": "Five members flagged it."},
    )  # fmt: skip
    db.add(made)
    text = statements.write(db, made).text
    assert "The forum itself, by its settings, has hidden" in text
    assert "A machine did this by itself" in text and "It waited for review: Five members" in text


def test_nothing_is_said_of_who_flagged_a_message() -> None:
    letter = _letter(
        verdict="uphold-msg", what="message", post_id=None, title="", flags=1, reasons=["Rude"]
    )  # fmt: skip
    assert "What brought it up:\nThe moderators were asked to look at it.\n" in letter.text
    assert "flagged" not in letter.text and "Rude" not in letter.text


def test_flags_are_facts_of_their_decision_only(db: Session, frozen: Clock) -> None:
    anna, bela = moderator(db), moderator(db)
    post = answer(db)
    flag(db, post)
    first = decide(db, anna, post, "keep")
    frozen.forward(minutes=1)
    flag(db, post, reason="off-topic")
    second = decide(db, bela, post, "hide")
    frozen.forward(minutes=1)
    decide(db, anna, post, "restore")
    for made, labels in ((first, ["Rude or unkind"]), (second, ["Off topic"])):
        found = statements.read(db, made.id)
        assert found is not None and list(found.reasons) == labels and found.flags == 1


def test_the_title_of_a_hidden_thread_is_its_authors_alone(db: Session) -> None:
    anna, asker = moderator(db), make_account(db)
    thread = make_thread(db, asker, title="A secret that nobody reads")
    reply = make_answer(db, thread, make_account(db))
    for post in (opening(db, thread), reply):
        flag(db, post)
    taken = decide(db, anna, opening(db, thread), "hide")
    after = decide(db, anna, reply, "hide")
    assert "A secret" in statements.write(db, taken).text
    assert "A secret" not in statements.write(db, after).text


def test_there_is_nothing_about_a_decision_that_never_was(db: Session) -> None:
    assert statements.read(db, 10**6) is None
