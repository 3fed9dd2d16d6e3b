"""What lists of the best are ordered by, kept beside each thread so that an index answers them.

The best of a week, a month or a year have the highest score of those begun within it; of equal ones the one
with more answers, then the one that was active last. A thread's class of age says within which of these spans
it was begun, so that the best of each are the first of one index for each class. A job moves threads on from
class to class; a list looks at the date as well, so that it is right also before that.

The best ever have the highest "hot" score of Reddit: the logarithm of the score plus a term for the moment
of birth (A. Salihefendic, "How Reddit ranking algorithms work", 2010). The order of two threads then changes
only with their votes, never by the mere passing of time, so it can be stored; and yet nothing sits at the top
for ever, because what is begun later begins higher. In news ten times the votes outweigh 12.5 hours (45,000
seconds); here two years, because answers stay good for longer. With the gravity of Hacker News the order
would change by the hour, and every thread would have to be looked at for every page.
"""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forum.clock import now
from forum.discussion.tables import Thread, ThreadTag

#: Classes of age: 0 for threads begun within the first of these spans, 3 for those older than the last.
AGES = (timedelta(days=7), timedelta(days=30), timedelta(days=365))
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
#: So much later a thread must be begun to stand beside one with ten times its votes.
TENFOLD = timedelta(days=730)


def hot(score: int, begun_at: datetime) -> float:
    """The score damped by time. One is added to the score, so that the first vote counts."""
    return math.copysign(math.log10(1 + abs(score)), score) + (begun_at - EPOCH) / TENFOLD


def age(begun_at: datetime, at: datetime) -> int:
    """The class of age, at the moment `at`, of a thread begun then."""
    return sum(at - begun_at >= span for span in AGES)


def rescore(db: Session, thread: Thread, score: int) -> None:
    """The thread has this score, and stands where that puts it in every list."""
    thread.score, thread.hot = score, hot(score, thread.created_at)
    db.execute(update(ThreadTag).where(ThreadTag.thread_id == thread.id).values(hot=thread.hot))


def grow_older(db: Session, most: int) -> Sequence[bool]:
    """Up to `most` threads that have outgrown their class of age are in the right one; answers for each
    whether readers see it.
    """
    moment = now()
    for number, span in enumerate(AGES):
        is_outgrown = (Thread.age == number, Thread.created_at <= moment - span)
        outgrown = select(Thread.id).where(*is_outgrown).limit(most)
        # Two classes at once after a long pause: they come by again in the next one.
        change = update(Thread).where(Thread.id.in_(outgrown)).values(age=number + 1)
        if moved := db.scalars(change.returning(Thread.shown)).all():
            return moved
    return ()
