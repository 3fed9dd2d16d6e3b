"""Identifiers as people write them: recognised when pasted, parsed when named, found in running text."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from urllib.parse import quote

from forum.languages.words import _
from forum.references.addresses import canonical
from forum.references.landing import in_address, short_doi
from forum.references.prose import Found, find_in_prose
from forum.references.schemes import Identifier, NotAnIdentifier, Scheme, arxiv, doi, isbn, pmcid, pmid

__all__ = [
    "Found",
    "Identifier",
    "Kind",
    "NotAnIdentifier",
    "Recognised",
    "Scheme",
    "find_in_prose",
    "in_address",
    "link",
    "parse",
    "recognise",
]


class Kind(StrEnum):
    """What pasted text turned out to be: a scheme's identifier, or one of the five last."""

    DOI = "doi"
    PMID = "pmid"
    PMCID = "pmcid"
    ARXIV = "arxiv"
    ISBN = "isbn"
    URL = "url"
    SHORTDOI = "shortdoi"
    AMBIGUOUS = "ambiguous"
    INVALID = "invalid"
    TEXT = "text"


_SCHEMES = tuple(str(scheme) for scheme in Scheme)


@dataclass(frozen=True)
class Recognised:
    """What pasted text is.

    `value` is the normal form; for `ambiguous` the digits, for `invalid` and `text` what was pasted.
    `explanation` is one sentence for the person, empty when there is nothing to explain.
    """

    kind: Kind
    value: str
    explanation: str = ""

    @property
    def identifier(self) -> Identifier | None:
        """The identifier, if the text is exactly one."""
        return Identifier(Scheme(self.kind), self.value) if self.kind in _SCHEMES else None


_READERS = {
    Scheme.DOI: doi,
    Scheme.PMID: pmid,
    Scheme.PMCID: pmcid,
    Scheme.ARXIV: arxiv,
    Scheme.ISBN: isbn,
}
_LINKS = {
    Scheme.DOI: "https://doi.org/{}",
    Scheme.PMID: "https://pubmed.ncbi.nlm.nih.gov/{}/",
    Scheme.PMCID: "https://pmc.ncbi.nlm.nih.gov/articles/{}/",
    Scheme.ARXIV: "https://arxiv.org/abs/{}",
    Scheme.ISBN: "https://openlibrary.org/isbn/{}",
}
_ADDRESS = re.compile(r"<?((?:https?://|www\.)\S+?)>?", re.IGNORECASE)
_SHORT_DOI = re.compile(r"(?:doi:?\s*)?(10/[a-z0-9]{3,12})", re.IGNORECASE)
_DOI_WITHIN = re.compile(r"(?<![\w./])10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+")
_SURE = (
    (re.compile(r"(?:pmcid:?\s*)?PMC[0-9]+(?:\.[0-9]+)?|pmcid:?\s*[0-9]+", re.IGNORECASE), pmcid),
    (re.compile(r"pmid:?\s*[0-9]+", re.IGNORECASE), pmid),
    (
        re.compile(
            r"arxiv:\s*\S+|[0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?|[a-z.-]+/[0-9]{7}(?:v[0-9]+)?", re.IGNORECASE
        ),
        arxiv,
    ),
)
_BOOK = re.compile(r"isbn(?:-?1[03])?:?\s*\S.*|[0-9][0-9\s\-\u2010-\u2015]{7,18}[0-9x]", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]{1,9}")
_LONGEST_PASTE = 4000


def parse(scheme: str, raw: str) -> Identifier:
    """The identifier of kind `scheme` that `raw` spells, in normal form.

    The answer may be of a better kind: an arXiv DOI becomes an arXiv number, a doi.org address a DOI.
    Raises NotAnIdentifier with one sentence for the author.
    """
    if scheme not in _SCHEMES:
        known = ", ".join(_SCHEMES)
        words = _("“{scheme}” is not a kind of source; use one of {known} or ref.")
        raise NotAnIdentifier(words.format(scheme=scheme[:20], known=known))
    kind, raw = Scheme(scheme), raw.strip()
    if kind is Scheme.URL:
        return in_address(raw) or Identifier(kind, canonical(raw))
    if (
        raw.lower().startswith(("https://", "http://"))
        and (found := in_address(raw))
        and found.scheme is kind
    ):
        return found
    return _READERS[kind](raw)


def link(identifier: Identifier) -> str:
    """The address where people read what `identifier` names; https but for pages that were cited as http."""
    if identifier.scheme is Scheme.URL:
        return identifier.value
    return _LINKS[identifier.scheme].format(quote(identifier.value, safe="/:;()"))


def recognise(text: str) -> Recognised:
    """What one pasted piece of text is; never raises."""
    text = text.strip()
    as_pasted = Recognised(Kind.TEXT, text)
    if not text or len(text) > _LONGEST_PASTE:
        return as_pasted
    return _address(text) or _named(text) or _doi_within(text) or _number(text) or as_pasted


def _address(text: str) -> Recognised | None:
    found = _ADDRESS.fullmatch(text)
    if not found:
        return None
    address = f"https://{found[1]}" if found[1].lower().startswith("www.") else found[1]
    short = short_doi(address)
    return _short(short) if short else _judged(text, partial(parse, Scheme.URL, address))


def _named(text: str) -> Recognised | None:
    if found := _SHORT_DOI.fullmatch(text):
        return _short(found[1].lower())
    reader = next((read for pattern, read in _SURE if pattern.fullmatch(text)), None)
    return _judged(text, partial(reader, text)) if reader else None


def _doi_within(text: str) -> Recognised | None:
    found = _DOI_WITHIN.search(text) if len(text.split()) <= 3 else None
    return _judged(text, partial(doi, found[0])) if found else None


def _number(text: str) -> Recognised | None:
    if _DIGITS.fullmatch(text):
        question = _(
            "This could be a PubMed or a PubMed Central number; please write PMID: or PMC before it."
        )
        return Recognised(Kind.AMBIGUOUS, text, question)
    return _judged(text, partial(isbn, text)) if _BOOK.fullmatch(text) else None


def _short(value: str) -> Recognised:
    return Recognised(
        Kind.SHORTDOI, value, _("This is a short DOI; the long one behind it has to be looked up.")
    )


def _judged(text: str, read: Callable[[], Identifier]) -> Recognised:
    try:
        identifier = read()
    except NotAnIdentifier as reason:
        return Recognised(Kind.INVALID, text, str(reason))
    return Recognised(Kind(identifier.scheme), identifier.value)
