"""Pages on the web as sources: read once a day at most, and only as far as they let themselves be read."""

import time
from datetime import timedelta
from typing import NamedTuple

from forum import fetch
from forum.fetch import Answer
from forum.references import remembering, sameness
from forum.references.identifiers import Identifier, Scheme
from forum.references.inquiry import Inquiry
from forum.references.resolvers import Question, Record, Unavailable, page
from forum.references.resolvers.page import PageFacts
from forum.references.resolvers.plain import plain

SOURCE = "page"
PAGE_IS_GOOD_FOR = timedelta(days=1)
#: What two titles have in common, of 100, when they are one work's.
SAME_TITLE = 85
_PDF = "application/pdf"
#: Only what a page says of its work, not whose it is: identifiers are for registries to state.
_NUMBERS = ("DOI", "PMID", "PMCID")
_LATER = frozenset({408, 425, 429})


class Unreadable(NamedTuple):
    """Nothing can be learned there, however often one looks; `why` is a sentence for people."""

    why: str


def look_at(inquiry: Inquiry, url: str) -> PageFacts | Unreadable | Unavailable:
    """What the page at the address says of itself."""
    question = Question(SOURCE, url, url)
    kept = None if inquiry.fresh else remembering.recall(inquiry.database, question)
    if kept:
        return _read(*_unpacked(kept))
    try:
        found = _fetched(inquiry, url)
    except fetch.Refused as error:
        return Unreadable(str(error))
    except fetch.Unreachable as error:
        inquiry.unanswered[SOURCE] = plain(str(error), 300)
        return Unavailable(inquiry.unanswered[SOURCE])
    facts = _read(found.url, _answer(found))
    if isinstance(facts, Unavailable):
        inquiry.unanswered[SOURCE] = facts.why
    else:
        remembering.remember(inquiry.database, question, _packed(found), PAGE_IS_GOOD_FOR)
    return facts


def record(facts: PageFacts) -> Record:
    """What the page says, as a record that states no identifier."""
    csl = {key: value for key, value in facts.csl.items() if key not in _NUMBERS}
    return Record(csl=csl, evidence=facts.evidence)


def claimed(facts: PageFacts) -> Identifier | None:
    """The work that the page says it is of; only its registry can tell whether that is so."""
    return next((each for each in facts.identifiers if each.scheme is not Scheme.URL), None)


def same_title(one: str, other: str) -> bool:
    """Whether a page and a registry mean the same work, one of them perhaps without its subtitle."""
    return sameness.score({"title": one}, {"title": other}) >= SAME_TITLE


def _fetched(inquiry: Inquiry, url: str) -> fetch.Page:
    if time.monotonic() >= inquiry.until:
        raise fetch.Unreachable("there was no time left for the page")
    return inquiry.web.get(url)


def _read(url: str, answer: Answer) -> PageFacts | Unreadable | Unavailable:
    kind = answer.headers.get("content-type", "")
    if kind.lower().startswith(_PDF):
        return Unreadable("This is a PDF; the DOI or the page that leads to it says more.")
    facts = page.read(answer.body, kind, url)
    # Only of a page that keeps machines out nothing at all is said, whatever its status.
    walled = bool(answer.body) and facts == PageFacts()
    if page.is_dead(answer.status, facts.title):
        return Unreadable("There is no page at this address any more.")
    if not walled and (answer.status in _LATER or answer.status >= 500):
        return Unavailable(f"the page answered {answer.status}")
    if walled or answer.status // 100 != 2:
        return Unreadable("The page does not let a forum read it.")
    return facts if facts.title else Unreadable("The page does not say what it is.")


def _answer(found: fetch.Page) -> Answer:
    return Answer(found.status, found.headers, found.body)


def _packed(found: fetch.Page) -> Answer:
    """The answer with the address that it was found at in a line before the body."""
    return _answer(found)._replace(body=f"{found.url}\n".encode() + found.body)


def _unpacked(kept: Answer) -> tuple[str, Answer]:
    url, _, body = kept.body.partition(b"\n")
    return url.decode(), kept._replace(body=body)
