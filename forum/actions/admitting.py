"""Whether a text is published, held, or refused, and what follows from what screening found in it."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts import standing
from forum.accounts.tables import AccountMove, Actor, Standing
from forum.actions import sourcing
from forum.clock import now
from forum.db import row
from forum.discussion import anonymity
from forum.discussion.tables import Post, PostKind, Thread
from forum.errors import Refused
from forum.inbox import messages
from forum.inbox.letters import compose
from forum.languages.words import N_
from forum.markup import Page, render
from forum.moderation import log, results, sanctions, screening, word_rules
from forum.moderation.decisions import Case, Ruling
from forum.moderation.findings import Draft, hold
from forum.moderation.screening import Screened
from forum.moderation.subjects import Subject, SubjectKind

#: For so long a word rule silences.
PAUSE = timedelta(days=1)
#: Kept with what was found in the post that caused it.
PAUSES = hold("pause", N_("Its author pauses for a day, or until a moderator has decided."))
#: What is found out about the author, and not about the text, would tell who wrote a post without a name.
OF_AUTHOR = frozenset({"first-posts", "at-once", "held-account", "watched"})
UNNAMED = {
    **dict.fromkeys(OF_AUTHOR, hold("author", N_("What its author posts waits for review."))),
    "repeat": hold("repeat", N_("Nearly the same was posted before.")),
}


def admit(
    db: Session,
    actor: Actor,
    page: Page,
    *,
    title: str,
    thread_id: int | None,
    held_posts: int,
    unnamed: bool = False,
) -> Screened:
    """Why the new text waits for review, if it does. Refused if it cannot be posted as it is.

    `unnamed`: it is to stand there without a name.
    """
    draft = Draft(page, title)
    screened = screening.judge(db, actor, draft, held_posts=held_posts, thread_id=thread_id, unnamed=unnamed)
    _refuse(anonymity.ACCOUNT_ID if unnamed else actor.id, screened)
    screened = _unnamed(screened) if unnamed else screened
    return screened.also("sources", sourcing.screen(db, actor, page))


def readmit(db: Session, actor: Actor, thread: Thread, post: Post, page: Page, title: str | None) -> Screened:
    """Why the changed text waits for review, if it does. Refused if it cannot be posted as it is."""
    opens = post.kind == PostKind.OPENING
    draft = Draft(page, (title or thread.title) if opens else "")
    before = lambda: Draft(render(post.text), thread.title if opens else "")  # noqa: E731
    screened = screening.judge_edit(db, actor, draft, before)
    _refuse(post.author_id, screened)
    return _unnamed(screened) if post.author_id == anonymity.ACCOUNT_ID else screened


def follow_up(db: Session, actor: Actor, post: Post, screened: Screened) -> None:
    """What was found is kept for the moderators, and the word rules have their effect."""
    # The public log names who pauses: without a name nobody does before a moderator has looked who it is.
    is_named = post.author_id != anonymity.ACCOUNT_ID
    silences = screened.silences and actor.standing == Standing.ACTIVE and is_named
    # First, and then what was found: `_concerns` looks for what was found since the pause began.
    if silences:
        _silence(db, actor, post)
    results.record(db, post.author_id, post.id, (*screened.findings, *((PAUSES,) if silences else ())))
    word_rules.hit(db, screened.rule_ids)


def end_pause(db: Session, case: Case, ruling: Ruling) -> None:
    """Now that a person has decided about the post that made a word rule silence its author, or about the
    account, the pause is over; what people impose stays.
    """
    if case.author_id is None or ruling.verdict.leaves_open:
        return
    began = _pause_began(db, case.author_id)
    if began is not None and _concerns(db, case.subject, began):
        standing.move(db, case.author_id, Standing.ACTIVE, ruling.decision.moderator_id)


def _pause_began(db: Session, account_id: int) -> datetime | None:
    """When the pause began in which a machine has put the account; None if it is in none."""
    latest = select(AccountMove.to_standing, AccountMove.actor_id, AccountMove.at)
    of_account = latest.where(AccountMove.account_id == account_id)
    last = row(db, of_account.order_by(AccountMove.id.desc()).limit(1))
    if last is None or last.to_standing != Standing.SILENCED or last.actor_id is not None:
        return None
    # The worker silences too: with what is left of a sanction when a stronger one is over.
    if any(one.in_force and one.ends_at is not None for one in sanctions.of_account(db, account_id)):
        return None
    began: datetime = last.at
    return began


def _concerns(db: Session, subject: Subject, began: datetime) -> bool:
    """Whether the pause that began then is about the subject: an account, or the post that caused it."""
    if subject.kind != SubjectKind.POST:
        return subject.kind == SubjectKind.ACCOUNT
    since = [result for result in results.of_post(db, subject.id) if result.at >= began]
    return any(check == PAUSES.check for result in since for check, _ in result.findings)


def _unnamed(screened: Screened) -> Screened:
    """What moderators may know of it beside a post without a name."""
    found = (UNNAMED.get(finding.check, finding) for finding in screened.findings)
    return Screened(tuple(dict.fromkeys(found)))


def _refuse(account_id: int, screened: Screened) -> None:
    if not screened.refusal:
        return

    def record(db: Session) -> None:
        results.record(db, account_id, None, screened.findings)
        word_rules.hit(db, screened.rule_ids)

    raise Refused({"text": screened.refusal}, record)


def _silence(db: Session, actor: Actor, post: Post) -> None:
    """The author pauses for a day, and knows that a machine said so and a person will look."""
    standing.move(db, actor.id, Standing.SILENCED, None, until=now() + PAUSE)
    log.write_act(db, "auto-silence", None, account_id=actor.id, reason="A word rule found something.")
    letter = compose("auto_silenced")
    messages.send(db, actor.id, "held", letter, f"/p/{post.id}", thread_id=post.thread_id)
