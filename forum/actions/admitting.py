"""Whether a text is published, held, or refused, and what follows from what screening found in it."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts import standing
from forum.accounts.tables import AccountMove, Actor, Standing
from forum.actions import sourcing
from forum.clock import now
from forum.db import row
from forum.discussion.tables import Post, PostKind, Thread
from forum.errors import Refused
from forum.inbox import messages
from forum.inbox.letters import compose
from forum.markup import Page, render
from forum.moderation import log, results, screening, word_rules
from forum.moderation.decisions import Case, Ruling
from forum.moderation.findings import Draft
from forum.moderation.screening import Screened

#: For so long a word rule silences.
PAUSE = timedelta(days=1)


def admit(
    db: Session, actor: Actor, page: Page, *, title: str, thread_id: int | None, held_posts: int
) -> Screened:
    """Why the new text waits for review, if it does. Refused if it cannot be posted as it is."""
    draft = Draft(page, title)
    screened = screening.judge(db, actor, draft, held_posts=held_posts, thread_id=thread_id)
    _refuse(actor, screened)
    return screened.also("sources", sourcing.screen(db, actor, page))


def readmit(db: Session, actor: Actor, thread: Thread, post: Post, page: Page, title: str | None) -> Screened:
    """Why the changed text waits for review, if it does. Refused if it cannot be posted as it is."""
    opens = post.kind == PostKind.OPENING
    before = Draft(render(post.text), thread.title if opens else "")
    screened = screening.judge_edit(db, actor, Draft(page, (title or thread.title) if opens else ""), before)
    _refuse(actor, screened)
    return screened


def follow_up(db: Session, actor: Actor, post: Post, screened: Screened) -> None:
    """What was found is kept for the moderators, and the word rules have their effect."""
    results.record(db, actor.id, post.id, screened.findings)
    word_rules.hit(db, screened.rule_ids)
    if screened.silences and actor.standing == Standing.ACTIVE:
        _silence(db, actor, post)


def end_pause(db: Session, case: Case, ruling: Ruling) -> None:
    """Now that a person has decided, a pause that a word rule began is over; what people impose stays."""
    if case.author_id is None or ruling.verdict.leaves_open:
        return
    latest = select(AccountMove.to_standing, AccountMove.actor_id).where(
        AccountMove.account_id == case.author_id
    )
    last = row(db, latest.order_by(AccountMove.id.desc()).limit(1))
    if last is not None and last.to_standing == Standing.SILENCED and last.actor_id is None:
        standing.move(db, case.author_id, Standing.ACTIVE, ruling.decision.moderator_id)


def _refuse(actor: Actor, screened: Screened) -> None:
    if not screened.refusal:
        return

    def record(db: Session) -> None:
        results.record(db, actor.id, None, screened.findings)
        word_rules.hit(db, screened.rule_ids)

    raise Refused({"text": screened.refusal}, record)


def _silence(db: Session, actor: Actor, post: Post) -> None:
    """The author pauses for a day, and knows that a machine said so and a person will look."""
    standing.move(db, actor.id, Standing.SILENCED, None, until=now() + PAUSE)
    log.write_act(db, "auto-silence", None, account_id=actor.id, reason="A word rule found something.")
    letter = compose("auto_silenced")
    messages.send(db, actor.id, "held", letter.subject, letter.text, f"/p/{post.id}")
