"""Text in the pieces of words that the embedding model knows (BERT, uncased: arxiv.org/abs/1810.04805).

`vocabulary.txt` is BERT's own, one piece a line (github.com/google-research/bert, its licence beside it): the
package that brings the model's weights does not bring it.
"""

import unicodedata
from functools import cache, lru_cache
from pathlib import Path

#: The model reads so many pieces of a text, with the two marks at its ends.
MOST = 256
_UNKNOWN, _BEGINS, _ENDS = "[UNK]", "[CLS]", "[SEP]"
#: No longer word is taken apart.
_LONGEST = 100
_VOCABULARY = Path(__file__).with_name("vocabulary.txt")
#: The first and the last character of each block whose characters stand alone as words.
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip


def numbers(text: str) -> list[int]:
    """The numbers of the text's first pieces, between those of the marks; at most MOST."""
    known = _vocabulary()
    found = [number for word in words(text) for number in _pieces(word, known)]
    return [known[_BEGINS], *found[: MOST - 2], known[_ENDS]]


def words(text: str) -> list[str]:
    """Lower-case words without accents; punctuation marks and ideographs are words of their own."""
    return "".join(map(_read, unicodedata.normalize("NFD", text))).lower().split()


@lru_cache(maxsize=4096)
def _read(char: str) -> str:
    kind = unicodedata.category(char)
    if char in "\t\n\r" or kind == "Zs":
        return " "
    if kind[0] == "C" or kind == "Mn" or char == "\ufffd":
        return ""
    return f" {char} " if _is_mark(char) or _is_ideograph(ord(char)) else char


def _is_mark(char: str) -> bool:
    """Whether it is punctuation; in ASCII whatever is no letter and no digit is."""
    if char.isascii():
        return not (char.isalnum() or char.isspace())
    return unicodedata.category(char)[0] == "P"


def _is_ideograph(code: int) -> bool:
    return any(first <= code <= last for first, last in _IDEOGRAPHS)


def _pieces(word: str, known: dict[str, int]) -> list[int]:
    """The longest piece that the word begins with, then the longest of what is left, and so on."""
    found: list[int] = []
    start = 0
    while start < len(word) <= _LONGEST:
        mark = "##" if start else ""
        ends = range(len(word), start, -1)
        end = next((end for end in ends if mark + word[start:end] in known), None)
        if end is None:
            return [known[_UNKNOWN]]
        found.append(known[mark + word[start:end]])
        start = end
    return found or [known[_UNKNOWN]]


@cache
def _vocabulary() -> dict[str, int]:
    pieces = _VOCABULARY.read_text(encoding="utf-8").splitlines()
    return {piece: number for number, piece in enumerate(pieces)}
