"""Keeping levels of trust: what counts for an account is gathered, and who rises or falls is told, once."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Select, exists, or_, select, update
from sqlalchemy.orm import Session

from forum import choices, freshness, jobs, policy
from forum.accounts import allowances, standing, trust
from forum.accounts.allowances import Act
from forum.accounts.tables import Account, Actor, Level, SignIn, Standing
from forum.accounts.trust import Facts, Step, Thresholds
from forum.clock import now
from forum.config import Settings
from forum.db import Database, rows
from forum.discussion import anonymity, trust_facts
from forum.inbox import marking, messages
from forum.inbox.letters import compose
from forum.moderation import sanctions
from forum.policy import Permit

#: Accounts whose levels one transaction settles.
BATCH = 200
#: Whoever did something here since then is looked at each hour; a session's use is noted once an hour.
LATELY = timedelta(hours=3)
PATH = "/account/trust"


class Trusted(NamedTuple):
    """Where somebody stands: what counts, and what is asked for; an admin may have fixed the level."""

    level: Level
    facts: Facts
    thresholds: Thresholds
    is_fixed: bool


class _Known(NamedTuple):
    """One account, as far as its level goes; `hears`: somebody is there to be told."""

    id: int
    level: Level
    is_fixed: bool
    hears: bool
    facts: Facts


def mark_read(db: Session, actor: Actor, thread_id: int, upto: int = 0) -> None:
    """The actor has read the thread, up to the post with the id `upto`; what is newer is new to them.

    It counts towards trust: once, and not a hundred in a minute.
    """
    policy.open_thread(db, actor, thread_id, Permit.READ)
    if trust_facts.read_upto(db, actor.id, thread_id) is None:
        allowances.spend(db, actor, Act.READ)
    known = min(upto, trust_facts.newest(db, thread_id))
    trust_facts.mark_read(db, actor.id, thread_id, known)
    marking.thread_read(db, actor.id, thread_id, known)


def thresholds(db: Session) -> Thresholds:
    """What the community asks for; one query."""
    return Thresholds.of(choices.several(db, trust.KEYS))


def read(db: Session, account_id: int) -> Trusted:
    """Where the account stands; a fixed number of queries."""
    (known,) = _gather(db, [account_id])
    return Trusted(known.level, known.facts, thresholds(db), known.is_fixed)


def look_again(db: Session, account_ids: Collection[int | None]) -> None:
    """The levels of these accounts are settled soon, by the worker; once for each."""
    for account_id in sorted({account_id for account_id in account_ids if account_id is not None}):
        jobs.put(db, "trust.settle_one", key=f"trust:{account_id}", account_id=account_id)


def settle_levels(db: Session, account_ids: Collection[int]) -> Sequence[int]:
    """Each of these accounts has the level that it has earned, and is told of a change; ids of the changed.

    What an admin fixed stays, and so does what is closed.
    """
    wanted, changed = thresholds(db), []
    for known in _gather(db, account_ids):
        to = trust.level(known.facts, wanted)
        if known.is_fixed or to == known.level:
            continue
        # Another worker may have been faster: nobody is told twice.
        as_known = (Account.id == known.id, Account.level == known.level, Account.is_level_fixed.is_(False))
        rise = update(Account).where(*as_known).values(level=to).returning(Account.id)
        if db.execute(rise).first() is None:
            continue
        changed.append(known.id)
        if known.hears:
            _tell(db, known, to, wanted)
    if changed:
        # A person's page says who is trusted.
        freshness.touch(db, "threads")
    return changed


# --- jobs --------------------------------------------------------------------------------------------------


def settle_one(database: Database, _settings: Settings, account_id: int) -> None:
    """One account has the level that it has earned."""
    with database.writing() as db:
        settle_levels(db, [account_id])


def settle(database: Database, _settings: Settings) -> None:
    """Whoever was active lately has the level that they have earned."""
    lately = select(SignIn.account_id).where(SignIn.used_at >= now() - LATELY)
    _settle_each(database, select(Account.id).where(Account.id.in_(lately)))


def settle_all(database: Database, _settings: Settings) -> None:
    """Everybody has the level that they have earned, also by what others did while they were away."""
    _settle_each(database, select(Account.id))


def _settle_each(database: Database, wanted: Select[int]) -> None:
    """Batch by batch, each in a transaction of its own; one that changes nothing locks nothing."""
    after = 0
    while True:
        with database.reading() as db:
            found = list(db.scalars(wanted.where(Account.id > after).order_by(Account.id).limit(BATCH)))
            is_changed = bool(_outdated(db, found))
        if is_changed:
            with database.writing() as db:
                settle_levels(db, found)
        if len(found) < BATCH:
            return
        after = found[-1]


def _outdated(db: Session, account_ids: Sequence[int]) -> list[int]:
    if not account_ids:
        return []
    wanted = thresholds(db)
    known = _gather(db, account_ids)
    return [one.id for one in known if not one.is_fixed and trust.level(one.facts, wanted) != one.level]


# --- what counts, and what is told -------------------------------------------------------------------------


def _gather(db: Session, account_ids: Collection[int]) -> Sequence[_Known]:
    """What is known of each of these accounts, in order; five queries."""
    since = now() - trust.LATELY
    has_been_here = exists().where(SignIn.account_id == Account.id)
    columns = (
        Account.id, Account.level, Account.is_level_fixed, Account.shown_posts, Account.created_at,
        Account.flags_upheld, Account.flags_declined, Account.standing, Account.standing_until,
        # Nobody reads the inbox of an imported account that nobody claimed.
        or_(Account.email.is_not(None), Account.password_hash.is_not(None), has_been_here).label("hears"),
    )  # fmt: skip
    # Whoever writes without a name earns nothing by it: the account of all of them stays what it is.
    people = (Account.id.in_(account_ids), Account.id != anonymity.ACCOUNT_ID, Account.closed_at.is_(None))
    here = select(*columns).where(*people)
    given, threads = trust_facts.given(db, account_ids), trust_facts.read(db, account_ids)
    removed = trust_facts.removed(db, account_ids, since)
    sanctioned = sanctions.since(db, account_ids, since)
    return [
        _Known(
            one.id,
            Level(one.level),
            one.is_level_fixed,
            bool(one.hears),
            Facts(
                shown_posts=one.shown_posts,
                days=max(0, (now() - one.created_at).days),
                threads=threads.get(one.id, 0),
                given=given.get(one.id, 0),
                upheld=one.flags_upheld,
                declined=one.flags_declined,
                removed=removed.get(one.id, 0),
                sanctions=sanctioned.get(one.id, 0),
                is_active=standing.present(one.standing, one.standing_until) == Standing.ACTIVE,
            ),
        )
        for one in rows(db, here.order_by(Account.id))
    ]


def _tell(db: Session, known: _Known, to: Level, wanted: Thresholds) -> None:
    """Who rises hears what they can do now, and who falls why, and how to rise again."""
    why: Sequence[Step] = ()
    if trust.is_higher(to, known.level):
        name = "level_up"
    else:
        name, why = "level_down", trust.lacking(known.facts, wanted.wanted(known.level))
    facts = {"is_active": known.facts.is_active, "sanctions": known.facts.sanctions}
    missing = [step._asdict() for step in why]
    letter = compose(name, level=str(to), was=str(known.level), facts=facts, missing=missing)
    messages.send(db, known.id, name.replace("_", "-"), letter, PATH)
