"""What happens to a reference after somebody cited it: a registry is asked what it is."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from forum import fetch
from forum.config import Settings
from forum.db import Database
from forum.discussion import citations
from forum.freshness import touch
from forum.jobs import Later
from forum.references import catalogue
from forum.references.identifiers import Scheme
from forum.references.resolvers import Found, Missing, Unavailable, crossref
from forum.references.tables import Status
from forum.search import index

#: Whoever has a record already is not asked again by this job.
_OPEN = (Status.PENDING, Status.NOT_FOUND)


def resolve(database: Database, settings: Settings, reference_id: int) -> None:
    """The reference says what its registry says, wherever it is cited. Later if that is unavailable."""
    with database.reading() as db:
        identifier = catalogue.identifier_of(db, reference_id)
        status = catalogue.status_of(db, reference_id)
    if identifier is None or status not in _OPEN:
        return
    if identifier.scheme is not Scheme.DOI:
        _remain_open(database, reference_id)
        return
    with fetch.known(settings) as client:
        outcome = crossref.work(client, settings.crossref_base, identifier.value)
    match outcome:
        case Unavailable(why):
            raise Later(why)
        case Missing():
            _not_found(database, reference_id)
        case Found(csl):
            _found(database, reference_id, csl, "crossref")


def _remain_open(database: Database, reference_id: int) -> None:
    """No registry is known for this kind of identifier: it is not asked for again at every citation."""
    with database.writing() as db:
        catalogue.asked(db, reference_id, Status.PENDING)
        touch(db, f"reference:{reference_id}")


def _not_found(database: Database, reference_id: int) -> None:
    with database.writing() as db:
        # Another run may have found it while this one waited.
        if catalogue.status_of(db, reference_id) in _OPEN:
            catalogue.asked(db, reference_id, Status.NOT_FOUND)
            _tell(db, reference_id)


def _found(database: Database, reference_id: int, csl: Mapping[str, Any], source: str) -> None:
    with database.writing() as db:
        catalogue.record(db, reference_id, csl, source)
        _, post_ids = citations.threads_citing(db, reference_id)
        index.put(db, post_ids)
        _tell(db, reference_id)


def _tell(db: Session, reference_id: int) -> None:
    """Pages that show the reference are out of date."""
    thread_ids, _ = citations.threads_citing(db, reference_id)
    touch(db, f"reference:{reference_id}", "references", *(f"thread:{thread_id}" for thread_id in thread_ids))
