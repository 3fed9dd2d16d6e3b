"""Choosing how much one hears of a thread, a tag, a person or a source. Nobody else learns of it."""

from sqlalchemy.orm import Session

from forum import freshness, policy
from forum.accounts import people
from forum.accounts.people import Person
from forum.accounts.tables import Account, Actor
from forum.discussion import anonymity, tags
from forum.discussion.tables import Tag, Thread
from forum.discussion.tags import TagRow
from forum.errors import Invalid, NotFound
from forum.inbox import following, searches
from forum.inbox.following import Kind, Level
from forum.languages.words import _
from forum.policy import Permit
from forum.references import merging
from forum.references.tables import Reference


def follow_reference(db: Session, actor: Actor, reference_id: int, level: Level | None) -> Reference:
    """The actor hears so much of notices on the reference, and of what cites it, from now on."""
    reference = policy.open_reference(db, actor, merging.home(db, reference_id), Permit.FOLLOW)
    following.set(db, actor.id, Kind.REFERENCE, reference.id, level)
    freshness.touch(db, f"reference:{reference.id}")
    return reference


def follow_thread(db: Session, actor: Actor, thread_id: int, level: Level | None) -> Thread:
    """The actor hears so much of what is new in the thread from now on."""
    thread = policy.open_thread(db, actor, thread_id, Permit.FOLLOW)
    following.set(db, actor.id, Kind.THREAD, thread.id, level)
    return thread


def follow_tag(db: Session, actor: Actor, name: str, level: Level | None) -> TagRow:
    """The actor hears so much of threads with the tag from now on. NotFound if it is not for the actor."""
    policy.require(Permit.FOLLOW, actor)
    (meant,) = tags.resolved(db, [name])
    tag = tags.named(db, meant)
    if tag is None or not tags.is_shown_to(db, [tag], actor):
        raise NotFound
    following.set(db, actor.id, Kind.TAG, tag.id, level)
    freshness.touch(db, "tags")
    return tag


def follow_person(db: Session, actor: Actor, name: str, level: Level | None) -> Person:
    """The actor hears so much of what the person writes under their name from now on.

    NotFound if there is nobody of the name; Invalid for oneself.
    """
    policy.require(Permit.FOLLOW, actor)
    person = people.named(db, name)
    if person is None or person.id == anonymity.ACCOUNT_ID:
        raise NotFound
    if person.id == actor.id:
        raise Invalid({"": _("You cannot follow yourself.")})
    following.set(db, actor.id, Kind.PERSON, person.id, level)
    return person


def choose(db: Session, actor: Actor, kind: Kind, target_id: int, level: Level | None) -> None:
    """The actor hears so much of it from now on; NotFound if there is no such thing for the actor.

    Of what is gone from the actor's sight, a level can be taken back all the same.
    """
    policy.require(Permit.FOLLOW, actor)
    if level is not None and following.level_of(db, actor.id, kind, target_id) is None:
        _open(db, actor, kind, target_id)
    following.set(db, actor.id, kind, target_id, level)
    if kind is Kind.TAG:
        freshness.touch(db, "tags")
    elif kind is Kind.REFERENCE:
        freshness.touch(db, f"reference:{target_id}")


def _open(db: Session, actor: Actor, kind: Kind, target_id: int) -> None:
    """NotFound if the actor cannot see what this is."""
    if kind is Kind.THREAD:
        policy.open_thread(db, actor, target_id, Permit.FOLLOW)
    elif kind is Kind.REFERENCE:
        policy.open_reference(db, actor, target_id, Permit.FOLLOW)
    elif kind is Kind.TAG:
        tag = db.get(Tag, target_id)
        if tag is None or not (tag.thread_count or tag.description or actor.is_moderator):
            raise NotFound
    elif kind is Kind.PERSON:
        if target_id in (actor.id, anonymity.ACCOUNT_ID) or db.get(Account, target_id) is None:
            raise NotFound
    elif searches.own(db, actor.id, target_id) is None:
        raise NotFound
