"""What a person typed into the search box, as words and "phrases". Nothing that is typed is an error."""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from forum.folding import fold

LONGEST = 400
WORDS = 16
_QUOTED = re.compile(r'["“”„«»]([^"“”„«»]*)["“”„«»]')

#: So common that they are looked for only when there is nothing else, and then only in titles. The same
#: words that PostgreSQL's `english` configuration leaves out, so that both databases find the same.
_COMMON = (
    "i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her "
    "hers herself it its itself they them their theirs themselves what which who whom this that these "
    "those am is are was were be been being have has had having do does did doing a an the and but if "
    "or because as until while of at by for with about against between into through during before after "
    "above below to from up down in out on off over under again further then once here there when where "
    "why how all any both each few more most other some such no nor not only own same so than too very "
    "s t can will just don should now"
)
COMMON = frozenset(_COMMON.split())


class Query(NamedTuple):
    """Folded words to look for, any of them, the more the better; one of several parts stands as a phrase.

    `phrases` are those among `words` that must occur. With `titles_only` all words are common ones.
    """

    words: tuple[str, ...]
    phrases: tuple[str, ...] = ()
    titles_only: bool = False

    def __bool__(self) -> bool:
        return bool(self.words)


def parse(text: str) -> Query:
    """What `text` asks for; an empty query when it holds no letter and no digit."""
    text = unicodedata.normalize("NFC", text[:LONGEST])
    phrases = _distinct(" ".join(tokens(quoted)) for quoted in _QUOTED.findall(text))
    # covid-19 and 10.1371/journal are phrases of their parts, which both indexes have one after the other.
    single = _distinct(" ".join(tokens(word)) for word in _QUOTED.sub(" ", text).split())
    words = _distinct([*phrases, *single])[:WORDS]
    telling = tuple(word for word in words if not _is_common(word))
    if not telling:
        return Query(words, tuple(p for p in phrases if p in words), titles_only=True)
    return Query(telling, tuple(phrase for phrase in phrases if phrase in telling))


def spaced(text: str) -> str:
    """`text` folded, with a space for whatever is no letter and no digit; as long as `text`."""
    return "".join(char if char.isalnum() else " " for char in fold(text))


def tokens(text: str) -> list[str]:
    """The folded words of `text`."""
    return spaced(text).split()


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))


def _is_common(word: str) -> bool:
    return all(part in COMMON for part in word.split())
