"""The regular rounds: which references are due, and what registries say of them now."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from forum.clock import now
from forum.config import Settings
from forum.db import Database, rows
from forum.fetch import Answer
from forum.references import asking
from forum.references.formatting import best_first
from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers import (
    Found,
    Outcome,
    Question,
    Record,
    Unavailable,
    arxiv,
    crossref,
    europepmc,
    pubmed,
)
from forum.references.tables import Reference, ReferenceIdentifier, Status

#: Seconds for one round.
WHOLE = 60.0
#: Nobody asks for the same batch again, so there is no use in keeping it for long.
_BATCH_IS_GOOD_FOR = timedelta(days=1)
#: What notices are known by, in the order in which it is asked.
_NUMBERS = (Scheme.DOI, Scheme.PMID, Scheme.PMCID, Scheme.ARXIV)


class Due(NamedTuple):
    """A reference whose time has come. `checked_at` is when somebody answered last."""

    id: int
    checked_at: datetime | None
    identifiers: Sequence[Identifier]


class Told(NamedTuple):
    """What was told of one reference: records with their sources, and who gave no usable answer, and why."""

    records: tuple[tuple[str, Record], ...] = ()
    unanswered: Mapping[str, str] = {}


# --- whose time has come -------------------------------------------------------------------------------


def due(db: Session, limit: int) -> list[Due]:
    """Cited references of which registries might tell something new, those first that wait longest."""
    never = and_(Reference.check_at.is_(None), Reference.status == Status.RESOLVED)
    return _due(db, _has(*_NUMBERS), never, limit)


def due_pages(db: Session, limit: int) -> list[Due]:
    """Cited web pages whose address should be looked at, those first that wait longest."""
    return _due(db, and_(_has(Scheme.URL), ~_has(*_NUMBERS)), Reference.check_at.is_(None), limit)


def _due(db: Session, kind: ColumnElement[bool], never: ColumnElement[bool], limit: int) -> list[Due]:
    """Who is not cited stays due: as soon as it is cited again, its time has come."""
    # That leaves out what was merged, too.
    cited = (Reference.citation_count > 0, kind)
    wanted = select(Reference.id, Reference.checked_at)
    late = wanted.where(Reference.check_at <= now(), *cited).order_by(Reference.check_at, Reference.id)
    found = list(rows(db, late.limit(limit)))
    if len(found) < limit:
        # Entered before there were rounds, or new.
        found += rows(db, wanted.where(never, *cited).order_by(Reference.id).limit(limit - len(found)))
    known = _identifiers(db, [each.id for each in found])
    return [Due(each.id, each.checked_at, known[each.id]) for each in found]


def _has(*schemes: Scheme) -> ColumnElement[bool]:
    table = ReferenceIdentifier
    return exists().where(table.reference_id == Reference.id, table.scheme.in_(schemes))


def _identifiers(db: Session, ids: Sequence[int]) -> Mapping[int, Sequence[Identifier]]:
    table = ReferenceIdentifier
    found = rows(db, select(table.reference_id, table.scheme, table.value).where(table.reference_id.in_(ids)))
    of: dict[int, list[Identifier]] = {reference_id: [] for reference_id in ids}
    for reference_id, scheme, value in found:
        of[reference_id].append(Identifier(Scheme(scheme), value))
    return {reference_id: best_first(each) for reference_id, each in of.items()}


# --- what they say now ---------------------------------------------------------------------------------


def ask(
    database: Database, settings: Settings, client: asking.Client, wanted: Sequence[Due]
) -> dict[int, Told]:
    """What the first registry says that knows the work, for each reference. Outside of transactions only."""
    round = _Round(database, settings, client)
    dois = dict.fromkeys(_first(each, Scheme.DOI) for each in wanted)
    round.take_batch([doi for doi in dois if doi and crossref.fits_batch(doi)][: crossref.BATCH])
    return {each.id: round.of(each) for each in wanted}


def _first(due: Due, scheme: Scheme) -> str:
    return next((each.value for each in due.identifiers if each.scheme is scheme), "")


class _Round:
    """Asks past what is kept, as long as there is time."""

    def __init__(self, database: Database, settings: Settings, client: asking.Client) -> None:
        self._database = database
        self._settings = settings
        self._client = client
        self._until = time.monotonic() + WHOLE
        self._batch: Mapping[str, Record] = {}

    def take_batch(self, dois: Sequence[str]) -> None:
        """Crossref's records of these DOIs are known, as far as it gives them together."""
        if not dois:
            return
        told: Mapping[str, Record] | Unavailable = asking.ask(
            self._database,
            self._settings,
            self._client,
            crossref.batch_question(self._settings, dois),
            lambda answer: crossref.read_batch(answer, dois),
            fresh=True,
            until=self._until,
            good_for=_BATCH_IS_GOOD_FOR,
        )
        # One of them may have spoiled the batch: each is asked for singly then.
        self._batch = {} if isinstance(told, Unavailable) else told

    def of(self, due: Due) -> Told:
        for scheme in _NUMBERS:
            value = _first(due, scheme)
            for service, outcome in self._outcomes(scheme, value) if value else ():
                if isinstance(outcome, Found):
                    return Told(((service, outcome.record),))
                if isinstance(outcome, Unavailable):
                    return Told(unanswered={service: outcome.why})
        return Told()

    def _outcomes(self, scheme: Scheme, value: str) -> Sequence[tuple[str, Outcome]]:
        if scheme is Scheme.DOI and value in self._batch:
            return [("crossref", Found(self._batch[value]))]
        if scheme is Scheme.PMID:
            return [self._of_pmid(value)]
        question, read = _WAYS[scheme]
        return [self._ask(question(self._settings, value), read, value)]

    def _of_pmid(self, value: str) -> tuple[str, Outcome]:
        told = self._ask(pubmed.question(self._settings, value), pubmed.read, value)
        if not isinstance(told[1], Unavailable):
            return told
        copy = self._ask(europepmc.pmid_question(self._settings, value), europepmc.read, value)
        # That a copy lacks the number says nothing.
        return copy if isinstance(copy[1], Found) else told

    def _ask(
        self, question: Question, read: Callable[[Answer, str], Outcome], value: str
    ) -> tuple[str, Outcome]:
        told: Outcome = asking.ask(
            self._database,
            self._settings,
            self._client,
            question,
            lambda answer: read(answer, value),
            fresh=True,
            until=self._until,
        )
        return question.service, told


_WAYS: Mapping[Scheme, tuple[Callable[[Settings, str], Question], Callable[[Answer, str], Outcome]]] = {
    Scheme.DOI: (crossref.question, crossref.read),
    Scheme.PMCID: (europepmc.pmcid_question, europepmc.read),
    Scheme.ARXIV: (arxiv.question, arxiv.read),
}
