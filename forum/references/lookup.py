"""Looking a source up: from an identifier or a line of text to what the registries know of it."""

import time
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Literal, NamedTuple

from forum import fetch
from forum.config import Settings
from forum.db import Database
from forum.folding import fold
from forum.references import asking, webpages
from forum.references.enriching import enrich
from forum.references.identifiers import Identifier, Scheme, find_in_prose
from forum.references.inquiry import Inquiry
from forum.references.landing import short_doi
from forum.references.registries import completed_doi, work
from forum.references.resolvers import Found, Missing, Outcome, Question, Record, Unavailable, crossref, doi

#: Seconds for one look-up; what has not come by then is left for another time.
WHOLE = 15.0
#: Seconds for a web page: what it names is still to be asked for then.
_PAGE = 8.0
#: Identifiers in one text that are looked up.
_NAMED = 3


class Looked(NamedTuple):
    """What became of a look-up.

    `status` is "found" if a record says what the work is; "missing" if those who must know say that there is
    no such work, or a web page lets nothing be learned; else "unavailable". `why` says why not found.
    `records` are in the order in which they came, each with its source (the name of the service, or "page");
    there may be some without a title, also when nothing was found. `unanswered` has the services that gave no
    usable answer. `stands_for` is the identifier that the records are of, if it is not the asked one's: the
    long form of a short DOI, the DOI with its lost end, the work that a page is of.
    """

    status: Literal["found", "missing", "unavailable"]
    records: Sequence[tuple[str, Record]] = ()
    why: str = ""
    unanswered: Mapping[str, str] = {}
    stands_for: Identifier | None = None

    @property
    def unfinished(self) -> bool:
        """Whether asking again later may tell more."""
        return bool(self.unanswered)


def look_up(
    database: Database,
    settings: Settings,
    client: asking.Client,
    identifier: Identifier,
    *,
    fresh: bool = False,
    enriched: bool = True,
    web: fetch.Guarded | None = None,
    seconds: float = WHOLE,
) -> Looked:
    """What is known of the work with the identifier, as far as it can be asked in so many seconds.

    `fresh` asks again what is kept from before; without `enriched` the record must do. Called outside of
    transactions only, and never while somebody waits for a page.
    """
    limits = fetch.Limits(whole=min(_PAGE, seconds))
    web = web or fetch.Guarded(settings, limits=limits)
    until = time.monotonic() + seconds
    inquiry = Inquiry(database, settings, client, web, identifier, fresh=fresh, until=until)
    if identifier.scheme is Scheme.URL:
        return _address(inquiry, identifier.value, enriched)
    outcome = work(inquiry)
    if isinstance(outcome, Missing) and (guess := _completed(identifier)):
        other = inquiry.another(guess)
        if isinstance(work(other), Found):
            return _looked(other, enriched)._replace(stands_for=guess)
    return _looked(inquiry, enriched, outcome)


def resolve_short(
    database: Database, settings: Settings, client: asking.Client, short: str
) -> Identifier | Missing | Unavailable:
    """What the short DOI (`10/abcd`) stands for."""
    return asking.ask(
        database,
        settings,
        client,
        doi.handle_question(settings, short),
        lambda answer: doi.read_handle(answer, short),
    )


def search(
    database: Database, settings: Settings, client: asking.Client, text: str
) -> Sequence[Record] | Unavailable:
    """Works that a line of text may mean: those whose identifiers stand in it, then those that resemble it.

    Nothing is certain: a person has to confirm.
    """
    until = time.monotonic() + WHOLE
    named = _named_in(database, settings, client, text, until)
    question = _search_question(settings, text)
    if not question.query["query.bibliographic"]:
        return named
    found = asking.ask(database, settings, client, question, crossref.read_search, until=until)
    if isinstance(found, Unavailable):
        return named or found
    there = {identifier for each in named for identifier in each.identifiers}
    return [*named, *(each for each in found if not there.intersection(each.identifiers))]


def searched(database: Database, settings: Settings, text: str) -> Sequence[Record] | None:
    """What an earlier search for the same words found, without asking anybody; None: it is not known."""
    kept = asking.recalled(database, _search_question(settings, text), crossref.read_search)
    return None if isinstance(kept, Unavailable) else kept


def expanded(database: Database, settings: Settings, short: str) -> Identifier | Missing | None:
    """What the short DOI stands for, without asking anybody; None: it is not known."""
    kept: Identifier | Missing | Unavailable | None = asking.recalled(
        database, doi.handle_question(settings, short), lambda answer: doi.read_handle(answer, short)
    )
    return None if isinstance(kept, Unavailable) else kept


def _search_question(settings: Settings, text: str) -> Question:
    """People write the same citation with other accents and capitals: that is one question."""
    question = crossref.search_question(settings, text)
    cited = question.query["query.bibliographic"]
    return question._replace(key=f"search:{sha256(fold(cited).encode()).hexdigest()}")


def _completed(identifier: Identifier) -> Identifier | None:
    value = completed_doi(identifier.value) if identifier.scheme is Scheme.DOI else ""
    return Identifier(Scheme.DOI, value) if value else None


def _looked(inquiry: Inquiry, enriched: bool, outcome: Outcome | None = None) -> Looked:
    if enriched and not isinstance(outcome, Missing):
        enrich(inquiry)
    records, unanswered = tuple(inquiry.records), dict(inquiry.unanswered)
    if inquiry.is_described():
        return Looked("found", records, unanswered=unanswered)
    if isinstance(outcome, Missing):
        return Looked("missing", records, "No registry knows this.", unanswered)
    why = outcome.why if isinstance(outcome, Unavailable) else "; ".join(unanswered.values())
    return Looked("unavailable", records, why or "no registry describes it yet", unanswered)


def _address(inquiry: Inquiry, url: str, enriched: bool) -> Looked:
    short = short_doi(url)
    if short:
        return _short(inquiry, short, enriched)
    facts = webpages.look_at(inquiry, url)
    if isinstance(facts, webpages.Unreadable):
        return Looked("missing", why=facts.why)
    if isinstance(facts, Unavailable):
        return _looked(inquiry, False, facts)
    inquiry.add(webpages.SOURCE, webpages.record(facts))
    claim = webpages.claimed(facts)
    if claim is None:
        return _looked(inquiry, False)
    other = inquiry.another(claim)
    work(other)
    if not webpages.same_title(facts.title, other.title()):
        return _looked(inquiry, False)
    looked = _looked(other, enriched)
    return looked._replace(records=(*inquiry.records, *looked.records), stands_for=claim)


def _short(inquiry: Inquiry, short: str, enriched: bool) -> Looked:
    question = doi.handle_question(inquiry.settings, short)
    long: Identifier | Missing | Unavailable = inquiry.ask(question, doi.read_handle, short)
    if not isinstance(long, Identifier):
        return _looked(inquiry, False, long)
    other = inquiry.another(long)
    return _looked(other, enriched, work(other))._replace(stands_for=long)


def _named_in(
    database: Database, settings: Settings, client: asking.Client, text: str, until: float
) -> list[Record]:
    """The records of the identifiers that stand in the text."""
    found = dict.fromkeys(each.identifier for each in find_in_prose(text))
    named = [each for each in found if each.scheme is not Scheme.URL][:_NAMED]
    web = fetch.Guarded(settings, limits=fetch.Limits(whole=_PAGE))
    records = []
    for identifier in named:
        inquiry = Inquiry(database, settings, client, web, identifier, fresh=False, until=until)
        work(inquiry)
        # The registry of the DOI comes last where others led to it, and knows best.
        told = [record for _, record in inquiry.records if record.csl.get("title")]
        records += told[-1:]
    return records
