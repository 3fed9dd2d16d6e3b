"""The kinds of identifiers, and the one normal form of each."""

import re
import string
from collections import Counter
from enum import StrEnum
from typing import NamedTuple

from stdnum import isbn as isbn_number
from stdnum.exceptions import InvalidChecksum, ValidationError

from forum.languages.words import _

LONGEST_DOI = 600


class Scheme(StrEnum):
    DOI = "doi"
    PMID = "pmid"
    PMCID = "pmcid"
    ARXIV = "arxiv"
    ISBN = "isbn"
    URL = "url"


class Identifier(NamedTuple):
    """What a reference is known by; `value` is always in normal form, so equal works compare equal."""

    scheme: Scheme
    value: str


class NotAnIdentifier(ValueError):
    """The text is not an identifier of the kind asked for; the message is one sentence for the author."""


_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\x00-\x08\x0e-\x1f\x7f-\x9f]")
_END = frozenset(".,;:'\"!?…»”’")
_OPENER = {")": "(", "]": "[", "}": "{", ">": "<"}
_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)

_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+")
_DOI_PREFIX = re.compile(r"(?:https?://)?(?:dx\.|www\.)?doi\.org/|info:doi/|doi:?\s*")
_SHORT_DOI = re.compile(r"10/[a-z0-9]{3,12}")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_PMID = re.compile(r"(?:pmid:?\s*)?0*([1-9][0-9]{0,8})", re.IGNORECASE)
_PMCID = re.compile(r"(?:pmcid:?\s*)?(?:PMC)?0*([1-9][0-9]{0,8})(?:\.[0-9]+)?", re.IGNORECASE)
_MONTH = r"[0-9]{2}(?:0[1-9]|1[0-2])"
_ARXIV = re.compile(
    rf"(?:arxiv:?\s*)?(?:({_MONTH}\.[0-9]{{4,5}})|([a-z]+(?:-[a-z]+)?)(?:\.[a-z]{{2}})?/({_MONTH}[0-9]{{3}}))(?:v[0-9]+)?",
    re.IGNORECASE,
)
_ARXIV_DOI = "10.48550/arxiv."
_ISBN_WORD = re.compile(r"isbn(?:-?1[03])?:?", re.IGNORECASE)
_ISBN_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_ISBN = re.compile(r"[0-9]{9}[0-9Xx]|[0-9]{13}")


def trimmed(raw: str, also: str = "") -> str:
    """`raw` without sentence punctuation (and characters of `also`) and unbalanced brackets at its end."""
    brackets = Counter(c for c in raw if c in "()[]{}<>")
    end = len(raw)
    while end:
        char = raw[end - 1]
        if char in _OPENER:
            if brackets[char] <= brackets[_OPENER[char]]:
                break
        elif char not in "([{<" and char not in _END and char not in also:
            break
        brackets[char] -= 1
        end -= 1
    return raw[:end]


def doi(raw: str) -> Identifier:
    """A DOI in lower case, or the arXiv identifier that a DOI of arXiv stands for.

    Backslashes go because Markdown editors escape underscores with them and no DOI contains one.
    """
    value = _INVISIBLE.sub("", raw).replace("\\", "").strip().translate(_ASCII_LOWER)
    prefix = _DOI_PREFIX.match(value)
    value = trimmed(_without_entities(value[prefix.end() :] if prefix else value))
    if _SHORT_DOI.fullmatch(value):
        raise NotAnIdentifier(
            _("{doi} is a short DOI; open it once and use the long one, which starts with 10.").format(
                doi=value
            )
        )
    if len(value) > LONGEST_DOI or not _DOI.fullmatch(value):
        raise NotAnIdentifier(
            _("A DOI starts with 10. and has a slash and no spaces: 10.1371/journal.pone.0211023.")
        )
    if value.startswith(_ARXIV_DOI) and _ARXIV.fullmatch(value.removeprefix(_ARXIV_DOI)):
        return arxiv(value.removeprefix(_ARXIV_DOI))
    return Identifier(Scheme.DOI, value)


def _without_entities(value: str) -> str:
    before = ""
    while before != value:
        before = value
        for entity, char in _ENTITIES:
            value = value.replace(entity, char)
    return value


def pmid(raw: str) -> Identifier:
    """The number of a PubMed record."""
    if found := _PMID.fullmatch(raw.strip()):
        return Identifier(Scheme.PMID, found[1])
    raise NotAnIdentifier(_("A PubMed number has one to nine digits and nothing else: 30726251."))


def pmcid(raw: str) -> Identifier:
    """The number of a PubMed Central article with its PMC, without the version."""
    if found := _PMCID.fullmatch(raw.strip()):
        return Identifier(Scheme.PMCID, f"PMC{found[1]}")
    raise NotAnIdentifier(_("A PubMed Central number is PMC and digits: PMC8602275."))


def arxiv(raw: str) -> Identifier:
    """An arXiv number without version and subject class."""
    if found := _ARXIV.fullmatch(raw.strip()):
        return Identifier(Scheme.ARXIV, found[1] or f"{found[2].lower()}/{found[3]}")
    raise NotAnIdentifier(_("An arXiv number looks like 1706.03762 or hep-th/9901001."))


def isbn(raw: str) -> Identifier:
    """An ISBN of thirteen digits, whichever of the two lengths was typed."""
    digits = _ISBN_SEPARATORS.sub("", _ISBN_WORD.sub("", raw.strip(), count=1))
    if not _ISBN.fullmatch(digits):
        raise NotAnIdentifier(_("An ISBN has 10 or 13 digits: 978-0-306-40615-7."))
    try:
        return Identifier(Scheme.ISBN, isbn_number.to_isbn13(isbn_number.validate(digits)))
    except InvalidChecksum:
        raise NotAnIdentifier(
            _("The last digit of this ISBN does not fit the others; please check it.")
        ) from None
    except ValidationError:
        raise NotAnIdentifier(_("An ISBN of 13 digits starts with 978 or 979.")) from None
