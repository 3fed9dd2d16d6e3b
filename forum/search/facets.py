"""What could narrow a search: of the threads found, how many are of each kind, year, tag …"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.db import AnyRow, rows
from forum.discussion.tables import Citation, Post, Thread
from forum.languages.words import N_, _
from forum.references.evidence import LABELS, Kind
from forum.references.notices import Level
from forum.references.tables import Reference
from forum.search import conditions
from forum.search.language import spelled, without
from forum.search.places import Candidate
from forum.search.query import Condition, Field, Query

#: So many tags, years and kinds of evidence are offered, those of most threads.
MOST = 8

#: Conditions that a choice adds to a query: one, or two for a year.
_Added = tuple[Condition, ...]


class Choice(NamedTuple):
    """One way to narrow: how many of the threads found would stay, and the query that asks for them.

    None: that is not known, as other posts of the threads than those found may fit too.
    """

    label: str
    threads: int | None
    text: str


class Facet(NamedTuple):
    label: str
    choices: Sequence[Choice]


class Chip(NamedTuple):
    """A condition of the query as it is typed, and the query without it."""

    label: str
    text: str
    condition: Condition


_POSTS = select(
    Post.id,
    Post.thread_id,
    Post.created_at,
    Thread.created_at.label("begun_at"),
    Thread.kind,
    Thread.answer_count,
    Thread.is_accepted,
    Thread.is_unanswered,
    Thread.tag_names,
).join(Thread, Thread.id == Post.thread_id)
_CITED = (
    select(Post.thread_id, Reference.evidence, Reference.notice_level)
    .join(Citation, Citation.post_id == Post.id)
    .join(Reference, Reference.id == Citation.reference_id)
    .where(Post.visible)
    .distinct()
)
_STATES = {
    "question": N_("questions"),
    "discussion": N_("discussions"),
    "answered": N_("answered"),
    "accepted": N_("with an accepted answer"),
    "unanswered": N_("unanswered"),
}


def of(db: Session, query: Query, found: Sequence[Candidate]) -> tuple[int, list[Facet]]:
    """How many of the found threads readers can see, and what would narrow them; two queries."""
    posts = rows(db, _POSTS.where(Post.id.in_([each.post_id for each in found]), Post.visible))
    if len(posts) < 2:
        return len(posts), []
    counts = Counter(added for post in posts for added in _of_post(post, _is_of_posts(query)))
    cited = _CITED.where(Post.thread_id.in_([post.thread_id for post in posts]))
    counts.update(_of_sources(rows(db, cited)))
    narrowing = {
        added: count
        for added, count in counts.items()
        if count < len(posts) and not set(added) & set(query.conditions)
    }
    return len(posts), [facet for facet in _facets(query, narrowing) if facet.choices]


def chips(query: Query) -> list[Chip]:
    """The conditions of the query, each with the text of the query without it."""
    return [
        Chip(spelled(Query(conditions=(each,))), without(query, each), each)
        for each in dict.fromkeys(query.conditions)
    ]


def _of_post(post: AnyRow, of_posts: bool) -> Iterable[_Added]:
    """The conditions that hold of the thread, or with `of_posts` of its post."""
    holds = [post.kind]
    holds += ["answered"] if post.answer_count else []
    holds += ["accepted"] if post.is_accepted else []
    holds += ["unanswered"] if post.is_unanswered else []
    yield from ((Condition(Field.IS, value),) for value in holds)
    yield from ((Condition(Field.TAG, name),) for name in set(post.tag_names.split()))
    yield _year((post.created_at if of_posts else post.begun_at).year)


def _is_of_posts(query: Query) -> bool:
    """Whether dates are those of posts, of which a thread may have more than the one that was found."""
    lead = conditions.lead(query)
    return bool(query.terms) or (lead is not None and lead.field is Field.AUTHOR)


def _of_sources(cited: Sequence[AnyRow]) -> Counter[_Added]:
    """In how many threads a condition on sources holds."""
    holds = {(source.thread_id, Condition(Field.HAS, "references")) for source in cited}
    holds |= {
        (source.thread_id, Condition(Field.EVIDENCE, source.evidence)) for source in cited if source.evidence
    }
    holds |= {
        (source.thread_id, Condition(Field.HAS, "retracted"))
        for source in cited
        if source.notice_level == Level.RETRACTED
    }
    return Counter((condition,) for _thread_id, condition in holds)


def _year(year: int) -> _Added:
    first, last = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    return (Condition(Field.AFTER, first), Condition(Field.BEFORE, last))


def _facets(query: Query, counts: dict[_Added, int]) -> Iterable[Facet]:
    def choices(field: Field, label: Callable[[Condition], str]) -> list[Choice]:
        mine = sorted(
            ((-count, added) for added, count in counts.items() if added[0].field is field),
            key=lambda each: (each[0], str(each[1][0].value)),
        )
        return [
            Choice(label(added[0]), -count, spelled(query._replace(conditions=(*query.conditions, *added))))
            for count, added in mine[:MOST]
        ]

    is_dated = any(each.field in (Field.AFTER, Field.BEFORE) for each in query.conditions)
    yield Facet(N_("Kind"), choices(Field.IS, lambda each: _(_STATES[str(each.value)])))
    yield Facet(N_("Cites"), [*choices(Field.HAS, _of_any), *choices(Field.EVIDENCE, _evidence)])
    years = [] if is_dated else choices(Field.AFTER, lambda each: str(each.value)[:4])
    if _is_of_posts(query):
        years = [year._replace(threads=None) for year in years]
    yield Facet(N_("Written in"), sorted(years, key=lambda year: year.label, reverse=True))
    yield Facet(N_("Tags"), choices(Field.TAG, lambda each: str(each.value)))


def _of_any(condition: Condition) -> str:
    return _("a retracted source") if condition.value == "retracted" else _("any source")


def _evidence(condition: Condition) -> str:
    return _(LABELS[Kind(str(condition.value))])
