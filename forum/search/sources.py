"""The list of sources for a search in them: which of its conditions can be said of a source itself."""

from sqlalchemy import ColumnElement, not_
from sqlalchemy.orm import Session

from forum.paging import Page
from forum.references import finding
from forum.references.finding import ReferenceRow
from forum.search import conditions
from forum.search.query import Condition, Query


def listing(db: Session, query: Query, words: str, after: str | None, limit: int) -> Page[ReferenceRow]:
    """References that readers can see cited, with all of `words`, of which the query's conditions hold."""
    fitting = [_clause(each) for each in query.conditions if holds(each)]
    return finding.listing(db, words, after, limit, fitting)


def holds(condition: Condition) -> bool:
    """Whether it can be said of a source; others are for threads only."""
    return conditions.of_reference(condition) is not None


def _clause(condition: Condition) -> ColumnElement[bool]:
    wanted = conditions.of_reference(condition)
    assert wanted is not None
    return not_(wanted) if condition.negated else wanted
