"""From what a member typed to what a reader sees."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType

from markdown_it.token import Token

from forum.languages.words import N_, _
from forum.markup.arrange import Harvest
from forum.markup.citations import Cited
from forum.markup.links import POST
from forum.markup.parser import parser
from forum.markup.pictures import Album
from forum.markup.plain import plain
from forum.markup.sanitize import sanitize

#: Raised whenever the same text would come out differently; a job then renders stored posts again.
MARKUP_VERSION = 4
#: Characters that a post may have; the actions hold to it, rendering works beyond.
LIMIT = 30_000

#: Tokens and characters of HTML that a text may grow to. A tangle of tables or of repeated long links
#: grows past any use for a reader, and its cleaning would take seconds.
MOST_TOKENS = 20_000
MOST_HTML = 600_000
MOST_PROBLEMS = 10

UNDESCRIBED = N_(
    "A picture has no words yet for people who cannot see it."
    " Write in the brackets what it shows: ![a cat asleep on a chair](…)."
)
_NO_COPIES: Mapping[str, str] = MappingProxyType({})

_UNWANTED = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff{POST}]")
_ANCHOR = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Page:
    """One rendered text.

    `source` is the Markdown as it is to be stored; `html` is safe and carries the mark that `anchored`
    replaces; `text` is the words alone; `citations` has one entry for each reference; `mentions` are names
    without @, as first written; `links` are the outgoing addresses that are not citations, one for each
    place; `problems` are sentences for the author about what stays as typed or misses something, ten at
    most. `pictures` are the names of our own images that it shows; `remote` are the addresses of images
    elsewhere, ten at most, that it would show if there were a copy.
    """

    source: str
    html: str
    text: str
    citations: tuple[Cited, ...] = ()
    mentions: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    remote: tuple[str, ...] = ()


def render(text: str, copies: Mapping[str, str] = _NO_COPIES) -> Page:
    """The page that `text` makes. Never raises, and takes time in proportion to the text.

    `copies` has, for addresses of images elsewhere, the name of the image of ours that is its copy.
    """
    source = normalised(text)
    harvest, problems = Harvest(Album(copies)), dict[str, None]()
    env = {"harvest": harvest, "problems": problems, "marks": {}}
    tokens = parser().parse(source, env)
    html = parser().renderer.render(tokens, parser().options, env) if _bearable(tokens) else ""
    if len(html) > MOST_HTML or (tokens and not html):
        return _as_typed(source)
    return Page(
        source=source,
        html=sanitize(html),
        text=plain(tokens),
        citations=harvest.cited,
        mentions=tuple(harvest.mentions.values()),
        links=tuple(harvest.links),
        problems=(*_asked(harvest), *problems)[:MOST_PROBLEMS],
        pictures=tuple(harvest.album.shown),
        remote=tuple(harvest.album.wanted),
    )


def _asked(harvest: Harvest) -> Sequence[str]:
    return () if harvest.is_described else (_(UNDESCRIBED),)


def anchored(html: str, anchor: str) -> str:
    """`html` of a Page with its ids and the links between them made the post's own; `anchor` as in `p12`."""
    if not _ANCHOR.fullmatch(anchor):
        raise ValueError(f"not an anchor: {anchor!r}")
    return html.replace(POST, anchor)


def normalised(text: str) -> str:
    """`text` as it is stored: composed characters, plain line ends, nothing invisible that could do harm."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _UNWANTED.sub("", text)).rstrip()


def _bearable(tokens: Sequence[Token]) -> bool:
    return sum(1 + len(token.children or ()) for token in tokens) <= MOST_TOKENS


def _as_typed(source: str) -> Page:
    html = sanitize(f'<pre class="as-typed">{escape(source)}</pre>')
    return Page(
        source,
        html,
        source,
        problems=(_("There is too much formatting in this text, so it is shown as typed."),),
    )
