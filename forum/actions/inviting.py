"""Inviting: who may, makes a link with which one person can join, and can take it back."""

from sqlalchemy.orm import Session

from forum import choices, policy
from forum.accounts import invitations
from forum.accounts.invitations import LONGEST_NOTE, MOST_OPEN
from forum.accounts.tables import Actor
from forum.discussion.wording import one_line
from forum.errors import Forbidden, Invalid, NotFound
from forum.languages.words import N_, _
from forum.policy import Permit

CLOSED = N_("Nobody can join at the moment, so there is nobody to invite.")
#: By the choice `invitations`: why somebody else may not invite.
WHO = {
    "admins": N_("In this forum only admins invite."),
    "moderators": N_("In this forum moderators and admins invite."),
    "trusted": N_("In this forum trusted members, moderators and admins invite."),
}
TOO_MANY = N_("{most} of your invitations are open. Please take one back first, or wait until one is used.")


def why_not(db: Session, actor: Actor) -> str:
    """Why the actor may not invite anybody, in one sentence; "" if they may."""
    chosen = choices.several(db, ("sign_up", "invitations"))
    if chosen["sign_up"] == "closed":
        return _(CLOSED)
    who = chosen["invitations"]
    may = {"admins": actor.is_admin, "moderators": actor.is_moderator, "trusted": actor.is_trusted}
    return "" if may[who] else _(WHO[who])


def invite(db: Session, actor: Actor, note: str) -> str:
    """The token of a link with which one person can join; `note` says for whom. Invalid, or Forbidden."""
    policy.require(Permit.INVITE, actor)
    if words := why_not(db, actor):
        raise Forbidden(words)
    note = one_line(note)
    if len(note) > LONGEST_NOTE:
        raise Invalid(
            {
                "note": _("At most {most} characters, please; this has {count}.").format(
                    most=LONGEST_NOTE, count=len(note)
                )
            }
        )
    if invitations.count_open(db, actor.id) >= MOST_OPEN:
        raise Invalid({"": _(TOO_MANY).format(most=MOST_OPEN)})
    return invitations.make(db, actor.id, note)


def revoke(db: Session, actor: Actor, invitation_id: int) -> None:
    """Nobody can join with this invitation of the actor's any more; NotFound if it is not theirs, or used."""
    policy.require(Permit.INVITE, actor)
    if not invitations.revoke(db, actor.id, invitation_id):
        raise NotFound
