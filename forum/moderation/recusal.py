"""Who stands aside: a moderator does not decide about themselves, nor about an appeal against themselves."""

from collections.abc import Collection

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from forum.accounts.tables import HAS_ROLE, IS_ADMIN, Account, Actor, Role, Standing
from forum.clock import now
from forum.discussion import anonymity
from forum.discussion.tables import Post
from forum.languages.words import N_, _
from forum.moderation.decisions import Case
from forum.moderation.subjects import SubjectKind
from forum.moderation.tables import Appeal, Decision, Report

OWN = N_("This is about yourself: another moderator decides about it.")
ESCALATED = N_("This waits for an admin: a moderator has asked them to decide it.")
APPEALED = N_("The appeal is against your own decision: another moderator decides about it.")
SPARED = N_("Another admin decides about an admin’s account.")


def why(db: Session, actor: Actor, case: Case) -> str:
    """Why somebody else decides the item, in a sentence; "" if the actor may.

    A matter of their own is decided by an admin if nobody else could: there is no other moderator who is
    neither silenced nor suspended, and whom it does not concern as well.
    """
    if case.is_escalated and not actor.is_admin:
        return _(OWN) if actor.id == _whom(db, case) else _(ESCALATED)
    whom, decided_by = _whom(db, case), _appealed_moderator(db, case)
    if actor.id not in (whom, decided_by):
        return ""
    concerned = (actor.id, whom or 0, decided_by or 0)
    if actor.is_admin and not _is_somebody_else(db, concerned, among_admins=case.is_escalated):
        return ""
    return _(OWN) if actor.id == whom else _(APPEALED)


def of_undoing(db: Session, actor: Actor, author_id: int) -> str:
    """Why the actor cannot take back what another moderator did with this author’s text; "" if they can."""
    if actor.id != author_id or (actor.is_admin and not _is_somebody_else(db, (actor.id,))):
        return ""
    return _(OWN)


def is_spared(actor: Actor, account_id: int, role: str) -> bool:
    """Whether the actor cannot sanction that account, nor remove it as a spammer’s: see SPARED."""
    return account_id == actor.id or (role == Role.ADMIN and not actor.is_admin)


def _is_somebody_else(db: Session, but: Collection[int], *, among_admins: bool = False) -> bool:
    """Whether somebody beside those with these ids could decide, who is neither silenced nor suspended."""
    shut_out = (Standing.SILENCED, Standing.SUSPENDED)
    others = exists().where(
        *(IS_ADMIN if among_admins else (HAS_ROLE,)),
        or_(Account.standing.not_in(shut_out), Account.standing_until <= now()),
        Account.id.not_in(but),
        ~Account.is_sample,
    )
    return bool(db.scalar(select(others)))


def _whom(db: Session, case: Case) -> int | None:
    """Whom the item is about, to compare; for a report of a post who wrote that."""
    if case.subject.kind == SubjectKind.REPORT:
        wanted = select(anonymity.writer_column()).select_from(Post)
        wanted = wanted.join(Report, Report.post_id == Post.id)
        return db.scalar(wanted.where(Report.id == case.subject.id))
    if case.author_id != anonymity.ACCOUNT_ID:
        return case.author_id
    return anonymity.writer(db, case.author_id, _post_id(db, case))


def _post_id(db: Session, case: Case) -> int | None:
    """The post that the item is about, also by way of an appeal."""
    if case.subject.kind != SubjectKind.APPEAL:
        return case.subject.id if case.subject.kind == SubjectKind.POST else None
    wanted = select(Decision.post_id).join(Appeal, Appeal.decision_id == Decision.id)
    return db.scalar(wanted.where(Appeal.id == case.subject.id))


def _appealed_moderator(db: Session, case: Case) -> int | None:
    """Who made the decision that the item appeals against, if it is an appeal."""
    if case.subject.kind != SubjectKind.APPEAL:
        return None
    wanted = select(Decision.moderator_id).join(Appeal, Appeal.decision_id == Decision.id)
    return db.scalar(wanted.where(Appeal.id == case.subject.id))
