"""Where an address leads: the identifier of the work behind it, read from the address alone."""

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, unquote, urlsplit

from forum.references.addresses import LONGEST_ADDRESS
from forum.references.schemes import Identifier, NotAnIdentifier, arxiv, doi, pmcid, pmid

_NCBI = r"(?:www\.)?ncbi\.nlm\.nih\.gov"
_PLACES: tuple[tuple[re.Pattern[str], Callable[[str], Identifier]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), read)
    for pattern, read in (
        (r"(?:(?:www\.|dx\.)?doi\.org|[\w.-]*doi-org\.[\w.-]+)/(10\..+)", doi),
        (r"pubmed\.ncbi\.nlm\.nih\.gov/([0-9]+)(?:/.*)?", pmid),
        (rf"{_NCBI}/(?:m/)?pubmed/([0-9]+)(?:/.*)?", pmid),
        (r"(?:www\.)?europepmc\.org/(?:article|abstract)/med/([0-9]+)(?:/.*)?", pmid),
        (r"pmc\.ncbi\.nlm\.nih\.gov/articles/(PMC[0-9]+)(?:[./].*)?", pmcid),
        (rf"{_NCBI}/pmc/articles/(PMC[0-9]+)(?:[./].*)?", pmcid),
        (r"(?:www\.)?europepmc\.org/(?:article/pmc|articles)/(PMC[0-9]+)(?:[./].*)?", pmcid),
        (r"(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html|format|ps)/(.+?)(?:\.pdf)?/?", arxiv),
    )
)
_SHORT = re.compile(r"(?:www\.|dx\.)?doi\.org/(?:10/)?([a-z0-9]{3,12})/?", re.IGNORECASE)
_DOI_INSIDE = re.compile(r"(?<![\w.])10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+")
_SESSION = re.compile(r";jsessionid=.*", re.IGNORECASE)
_VIEW = re.compile(
    r"(?:/(?:full|fulltext|abstract|pdf|epdf|epub|meta|summary|references)?|\.(?:pdf|full|abstract|html?))+$",
    re.IGNORECASE,
)
_PREPRINT_VERSION = re.compile(r"(10\.1101/[0-9.]+)v[0-9]+", re.IGNORECASE)


def in_address(address: str) -> Identifier | None:
    """The DOI, PubMed, PubMed Central or arXiv identifier that the web address `address` leads to, if any."""
    if len(address) > LONGEST_ADDRESS:
        return None
    place = _place(address)
    for pattern, read in _PLACES:
        if found := pattern.fullmatch(place):
            return _read(read, found[1])
    return _doi_inside(address)


def short_doi(address: str) -> str | None:
    """`10/abcd` if the address is a short DOI, whose long form only doi.org knows."""
    found = _SHORT.fullmatch(_place(address))
    return f"10/{found[1].lower()}" if found else None


def _place(address: str) -> str:
    try:
        parts = urlsplit(address)
        return f"{parts.hostname or ''}{unquote(parts.path)}"
    except ValueError:
        return ""


def _read(read: Callable[[str], Identifier], raw: str) -> Identifier | None:
    try:
        return read(raw)
    except NotAnIdentifier:
        return None


def _doi_inside(address: str) -> Identifier | None:
    try:
        parts = urlsplit(address)
        named = [value for key, value in parse_qsl(parts.query) if key.lower() in ("id", "doi")]
    except ValueError:
        return None
    for text in (unquote(parts.path), *named):
        if found := _DOI_INSIDE.search(text):
            return _read(doi, _without_view(found[0]))
    return None


def _without_view(raw: str) -> str:
    """`raw` without what publishers put behind a DOI: the view, the file type, the session, the version."""
    raw = _VIEW.sub("", _SESSION.sub("", raw))
    version = _PREPRINT_VERSION.fullmatch(raw)
    return version[1] if version else raw
