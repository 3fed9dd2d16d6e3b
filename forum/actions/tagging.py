"""What moderators do with a tag: its description, its other names, and that it becomes another tag."""

from sqlalchemy.orm import Session

from forum import freshness, jobs, policy
from forum.accounts import tending_accounts
from forum.accounts.tables import Actor
from forum.config import Settings
from forum.db import Database
from forum.discussion import originals, tag_changes, tags, wording
from forum.discussion.tables import TagMerge
from forum.discussion.tags import TagRow
from forum.errors import Conflict, NotFound
from forum.inbox import following
from forum.inbox.following import Kind, Level
from forum.languages.words import _
from forum.moderation import log
from forum.moderation.statement import within
from forum.policy import Permit
from forum.search import index

#: Threads that one transaction moves: nobody waits long behind it.
BATCH = 100
WHY_LENGTH = 300


def describe(db: Session, actor: Actor, name: str, description: str) -> TagRow:
    """The tag has this description, "" for none. NotFound, Invalid (`description`)."""
    policy.require(Permit.TEND, actor)
    tag = _open(db, name)
    form = wording.Form()
    words = form.take("description", lambda typed: within(typed, tags.DESCRIPTION_LENGTH), description) or ""
    form.done()
    tags.describe(db, tag.name, wording.one_line(words))
    log.write_act(db, "describe-tag", actor.id, reason=_told(tag))
    freshness.touch(db, "tags", "threads", "log")
    return tag


def allow_unnamed(db: Session, actor: Actor, name: str, allowed: bool) -> TagRow:
    """A question with the tag can be asked without a name from now on, or no longer. NotFound."""
    policy.require(Permit.TEND, actor)
    tag = _open(db, name)
    if tags.set_unnamed(db, tag.name, allowed):
        log.write_act(db, "tag-unnamed" if allowed else "no-tag-unnamed", actor.id, reason=_told(tag))
        freshness.touch(db, "log")
    return tag


def name_synonym(db: Session, actor: Actor, name: str, synonym: str) -> TagRow:
    """Whoever types the other name gets this tag. NotFound, Invalid (`synonym`) says why not."""
    policy.require(Permit.TEND, actor)
    tag = _open(db, name)
    form = wording.Form()
    form.take("synonym", lambda typed: _free(db, tag, typed), synonym)
    form.done()
    (other,) = wording.tags(synonym)
    tag_changes.add_synonym(db, tag.id, other)
    log.write_act(db, "tag-synonym", actor.id, reason=f"{other} → {_told(tag)}")
    freshness.touch(db, "tags", "log")
    return tag


def drop_synonym(db: Session, actor: Actor, name: str, synonym: str) -> TagRow:
    """The name is free for a tag of its own. NotFound; CameWithMerge if it cannot be."""
    policy.require(Permit.TEND, actor)
    tag = _open(db, name)
    if not tag_changes.drop_synonym(db, tag.id, synonym):
        raise NotFound
    log.write_act(db, "no-tag-synonym", actor.id, reason=f"{synonym} → {_told(tag)}")
    freshness.touch(db, "tags", "log")
    return tag


def merge(db: Session, actor: Actor, name: str, into: str, why: str) -> TagMerge:
    """The tag is another one from now on: its threads, followers, names and the words that that one lacks.

    Many threads go in batches, by a job. NotFound; Invalid (`into`, `why`) says why not.
    """
    policy.require(Permit.TEND, actor)
    tag = _open(db, name)
    form = wording.Form()
    home = form.take("into", lambda typed: _other(db, tag, typed), into)
    words = form.take("why", lambda typed: within(typed, WHY_LENGTH), why) or ""
    form.done()
    if home is None or tag_changes.is_moving(db, [tag.id, home.id]):
        raise Conflict(_("Threads of these tags are still on their way. Please try again in a minute."))
    made = tag_changes.merge(db, tag, home, actor.id, words)
    shared = following.followers(db, Kind.TAG, home.id, Level.MUTE)
    moved = following.repoint(db, Kind.TAG, tag.id, home.id)
    names = f"{_told(tag)} → {_told(home)}"
    tag_changes.remember(made, followers=list(moved), shared_followers=shared, names=names)
    tag_changes.remember(made, moderators=tending_accounts.move(db, tag.id, home.id))
    log.write_act(db, "merge-tags", actor.id, reason=f"{names}: {words}" if words else names)
    _move(db, made)
    # What stands above its threads may be another caution now.
    freshness.touch(db, "tags", "threads", "cautions", "log")
    return made


def undo(db: Session, actor: Actor, merge_id: int) -> TagMerge:
    """The two are two tags again, each with its threads, names, words and followers. NotFound, Conflict."""
    policy.require(Permit.TEND, actor)
    made = db.get(TagMerge, merge_id)
    if made is None:
        raise NotFound
    tag_changes.undo(db, made)
    _part_followers(db, made)
    tending_accounts.move_back(db, made.took.get("moderators", {}), made.from_id, made.into_id)
    log.write_act(db, "undo-merge-tags", actor.id, reason=made.took["names"])
    _move(db, made)
    freshness.touch(db, "tags", "threads", "cautions", "log")
    return made


def go_on(database: Database, _settings: Settings, merge_id: int) -> None:
    """All threads of the merge, or of its undoing, are where they belong; a transaction for each batch."""
    moved = BATCH
    while moved == BATCH:
        with database.writing() as db:
            moved = _batch(db, db.get_one(TagMerge, merge_id))


def _move(db: Session, made: TagMerge) -> None:
    """The first threads at once, and any others soon."""
    if _batch(db, made) == BATCH:
        jobs.put(db, "tags.go_on", key=f"tags:{made.id}", merge_id=made.id)


def _batch(db: Session, made: TagMerge) -> int:
    """The next threads carry what they should; the search and all kept pages know. Answers how many."""
    moved = tag_changes.move(db, made, BATCH)
    if moved:
        index.put(db, originals.openings_of(db, moved))
        freshness.touch(db, "tags", "threads", *(f"thread:{thread_id}" for thread_id in moved))
    return len(moved)


def _part_followers(db: Session, made: TagMerge) -> None:
    """Who followed the tag does so again; whoever has stopped meanwhile has stopped."""
    moved, shared = made.took["followers"], made.took["shared_followers"]
    following.part(db, Kind.TAG, made.from_id, made.into_id, moved, shared)


def _told(tag: TagRow) -> str:
    """How the public log names it: what only hidden threads carry may be what was hidden."""
    return tag.name if tag.thread_count or tag.description else "(a tag that readers do not see)"


def _open(db: Session, name: str) -> TagRow:
    (meant,) = tags.resolved(db, [name])
    tag = tags.named(db, meant)
    if tag is None:
        raise NotFound
    return tag


def _one(typed: str) -> str:
    names = wording.tags(typed)
    if len(names) > 1:
        raise ValueError(_("One name at a time, please, with hyphens in place of spaces."))
    return names[0]


def _free(db: Session, tag: TagRow, typed: str) -> None:
    """ValueError unless the name can be another one of this tag."""
    name = _one(typed)
    (meant,) = tags.resolved(db, [name])
    if meant == tag.name:
        raise ValueError(_("“{tag}” leads here already.").format(tag=name))
    if meant != name:
        raise ValueError(_("“{tag}” is another name of “{other}”.").format(tag=name, other=meant))
    other = tags.named(db, name)
    if other is not None and tag_changes.is_in_use(db, other):
        raise ValueError(
            _("“{tag}” is a tag that is in use: merge it into this one instead.").format(tag=name)
        )


def _other(db: Session, tag: TagRow, typed: str) -> TagRow:
    """The tag to merge into. ValueError if there is none, or if it is this one."""
    name = _one(typed)
    (meant,) = tags.resolved(db, [name])
    other = tags.named(db, meant)
    if other is None:
        raise ValueError(
            _("There is no tag “{tag}”. It must be one that threads carry already.").format(tag=name)
        )
    if other.id == tag.id:
        raise ValueError(_("That is this tag itself: name the one that should remain."))
    return other
