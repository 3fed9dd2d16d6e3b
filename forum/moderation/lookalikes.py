"""Characters that hide what a text says: invisible ones, and letters that look like others.

Which letters look like Latin ones: Unicode Technical Standard 39, confusables.txt, as far as people can tell
them apart in no usual typeface. Greek letters, of which health texts are full, count only in the middle of a
Latin word.
"""

import re
import unicodedata
from collections.abc import Sequence

from forum.languages.words import N_
from forum.moderation.findings import Draft, Finding, hold

#: So many words with an invisible character in them are no accident of copying.
HIDDEN_WORDS = 3
#: A word of so many letters in mathematical type is no formula.
STYLED_LETTERS = 4
MOST_SHOWN = 3

_CYRILLIC = dict(zip("аеорсухіјѕԁһӏԛԝАВЕЅНІЈКМОРСТУХԚԜ", "aeopcyxijsdhlqwABESHIJKMOPCTYXQW", strict=True))
_GREEK = dict(zip("αινορυΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aivopuABEZHIKMNOPTYX", strict=True))
_ARMENIAN = dict(zip("օսհոզց", "ouhnqg", strict=True))
_LATIN_LIKE = _CYRILLIC | _GREEK | _ARMENIAN
_TO_LATIN = str.maketrans(_LATIN_LIKE)

#: Without a mark of their own; the soft hyphen is left out, because every copied article is full of them.
_INVISIBLE = "\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0"
_DROPPED = re.compile(f"[\u00ad\ufe00-\ufe0f\u202a-\u202e\u2066-\u2069{_INVISIBLE}\U000e0000-\U000e0fff]")
_LATIN = "A-Za-z\u00c0-\u024f"
_WITHIN = re.compile(f"(?<=[{_LATIN}])[{_INVISIBLE}]+(?=[{_LATIN}])")
#: Turns the direction of plain letters around, or is a letter that nobody sees (but for flags of regions).
_NEVER = re.compile("[\u202d\u202e]|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]")
_WORD = re.compile(r"[^\W\d_]+")
_STYLED = re.compile(f"[\U0001d400-\U0001d7ff]{{{STYLED_LETTERS},}}")
_BETWEEN = re.compile(f"(?<=[a-z])[{''.join(_GREEK)}]+(?=[a-z])")


def find(draft: Draft) -> list[Finding]:
    """Why a moderator should look at characters that hide something."""
    found = []
    if _NEVER.search(draft.source) or len(_WITHIN.findall(draft.words)) >= HIDDEN_WORDS:
        found.append(
            hold("invisible", N_("It contains invisible characters that hide or turn around words."))
        )
    if words := disguised(draft.words):
        shown = ", ".join(f"“{word}”" for word in words[:MOST_SHOWN])
        found.append(hold("look-alikes", f"Letters of another script stand in for Latin ones: {shown}."))
    return found


def disguised(text: str) -> Sequence[str]:
    """The words that are made to read like others, each once, in their order."""
    words = [word for word in _WORD.findall(text) if _is_mixed(word)]
    return list(dict.fromkeys(words + _STYLED.findall(text)))


def bare(text: str) -> str:
    """The text as a reader would say it: plain letters, nothing invisible between them."""
    return unicodedata.normalize("NFKC", _DROPPED.sub("", text)).translate(_TO_LATIN)


def _is_mixed(word: str) -> bool:
    """Whether a Latin word has letters of another script in it that look like its own."""
    if word.isascii() or not any(_is_latin(letter) for letter in word):
        return False
    others = [letter for letter in word if not _is_latin(letter)]
    if not others or not all(letter in _LATIN_LIKE for letter in others):
        return False
    return any(letter not in _GREEK for letter in others) or _BETWEEN.search(word) is not None


def _is_latin(letter: str) -> bool:
    return letter.isascii() or "\u00aa" <= letter <= "\u024f" or "\u1e00" <= letter <= "\u1eff"
