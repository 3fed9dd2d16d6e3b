"""Tags, people and sources of a query that are not here, and what was perhaps meant."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from forum.accounts import names
from forum.accounts.tables import Account
from forum.db import rows
from forum.discussion import tags
from forum.discussion.tables import Tag, TagSynonym
from forum.languages.words import N_, _
from forum.references.identifiers import recognise
from forum.search import fields, meaning, people
from forum.search.beginnings import LAST
from forum.search.language import spelled
from forum.search.query import Condition, Field, Query, Remark

#: Tags that a misspelt one is compared with, and by how many letters they may differ in length.
_COMPARED, _LONGER = 2000, 2
_SIGN_IN = N_("Sign in to search for what you wrote with “author:me”.")


def of(db: Session, query: Query) -> list[Condition]:
    """The conditions that name a tag, a person or a source of which readers can see nothing here."""
    asked = list(dict.fromkeys(query.conditions))
    known_tags = _tags(db, {str(each.value) for each in asked if each.field is Field.TAG})
    writers = _writers(db, {str(each.value) for each in asked if each.field is Field.AUTHOR})
    known = {
        Field.TAG: lambda value: value in known_tags,
        Field.AUTHOR: lambda value: value in writers,
        Field.CITES: lambda value: meaning.is_cited(db, value),
    }
    return [each for each in asked if each.field in known and not known[each.field](str(each.value))]


def remarks(db: Session, query: Query, missing: Sequence[Condition]) -> list[Remark]:
    """A sentence on each of the missing ones, with the query as it was perhaps meant."""
    return [_remark(db, query, each) for each in missing]


def _remark(db: Session, query: Query, missing: Condition) -> Remark:
    value = str(missing.value)
    if missing.field is Field.TAG:
        return _no_tag(query, missing, value, _near_tag(db, value))
    if meaning.is_searcher(missing):
        return Remark(_(_SIGN_IN))
    if missing.field is Field.AUTHOR:
        return _nobody(query, missing, value, _near_person(db, value))
    if recognise(value).identifier:
        return Remark(_("No post here cites {cited}.").format(cited=value))
    return Remark(_("No source that is cited here has “{words}” in its title.").format(words=value))


def _no_tag(query: Query, missing: Condition, name: str, near: str | None) -> Remark:
    if not near:
        return Remark(_("There is no tag “{name}”.").format(name=name))
    sentence = _("There is no tag “{name}”; did you mean “{near}”?")
    return Remark(sentence.format(name=name, near=near), _with(query, missing, near))


def _nobody(query: Query, missing: Condition, name: str, near: str | None) -> Remark:
    if not near:
        return Remark(_("Nobody called “{name}” has written here.").format(name=name))
    sentence = _("Nobody called “{name}” has written here; did you mean “{near}”?")
    return Remark(sentence.format(name=name, near=near), _with(query, missing, near))


def _with(query: Query, missing: Condition, near: str) -> str:
    """The text of the query with the value that was perhaps meant."""
    meant = [each._replace(value=near) if each == missing else each for each in query.conditions]
    return spelled(query._replace(conditions=tuple(dict.fromkeys(meant))))


def _tags(db: Session, typed: Collection[str]) -> set[str]:
    """Those of the names that mean a tag which everybody may see."""
    if not typed:
        return set()
    shown = _shown(db, typed)
    others = {name: tags.resolved(db, [name]) for name in set(typed) - shown}
    return shown | {name for name, meant in others.items() if meant != [name] and _shown(db, meant)}


def _shown(db: Session, typed: Collection[str]) -> set[str]:
    found = tags.all_named(db, typed)
    return {name for name, tag in found.items() if tags.is_shown_to(db, [tag], None)}


def _writers(db: Session, typed: Collection[str]) -> set[str]:
    """Those of the names whose people readers can see something of."""
    ids: Mapping[str, int] = people.ids(db, typed)
    if not ids:
        return set()
    wanted = select(Account.id).where(Account.id.in_(ids.values()), Account.shown_posts > 0)
    shown = set(db.scalars(wanted))
    return {name for name, account_id in ids.items() if account_id in shown}


def _near_tag(db: Session, typed: str) -> str | None:
    """The tag of which `typed` is probably a misspelling, or one of whose other names."""
    # The first letter is seldom wrong, but sometimes it comes second.
    firsts = dict.fromkeys(typed[:2])
    own = select(Tag.name.label("name"), Tag.name.label("meant"))
    other = select(TagSynonym.name, Tag.name.label("meant")).join(Tag, Tag.id == TagSynonym.tag_id)
    near: dict[str, str] = {}
    for statement, name in ((own, Tag.name), (other, TagSynonym.name)):
        begins = or_(*((name >= first) & (name < first + LAST) for first in firsts))
        length = func.length(name).between(len(typed) - _LONGER, len(typed) + _LONGER)
        found = statement.where(begins, length, Tag.thread_count > 0).limit(_COMPARED)
        near |= {each.name: each.meant for each in rows(db, found)}
    return fields.nearest(typed, near)


def _near_person(db: Session, typed: str) -> str | None:
    """Whose name `typed` is probably a misspelling of."""
    key = names.key(typed)
    return fields.nearest(key, {each.name_key: each.name for each in people.alike(db, key)})
