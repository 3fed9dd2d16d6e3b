"""In the pseudo-language whatever is said without brackets was never translated."""

import html
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import html5lib
import pytest
from browser.kinds import KINDS, Kind
from browser.steps import Sent, sent_in
from languages.test_extracted import SAME
from web.test_html import HERE, Place, followed, place, send

from forum.languages.catalogues import Pseudo
from forum.languages.speaking import PSEUDO
from forum.web.tongues import COOKIE

assert place, "the fixture of the furnished community"
SPOKEN = ("aria-label", "title", "placeholder", "alt")
#: Never translated: what programs read, what is to be typed or copied, and what is shown as it was stored.
PASSED = {"script", "style", "code", "pre", "kbd", "samp", "textarea", "svg"}
#: Keys, addresses, what jobs are given, the time zones, and bibliographic data: the same for everybody.
_ALIKE = re.compile(
    r"\b(Ctrl|Alt|Shift)\+\S+|\bhttps?://\S+|\b[\w.+-]+@[\w.]+|\b\w+_id: \d+|^ctx_ver=\S+|\bPost \d+: |✓"
    r"|\b(SQLite|PostgreSQL|Python|starlette|sqlalchemy|markdown-it-py|bleach)\b"
)
#: Authors and a journal in a row: "Cavanna F, Muller S, de la Fuente LA".
_NAMES = re.compile(r"(?:[A-ZÀ-Ž][\w.’-]*|de|la|van|\d{4}|[ ,])+,(?:[A-ZÀ-Ž][\w.’-]*|de|la|van|\d{4}|[ ,])+")
#: What people on other pages filled in, and some logs show.
TYPED = {value.strip(" .") for kind in KINDS if (step := sent_in(kind.do)) for value in step.fields.values()}
#: A day as English writes it, which the pseudo-language does too.
_DAY = re.compile(r"\b\d{1,2} [A-Z][a-z]+ \d{4}\b")
_AROUND = " .,:;!?()“”–·…↩←→×@#"
_WORD = re.compile(r"[^\W\d_]{2,}")


#: The workshop's own page has no translation.
SPEAKING = [kind for kind in KINDS if kind.path != "/design"]


class Stored:
    """All that members wrote and registries told."""

    def __init__(self, path: Path) -> None:
        self._values = set(_values(path))
        self._all = "\n".join(self._values)

    def has(self, part: str) -> bool:
        """Whether it is one of these texts, or a longer piece of one."""
        if part in self._values or _NAMES.fullmatch(part):
            return True
        return len(part.split()) > 2 and part in self._all


@cache
def stored(path: Path) -> Stored:
    return Stored(path)


def _values(path: Path) -> Iterator[str]:
    """Each text of the database, and each text inside of stored HTML and JSON, with single spaces."""
    with closing(sqlite3.connect(path)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            if not table.startswith(("search_fts", "reference_fts")):
                for row in db.execute(f"SELECT * FROM {table}"):
                    yield from (part for value in row if isinstance(value, str) for part in _parts(value))


def _parts(value: str) -> Iterator[str]:
    if value[:1] in '[{"':
        yield from re.findall(r'"((?:[^"\\]|\\.)*)"', value)
    yield " ".join(value.split())
    for piece in re.split(r"<[^>]*>|\n", value) if "<" in value or "\n" in value else ():
        yield " ".join(html.unescape(piece).split()).strip(_AROUND)
    yield from re.findall(r'="([^"]+)"', value)


def said(page: str) -> Iterator[str]:
    """What the page says: its whole text, a line for each piece, and its spoken attributes."""
    body = html5lib.parse(page, namespaceHTMLElements=False).find("body")
    yield "".join(_texts(body))
    for element in body.iter():
        if isinstance(element.tag, str) and "lang" not in element.attrib:
            yield from (element.get(name) for name in SPOKEN if element.get(name))


def _texts(element: Any) -> Iterator[str]:
    passed = element.tag in PASSED or "lang" in element.attrib or element.get("name") == "time_zone"
    if not passed and element.text:
        yield element.text
    for child in element:
        if isinstance(child.tag, str) and not passed:
            # What a search found is marked in the middle of somebody's sentence.
            yield "" if child.tag == "mark" else "\n"
            yield from _texts(child)
            yield "" if child.tag == "mark" else "\n"
        if child.tail and not passed:
            yield child.tail


def outside(text: str) -> str:
    """What stands outside of all brackets; those of a value stand inside of those of its sentence."""
    kept, depth = [], 0
    for letter in text:
        depth += {"⟦": 1, "⟧": -1}.get(letter, 0)
        kept.append("\n" if letter in "⟦⟧" else letter if depth == 0 else "")
    return "".join(kept)


def unspoken(page: str, known: Stored) -> list[str]:
    """What is neither in brackets nor somebody's words, nor the same in every language."""
    lines = (line for text in said(page) for line in outside(text).split("\n"))
    parts = (" ".join(_ALIKE.sub("", _DAY.sub("", line)).split()).strip(_AROUND) for line in lines)
    return [part for part in parts if _WORD.search(SAME.sub("", part)) and not known.has(part)]


def translated(step: Sent) -> Sent:
    """The step, on a page whose buttons speak the pseudo-language."""
    same = Sent(Pseudo().gettext(step.button), **step.fields)
    return same.after(translated(step.first)) if step.first else same


@pytest.mark.parametrize(
    "kind", {(kind.path, kind.who): kind for kind in SPEAKING}.values(), ids=lambda kind: kind.name
)
def test_every_page_is_translated(place: Place, kind: Kind) -> None:
    browser = place.as_(kind.who)
    browser.client.cookies.set(COOKIE, PSEUDO, domain=HERE)
    page = followed(browser, browser.get(kind.path.format_map(place.places)))
    if step := sent_in(kind.do):
        page = send(place, kind.who, page, translated(step))
    assert '<html lang="en-x-pseudo" dir="rtl"' in page.text
    assert [part for part in unspoken(page.text, stored(place._path)) if part not in TYPED] == []
