"""What a search means to whoever searches here: their own name, and a source that is all they typed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts import names
from forum.languages.words import _
from forum.references.tables import Reference
from forum.search import conditions, scanning, values
from forum.search.query import Condition, Field, Query, Remark, Within

#: What stands for the searcher's own name; no account has so short a one.
ME = "me"


def meant(db: Session, query: Query, searcher: str | None) -> Query:
    """The query with `searcher`, the name of whoever asks, for author:me.

    One identifier and nothing else becomes what cites it, if anything that readers can see does.
    """
    query = _with_name(query, searcher)
    cited = _only_identifier(query)
    if not cited or not is_cited(db, cited):
        return query
    wanted = Condition(Field.CITES, cited)
    sentence = _("These are the threads that cite it. To look for it as words instead:")
    remark = Remark(sentence, f'"{query.text}"')
    return Query(conditions=(wanted,), remarks=(remark,), text=query.text)


def is_cited(db: Session, value: str) -> bool:
    """Whether a post that readers can see cites what the value of `cites:` names."""
    found = conditions.references(db, value)
    cited = select(Reference.id).where(Reference.id.in_(found), Reference.citation_count > 0)
    return bool(found) and db.scalar(cited.limit(1)) is not None


def is_searcher(condition: Condition) -> bool:
    """Whether it says author:me."""
    return condition.field is Field.AUTHOR and names.key(str(condition.value)) == ME


def _with_name(query: Query, searcher: str | None) -> Query:
    if searcher is None:
        return query
    known = (each._replace(value=searcher) if is_searcher(each) else each for each in query.conditions)
    return query._replace(conditions=tuple(dict.fromkeys(known)))


def _only_identifier(query: Query) -> str | None:
    """The identifier as a value of `cites:`, if there is nothing else, and no quotes around it."""
    typed = list(scanning.pieces(query.text))
    if len(typed) != 1 or len(query.terms) != 1 or query.within is not Within.THREADS:
        return None
    (piece,) = typed
    return None if piece.name or piece.sign or piece.quoted else values.identifier_typed(piece.value)
