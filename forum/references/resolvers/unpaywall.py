"""Unpaywall: where a copy of a work is that everybody may read."""

from urllib.parse import quote

from forum.config import Settings
from forum.fetch import Answer
from forum.references import schemes
from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers import Found, Outcome, Question, Record, Unavailable
from forum.references.resolvers.answers import address, identifier, inner, json_object

WHO = "Unpaywall"


def question(settings: Settings, doi: str) -> Question | None:
    """Asks for the work with this DOI; None without a contact, which Unpaywall insists on."""
    asked = schemes.doi(doi).value
    if not settings.contact:
        return None
    url = f"{settings.unpaywall_base}/{quote(asked, safe='/')}"
    return Question("unpaywall", asked, url, {"email": settings.contact})


def read(answer: Answer, value: str) -> Outcome:
    """The free copy, if there is one, of the work with the DOI `value`, with an empty record."""
    told = json_object(answer, WHO, missing=frozenset({404}))
    if not isinstance(told, dict):
        return told
    if identifier(Scheme.DOI, told.get("doi")) != Identifier(Scheme.DOI, value):
        return Unavailable(f"Unpaywall's answer is not about {value}")
    best = (inner(told, "best_oa_location", key) for key in ("url", "url_for_landing_page"))
    addresses = (address(one) for one in best) if told.get("is_oa") is True else ()
    return Found(Record(csl={}, free_copy=next(filter(None, addresses), "")))
