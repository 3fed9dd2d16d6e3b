"""What becomes of a new text: published, held until a moderator has read it, or refused; each with its words.

Citations are never a reason to wait. Moderators, who would only wait for themselves, are not screened.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account, Actor, Level, Standing
from forum.clock import now
from forum.languages.words import N_
from forum.moderation import learning, lookalikes, outside_links, repeats, sensitivity, word_rules
from forum.moderation.findings import Draft, Finding, Outcome, hold

#: Nobody reads the rules and writes a first post in that time.
AT_ONCE = timedelta(seconds=30)


class Screened(NamedTuple):
    """All that was found in one text."""

    findings: tuple[Finding, ...] = ()

    @property
    def refusal(self) -> str:
        """What its author has to change before it can be posted; "" if nothing."""
        return " ".join(finding.words for finding in self.findings if finding.outcome == Outcome.REFUSE)

    @property
    def holds(self) -> bool:
        """Whether a moderator reads it first."""
        return bool(self.findings)

    @property
    def reason(self) -> str:
        """Why it waits, in words for a moderator; "" if it does not."""
        return " ".join(finding.words for finding in self.findings)

    @property
    def rule_ids(self) -> list[int]:
        """The word rules that found something."""
        return [finding.rule_id for finding in self.findings if finding.rule_id is not None]

    @property
    def silences(self) -> bool:
        """Whether its author is to pause for a day."""
        return any(finding.silences for finding in self.findings)

    def also(self, check: str, reason: str) -> "Screened":
        """With one more reason to wait; "" is none."""
        return Screened((*self.findings, hold(check, reason))) if reason else self


PASSES = Screened()


def judge(
    db: Session,
    actor: Actor,
    draft: Draft,
    *,
    held_posts: int,
    thread_id: int | None = None,
    unnamed: bool = False,
) -> Screened:
    """What is found in a new text of the actor's.

    A newcomer's first posts wait until `held_posts` of them were shown. `thread_id` is where the text is to
    stand, None for a new thread; `unnamed` says that it is to stand there without a name.
    """
    if actor.is_moderator:
        return PASSES
    is_newcomer = actor.level is Level.NEWCOMER
    return Screened(
        (
            *_of_author(db, actor, draft, held_posts),
            *repeats.find(db, actor, draft, thread_id, is_newcomer=is_newcomer, unnamed=unnamed),
            *_of_text(db, actor, draft),
        )
    )


def judge_edit(db: Session, actor: Actor, draft: Draft, before: Callable[[], Draft]) -> Screened:
    """What is found in the text that was not in the one `before`: nobody answers twice for the same words.

    `before` renders that text: only if there is something to compare.
    """
    if actor.is_moderator:
        return PASSES
    new = _of_text(db, actor, draft)
    if new:
        old = {_same(finding) for finding in _of_text(db, actor, before())}
        new = [finding for finding in new if _same(finding) not in old]
    return Screened((*_of_standing(actor), *new))


def _same(finding: Finding) -> tuple[str, str]:
    """What two findings have in common that are the same one; a score differs with each letter."""
    return finding.check, "" if finding.check == "learned" else finding.words


def _of_author(db: Session, actor: Actor, draft: Draft, held_posts: int) -> list[Finding]:
    found = _of_standing(actor)
    if actor.level is not Level.NEWCOMER:
        return found
    if actor.shown_posts < held_posts:
        shown = f"{actor.shown_posts} of {held_posts} shown so far"
        links = outside_links.counted(draft.page.links)
        found.append(hold("first-posts", f"One of this member’s first posts ({shown}). {links}".strip()))
    if actor.shown_posts == 0 and (seconds := _seconds_here(db, actor.id)) < AT_ONCE.total_seconds():
        found.append(hold("at-once", f"It was sent {seconds} seconds after its author had signed up."))
    return found


def _of_standing(actor: Actor) -> list[Finding]:
    if actor.standing == Standing.HELD:
        return [hold("held-account", N_("Its author’s account waits for review."))]
    if actor.is_watched:
        return [hold("watched", N_("Its author is under review: whatever they post waits."))]
    return []


def _of_text(db: Session, actor: Actor, draft: Draft) -> list[Finding]:
    chosen = sensitivity.of(db)
    is_newcomer = actor.level is Level.NEWCOMER
    found: Sequence[Finding] = (
        *word_rules.find(db, draft),
        *outside_links.find(db, actor, draft, chosen, is_newcomer=is_newcomer),
        *lookalikes.find(draft),
        *(() if actor.is_trusted else learning.find(db, draft, chosen)),
    )
    return list(found)


def _seconds_here(db: Session, account_id: int) -> int:
    signed_up = db.scalars(select(Account.created_at).where(Account.id == account_id)).one()
    return int((now() - signed_up).total_seconds())
