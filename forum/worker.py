"""The worker: takes jobs from their table and does them, one after the other, until it is told to stop.

Some jobs have a timetable: there is always one of each in the table, however many workers there are, and it
is put there anew when it was done.
"""

import signal
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog

from forum import jobs, ops
from forum.actions import (
    ageing,
    bookmarking,
    citing,
    closing,
    collecting,
    copying,
    covering,
    depicting,
    erasing,
    exporting,
    finding,
    learning,
    likening,
    linking,
    rechecking,
    recovering,
    rendering,
    reporting,
    sanctioning,
    tagging,
    testing_mail,
    tidying,
    trusting,
)
from forum.config import Settings
from forum.db import Database, Session
from forum.errors import Busy, NotReady
from forum.inbox import digest_days, digest_mails, fan_out, line, mail, pushes, searches, subscriptions
from forum.languages.speaking import at_home
from forum.search import reindexing, vocabulary
from forum.search.semantic import upkeep

log = structlog.get_logger()

#: A job does its own short reads and writes; its name stands in the jobs table.
Work = Callable[..., None]
JOBS: Mapping[str, Work] = {
    "accounts.recover": recovering.send_link,
    "accounts.tidy": tidying.tidy,
    likening.NAME: likening.go_on,
    "accounts.export": exporting.make,
    "accounts.withdraw": closing.withdraw_posts,
    "accounts.erase": erasing.erase_posts,
    "references.resolve": citing.resolve,
    "references.search": finding.search,
    "references.expand": finding.expand,
    "references.recheck": rechecking.recheck,
    "references.check_link": linking.check_link,
    subscriptions.FOLLOWERS: fan_out.announce,
    searches.JOB: searches.look,
    bookmarking.JOB: bookmarking.remind,
    "mail.deliver": mail.deliver_message,
    pushes.JOB: pushes.deliver,
    "mail.letter": mail.deliver_letter,
    "mail.link": mail.deliver_link,
    "mail.report": reporting.deliver,
    digest_days.DUE: digest_days.put_due,
    digest_days.SEND: digest_mails.deliver,
    testing_mail.JOB: testing_mail.deliver,
    "moderation.cover": covering.go_on,
    "moderation.uncover": covering.go_back,
    "moderation.end_sanctions": sanctioning.end,
    "moderation.learn": learning.learn,
    "search.reindex": reindexing.go_on,
    "search.fold": vocabulary.fold,
    upkeep.EMBED: upkeep.embed,
    upkeep.EMBED_ALL: upkeep.embed_all,
    rendering.JOB: rendering.go_on,
    depicting.COPY: copying.copy,
    collecting.JOB: collecting.collect,
    "lists.grow_older": ageing.grow_older,
    "tags.go_on": tagging.go_on,
    "trust.settle": trusting.settle,
    "trust.settle_all": trusting.settle_all,
    "trust.settle_one": trusting.settle_one,
}
#: How long after its end a job is done again.
TIMETABLE: Mapping[str, timedelta] = {
    "references.recheck": timedelta(hours=1),
    "moderation.end_sanctions": timedelta(minutes=10),
    "moderation.learn": timedelta(days=1),
    "search.fold": timedelta(minutes=5),
    "accounts.tidy": timedelta(hours=1),
    searches.JOB: timedelta(minutes=10),
    bookmarking.JOB: timedelta(hours=1),
    digest_days.DUE: digest_days.EVERY,
    likening.NAME: timedelta(days=1),
    "lists.grow_older": timedelta(hours=1),
    collecting.JOB: timedelta(days=1),
    "trust.settle": timedelta(hours=1),
    "trust.settle_all": timedelta(days=1),
}
#: When a job of the timetable is done that was never done before.
SOON = timedelta(minutes=1)
#: Seconds between two looks whether the timetable is kept.
LOOKS = 60.0

SHORTEST_PAUSE = 0.05
LONGEST_PAUSE = 1.0


def run(database: Database, settings: Settings) -> None:
    """Works until SIGTERM or SIGINT; the job that is being done then is finished first."""
    problems = ops.ready(database)
    if problems:
        raise NotReady(problems[0])
    upkeep.begin(database, settings)
    rendering.begin(database, settings.language)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    loop(database, settings, stop)


@line.kept()
def loop(
    database: Database,
    settings: Settings,
    stop: threading.Event,
    work: Mapping[str, Work] = JOBS,
    timetable: Mapping[str, timedelta] = TIMETABLE,
) -> None:
    """Works until `stop` is set; looks for jobs at least once a second."""
    pause = SHORTEST_PAUSE
    trouble = ""
    looks_at = time.monotonic()
    while not stop.is_set():
        try:
            if time.monotonic() >= looks_at:
                keep_timetable(database, timetable)
                looks_at = time.monotonic() + LOOKS
            did_one = step(database, settings, work, timetable)
            trouble = ""
        except Exception as error:
            # A database that is away for a while must not end the worker, nor fill the log.
            if trouble != str(error):
                trouble = str(error)
                log.error("jobs cannot be read", why=trouble)
            did_one = False
        pause = SHORTEST_PAUSE if did_one else min(pause * 2, LONGEST_PAUSE)
        if not did_one:
            line.hang_up()
            stop.wait(pause)


def keep_timetable(database: Database, timetable: Mapping[str, timedelta] = TIMETABLE) -> None:
    """Each job of the timetable waits or is being done. Writes only if one is missing."""
    with database.reading() as db:
        there = jobs.standing(db, timetable)
    if all(there.get(name) for name in timetable):
        return
    with database.writing() as db:
        # Looked at again, because another worker may have been faster.
        there = jobs.standing(db, timetable)
        for name, interval in timetable.items():
            if not there.get(name):
                # One that failed until it was buried is not hurried.
                jobs.put(db, name, delay=interval if name in there else SOON, key=name)


def work_off(database: Database, settings: Settings, work: Mapping[str, Work] = JOBS) -> int:
    """Does all jobs that are ready now; answers how many."""
    count = 0
    while step(database, settings, work):
        count += 1
    return count


def step(
    database: Database,
    settings: Settings,
    work: Mapping[str, Work] = JOBS,
    timetable: Mapping[str, timedelta] = TIMETABLE,
) -> bool:
    """Does the oldest ready job; False if there was none."""
    with database.reading() as db:
        if not jobs.is_waiting(db):
            return False
    with database.writing() as db:
        claimed = jobs.claim(db)
    if claimed is None:
        return False
    settle = _do(database, settings, claimed, work, timetable)
    with database.writing() as db:
        settle(db)
    return True


def _do(
    database: Database,
    settings: Settings,
    claimed: jobs.Claimed,
    work: Mapping[str, Work],
    timetable: Mapping[str, timedelta],
) -> Callable[[Session], None]:
    """Does the job; answers what is to be written down of it."""
    try:
        with at_home(settings.language):
            work[claimed.name](database, settings, **claimed.payload)
    except (jobs.Later, Busy) as error:
        why = str(error)
        log.info("job postponed", job=claimed.name, id=claimed.id, why=why)
        return lambda db: jobs.postponed(db, claimed, why)
    except Exception as error:
        words = f"{type(error).__name__}: {error}"
        log.error("job failed", job=claimed.name, id=claimed.id, attempt=claimed.attempts, exc_info=error)
        return lambda db: jobs.failed(db, claimed, words)
    log.info("job done", job=claimed.name, id=claimed.id)
    return lambda db: _cross_off(db, claimed, timetable.get(claimed.name))


def _cross_off(db: Session, claimed: jobs.Claimed, again: timedelta | None) -> None:
    jobs.done(db, claimed.id)
    if again is not None:
        # Nothing is put if the job has asked for another run itself.
        jobs.put(db, claimed.name, delay=again, key=claimed.name)
