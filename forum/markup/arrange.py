"""The pass over a parsed text that numbers citations and makes links, pictures and headings ours."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from forum.markup.citations import Cited, Numbering, Use
from forum.markup.highlight import BUDGET
from forum.markup.links import OUTSIDE_REL, POST, disguised, outside
from forum.markup.pictures import Album, describes, in_text
from forum.markup.plain import words
from forum.markup.quotes import attribute
from forum.references.identifiers import Identifier, in_address

#: The page's title is h1, its sections are h2.
_HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6"}


@dataclass
class Harvest:
    """What one text says to the outside, in reading order."""

    album: Album
    numbering: Numbering = field(default_factory=Numbering)
    mentions: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    #: Whether each image has words for what it shows.
    is_described: bool = True

    @property
    def cited(self) -> tuple[Cited, ...]:
        return tuple(self.numbering.cited.values())


def arrange(state: StateCore) -> None:
    """The core rule; fills `env["harvest"]`."""
    harvest: Harvest = state.env["harvest"]
    coloured = 0
    for token in state.tokens:
        if token.type == "inline":
            token.children = list(_inline(token.children or [], harvest))
        elif token.type == "fence":
            coloured += len(token.content)
            token.info = token.info if coloured <= BUDGET else ""
        elif token.tag in _HEADINGS:
            token.tag = _HEADINGS[token.tag]
        elif style := token.attrs.pop("style", None):
            token.attrs["class"] = f"align-{str(style).removeprefix('text-align:')}"
    attribute(state.tokens)


def _inline(tokens: list[Token], harvest: Harvest) -> Iterator[Token]:
    rest = iter(tokens)
    for token in rest:
        if token.type == "link_open":
            yield from _link(token, list(_until_close(rest)), harvest)
        elif token.type == "image":
            yield from _image(token, harvest)
        else:
            yield _noted(token, harvest)


def _until_close(rest: Iterator[Token]) -> Iterator[Token]:
    """The tokens inside a link; of a link within, only its words, for links do not nest."""
    depth = 1
    for token in rest:
        depth += token.nesting if token.type in ("link_open", "link_close") else 0
        if not depth:
            return
        if token.type not in ("link_open", "link_close"):
            yield token


def _noted(token: Token, harvest: Harvest) -> Token:
    if token.type == "citation":
        token.meta["ordinal"], token.meta["place"] = harvest.numbering.number(token.meta["use"])
    elif token.type == "mention":
        harvest.mentions.setdefault(token.content.casefold(), token.content)
    elif token.type == "text":
        token.content = token.content.replace(POST, "")  # it can be written as a character reference
    return token


def _link(opening: Token, inside: list[Token], harvest: Harvest) -> Iterator[Token]:
    """A link; one to a known kind of source is (or is followed by) its citation."""
    address = str(opening.attrs["href"])
    identifier = in_address(address)
    if not (identifier and opening.markup == "autolink"):
        yield from _anchor(address, [_inside(token, harvest) for token in inside])
        if host := disguised(words(inside), address):
            yield _text(f" ({host})")
    if identifier:
        yield _noted(_citation(identifier), harvest)
    elif outside(address):
        harvest.links.append(address)


def _inside(token: Token, harvest: Harvest) -> Token:
    """A token of a link's words, of which a picture can be one."""
    if token.type != "image":
        return _noted(token, harvest)
    picture, said = _seen(token, harvest)
    return picture or _text(said)


def _image(token: Token, harvest: Harvest) -> Iterator[Token]:
    """The picture, which leads to itself in full size; or a link to it.

    Loading what stands elsewhere would tell its host who reads here.
    """
    picture, said = _seen(token, harvest)
    if picture is None:
        yield from _anchor(str(token.attrs["src"]), [_text(said)])
        return
    yield Token("link_open", "a", 1, attrs={"class": "figure", "href": picture.attrs["src"]})
    yield picture
    yield Token("link_close", "a", -1)


def _seen(token: Token, harvest: Harvest) -> tuple[Token | None, str]:
    """The picture, if it is one of ours, and what to say instead of showing it."""
    address, said = str(token.attrs["src"]), words(token.children or ()).replace(POST, "").strip()
    if outside(address):
        harvest.links.append(address)
    harvest.is_described &= describes(said)
    picture = harvest.album.show(address)
    return in_text(picture, said) if picture else None, said or address


def _anchor(address: str, inside: list[Token]) -> Iterator[Token]:
    attributes: dict[str, str | int | float] = {"href": address}
    if outside(address):
        attributes["rel"] = OUTSIDE_REL
    yield Token("link_open", "a", 1, attrs=attributes)
    yield from inside
    yield Token("link_close", "a", -1)


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _citation(identifier: Identifier) -> Token:
    return Token("citation", "", 0, meta={"use": Use(identifier)})
