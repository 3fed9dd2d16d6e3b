"""Conditions of a query as SQL: each is true or false of one post and its thread.

Whatever was typed is a value of the statement, never a part of its text.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, not_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from forum.db import row
from forum.discussion import tags
from forum.discussion.tables import Citation, Post, Tag, Thread, ThreadKind, ThreadState, ThreadTag
from forum.references import known, merging, wordindex
from forum.references.identifiers import Identifier, Scheme, parse, recognise
from forum.references.identifiers import Kind as Pasted
from forum.references.notices import Level
from forum.references.tables import Reference
from forum.search import people
from forum.search.query import Comparison, Condition, Field, Query

Clause = ColumnElement[bool]

#: The words of `cites:` mean so many references at most, the most cited.
MOST_REFERENCES = 300
#: More threads or citations are not looked up first: whoever reads on from the newest meets them soon.
FEW = 20_000
#: Conditions on what posts cite.
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
#: A post beside the one that is found.
_Beside = aliased(Post)
#: In a list, what few cite tells more of a post than what most cite.
_TELLING = (Field.CITES, Field.HAS, Field.EVIDENCE)


def clauses(db: Session, query: Query) -> list[Clause]:
    """What must hold of a post (`Post`) and of its thread (`Thread`) for the query's conditions to hold.

    Who wrote it and when is said of the post that has the words, all else of its thread; a thread cites what
    any visible post of it cites. A query without words lists threads: there `lead` tells which post it is.
    """
    lookup = _Lookup(db, query)
    return [_clause(lookup, condition) for condition in query.conditions]


def lead(query: Query) -> Condition | None:
    """What tells which post of a thread a query without words lists: the newest for which this holds.

    That is the author, else a condition on sources; None: the opening post. Dates are those of the author's
    post, else of the opening post.
    """
    wanted = [each for each in query.conditions if not each.negated and not query.terms]
    authors = [each for each in wanted if each.field is Field.AUTHOR]
    citing = sorted((each for each in wanted if each.field in CITING), key=_tells)
    return next(iter([*authors, *citing]), None)


def _tells(condition: Condition) -> int:
    most = condition.value == "references"
    return len(_TELLING) if most else _TELLING.index(condition.field)


class _Lookup:
    """The ids of what the conditions name: one query for all people, a few for each tag and each source."""

    def __init__(self, db: Session, query: Query) -> None:
        self.db, self.lead, self.listed = db, lead(query), not query.terms
        self.people = people.ids(
            db, {str(each.value) for each in query.conditions if each.field is Field.AUTHOR}
        )
        of_posts = not self.listed or (self.lead is not None and self.lead.field is Field.AUTHOR)
        # The same of an opening post, and with an index in the order of lists.
        written = Post.created_at if of_posts else Thread.created_at
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


def references(db: Session, value: str) -> list[int]:
    """The references that `value` identifies, or whose words it has; those that they became by now."""
    found = list(known.owners(db, _identifiers(value)).values())
    if not found:
        found = wordindex.find(db, value, MOST_REFERENCES)
    return sorted(set(merging.homes(db, found).values())) if found else []


def _identifiers(value: str) -> list[Identifier]:
    """What the text names; a mere number may be PubMed's or PubMed Central's."""
    recognised = recognise(value)
    if recognised.kind is Pasted.AMBIGUOUS:
        return [parse(scheme, recognised.value) for scheme in (Scheme.PMID, Scheme.PMCID)]
    return [recognised.identifier] if recognised.identifier else []


def _clause(lookup: _Lookup, condition: Condition) -> Clause:
    if condition.field in CITING:
        return _citing(lookup, condition)
    if condition.field is Field.AUTHOR:
        return _author(lookup, condition)
    clause = _plain(lookup, condition)
    return not_(clause) if condition.negated else clause


def _author(lookup: _Lookup, condition: Condition) -> Clause:
    """Whether the person wrote the post; negated in a list: whether nothing in the thread is theirs."""
    author_id = lookup.people.get(str(condition.value))
    if author_id is None:
        return true() if condition.negated else false()
    if not condition.negated:
        return Post.author_id == author_id
    if not lookup.listed:
        return Post.author_id != author_id
    theirs = select(_Beside.thread_id).where(_Beside.author_id == author_id, _Beside.visible)
    return Thread.id.not_in(theirs)


def _plain(lookup: _Lookup, condition: Condition) -> Clause:
    value: Any = condition.value
    if condition.field is Field.TAG:
        tag_id, few = lookup.tag(value) or (None, True)
        carrying = select(ThreadTag.thread_id).where(ThreadTag.tag_id == tag_id)
        looked_up = lookup.listed and not condition.negated and few
        return false() if tag_id is None else _among(Thread.id, carrying, few=looked_up)
    if condition.field is Field.IS:
        return _IS.get(value, false())
    column, comparison = lookup.measured[condition.field]
    return _COMPARED[comparison or condition.comparison](column, value)


def _citing(lookup: _Lookup, condition: Condition) -> Clause:
    """Whether any visible post of the thread cites such a reference; of the lead: whether the post does."""
    cited = _cited(lookup, condition)
    if cited is None:
        return true() if condition.negated else false()
    few = _is_few(lookup.db, cited)
    if condition == lookup.lead:
        return _among(Post.id, select(Citation.post_id).where(*cited), few=few)
    posts = select(_Beside.thread_id).join(Citation, Citation.post_id == _Beside.id)
    clause = _among(Thread.id, posts.where(_Beside.visible, *cited), few=few)
    return not_(clause) if condition.negated else clause


def _cited(lookup: _Lookup, condition: Condition) -> list[Clause] | None:
    """What must hold of a citation; None if there is no such reference."""
    value = str(condition.value)
    if condition.field is Field.CITES:
        found = references(lookup.db, value)
        return [Citation.reference_id.in_(found)] if found else None
    if condition.field is Field.HAS and value == "references":
        return []
    wanted = of_reference(condition)
    return None if wanted is None else [Citation.reference_id.in_(select(Reference.id).where(wanted))]


def of_reference(condition: Condition) -> Clause | None:
    """What `evidence:` and `has:retracted` say of a reference itself (`Reference`); None: nothing."""
    value = str(condition.value)
    if condition.field is Field.EVIDENCE and value:
        return Reference.evidence == value
    is_retracted = (condition.field, value) == (Field.HAS, "retracted")
    return Reference.notice_level == Level.RETRACTED if is_retracted else None


def _is_few(db: Session, cited: Sequence[Clause]) -> bool:
    """Whether what few have can be looked up first; what most have is asked of each post that is met."""
    some = select(Citation.id).where(*cited).limit(FEW + 1).subquery()
    return (db.scalar(select(func.count()).select_from(some)) or 0) <= FEW


def _among(column: InstrumentedAttribute[int], wanted: Select[int], *, few: bool) -> Clause:
    """Whether the value is among the wanted ones: with `few` these are found first, else it is looked up."""
    if few:
        return column.in_(wanted)
    return wanted.where(wanted.selected_columns[0] == column).exists()
