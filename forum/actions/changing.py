"""What people change of their own account: their name, what they say of themselves, their sessions."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum import clock, freshness, policy
from forum.accounts import former_names, history, likeness, names, open_sessions, people, sessions
from forum.accounts.record_tables import SecurityEvent
from forum.accounts.tables import Account, Actor
from forum.actions import effects
from forum.errors import Invalid, NotFound
from forum.inbox import browsers, messages
from forum.inbox.letters import compose
from forum.languages.formats import long_day as day
from forum.languages.words import N_, _
from forum.policy import Permit

#: Characters of what people say of themselves.
ABOUT_LENGTH = 1000
#: A name is changed at most so often, so that others can follow.
BETWEEN_NAMES = timedelta(days=30)
SAME_NAME = N_("This is your name already.")


def end_session(db: Session, actor: Actor, session_id: int, device: str = "") -> None:
    """One of the actor's own sessions is over. NotFound for what is not theirs."""
    policy.require(Permit.OWN_ACCOUNT, actor)
    ended = open_sessions.end(db, actor.id, session_id)
    if ended is None:
        raise NotFound
    history.note(db, actor.id, "sessions-ended", device=device, detail=ended)


def end_other_sessions(db: Session, actor: Actor, but: int, device: str = "") -> None:
    """The actor is signed out everywhere but in the session `but`, and told by web push nowhere else."""
    policy.require(Permit.OWN_ACCOUNT, actor)
    sessions.end_others(db, actor.id, but)
    browsers.forget_unsaid(db, actor.id)
    history.note(db, actor.id, "sessions-ended", device=device, detail="everywhere else")


def describe(db: Session, actor: Actor, about: str) -> None:
    """The actor's page says this about them: plain text, at most 1000 characters. Invalid if it is longer."""
    policy.require(Permit.OWN_PROFILE, actor)
    about = about.strip()
    if len(about) > ABOUT_LENGTH:
        words = _("Please use at most {most} characters; these are {count}.")
        raise Invalid({"about": words.format(most=ABOUT_LENGTH, count=len(about))})
    db.get_one(Account, actor.id).about = about
    freshness.touch(db, "people")


def rename(db: Session, actor: Actor, name: str, device: str = "") -> str:
    """The actor is called this from now on; answers the name. The old one leads to them, and stays theirs.

    Invalid if the name cannot be had, or the last change is too young.
    """
    policy.require(Permit.OWN_PROFILE, actor)
    name = names.normal(name)
    account = db.get_one(Account, actor.id)
    if problem := _problem(db, account, name):
        raise Invalid({"name": problem})
    old, account.name, account.name_key = account.name, name, names.key(name)
    account.likeness = likeness.skeleton(name)
    former_names.move(db, account.id, old, name)
    history.note(db, account.id, "name-changed", device=device, detail=f"{old} → {name}")
    letter = compose("renamed", old=old, new=name)
    messages.send(db, account.id, "renamed", letter, f"/people/{name}")
    effects.publish_person(db)
    return name


def next_name_at(db: Session, account_id: int) -> datetime | None:
    """When the account may change its name again; None: now."""
    mine = SecurityEvent.account_id == account_id, SecurityEvent.kind == "name-changed"
    last = db.scalar(select(func.max(SecurityEvent.at)).where(*mine))
    free = last and last + BETWEEN_NAMES
    return free if free and free > clock.now() else None


def _problem(db: Session, account: Account, name: str) -> str:
    if name == account.name:
        return _(SAME_NAME)
    if free := next_name_at(db, account.id):
        words = _("You changed your name lately. You can change it again from {day} on.")
        return words.format(day=day(free))
    return people.name_problem(db, name, but=account.id)
