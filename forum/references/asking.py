"""Asking a registry: never twice the same, never faster than it allows, never longer than there is time."""

import random
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Protocol, TypeVar

import httpx

from forum import fetch
from forum.config import Settings
from forum.db import Database
from forum.fetch import Answer
from forum.references import pacing, remembering
from forum.references.resolvers import Missing, Question, Unavailable
from forum.references.resolvers.plain import plain

Told = TypeVar("Told")

#: How long an answer is good: a record, and a no. What is neither is never kept.
RECORD_IS_GOOD_FOR, NO_IS_GOOD_FOR = timedelta(days=30), timedelta(days=1)
TRIES = 3
#: Statuses that mean: not now.
_NOT_NOW = frozenset({429, 500, 502, 503, 504})
#: Seconds for one question with all its tries and pauses, unless the caller has less.
WHOLE = 15.0
#: Seconds; when a service is busier than that, somebody else's turn is not waited for.
PATIENCE = 5.0
#: Characters of what goes wrong outside.
_WHY = 300


class Client(Protocol):
    """Who carries questions out: `fetch.Known`."""

    def get(
        self, url: str, query: Mapping[str, str], headers: Mapping[str, str], *, seconds: float
    ) -> Answer:
        """The answer to one request, whatever its status. Unreachable if none comes in so many seconds."""

    def pause(self, seconds: float) -> None:
        """Waits so long."""


def ask(
    database: Database,
    settings: Settings,
    client: Client,
    question: Question,
    read: Callable[[Answer], Told | Unavailable],
    *,
    fresh: bool = False,
    until: float | None = None,
    good_for: timedelta = RECORD_IS_GOOD_FOR,
) -> Told | Unavailable:
    """What `read` says of the answer to the question.

    An answer is kept for `good_for`, or for a day if it is a no: its status is 404 or 410, or `read` says
    Missing. It is not kept if `read` says Unavailable. `fresh` goes past what is kept. `until` is a moment of
    `time.monotonic()` when there is no use for an answer any more. Called outside of transactions only;
    Busy if the database is.
    """
    kept = None if fresh else remembering.recall(database, question)
    # What a former reader took for an answer may be none for this one.
    if kept and not isinstance(told := read(kept), Unavailable):
        return told
    until = time.monotonic() + WHOLE if until is None else until
    answer = _answer(database, settings, client, question, until)
    if isinstance(answer, Unavailable):
        return answer
    told = read(answer)
    if not isinstance(told, Unavailable):
        is_no = isinstance(told, Missing) or answer.status in (404, 410)
        remembering.remember(database, question, answer, NO_IS_GOOD_FOR if is_no else good_for)
    return told


def recalled(
    database: Database, question: Question, read: Callable[[Answer], Told | Unavailable]
) -> Told | Unavailable | None:
    """What `read` says of the answer that is kept, without asking anybody; None if none is."""
    kept = remembering.recall(database, question)
    return read(kept) if kept else None


def _answer(
    database: Database, settings: Settings, client: Client, question: Question, until: float
) -> Answer | Unavailable:
    why = f"{question.service} is given a rest just now"
    for attempt in range(TRIES):
        left = until - time.monotonic()
        wait = pacing.turn(database, settings, question.service, min(PATIENCE, left)) if left > 0 else None
        if wait is None:
            return Unavailable(why if left > 0 else f"there was no time left for {question.service}")
        client.pause(wait)
        began = time.monotonic()
        try:
            answer = client.get(question.url, question.query, question.headers, seconds=until - began)
        except fetch.NotReached as error:
            why, pause = plain(str(error), _WHY), _backoff(attempt)
        except fetch.Unreachable as error:
            # At most half of a worker's time goes into waiting for a service that keeps silent.
            pacing.hold(database, question.service, time.monotonic() - began)
            return Unavailable(plain(str(error), _WHY))
        else:
            if answer.status not in _NOT_NOW:
                _keep_to(database, settings, question.service, answer.headers)
                return answer
            asked = fetch.asked_pause(answer.headers)
            why = f"{question.service} answered {answer.status}"
            pause = _backoff(attempt) if asked is None else asked
        pacing.hold(database, question.service, pause)
    return Unavailable(why)


def _backoff(attempt: int) -> float:
    """Seconds to wait after so many tries, the first being number 0."""
    # Jitter, so that many forums that failed together do not come back together.
    return random.uniform(0.5, 1.0) * 2.0**attempt  # noqa: S311 - not a secret


def _keep_to(database: Database, settings: Settings, service: str, headers: httpx.Headers) -> None:
    """A service that tells a slower pace than ours is asked again only after that."""
    limit, span = headers.get("x-rate-limit-limit", ""), headers.get("x-rate-limit-interval", "")
    seconds = span.removesuffix("s")
    if not all(number.isascii() and number.isdigit() and len(number) < 6 for number in (limit, seconds)):
        return
    told = int(seconds) / max(int(limit), 1) / settings.pace
    if told > pacing.interval(settings, service):
        pacing.hold(database, service, told)
