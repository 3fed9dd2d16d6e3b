"""What stands after the colon of a field, read as conditions; or why it cannot be, in a sentence."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from forum.accounts import names
from forum.languages.words import N_, _
from forum.references import identifiers
from forum.references.identifiers import Identifier, Kind, Scheme
from forum.search import analysis, dates, fields
from forum.search.query import Comparison, Condition, Field, Within
from forum.search.scanning import QUOTES

_LIST = re.compile(r"[,;|]+")
_SIGNS = {"": "=", "==": "=", "=<": "<=", "=>": ">=", "≤": "<=", "≥": ">="}
_NUMBER = re.compile(r"([<>=≥≤]{0,2})\s*([-+−]?[0-9]{1,9})(\+?)")
_RANGE = re.compile(r"([-−]?[0-9]{1,9})?(?:\.{2,3}|…)([-−]?[0-9]{1,9})?")
_ENDS = " \t.,;:!?()[]{}<>'’"
_NUMBERS_TRY = N_("5, >3, >=3, <0 or 3..10")
#: Identifiers with these cannot be written into a search as they are.
_UNFIT = re.compile(rf"[\s{QUOTES}]")
_WRITTEN = {Scheme.PMID: "PMID:{}", Scheme.ARXIV: "arXiv:{}", Scheme.ISBN: "ISBN:{}"}


class NotAValue(ValueError):
    """The text is no value of its field; one sentence, and a value that was perhaps meant."""

    def __init__(self, message: str, instead: str = "") -> None:
        super().__init__(message)
        self.instead = instead


def conditions(field: Field, text: str, at: datetime) -> list[Condition]:
    """The conditions that `field:text` asks for, one or more. NotAValue if for none."""
    return _READERS[field](text, at)


def within(text: str) -> Within:
    """The place to search that `in:text` names. NotAValue if it names none."""
    return Within(_chosen(fields.WITHIN, text)[1])


def written(identifier: Identifier) -> str:
    """An identifier as a value of `cites:`, which reads it as the same; it has no space and no quote."""
    value = _WRITTEN.get(identifier.scheme, "{}").format(identifier.value)
    return identifiers.link(identifier) if _UNFIT.search(value) else value


def slug(text: str) -> str:
    """The words of `text` with a hyphen between, as tags are written."""
    return "-".join(analysis.spaced(text).split())


def _tags(text: str, _at: datetime) -> list[Condition]:
    found = [Condition(Field.TAG, name) for part in _LIST.split(text) if (name := slug(part))]
    return _some(found, _("A tag is made of letters and digits: tag:sleep."))


def _author(text: str, _at: datetime) -> list[Condition]:
    kept = "".join(char if char.isalnum() or char in "-_" else " " for char in names.normal(text))
    name = " ".join(kept.split()).strip("-_ ")
    sentence = _("Give a name after the colon: author:mira.")
    return _some([Condition(Field.AUTHOR, name)] if name else [], sentence)


def _choices(field: Field, text: str, _at: datetime) -> list[Condition]:
    chosen = [_chosen(field, part) for part in _LIST.split(text) if part.strip(_ENDS)]
    found = [Condition(Field(name), value, negated=negated) for name, value, negated in chosen]
    return _some(found, _("Possible are {values}.").format(values=_listed(field)))


def _chosen(field: str, text: str) -> tuple[str, str, bool]:
    word = slug(text)
    if choice := fields.choice(field, word):
        return choice
    nearest = fields.nearest_choice(field, word) or ""
    sentence = _("“{typed}” is not known. Possible are {values}.")
    raise NotAValue(sentence.format(typed=f"{field}:{_short(text)}", values=_listed(field)), nearest)


def _listed(field: str) -> str:
    *first, last = fields.VALUES[field]
    return _("{values} and {last}").format(values=", ".join(first), last=last)


def _cites(text: str, _at: datetime) -> list[Condition]:
    words = " ".join(analysis.words(text))
    # The words too, so that PMID-123, which is searched as “pmid 123”, means the same when read again.
    for spelling in (text, words):
        if identifier := _identifier(spelling):
            return [Condition(Field.CITES, written(identifier))]
    sentence = _("Give a DOI, PMID, arXiv number, ISBN, address or words of the title after “cites:”.")
    return _some([Condition(Field.CITES, words)] if words else [], sentence)


def identifier_typed(text: str) -> str | None:
    """What `cites:` would make of a typed word, if that is an identifier beyond doubt."""
    if not any(char.isdecimal() for char in text) and "://" not in text:
        return None
    found = identifiers.recognise(text).identifier or identifiers.recognise(text.strip(_ENDS)).identifier
    return written(found) if found else None


def _identifier(text: str) -> Identifier | None:
    """The identifier, a bare number being PubMed's. NotAValue for one that is misspelt or cannot be told."""
    found = identifiers.recognise(text)
    if found.kind is Kind.AMBIGUOUS:
        found = identifiers.recognise(f"PMID:{found.value}")
    if found.kind in (Kind.INVALID, Kind.SHORTDOI):
        raise NotAValue(found.explanation)
    return found.identifier


def _day(field: Field, text: str, at: datetime) -> list[Condition]:
    if moment := dates.start_of(text.strip(_ENDS), at):
        return [Condition(field, moment)]
    sentence = _("“{typed}” is not a date. Possible are {values}.")
    raise NotAValue(sentence.format(typed=_short(text), values=_(dates.POSSIBLE)))


def _number(field: Field, text: str, _at: datetime) -> list[Condition]:
    tight = "".join(text.split()).rstrip(".,;)")
    if found := _NUMBER.fullmatch(tight):
        sign = ">=" if found[3] and not found[1] else _SIGNS.get(found[1], found[1])
        if sign in tuple(Comparison):
            return [Condition(field, _int(found[2]), Comparison(sign))]
    if (found := _RANGE.fullmatch(tight)) and (found[1] or found[2]):
        return _range(field, found[1], found[2])
    sentence = _("“{typed}” is not a number. Possible are {values}.")
    raise NotAValue(sentence.format(typed=f"{field}:{_short(text)}", values=_(_NUMBERS_TRY)))


def _range(field: Field, low: str | None, high: str | None) -> list[Condition]:
    ends = [_int(end) for end in (low, high) if end]
    if len(ends) == 2 and ends[0] == ends[1]:
        return [Condition(field, ends[0])]
    least, most = (min(ends) if low else None, max(ends) if high else None)
    found = [Condition(field, least, Comparison.AT_LEAST)] if least is not None else []
    return [*found, *([Condition(field, most, Comparison.AT_MOST)] if most is not None else [])]


def _int(text: str) -> int:
    return int(text.replace("−", "-"))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:40]}…"


def _some(found: list[Condition], sentence: str) -> list[Condition]:
    if not found:
        raise NotAValue(sentence)
    return found


_READERS: Mapping[Field, Callable[[str, datetime], list[Condition]]] = {
    Field.TAG: _tags,
    Field.AUTHOR: _author,
    Field.CITES: _cites,
    **{field: partial(_choices, field) for field in (Field.IS, Field.HAS, Field.EVIDENCE)},
    **{field: partial(_day, field) for field in (Field.BEFORE, Field.AFTER)},
    **{field: partial(_number, field) for field in (Field.SCORE, Field.ANSWERS)},
}
