"""Text on one line, and the letters that patterns for names and titles are made of."""

import re
import unicodedata
from typing import NamedTuple

#: Letters that begin a name or a sentence, for a class of a pattern: Latin, Greek, Cyrillic. Few, because
#: each pattern holds them many times.
UPPER = "A-ZÀ-ÖØ-ÞΑ-ΩЀ-Я" + "".join(char for char in map(chr, range(0x100, 0x180)) if char.isupper()) + "ȘȚ"
LETTER = r"[^\W\d_]"
_BODY = rf"[{UPPER}]{LETTER}{{0,30}}+(?:['’ʼ\-‐‑]{LETTER}{{1,30}}+){{0,3}}+(?![\w’'])"
START = r"(?<![\w'’‐-])"
#: A capitalised word: Rootman, O’Brien, Dinh-Williams, McKenna; and d’Souza.
WORD = rf"{START}(?:d['’])?{_BODY}"
YEAR = r"(?:1[5-9]|20)[0-9]{2}"
OPENING, CLOSING = "\"“„«‘'", "\"”“»’'"


class Line(NamedTuple):
    """`text` is a stretch of the input with single spaces; its letter `i` stands at `places[i]` there."""

    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]`, without spaces at its ends, begins and ends in the input."""
        while start < end and self.text[start] == " ":
            start += 1
        while end > start and self.text[end - 1] == " ":
            end -= 1
        return (self.places[start], self.places[end - 1] + 1) if start < end else (0, 0)


def one_line(text: str, start: int = 0, end: int | None = None) -> Line:
    """`text[start:end]` on one line, without invisible characters and spaces at its ends."""
    kept: list[str] = []
    places: list[int] = []
    for place in range(start, len(text) if end is None else end):
        char = " " if text[place].isspace() else text[place]
        if kept and unicodedata.combining(char):
            # An accent that was typed apart: names are sought as letters.
            whole = unicodedata.normalize("NFC", kept[-1] + char)
            kept[-1] = whole if len(whole) == 1 else kept[-1]
        elif char.isprintable() and (char != " " or (kept and kept[-1] != " ")):
            kept.append(char)
            places.append(place)
    if kept and kept[-1] == " ":
        kept.pop()
        places.pop()
    return Line("".join(kept), tuple(places))


_SENTENCE_END = re.compile(
    rf"[.?!][{re.escape(CLOSING)})\]]?(?= (?:[{UPPER}0-9(\[{re.escape(OPENING)}]|[a-z]{{1,3}}[A-Z]|npj ))"
)
_SHORTENED = re.compile(
    r"al|approx|art|ca|cf|co|dr|eds?|et|fig|inc|jr|ltd|mrs?|ms|no|nr|pp?|prof|spp?|sr|st|subsp|suppl|u\.[sk]"
    r"|var|vol|vs|[^\W\d_]",
    re.IGNORECASE,
)


def sentences(text: str) -> list[str]:
    """One line of text cut after each full stop, question or exclamation mark that ends a sentence."""
    found, start = [], 0
    for mark in _SENTENCE_END.finditer(text):
        word = text[start : mark.start()].rpartition(" ")[2].strip("([")
        # “E. coli” and “D. Nutt” go on.
        if text[mark.start()] == "." and _SHORTENED.fullmatch(word):
            continue
        found.append(text[start : mark.end()].strip())
        start = mark.end()
    return [*found, text[start:].strip()] if text[start:].strip() else found
