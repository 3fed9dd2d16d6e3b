"""The sentences of a text, and how one is marked in its HTML as in need of a source."""

import re
from collections.abc import Iterator, Sequence
from html import escape, unescape
from typing import NamedTuple

from forum.languages.words import lasting
from forum.markup.pictures import UNDESCRIBED

LONGEST = 500
#: Fewer words are a heading, a name or a sigh, not a statement.
FEWEST_WORDS = 4

#: A citation as the plain text shows it: `[2]`, `[2, p. 4]`.
_LABEL = re.compile(r"\s?\[[0-9]{1,3}(?:, [^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*)?\]")
_END = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+(?=[\"'“‘«(\[]*[^\W_a-z])")
#: What ends in a dot and ends no sentence.
_SHORT = re.compile(r"(?:\b(?:e\.g|i\.e|cf|vs|approx|ca|Dr|Prof|Mr|Mrs|Ms|St|No|Fig|et al|etc)|\b[A-Z])\.$")
_SAID = re.compile(r'<img [^>]*alt="([^"]*)"')
_PIECE = re.compile(
    r"""(?P<tag><(?:[^<>"']|"[^"]*"|'[^']*')*>)|&(?:[a-zA-Z][a-zA-Z0-9]*|#[0-9]+|#x[0-9a-fA-F]+);|.""",
    re.DOTALL,
)


class Letter(NamedTuple):
    """One visible character of a page's text, and where it stands in the HTML."""

    char: str
    start: int
    end: int


def sentences(plain: str) -> list[str]:
    """The statements of a post's plain text, each once, in their order."""
    found = (sentence for line in plain.split("\n") for sentence in _of_line(line))
    long = (s for s in found if len(s) <= LONGEST and len(_LABEL.sub("", s).split()) >= FEWEST_WORDS)
    return list(dict.fromkeys(long))


def _of_line(line: str) -> Iterator[str]:
    begun = ""
    for piece in _END.split(line.strip()):
        begun = f"{begun} {piece}".strip()
        if not _SHORT.search(begun) and begun.count("[") <= begun.count("]"):
            yield begun
            begun = ""
    if begun:
        yield begun


def bare(sentence: str) -> str:
    """The sentence without its citations and spaces: what stays the same when a source is added."""
    return "".join(_LABEL.sub("", sentence).split())


def cites(sentence: str) -> bool:
    """Whether a citation stands in the sentence."""
    return _LABEL.search(sentence) is not None


def marked(html: str, wanted: Sequence[str], address: str) -> str:
    """`html` with each of the `wanted` sentences marked, and a link to `address` after it."""
    for sentence in wanted:
        html = _marked(html, bare(sentence), address)
    return html


def visible(html: str) -> str:
    """What a reader sees of a part of a page's HTML, bare as `bare` leaves a sentence."""
    return "".join(letter.char for letter in _letters(html))


def _marked(html: str, sentence: str, address: str) -> str:
    letters = _letters(html)
    at = "".join(letter.char for letter in letters).find(sentence)
    if at < 0 or not sentence:
        return html
    runs = list(_runs(letters[at : at + len(sentence)], html))
    last = _after_link(html, runs[-1][1])
    words = lasting("source needed")
    asks = f'<sup class="needs"><a href="{escape(address)}">{escape(words)}</a></sup>'
    html = f"{html[:last]}{asks}{html[last:]}"
    for start, end in reversed(runs):
        html = f'{html[:start]}<mark class="unsourced">{html[start:end]}</mark>{html[end:]}'
    return html


def _after_link(html: str, place: int) -> int:
    """`place`, or where the link ends in which it stands: links cannot hold links."""
    inside = html.rfind("<a ", 0, place) > html.rfind("</a>", 0, place)
    return html.index("</a>", place) + 4 if inside else place


def _letters(html: str) -> list[Letter]:
    """The characters that a reader sees, without white space and without what stands in a citation.

    The words of a picture all stand where it stands.
    """
    found: list[Letter] = []
    cited = False
    undescribed = lasting(UNDESCRIBED)
    for piece in _PIECE.finditer(html):
        if picture := _SAID.match(piece["tag"] or ""):
            words = unescape(picture[1])
            letters = "".join(words.split()) if words != undescribed else ""
            found += [Letter(char, piece.start(), piece.end()) for char in letters]
        elif piece["tag"]:
            cited = piece["tag"].startswith("<sup") or (cited and piece["tag"] != "</sup>")
        elif not cited and not (char := unescape(piece[0])).isspace():
            found.append(Letter(char, piece.start(), piece.end()))
    return found


def _runs(letters: Sequence[Letter], html: str) -> Iterator[tuple[int, int]]:
    """From where to where the letters stand without a tag between them."""
    start, end = letters[0].start, letters[0].end
    for letter in letters[1:]:
        if "<" in html[end : letter.start]:
            yield start, end
            start = letter.start
        end = letter.end
    yield start, end
