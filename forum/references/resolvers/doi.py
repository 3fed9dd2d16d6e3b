"""doi.org: who registered a DOI, what other agencies say of one, and what a short DOI stands for.

https://www.doi.org/the-identifier/resources/factsheets/doi-resolution-documentation
"""

from json import loads
from typing import Any
from urllib.parse import quote

from forum.config import Settings
from forum.fetch import Answer
from forum.references import evidence
from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers import Found, Missing, Outcome, Question, Record, Unavailable, csl
from forum.references.resolvers.answers import identifier, json_object, objects, texts
from forum.references.resolvers.crossref import TYPES
from forum.references.resolvers.csl import SHORT, TITLE, date_parts
from forum.references.resolvers.plain import first, plain

WHO = "doi.org"
SERVICE = "doi.org"
CSL_JSON = "application/vnd.citationstyles.csl+json"
#: What agencies call CSL-JSON; landing pages come as HTML, whatever was asked for.
_CSL_KINDS = frozenset({CSL_JSON, "application/citeproc+json", "application/json"})
#: The types of CSL that sources of text have.
_CSL_TYPES = frozenset(
    {
        *TYPES.values(),
        "article-magazine",
        "article-newspaper",
        "collection",
        "document",
        "entry-dictionary",
        "entry-encyclopedia",
        "manuscript",
        "review-book",
        "software",
        "webpage",
    }
)


# --- the agency ----------------------------------------------------------------------------------------


def prefix(doi: str) -> str:
    """What all DOIs of one registrant begin with: 10.1371. One agency keeps them all."""
    return doi.partition("/")[0]


def agency_question(settings: Settings, doi: str) -> Question:
    """Asks which agency keeps the DOIs with this one's prefix."""
    return Question(SERVICE, f"agency:{prefix(doi)}", f"{settings.doi_base}/ra/{quote(prefix(doi), safe='')}")


def read_agency(answer: Answer, doi: str) -> str | Missing | Unavailable:
    """The agency's name, as doi.org writes it: Crossref, DataCite, mEDRA … Missing: nobody has the prefix."""
    if answer.status != 200:
        return Unavailable(f"{WHO} answered {answer.status}")
    try:
        told = objects(loads(answer.body))
    except (ValueError, RecursionError):
        return Unavailable(f"{WHO}'s answer is not JSON")
    about = next((each for each in told if plain(each.get("DOI"), SHORT) == prefix(doi)), {})
    if name := plain(about.get("RA"), SHORT):
        return name
    # An unknown prefix is told with status 200.
    return Missing() if about.get("status") == "DOI does not exist" else Unavailable(f"{WHO} tells no agency")


# --- records of other agencies -------------------------------------------------------------------------


def csl_question(settings: Settings, doi: str) -> Question:
    """Asks the agency that keeps the DOI for CSL-JSON; doi.org redirects to the agency's own host."""
    address = f"{settings.doi_base}/{quote(doi, safe='/:;()')}"
    return Question(SERVICE, f"csl:{doi}", address, headers={"Accept": CSL_JSON})


def read_csl(answer: Answer, doi: str) -> Outcome:
    """What the agency says of the DOI. Unavailable if it answers with anything else than a record."""
    if answer.status in (400, 404):
        return Missing()
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if answer.status == 200 and kind not in _CSL_KINDS:
        return Unavailable(f"the agency of {prefix(doi)} does not tell records")
    told = json_object(answer, f"the agency of {prefix(doi)}")
    if not isinstance(told, dict):
        return told
    of, item = identifier(Scheme.DOI, doi), to_csl(told, doi)
    if of is None or "title" not in item:
        return Unavailable(f"the agency of {prefix(doi)} tells no title")
    known = evidence.kind(plain(told.get("type"), SHORT), item["title"])
    return Found(Record(csl=item, identifiers=(of,), evidence=known))


def to_csl(told: dict[str, Any], doi: str) -> dict[str, Any]:
    """The agency's CSL-JSON as we keep it, for the asked DOI: sound types, plain text, no old links."""
    dates = (
        date_parts(told.get(key)) for key in ("issued", "published", "published-print", "published-online")
    )
    issued = next((date for date in dates if date), None)
    type = plain(told.get("type"), SHORT)
    number = told.get("number") or told.get("article-number")
    return csl.filled(
        {
            "type": type if type in _CSL_TYPES else TYPES.get(type, "document"),
            "title": csl.titled(first(told.get("title"), TITLE), first(told.get("subtitle"), TITLE)),
            "author": csl.names(told.get("author")),
            "editor": csl.names(told.get("editor")),
            "issued": {"date-parts": [issued]} if issued else {},
            "container-title": first(told.get("container-title"), 300),
            "container-title-short": first(told.get("container-title-short"), 200),
            "publisher": first(told.get("publisher"), 200),
            "volume": _number(told.get("volume")),
            "issue": _number(told.get("issue")),
            "page": _number(told.get("page")) or _number(number),
            "ISSN": ", ".join(texts(told.get("ISSN"), SHORT, 10)) or plain(told.get("ISSN"), SHORT),
            "ISBN": first(told.get("ISBN"), SHORT),
            "DOI": doi,
            "URL": csl.address(told.get("URL"), doi),
        }
    )


def _number(value: Any) -> str:
    """CSL-JSON allows numbers as numbers."""
    whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
    return str(value) if whole else plain(value, SHORT)


# --- short DOIs ----------------------------------------------------------------------------------------


def handle_question(settings: Settings, short: str) -> Question:
    """Asks what a short DOI such as `10/abcd` stands for."""
    return Question(SERVICE, f"handle:{short}", f"{settings.doi_base}/api/handles/{quote(short)}")


def read_handle(answer: Answer, short: str) -> Identifier | Missing | Unavailable:
    """The DOI (or what it is known as) behind the short DOI; Missing if it stands for none."""
    told = json_object(answer, WHO, missing=frozenset({404}))
    if not isinstance(told, dict):
        return told
    if told.get("responseCode") == 100:
        return Missing()
    if told.get("responseCode") != 1 or plain(told.get("handle") or short, SHORT).lower() != short.lower():
        return Unavailable(f"{WHO}'s answer is not about {short[:SHORT]}")
    aliases = (each.get("data") for each in objects(told.get("values")) if each.get("type") == "HS_ALIAS")
    values = (data.get("value") for data in aliases if isinstance(data, dict))
    return next((found for value in values if (found := identifier(Scheme.DOI, value))), Missing())
