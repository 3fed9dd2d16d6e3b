"""Threads for a query without words to look for: those that fit its conditions, listed from the tables."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, false, func, literal_column, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from forum.db import AnySelect, rows
from forum.discussion.tables import Post, PostKind, Thread
from forum.search import conditions
from forum.search.analysis import forms
from forum.search.conditions import Clause
from forum.search.places import Candidate
from forum.search.query import Field, Order, Query, Term
from forum.search.tables import SearchDocument

# Written into the statement: with a bound value SQLite cannot know that the index of opening posts fits.
_OPENING: ColumnElement[str] = literal_column(f"'{PostKind.OPENING}'")
_Opening = aliased(Post)

#: Of so many posts, the newest that fit, at most those of the best score are found.
NEWEST = 10_000


def threads(db: Session, query: Query, clauses: Sequence[Clause], order: Order, most: int) -> list[Candidate]:
    """At most `most` visible threads, by score or the newest first; each with its newest post that fits.

    What is excluded is looked for in the author's post if there is an author, else in the opening post.
    """
    if any(clause is false() for clause in clauses):
        return []
    lead = conditions.lead(query)
    listing = _any_posts() if lead else _openings()
    excluding = Post if lead is None or lead.field is Field.AUTHOR else _Opening
    excluded = [_without(term, excluding.id) for term in query.excluded]
    if excluded and excluding is _Opening:
        listing = listing.join(_Opening, (_Opening.thread_id == Thread.id) & (_Opening.kind == _OPENING))
    enough = NEWEST if lead or order is Order.SCORE else most
    newest = listing.where(Thread.shown, Post.visible, *clauses, *excluded).limit(enough).subquery()
    post_id = func.max(newest.c.post_id)
    first = func.max(newest.c.score if order is Order.SCORE else newest.c.created_at)
    listed = select(newest.c.thread_id, post_id).group_by(newest.c.thread_id)
    found = rows(db, listed.order_by(first.desc(), newest.c.thread_id.desc()).limit(most))
    return [Candidate(-place, *each) for place, each in enumerate(found)]


_POST = (Post.thread_id.label("thread_id"), Post.id.label("post_id"), Post.created_at, Thread.score)


def _openings() -> AnySelect:
    opening = (Post.thread_id == Thread.id) & (Post.kind == _OPENING)
    return select(*_POST).join(Thread, opening).order_by(Thread.created_at.desc(), Thread.id.desc())


def _any_posts() -> AnySelect:
    return select(*_POST).join(Thread, Thread.id == Post.thread_id).order_by(Post.id.desc())


def _without(term: Term, post_id: ColumnElement[int] | InstrumentedAttribute[int]) -> Clause:
    """The post's words in the index do not hold the term in any of its forms."""
    texts = [SearchDocument.title]
    if not term.in_title:
        texts += [SearchDocument.body, SearchDocument.tags, SearchDocument.sources]
    found = [
        (" " + text + " ").contains(f" {form} ", autoescape=True)
        for text in texts
        for form in forms(term.text)
    ]
    return not_(select(SearchDocument.post_id).where(SearchDocument.post_id == post_id, or_(*found)).exists())
