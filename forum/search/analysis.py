"""Text as the index has it: folded words, those of English texts by their stems.

The same for both databases and for what people type, so that both find the same.
"""

from collections.abc import Iterable
from functools import lru_cache

import Stemmer

from forum.folding import fold

#: Letters of a word that count.
LONGEST = 64
#: From so many words on a text's language is told by its common words; English has a third of them.
_ENOUGH, _ENGLISH = 12, 0.15

#: So common that they are looked for only when there is nothing else, and then only in titles.
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
_STEMMER = Stemmer.Stemmer("english")


def spaced(text: str) -> str:
    """`text` folded, with a space for whatever is no letter and no digit; as long as `text`."""
    return "".join(char if char.isalnum() else " " for char in fold(text))


def words(text: str) -> list[str]:
    """The folded words of `text`, in order."""
    return [word[:LONGEST] for word in spaced(text).split()]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of an English word (Porter's second stemmer, as Snowball has it: snowballstem.org)."""
    stemmed: str = _STEMMER.stemWord(word)
    return stemmed


def is_english(found: Iterable[str]) -> bool:
    """Whether the words are English ones, as far as one can tell; a few words are taken for English."""
    listed = list(found)
    if len(listed) < _ENOUGH:
        return True
    return sum(word in COMMON for word in listed) >= _ENGLISH * len(listed)


def tokens(text: str, *, english: bool) -> list[str]:
    """The words of `text` as they stand in the index: stems if the text is English."""
    found = words(text)
    return [stem(word) for word in found] if english else found


def forms(term: str) -> tuple[str, ...]:
    """How a term (words, a space between) may stand in the index: by stems, or plain in other languages."""
    return tuple(dict.fromkeys((" ".join(stem(word) for word in term.split()), term)))
