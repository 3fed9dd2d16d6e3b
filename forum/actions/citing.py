"""What happens to a reference after somebody cited it: registries are asked what it is."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import fetch
from forum.actions import effects, pairing, rechecking, sourcing
from forum.clock import now
from forum.config import Settings
from forum.db import Database
from forum.jobs import Later
from forum.references import catalogue, lookup, merging, noticing, policy_rules, records, webpages
from forum.references.identifiers import Identifier
from forum.references.lookup import Looked
from forum.references.tables import Reference, Status

#: Identifiers of one reference that are looked up, the most lasting first, until one is found.
_TRIED = 3
#: So long after it was first cited a reference is asked about again and again, while nobody has answered;
#: and while the rest is known of what was found. Later it is left to the regular checks.
INSIST_ON_RECORD, INSIST_ON_REST = timedelta(days=7), timedelta(days=1)


def resolve(
    database: Database, settings: Settings, reference_id: int, *, web: fetch.Guarded | None = None
) -> None:
    """The reference says what its registries say, wherever it is cited.

    Later if they are unavailable, or have more to say. `web` reads pages, in tests from another place.
    """
    with database.reading() as db:
        reference = catalogue.read(db, merging.home(db, reference_id))
        identifiers = catalogue.identifiers_of(db, reference.id) if reference else []
    if reference is None or not identifiers:
        return
    with fetch.known(settings) as client:
        looked = _look_up(database, settings, client, identifiers, web)
    insist = _insist(looked, now() - reference.created_at)
    if not insist or looked.records:
        with database.writing() as db:
            _keep(db, merging.home(db, reference_id), looked)
    if insist:
        raise Later("; ".join(looked.unanswered.values()))


def reread(database: Database, settings: Settings, progress: Callable[[int, int], None]) -> int:
    """All references say what the answers that are kept say to the present reader; nobody is asked.

    Answers how many there are. `progress` is told: done, total.
    """
    with database.reading() as db:
        ids = db.scalars(select(Reference.id).where(Reference.merged_into_id.is_(None))).all()
        known = {reference_id: catalogue.identifiers_of(db, reference_id) for reference_id in ids}
    with fetch.known(settings) as client:
        for done, (reference_id, identifiers) in enumerate(known.items(), 1):
            looked = _look_up(database, settings, client, identifiers, None, seconds=0.0)
            with database.writing() as db:
                home = merging.home(db, reference_id)
                _store(db, home, looked)
                noticing.keep(db, home, noticing.told(looked.records))
                effects.publish_references(db, home)
            progress(done, len(known))
    return len(known)


def _look_up(
    database: Database,
    settings: Settings,
    client: fetch.Known,
    identifiers: Sequence[Identifier],
    web: fetch.Guarded | None,
    seconds: float = lookup.WHOLE,
) -> Looked:
    """What is known of the first identifier of which anything is."""
    outcomes = [Looked("unavailable")]
    for identifier in identifiers[:_TRIED]:
        looked = lookup.look_up(database, settings, client, identifier, web=web, seconds=seconds)
        if looked.status == "found":
            return looked
        outcomes.append(looked)
    unsure = (each for each in outcomes[1:] if each.status == "unavailable")
    return next(unsure, outcomes[-1])


def _insist(looked: Looked, age: timedelta) -> bool:
    """Whether to ask again soon those who did not answer; the reference was first cited `age` ago."""
    patience = {"found": INSIST_ON_REST, "unavailable": INSIST_ON_RECORD}
    return looked.unfinished and age < patience.get(looked.status, timedelta(0))


def _keep(db: Session, reference_id: int, looked: Looked) -> None:
    """All that was learned is written down, and whoever shows the reference knows."""
    status, rule = catalogue.status_of(db, reference_id), policy_rules.judge_reference(db, reference_id)
    others = _store(db, reference_id, looked)
    is_missing = looked.status == "missing"
    catalogue.asked(db, reference_id, Status.NOT_FOUND if is_missing else status or Status.PENDING)
    # What a page says of itself is no registry's word: it may show an old address, or another work's.
    certain = all(source != webpages.SOURCE for source, _ in looked.records)
    reference_id = pairing.join(db, reference_id, others, certain=certain)
    pairing.suspect(db, reference_id)
    rechecking.learn(db, reference_id, looked.records, looked.unanswered)
    sourcing.after_resolving(db, reference_id, rule)
    effects.publish_references(db, reference_id)


def _store(db: Session, reference_id: int, looked: Looked) -> dict[int, str]:
    """The records are the reference's; answers other references of the same work, each with who says so."""
    others: dict[int, str] = {}
    for source, record in looked.records:
        for other_id in records.store(db, reference_id, source, record):
            others.setdefault(other_id, source)
    records.rebuild(db, reference_id)
    return others
