"""Who stands aside: a moderator does not decide about themselves, nor about an appeal against themselves."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account, Actor, Role
from forum.discussion.tables import Post
from forum.moderation.decisions import Case
from forum.moderation.subjects import SubjectKind
from forum.moderation.tables import Appeal, Decision, Report

OWN = "This is about yourself: another moderator decides about it."
ESCALATED = "This waits for an admin: a moderator has asked them to decide it."
APPEALED = "The appeal is against your own decision: another moderator decides about it."


def why(db: Session, actor: Actor, case: Case) -> str:
    """Why somebody else decides the item, in a sentence; "" if the actor may."""
    if not actor.is_admin and actor.id in (case.author_id, _reported_author(db, case)):
        return OWN
    if case.is_escalated and not actor.is_admin:
        return ESCALATED
    if case.subject.kind == SubjectKind.APPEAL and _is_own_decision(db, actor, case.subject.id):
        return APPEALED
    return ""


def _reported_author(db: Session, case: Case) -> int | None:
    """Whose post the report is about, if the case is a report of a post."""
    if case.subject.kind != SubjectKind.REPORT:
        return None
    wanted = select(Post.author_id).join(Report, Report.post_id == Post.id)
    return db.scalar(wanted.where(Report.id == case.subject.id))


def _is_own_decision(db: Session, actor: Actor, appeal_id: int) -> bool:
    """Whether the appeal is against what the actor decided; an admin without colleagues decides even so."""
    appealed = select(Decision.moderator_id).join(Appeal, Appeal.decision_id == Decision.id)
    if db.scalar(appealed.where(Appeal.id == appeal_id)) != actor.id:
        return False
    others = exists().where(
        Account.role.in_((Role.MODERATOR, Role.ADMIN)), Account.id != actor.id, ~Account.is_sample
    )
    return not actor.is_admin or bool(db.scalar(select(others)))
