"""Titles, names and years of works in the forms in which they are compared."""

import re
import unicodedata
from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from forum.references.resolvers.plain import plain

LONGEST = 6_000
_GREEK = re.compile(r"(?<![α-ωά-ώ])[α-ω](?![α-ωά-ώ])")
_LETTERS = str.maketrans({"æ": "ae", "ð": "d", "ø": "o", "þ": "th", "đ": "d", "ı": "i", "ł": "l", "œ": "oe"})
_SPELLED = str.maketrans({"ä": "ae", "å": "aa", "ö": "oe", "ø": "oe", "ü": "ue"})
_APOSTROPHE = re.compile(r"(?<=\w)['’ʼ`´](?=\w)")
_HAN = re.compile(r"([\u3040-\u30ff\u3400-\u9fff])")
_OTHER = re.compile(r"[\W_]+")
_PARTICLE = re.compile(r"(?:van|von|der|den|del?|della|di|da|dos|du|la|le|ter|ten) ")
_SUBTITLE = re.compile(r"\s*:\s+|(?<=[?!])\s+|\s+[–—-]\s+")
_ROMAN = re.compile(r"(?=[ivx])(x{0,3})(ix|iv|v?i{0,3})")
_COUNTED = {"one": 1, "first": 1, "two": 2, "second": 2, "three": 3, "third": 3, "four": 4, "fourth": 4}
_DATES = ("issued", "published", "published-print", "published-online", "available-date", "original-date")


def words(text: str) -> str:
    """`text` as lower-case words without accents, markup and punctuation.

    Single Greek letters are named. Each sign of Chinese and Japanese, which have no spaces, is a word.
    """
    text = plain(text, LONGEST).casefold().replace("&", " and ")
    return _plain_letters(_HAN.sub(r" \1 ", _GREEK.sub(_named, text)))


def _named(greek: re.Match[str]) -> str:
    name = unicodedata.name(greek[0]).rpartition(" ")[2].lower()
    return f" {name.replace('lamda', 'lambda')} "


def _plain_letters(text: str) -> str:
    text = unicodedata.normalize("NFKD", _APOSTROPHE.sub("", text.translate(_LETTERS)))
    letters = "".join(char for char in text if not unicodedata.combining(char))
    return " ".join(_OTHER.sub(" ", letters).split())


def main_title(title: str) -> str:
    """The title before its subtitle, as words."""
    return words(_SUBTITLE.split(title, maxsplit=1)[0])


def around(sought: str, text: str) -> tuple[str, str] | None:
    """The words before and behind `sought` in `text`, both made by `words` and however spaced."""
    parts = text.split()
    ends = list(accumulate((len(part) for part in parts), initial=0))
    run, letters = "".join(parts), sought.replace(" ", "")
    place = run.find(letters) if letters else -1
    while place >= 0:
        if place in ends and place + len(letters) in ends:
            return " ".join(parts[: ends.index(place)]), " ".join(parts[ends.index(place + len(letters)) :])
        place = run.find(letters, place + 1)
    return None


def numerals(title: str) -> tuple[int, ...]:
    """The numbers in a title, by size: digits, Roman numerals up to 39, and the first four in words."""
    return tuple(sorted(number for word in words(title).split() for number in _numbers(word)))


def _numbers(word: str) -> list[int]:
    if roman := _ROMAN.fullmatch(word):
        units = {"": 0, "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9}
        return [10 * len(roman[1]) + units[roman[2]]]
    if word in _COUNTED:
        return [_COUNTED[word]]
    return [int(digits) for digits in re.findall(r"[0-9]{1,9}", word)]


def text_of(csl: Mapping[str, Any], *keys: str) -> str:
    """The first of these fields of the record that is text, or a number as text; "" if none is."""
    for key in keys:
        value = csl.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9:
            return str(value)
        if found := plain(value, LONGEST):
            return found
    return ""


def years(csl: Mapping[str, Any]) -> tuple[int, ...]:
    """The years in which the record says that the work came out; print and online may differ."""
    found = (_year(csl.get(key)) for key in _DATES)
    return tuple(dict.fromkeys(year for year in found if year))


def _year(date: Any) -> int | None:
    parts = date.get("date-parts") if isinstance(date, Mapping) else None
    first = parts[0] if isinstance(parts, list) and parts else None
    year = first[0] if isinstance(first, list) and first else None
    return year if isinstance(year, int) and not isinstance(year, bool) and 0 < year < 10_000 else None


def first_author(csl: Mapping[str, Any]) -> str:
    """The family name of the record's first author or editor, or the group's name; "" without one."""
    for people in (csl.get("author"), csl.get("editor")):
        first = people[0] if isinstance(people, list) and people else None
        if isinstance(first, Mapping) and (name := text_of(first, "family", "literal", "name")):
            return name
    return ""


def name_forms(family: str) -> frozenset[str]:
    """How a family name may be written: ü as u or ue, with and without particles, or its last part alone."""
    folded = _HAN.sub(r" \1 ", plain(family, LONGEST).casefold())
    forms = {_plain_letters(folded), _plain_letters(folded.translate(_SPELLED))}
    forms |= {_PARTICLE.sub("", form) for form in forms} | {form.rpartition(" ")[2] for form in forms}
    return frozenset(form for form in forms if form)
