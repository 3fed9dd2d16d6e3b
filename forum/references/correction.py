"""A record as a form that people correct, and what they changed, as a record of those fields alone. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from forum.clock import now
from forum.languages.formats import number
from forum.languages.words import _
from forum.references.evidence import LABELS, Kind
from forum.references.formatting import year
from forum.references.resolvers.plain import plain

#: The fields of the form, in its order.
FIELDS = ("title", "authors", "year", "container", "volume", "issue", "pages", "publisher", "evidence")
LONGEST = {"title": 1000, "container": 500, "volume": 40, "issue": 40, "pages": 60, "publisher": 300}
AUTHORS = 500
NAME = 200
_KEYS = {"title": "title", "container": "container-title", "volume": "volume", "issue": "issue",
         "pages": "page", "publisher": "publisher"}  # fmt: skip
#: Another spelling of the same field would still say what was wrong.
_ALSO = {"title": "title-short", "container": "container-title-short", "pages": "number"}

Csl = Mapping[str, Any]


def typed(csl: Csl, evidence: str) -> dict[str, str]:
    """The record as the form shows it; authors one a line, “Family, Given”."""
    texts = {field: str(csl.get(key) or "") for field, key in _KEYS.items()}
    return texts | {
        "pages": texts["pages"] or str(csl.get("number") or ""),
        "authors": "\n".join(map(_written, csl.get(_role(csl)) or ())),
        "year": str(year(csl) or ""),
        "evidence": evidence,
    }


def changes(field: str, value: str, csl: Csl, evidence: str) -> dict[str, Any]:
    """What the record shall say if the form's `field` has this value; {} if that is what it says.

    In the keys of CSL-JSON, "" or [] or {} for what it shall not say, and `evidence`. ValueError with a
    sentence for whoever wrote it.
    """
    if _lines(value) == _lines(typed(csl, evidence)[field]):
        return {}
    return _READERS.get(field, _text)(field, value, csl)


def _text(field: str, value: str, csl: Csl) -> dict[str, Any]:
    longest = LONGEST[field]
    text = plain(value, longest + 1)
    if len(text) > longest:
        raise ValueError(_("At most {most} characters, please.").format(most=number(longest)))
    if field == "title" and not text:
        raise ValueError(_("A source needs a title."))
    return {_KEYS[field]: text} | ({also: ""} if (also := _ALSO.get(field)) and csl.get(also) else {})


def _authors(_field: str, value: str, csl: Csl) -> dict[str, Any]:
    role = _role(csl)
    known = {_written(person): person for person in csl.get(role) or ()}
    lines = _lines(value)
    if len(lines) > AUTHORS:
        raise ValueError(_("At most {most} names, please.").format(most=AUTHORS))
    return {role: [known.get(line) or _person(line) for line in lines]}


def _person(line: str) -> dict[str, str]:
    if len(line) > NAME:
        words = _("One name a line, please: “{line}…” is too long for a name.")
        raise ValueError(words.format(line=line[:40]))
    family, comma, given = (part.strip() for part in line.partition(","))
    if not comma or not family:
        return {"literal": line.strip(", ")}
    given, _comma, suffix = (part.strip() for part in given.partition(","))
    return {key: text for key, text in (("family", family), ("given", given), ("suffix", suffix)) if text}


def _year(_field: str, value: str, _csl: Csl) -> dict[str, Any]:
    text = value.strip()
    if not text:
        return {"issued": {}}
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 0 < int(text) <= now().year + 2):
        raise ValueError(_("Write the year in digits, such as 2019."))
    return {"issued": {"date-parts": [[int(text)]]}}


def _evidence(_field: str, value: str, _csl: Csl) -> dict[str, Any]:
    if value not in LABELS or value == Kind.UNKNOWN:
        raise ValueError(_("Choose one of the kinds; “other” is one too."))
    return {"evidence": value}


_READERS: Mapping[str, Callable[[str, str, Csl], dict[str, Any]]] = {
    "authors": _authors,
    "year": _year,
    "evidence": _evidence,
}


def _role(csl: Csl) -> str:
    """Whom the record names first: the editors of a book that has no authors."""
    return "editor" if csl.get("editor") and not csl.get("author") else "author"


def _written(person: Mapping[str, Any]) -> str:
    family, given, suffix = (str(person.get(part) or "") for part in ("family", "given", "suffix"))
    names = ", ".join([family, given, suffix] if suffix else [family, given]).rstrip(", ")
    # A comma tells a person, who may have one name, from a group.
    name = (names if given or suffix else f"{family},") if family else str(person.get("literal") or given)
    return " ".join(name.split())


def _lines(value: str) -> list[str]:
    return [line for line in (plain(each, 4 * LONGEST["title"]) for each in value.splitlines()) if line]
