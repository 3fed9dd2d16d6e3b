"""Registries are asked again and again what became of the sources here; whatever is new is told at once.

Each reference is looked at once a week. Who is asked about are those of which the last answer is a month old,
or a week if an accepted or a best answer cites them. A service that is away changes nothing: what was known
stays, with its age.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from forum import fetch, jobs
from forum.actions import alerting, effects
from forum.clock import now
from forum.config import Settings
from forum.db import Database
from forum.discussion import resting
from forum.freshness import touch
from forum.references import merging, noticing, rounds
from forum.references.noticing import MONTH, RETRY, WEEK
from forum.references.resolvers import Record
from forum.references.rounds import Due, Told

#: References that one run asks about, and how many it looks at for that.
BATCH, LOOKED_AT = 20, 200
#: Addresses that one run has looked at, one after the other so that other jobs have their turn.
LINKS = 20
_BETWEEN = timedelta(seconds=20)
#: When the next run follows if there is more to do; it need not wait for its hour.
_SOON = timedelta(minutes=2)


def recheck(database: Database, settings: Settings) -> None:
    """The references whose time has come stand as registries say now. The job `references.recheck`."""
    with database.reading() as db:
        looked_at = rounds.due(db, LOOKED_AT)
        old = _old(db, looked_at)
        pages = rounds.due_pages(db, LINKS)
    if not looked_at and not pages:
        return
    with fetch.known(settings) as client:
        told = rounds.ask(database, settings, client, old[:BATCH])
    for each in old[:BATCH]:
        with database.writing() as db:
            _keep(db, each, told[each.id])
    is_more = len(old) >= BATCH or len(looked_at) == LOOKED_AT or len(pages) == LINKS
    is_down = bool(told) and all(each.unanswered for each in told.values())
    with database.writing() as db:
        _plan(db, [each for each in looked_at if each not in old], pages)
        if is_more and not is_down:
            jobs.put(db, "references.recheck", delay=_SOON, key="references.recheck")


def learn(
    db: Session, reference_id: int, records: Sequence[tuple[str, Record]], unanswered: Collection[str]
) -> bool:
    """What the records say of notices holds from now on, and is told; whether anything is new.

    `records` are with their sources; `unanswered` are those who gave no usable answer: then nothing but what
    was told is learned. Whoever shows the reference has still to know (`effects.publish_references`).
    """
    is_new = noticing.keep(db, reference_id, noticing.told(records))
    if noticing.is_answered(records, unanswered):
        noticing.checked(db, reference_id)
    elif noticing.KNOWING.intersection(unanswered):
        noticing.put_off(db, [reference_id], RETRY)
    alerting.alert(db, reference_id)
    return is_new


def _old(db: Session, looked_at: Sequence[Due]) -> list[Due]:
    """Those of which the last answer is too old."""
    weighty = resting.weighty(db, [each.id for each in looked_at])
    return [each for each in looked_at if _is_old(each, each.id in weighty)]


def _is_old(due: Due, is_weighty: bool) -> bool:
    return due.checked_at is None or due.checked_at <= now() - (WEEK if is_weighty else MONTH)


def _keep(db: Session, due: Due, told: Told) -> None:
    # If nobody knows the work who would tell of notices: another time, perhaps.
    noticing.put_off(db, [due.id], MONTH)
    # It may have been merged while the registries were asked.
    reference_id = merging.home(db, due.id)
    if learn(db, reference_id, told.records, told.unanswered):
        effects.publish_references(db, reference_id)
    else:
        touch(db, f"reference:{reference_id}")


def _plan(db: Session, young: Sequence[Due], pages: Sequence[Due]) -> None:
    """When the young ones are looked at again, and that somebody looks at the addresses of the pages."""
    for each in young:
        left = (each.checked_at or now()) + MONTH - now()
        noticing.put_off(db, [each.id], min(WEEK, left))
    for place, page in enumerate(pages):
        key = f"link:{page.id}"
        jobs.put(db, "references.check_link", delay=place * _BETWEEN, key=key, reference_id=page.id)
    # Should the job be lost, a later round finds them again.
    noticing.put_off(db, [page.id for page in pages], timedelta(days=1))
