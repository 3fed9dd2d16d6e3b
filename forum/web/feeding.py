"""Feeds: one shape for all of them, written as Atom (RFC 4287) or as JSON Feed 1.1."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from feedgen.feed import FeedGenerator
from starlette.responses import Response

from forum.config import Settings
from forum.errors import NotFound

#: Entries of one feed.
MOST = 50
#: A feed without entries must say when it changed, too.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
#: XML has no place for these (XML 1.0, 2.2).
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: The start tag of a link or a picture, and one of its attributes; all are in double quotes.
_TAG = re.compile(r'<(?:a|img)(?:\s+[a-z-]+="[^"]*")+>')
_ATTRIBUTE = re.compile(r'(\s)([a-z-]+)="([^"]*)"')
#: Addresses of ours; a picture in two sizes has two in one attribute.
_OURS = re.compile("[/#](?!/)")
_BETWEEN = ", "


class Entry(NamedTuple):
    """One thing to read. `id` is a path that never changes, `path` where it is read now, `html` is safe.

    Instead of `html` it may have a `text`. `author_path` is "" for who has no page.
    """

    id: str
    path: str
    title: str
    author: str
    published: datetime
    updated: datetime
    html: str = ""
    text: str = ""
    author_path: str = ""
    tags: Sequence[str] = ()


class Feed(NamedTuple):
    """`path` is its address without the extension, `page` the page that people read instead.

    `query` follows its own address, urlencoded. `updated`: when it last changed, if not with its entries.
    """

    path: str
    page: str
    title: str
    entries: Sequence[Entry]
    query: str = ""
    updated: datetime | None = None

    @property
    def changed_at(self) -> datetime:
        """When anything in it changed last."""
        return self.updated or max((entry.updated for entry in self.entries), default=LONG_AGO)


def answer(feed: Feed, form: str, settings: Settings) -> Response:
    """The feed in this form, "atom" or "json"; NotFound for any other. It is for everybody alike."""
    if form not in FORMS:
        raise NotFound
    media_type, write = FORMS[form]
    return Response(write(feed, settings), media_type=f"{media_type}; charset=utf-8")


def absolute(html: str, base: str, page: str) -> str:
    """`html` with addresses that can be followed from anywhere; `page` is the path that `#…` belongs to."""

    def followed(address: str) -> str:
        here = quote(page) if address.startswith("#") else ""
        return f"{base}{here}{address}" if _OURS.match(address) else address

    def told(found: re.Match[str]) -> str:
        space, name, value = found.groups()
        if name == "srcset":
            value = _BETWEEN.join(map(followed, value.split(_BETWEEN)))
        return f'{space}{name}="{followed(value) if name in ("href", "src") else value}"'

    return _TAG.sub(lambda tag: _ATTRIBUTE.sub(told, tag[0]), html)


def atom(feed: Feed, settings: Settings) -> bytes:
    """The feed as Atom."""
    base = settings.base_url
    own = _own(feed, base, "atom")
    written = FeedGenerator()
    written.id(own)
    written.title(_xml(f"{feed.title} – {settings.name}"))
    written.author({"name": _xml(settings.name)})
    written.generator("Footnote")
    written.link(href=own, rel="self", type="application/atom+xml")
    written.link(href=base + _path(feed.page), rel="alternate", type="text/html")
    written.updated(feed.changed_at)
    for entry in feed.entries:
        _add(written, base, entry)
    return bytes(written.atom_str())


def _add(written: FeedGenerator, base: str, entry: Entry) -> None:
    author = {"name": _xml(entry.author)}
    if entry.author_path:
        author["uri"] = base + _path(entry.author_path)
    one = written.add_entry(order="append")
    one.id(base + entry.id)
    one.title(_xml(entry.title))
    one.author(author)
    one.link(href=base + _path(entry.path))
    one.published(entry.published)
    one.updated(entry.updated)
    one.category([{"term": tag} for tag in entry.tags])
    one.content(_xml(entry.html or entry.text), type="html" if entry.html else "text")


def json_feed(feed: Feed, settings: Settings) -> bytes:
    """The feed as JSON Feed (version 1.1, jsonfeed.org)."""
    base = settings.base_url
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{feed.title} – {settings.name}",
        "home_page_url": base + _path(feed.page),
        "feed_url": _own(feed, base, "json"),
        "authors": [{"name": settings.name, "url": f"{base}/"}],
        "items": [_item(base, entry) for entry in feed.entries],
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _item(base: str, entry: Entry) -> Mapping[str, Any]:
    author = {"name": entry.author}
    if entry.author_path:
        author["url"] = base + _path(entry.author_path)
    return {
        "id": base + entry.id,
        "url": base + _path(entry.path),
        "title": entry.title,
        **({"content_html": entry.html} if entry.html else {"content_text": entry.text}),
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [author],
        "tags": list(entry.tags),
    }


def _own(feed: Feed, base: str, form: str) -> str:
    return f"{base}{_path(feed.path)}.{form}{feed.query and '?'}{feed.query}"


def _path(path: str) -> str:
    return quote(path, safe="/?=&#%+:@,;!$'()*~")


def _xml(text: str) -> str:
    return _NOT_XML.sub("", text)


#: The forms of a feed by their extensions: what each is called on the way, and how it is written.
FORMS: Mapping[str, tuple[str, Callable[[Feed, Settings], bytes]]] = {
    "atom": ("application/atom+xml", atom),
    "json": ("application/feed+json", json_feed),
}
