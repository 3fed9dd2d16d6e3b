"""Text as it is compared: without accents and case. Sørensen keeps its ø, which is a letter of its own."""

import unicodedata


class _Folded(dict[int, str]):
    """Maps each character to its folded form, and learns the form when it first meets the character."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        base = "".join(c for c in unicodedata.normalize("NFD", char) if not unicodedata.combining(c)).lower()
        self[code] = base if len(base) == 1 else char
        return self[code]


_FOLDED = _Folded()


def fold(text: str) -> str:
    """`text` without accents and in lower case, of the same length: place for place the same characters."""
    return text.translate(_FOLDED)
