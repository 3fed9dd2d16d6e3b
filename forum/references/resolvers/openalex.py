"""OpenAlex: where a copy of a work is that everybody may read.

Nothing else is taken from it: it keeps preprint and published version in one record, and its word on
retractions is too coarse to be more than a hint.
"""

from urllib.parse import quote

from forum.config import Settings
from forum.fetch import Answer
from forum.references import schemes
from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers import Found, Missing, Outcome, Question, Record
from forum.references.resolvers.answers import address, identifier, inner, json_object

WHO = "OpenAlex"
#: A record with thousands of authors would be too large.
_FIELDS = "id,doi,is_retracted,open_access,best_oa_location"


def question(settings: Settings, doi: str) -> Question | None:
    """Asks for the work with this DOI; None without a key."""
    asked = schemes.doi(doi).value
    if not settings.openalex_key:
        return None
    url = f"{settings.openalex_base}/works/doi:{quote(asked, safe='/')}"
    return Question("openalex", asked, url, {"select": _FIELDS, "api_key": settings.openalex_key})


def read(answer: Answer, value: str) -> Outcome:
    """The free copy of the work with the DOI `value`, with an empty record.

    `about["reported_retracted"]` is "openalex" if it calls the work retracted, which it also does to notices.
    """
    told = json_object(answer, WHO, missing=frozenset({404}))
    if not isinstance(told, dict):
        return told
    # Works that were merged answer under another DOI: theirs may be the copy of another version.
    if identifier(Scheme.DOI, told.get("doi")) != Identifier(Scheme.DOI, value):
        return Missing()
    free_copy = ""
    if inner(told, "open_access", "is_oa") is True:
        best = (inner(told, "best_oa_location", key) for key in ("pdf_url", "landing_page_url"))
        addresses = (address(one) for one in (*best, inner(told, "open_access", "oa_url")))
        free_copy = next(filter(None, addresses), "")
    about = {"reported_retracted": "openalex"} if told.get("is_retracted") is True else {}
    return Found(Record(csl={}, free_copy=free_copy, about=about))
