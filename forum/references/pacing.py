"""How often each registry may be asked: one row for each, so that all processes together keep to it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from forum.clock import now
from forum.config import Settings
from forum.db import Database
from forum.references.tables import ServicePace

#: Seconds; whoever asks for a longer pause is asked again after this one, and may repeat it.
LONGEST_HOLD = 60.0


class Pace(NamedTuple):
    """Seconds from one request to the next: for whoever says who asks, and for strangers."""

    seconds: float
    stranger: float


#: Most of these are no promises of the registries: we stay below what they are known to bear.
PACES: Mapping[str, Pace] = {
    # Its “polite pool” is for those who give a contact: 10 a second; all others get 5.
    "crossref": Pace(0.1, 0.2),
    # 1000 in five minutes for those who give a contact, fewer for others.
    "datacite": Pace(0.3, 1.0),
    # Publishes no number; so little is never refused.
    "doi.org": Pace(0.2, 0.2),
    # 10 a second with a key, 3 without (see `interval`).
    "pubmed": Pace(0.34, 0.34),
    # Of the same house as PubMed, and takes no key.
    "pmc": Pace(0.34, 0.34),
    "europepmc": Pace(0.2, 0.2),
    # Its terms of use: one request every three seconds, one connection.
    "arxiv": Pace(3.0, 3.0),
    # 100 a second; nobody here is in such a hurry.
    "openalex": Pace(0.1, 0.1),
    "openlibrary": Pace(0.34, 1.0),
    # 1000 a day in all: the pace only keeps a burst apart.
    "googlebooks": Pace(1.0, 1.0),
    # 100,000 a day.
    "unpaywall": Pace(0.2, 0.2),
    # Throttles by address, without saying how.
    "wayback": Pace(1.0, 1.0),
}
_PUBMED_WITH_KEY = 0.1
#: For a service that is not in the table.
_CAREFUL = Pace(1.0, 1.0)


def interval(settings: Settings, service: str) -> float:
    """Seconds from one request to this service to the next."""
    pace = PACES.get(service, _CAREFUL)
    seconds = pace.seconds if settings.contact else pace.stranger
    if service == "pubmed" and settings.pubmed_key:
        seconds = _PUBMED_WITH_KEY
    return seconds / settings.pace


def turn(database: Database, settings: Settings, service: str, patience: float) -> float | None:
    """The caller may ask the service after the answered number of seconds.

    None if that would be more than `patience`; then nothing was taken.
    """
    with database.writing() as db:
        moment = now()
        free_at = _free_at(db, service, moment)
        wait = (free_at - moment).total_seconds()
        if wait > patience:
            return None
        _free_from(db, service, free_at + timedelta(seconds=interval(settings, service)))
        return wait


def hold(database: Database, service: str, seconds: float) -> None:
    """Nobody asks the service for so long (at most a minute): it said so, or seems to be in trouble."""
    with database.writing() as db:
        moment = now()
        until = moment + timedelta(seconds=min(seconds, LONGEST_HOLD))
        if until > _free_at(db, service, moment):
            _free_from(db, service, until)


def _free_at(db: Session, service: str, moment: datetime) -> datetime:
    # Writers take turns on both databases, so nobody changes the row before the caller does.
    row = db.get(ServicePace, service)
    # What is further away was written when the clock was wrong.
    furthest = moment + timedelta(seconds=LONGEST_HOLD)
    return max(moment, min(row.free_at, furthest)) if row else moment


def _free_from(db: Session, service: str, moment: datetime) -> None:
    db.merge(ServicePace(service=service, free_at=moment))
