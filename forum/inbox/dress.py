"""The two forms of a letter as it is mailed: plain text, and HTML made of the same words.

The HTML loads nothing from anywhere, runs nothing, and links to this forum only: what people wrote is text in
it, whatever it looks like.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from itertools import groupby
from typing import NamedTuple

from jinja2 import Environment

from forum.config import Settings
from forum.inbox import letters
from forum.inbox.kinds import Group
from forum.inbox.letters import Written, compose
from forum.languages import speaking
from forum.languages.words import N_
from forum.paths import TEMPLATES

#: What mail programs show beside the subject in a list of mails.
PREVIEW = 140
#: Why somebody gets such a mail.
WHY: Mapping[Group, str] = {
    Group.ANSWERS: N_("You get this mail because somebody answered you."),
    Group.COMMENTS: N_("You get this mail because somebody commented on a post of yours."),
    Group.MENTIONS: N_("You get this mail because somebody mentioned you."),
    Group.ACCEPTED: N_("You get this mail because an answer of yours was accepted."),
    Group.FOLLOWS: N_("You get this mail because of something that you follow."),
    Group.REMINDERS: N_("You get this mail because you wanted to be reminded."),
    Group.SOURCES: N_("You get this mail because of a source that you cite or follow."),
    Group.MODERATION: N_("You get this mail because a decision concerns you; such mails always come."),
    Group.ACCOUNT: N_("You get this mail because it is about your account; such mails always come."),
}


class Kind(StrEnum):
    """How a part of a letter looks."""

    PLAIN = "plain"
    LIST = "list"
    QUOTE = "quote"
    BUTTON = "button"


class Piece(NamedTuple):
    """Some words of a line; `address` is where they lead, on this forum, or ""."""

    words: str
    address: str = ""


class Part(NamedTuple):
    """A paragraph or a list: its lines, each in pieces."""

    kind: Kind
    lines: Sequence[Sequence[Piece]]


class Dressed(NamedTuple):
    """What `building.build` takes: the words of the text part, and the HTML part."""

    written: Written
    html: str


class _Mail(NamedTuple):
    name: str
    subject: str
    text: str
    path: str


def message(
    settings: Settings, written: Written, *, name: str, path: str, group: Group, unsubscribe: str = ""
) -> Dressed:
    """The mail to `name` about a message of their inbox, in the language spoken now.

    `path` is what it is about, on this forum, or ""; `unsubscribe` is the token of unsubscribing.py, if mails
    of the group can be switched off.
    """
    mail = _Mail(name, written.subject, written.text, path)
    facts = {"forum": settings.name, "base_url": settings.base_url, "unsubscribe": unsubscribe}
    whole = compose("message", mail=mail, **facts).written()
    html = page(
        settings,
        subject=written.subject,
        name=name,
        parts=parts(written.text, settings.base_url),
        link=settings.base_url + path if path else "",
        preview=preview(written.text),
        why=WHY[group],
        unsubscribe=unsubscribe,
    )
    return Dressed(whole, html)


def letter(settings: Settings, written: Written) -> Dressed:
    """The mail that is about no message: a link to begin with, a receipt, a test."""
    html = page(
        settings,
        subject=written.subject,
        parts=parts(written.text, settings.base_url),
        preview=preview(written.text),
    )
    return Dressed(written, html)


def page(settings: Settings, template: str = "mail/_html.html", /, **facts: object) -> str:
    """An HTML part. A template of one's own extends `mail/_html.html` and fills its block `content`.

    `subject` is needed; `why`, a marked text, and `unsubscribe`, a token, make the foot; `preview` is what a
    list of mails shows.
    """
    usual = {"name": "", "parts": (), "link": "", "preview": "", "why": "", "unsubscribe": ""}
    about = {
        "forum": settings.name,
        "base_url": settings.base_url,
        "lang": speaking.tag(),
        "direction": speaking.direction(),
    }
    return _templates().get_template(template).render({**usual, **about, **facts})


def parts(text: str, base_url: str) -> list[Part]:
    """The paragraphs and lists of a letter's text, in which only addresses of this forum are links."""
    found = []
    for paragraph in re.split(r"\n{2,}", text.strip()):
        for is_list, lines in groupby(paragraph.split("\n"), lambda line: line.startswith("- ")):
            found.append(_part(list(lines), is_list, base_url))
    return found


def preview(text: str) -> str:
    """The beginning of the text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= PREVIEW else line[: PREVIEW - 1].rsplit(" ", 1)[0] + "…"


def _part(lines: Sequence[str], is_list: bool, base_url: str) -> Part:
    if is_list:
        return Part(Kind.LIST, [list(pieces(line[2:], base_url)) for line in lines])
    said = [list(pieces(line, base_url)) for line in lines]
    if len(said) == 1 and len(said[0]) == 1 and said[0][0].address:
        return Part(Kind.BUTTON, said)
    is_quote = lines[0].startswith(("“", "«")) and lines[-1].endswith(("”", "»"))
    return Part(Kind.QUOTE if is_quote else Kind.PLAIN, said)


def pieces(line: str, base_url: str = "") -> Iterator[Piece]:
    """The words in order, those that name our pages with their address: a path, without `base_url`."""
    end = 0
    for found in _addresses(base_url).finditer(line):
        if found.start() > end:
            yield Piece(line[end : found.start()])
        said = found.group()
        yield Piece(said, said if said.startswith(base_url) else base_url + said)
        end = found.end()
    if end < len(line) or not line:
        yield Piece(line[end:])


@cache
def _addresses(base_url: str) -> re.Pattern[str]:
    """Addresses of this forum, whole or as letters name its pages."""
    whole = f"{re.escape(base_url)}|" if base_url else ""
    return re.compile(rf"(?<!\S)(?:{whole}(?=/(?:account|p)/))/[\w/-]*[\w-](?=[.,:;]?(?!\S))")


@cache
def _templates() -> Environment:
    return letters.environment(TEMPLATES, autoescape=True)
