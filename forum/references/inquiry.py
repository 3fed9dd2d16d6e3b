"""One look-up under way: who was asked, what came, who did not answer, and how much time is left."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TypeVar

from forum import fetch
from forum.config import Settings
from forum.db import Database
from forum.fetch import Answer
from forum.references import asking
from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers import Found, Missing, Outcome, Question, Record, Unavailable

Told = TypeVar("Told")
#: Takes an answer and the identifier that was asked for.
Reader = Callable[[Answer, str], Told | Unavailable]
#: Two of these never name one work; a book or a page may have several.
_SINGLE = frozenset({Scheme.DOI, Scheme.PMID, Scheme.PMCID})


class Inquiry:
    """What is known so far of `asked`: `records` with their sources, in the order in which they came.

    `unanswered` has the services that gave no usable answer, each with the reason; who did not answer at all
    is not asked anything else. `until` is a moment of `time.monotonic()`.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        client: asking.Client,
        web: fetch.Guarded,
        asked: Identifier,
        *,
        fresh: bool,
        until: float,
    ) -> None:
        self.database = database
        self.settings = settings
        self.web = web
        self.asked = asked
        self.fresh = fresh
        self.until = until
        self.records: list[tuple[str, Record]] = []
        self.unanswered: dict[str, str] = {}
        #: Its DOI is kept by another agency than Crossref.
        self.is_elsewhere = False
        self._silent: set[str] = set()
        self._client = client
        self._abroad = _Abroad(web, client)

    def another(self, asked: Identifier) -> "Inquiry":
        """One about something else, in what is left of the time, which knows who did not answer."""
        other = Inquiry(
            self.database,
            self.settings,
            self._client,
            self.web,
            asked,
            fresh=self.fresh,
            until=self.until,
        )
        other.unanswered, other._silent = self.unanswered, self._silent
        return other

    def ask(
        self, question: Question, read: Reader[Told], value: str, *, good_for: timedelta | None = None
    ) -> Told | Unavailable:
        """What the service says of `value`."""
        return self._ask(self._client, question, read, value, good_for or asking.RECORD_IS_GOOD_FOR)

    def recalled(self, question: Question, read: Reader[Told], value: str) -> Told | Unavailable | None:
        """What the service said of `value`, if that is known without asking."""
        return asking.recalled(self.database, question, lambda answer: read(answer, value))

    def take(self, question: Question, read: Reader[Found | Missing], value: str) -> Outcome:
        """Asks for a record and adds it to the others, if it can be of the same work."""
        return self._taken(question.service, self.ask(question, read, value))

    def take_abroad(self, question: Question, read: Reader[Found | Missing], value: str) -> Outcome:
        """The same for a service that sends us on to hosts that are not in the settings."""
        good_for = asking.RECORD_IS_GOOD_FOR
        return self._taken(question.service, self._ask(self._abroad, question, read, value, good_for))

    def add(self, source: str, record: Record) -> None:
        """The record is one of this work's."""
        self.records.append((source, record))

    def has(self, *sources: str) -> bool:
        """Whether there is a record of one of these."""
        return any(source in sources for source, _ in self.records)

    def known(self, scheme: Scheme) -> str:
        """The identifier of that kind: the asked one, else the first that a registry states; or ""."""
        return next((each.value for each in self._identifiers() if each.scheme is scheme), "")

    def is_described(self) -> bool:
        """Whether a record says what the work is."""
        return bool(self.title())

    def title(self) -> str:
        """The title that the first record which has one gives the work; "" without any."""
        return next((str(record.csl["title"]) for _, record in self.records if record.csl.get("title")), "")

    def _ask(
        self,
        client: asking.Client,
        question: Question,
        read: Reader[Told],
        value: str,
        good_for: timedelta,
    ) -> Told | Unavailable:
        service = question.service
        if service in self._silent:
            return Unavailable(self.unanswered[service])
        self._silent.add(service)

        def reading(answer: Answer) -> Told | Unavailable:
            self._silent.discard(service)
            return read(answer, value)

        told = asking.ask(
            self.database,
            self.settings,
            client,
            question,
            reading,
            fresh=self.fresh,
            until=self.until,
            good_for=good_for,
        )
        if isinstance(told, Unavailable):
            self.unanswered[service] = told.why
        return told

    def _taken(self, service: str, outcome: Outcome) -> Outcome:
        if not isinstance(outcome, Found):
            return outcome
        if not self._fits(outcome.record):
            return Missing()
        self.add(service, outcome.record)
        return outcome

    def _fits(self, record: Record) -> bool:
        """Whether nothing says that the record is of another work."""
        known, told = self._identifiers(), record.identifiers
        for scheme in _SINGLE:
            ours, theirs = ({each.value for each in some if each.scheme is scheme} for some in (known, told))
            # A DOI may have become another one; then both are told.
            if ours and theirs and not ours & theirs:
                return False
        return True

    def _identifiers(self) -> list[Identifier]:
        return [self.asked, *(each for _, record in self.records for each in record.identifiers)]


class _Abroad:
    """Carries questions out through the guarded client, wherever they lead."""

    def __init__(self, web: fetch.Guarded, client: asking.Client) -> None:
        self._web = web
        self._client = client

    def get(
        self, url: str, query: Mapping[str, str], headers: Mapping[str, str], *, seconds: float
    ) -> Answer:
        # It has its own bounds of time, and such questions have no query.
        try:
            page = self._web.get(url, accept=headers["Accept"])
        except fetch.Refused as error:
            raise fetch.Unreachable(str(error)) from error
        return Answer(page.status, page.headers, page.body)

    def pause(self, seconds: float) -> None:
        self._client.pause(seconds)
