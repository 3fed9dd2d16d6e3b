"""Conditions of a query as SQL: each is true or false of one post and its thread.

Whatever was typed is a value of the statement, never a part of its text.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, false, not_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from forum.accounts import names
from forum.accounts.tables import Account
from forum.db import row, rows
from forum.discussion import tags
from forum.discussion.tables import Citation, Post, Tag, Thread, ThreadKind, ThreadState, ThreadTag
from forum.references import known, merging, wordindex
from forum.references.identifiers import Identifier, Scheme, parse, recognise
from forum.references.identifiers import Kind as Pasted
from forum.references.notices import Level
from forum.references.tables import Reference
from forum.search.query import Comparison, Condition, Field, Query

Clause = ColumnElement[bool]

#: The words of `cites:` mean so many references at most, the most cited.
MOST_REFERENCES = 300
#: More threads than that are not looked up first: whoever reads on from the newest meets them soon.
FEW = 20_000
#: Conditions on what the post itself cites.
CITING = frozenset({Field.HAS, Field.CITES, Field.EVIDENCE})

_COMPARED: dict[Comparison, Callable[[Any, Any], Clause]] = {
    Comparison.EQUAL: lambda column, value: column == value,
    Comparison.LESS: lambda column, value: column < value,
    Comparison.AT_MOST: lambda column, value: column <= value,
    Comparison.MORE: lambda column, value: column > value,
    Comparison.AT_LEAST: lambda column, value: column >= value,
}
_IS: dict[str, Clause] = {
    "question": Thread.kind == ThreadKind.QUESTION,
    "discussion": Thread.kind == ThreadKind.DISCUSSION,
    "answered": Thread.answer_count > 0,
    "accepted": Thread.is_accepted.is_(True),
    "unanswered": Thread.is_unanswered.is_(True),
    "open": Thread.state == ThreadState.OPEN,
    "closed": Thread.state != ThreadState.OPEN,
}
_Beside = aliased(Post)


def clauses(db: Session, query: Query) -> list[Clause]:
    """What must hold of a post (`Post`) and of its thread (`Thread`) for the query's conditions to hold.

    Of the post that has the words; in a query without words, of any post of the thread that cites, or of its
    opening post. There “not citing” is said of the whole thread.
    """
    lookup = _Lookup(db, query)
    return [_clause(lookup, condition, not query.terms) for condition in query.conditions]


def is_of_any_post(query: Query) -> bool:
    """Whether a query without words asks for posts that cite, so that any post of a thread can match."""
    return any(each.field in CITING and not each.negated for each in query.conditions)


class _Lookup:
    """The ids of what the conditions name: one query for all people, a few for each tag and each source."""

    def __init__(self, db: Session, query: Query) -> None:
        self.db = db
        people = {names.key(str(each.value)) for each in query.conditions if each.field is Field.AUTHOR}
        wanted = select(Account.name_key, Account.id).where(Account.name_key.in_(sorted(people)))
        self.people: dict[str, int] = (
            {found.name_key: found.id for found in rows(db, wanted)} if people else {}
        )
        # The same of an opening post, and with an index in the order of lists.
        of_openings = not query.terms and not is_of_any_post(query)
        self.author = Thread.author_id if of_openings else Post.author_id
        written = Thread.created_at if of_openings else Post.created_at
        #: What is measured by each field, and how if not as the condition says.
        self.measured: dict[Field, tuple[InstrumentedAttribute[Any], Comparison | None]] = {
            Field.BEFORE: (written, Comparison.LESS),
            Field.AFTER: (written, Comparison.AT_LEAST),
            Field.SCORE: (Thread.score, None),
            Field.ANSWERS: (Thread.answer_count, None),
        }

    def tag(self, name: str) -> tuple[int, bool] | None:
        """The tag that the name means by now, of whatever case, and whether few threads carry it."""
        meant = tags.resolved(self.db, [name.lower()])
        found = row(self.db, select(Tag.id, Tag.thread_count).where(Tag.name.in_(meant)))
        return (found.id, found.thread_count <= FEW) if found else None

    def references(self, value: str) -> list[int]:
        """The references that `value` identifies, or whose words it has; those that they became by now."""
        found = list(known.owners(self.db, _identifiers(value)).values())
        if not found:
            found = wordindex.find(self.db, value, MOST_REFERENCES)
        return sorted(set(merging.homes(self.db, found).values())) if found else []


def _identifiers(value: str) -> list[Identifier]:
    """What the text names; a mere number may be PubMed's or PubMed Central's."""
    recognised = recognise(value)
    if recognised.kind is Pasted.AMBIGUOUS:
        return [parse(scheme, recognised.value) for scheme in (Scheme.PMID, Scheme.PMCID)]
    return [recognised.identifier] if recognised.identifier else []


def _clause(lookup: _Lookup, condition: Condition, listed: bool) -> Clause:
    if condition.field in CITING:
        return _citing(lookup, condition, listed)
    clause = _plain(lookup, condition, listed and not condition.negated)
    return not_(clause) if condition.negated else clause


def _plain(lookup: _Lookup, condition: Condition, listed: bool) -> Clause:
    value: Any = condition.value
    if condition.field is Field.TAG:
        tag_id, few = lookup.tag(value) or (None, True)
        carrying = select(ThreadTag.thread_id).where(ThreadTag.tag_id == tag_id)
        return false() if tag_id is None else _among(Thread.id, carrying, few=listed and few)
    if condition.field is Field.AUTHOR:
        author_id = lookup.people.get(names.key(value))
        return false() if author_id is None else lookup.author == author_id
    if condition.field is Field.IS:
        return _IS.get(value, false())
    column, comparison = lookup.measured[condition.field]
    return _COMPARED[comparison or condition.comparison](column, value)


def _citing(lookup: _Lookup, condition: Condition, listed: bool) -> Clause:
    """Whether the post cites such a reference; negated in a list: whether no post of the thread does."""
    of_reference = _reference(lookup, condition)
    if of_reference is None:
        return true() if condition.negated else false()
    if listed and condition.negated:
        posts = select(_Beside.thread_id).join(Citation, Citation.post_id == _Beside.id)
        posts = posts.join(Reference, Reference.id == Citation.reference_id)
        return not_(_among(Thread.id, posts.where(_Beside.visible, of_reference), few=False))
    uses = select(Citation.post_id).join(Reference, Reference.id == Citation.reference_id)
    # What most posts have is asked of each; what few have is looked up first.
    few = listed and (condition.field, condition.value) != (Field.HAS, "references")
    clause = _among(Post.id, uses.where(of_reference), few=few)
    return not_(clause) if condition.negated else clause


def _reference(lookup: _Lookup, condition: Condition) -> Clause | None:
    """What the reference must be; None if there is no such one."""
    value = str(condition.value)
    if condition.field is Field.CITES:
        found = lookup.references(value)
        return Reference.id.in_(found) if found else None
    if condition.field is Field.EVIDENCE:
        return Reference.evidence == value if value else None
    return {"references": true(), "retracted": Reference.notice_level == Level.RETRACTED}.get(value)


def _among(column: InstrumentedAttribute[int], wanted: Select[int], *, few: bool) -> Clause:
    """Whether the value is among the wanted ones: with `few` these are found first, else it is looked up."""
    if few:
        return column.in_(wanted)
    return wanted.where(wanted.selected_columns[0] == column).exists()
