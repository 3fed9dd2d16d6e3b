"""A web page taken apart: its title, meta elements, links and blocks of data, as they were written."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

import webencodings
from lxml import etree, html

from forum.references.resolvers.plain import plain

TITLE = 600
#: How many meta elements, and how many links or blocks of one kind, are looked at.
MOST, SEVERAL = 3000, 50
LONGEST_VALUE = 20_000
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.ASCII | re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
#: How far browsers look for the encoding.
_BEGINNING = 4096
#: The same vocabularies are written with a colon in some pages and with a dot in others.
_VOCABULARY = re.compile(r"(?:dc(?:terms)?|prism)[.:]")


class Elements(NamedTuple):
    """What a page says of itself. `metas` maps a name in lower case to its contents, in order.

    Dublin Core's two sets of names are one: `dcterms.title` and `dc:title` are `dc.title`. `data` are the
    texts of JSON-LD blocks.
    """

    title: str = ""
    base: str = ""
    metas: Mapping[str, list[str]] = {}
    canonicals: tuple[str, ...] = ()
    data: tuple[str, ...] = ()


def elements(body: bytes, content_type: str) -> Elements:
    """The page in `body`; nothing at all if it cannot be read. `content_type` is the header."""
    root = _root(body, content_type)
    if root is None:
        return Elements()
    bases = (base.get("href") for base in root.iter("base"))
    scripts = (script for script in root.iter("script") if "ld+json" in (script.get("type") or "").lower())
    return Elements(
        title=_title(root),
        base=next(filter(None, bases), ""),
        metas=_metas(root),
        canonicals=tuple(islice(_canonicals(root), SEVERAL)),
        data=tuple(script.text or "" for script in islice(scripts, SEVERAL)),
    )


def _root(body: bytes, content_type: str) -> html.HtmlElement | None:
    text, _ = webencodings.decode(body, _encoding(body, content_type), errors="replace")
    # As UTF-8 again, because the parser must not follow what the page says of its encoding.
    parser = html.HTMLParser(encoding="utf-8", no_network=True)
    try:
        return html.document_fromstring(text.replace("\0", "").encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):
        return None


def _encoding(body: bytes, content_type: str) -> webencodings.Encoding:
    header = _HEADER_CHARSET.search(content_type)
    meta = _META_CHARSET.search(body[:_BEGINNING])
    labels = [header[1] if header else "", meta[1].decode("ascii", "replace") if meta else ""]
    return next((found for found in map(webencodings.lookup, labels) if found), webencodings.UTF8)


def _title(root: html.HtmlElement) -> str:
    # Drawings have titles too.
    titles = (title for title in root.iter("title") if next(title.iterancestors("svg"), None) is None)
    title = next(titles, None)
    return "" if title is None else plain(title.text_content(), TITLE)


def _canonicals(root: html.HtmlElement) -> Iterator[str]:
    for link in root.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href"):
            yield link.get("href")


def _metas(root: html.HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for meta in islice(root.iter("meta"), MOST):
        name = (meta.get("name") or meta.get("property") or "").strip().lower()[:100]
        value = (meta.get("content") or "").strip()[:LONGEST_VALUE]
        if name and value:
            found.setdefault(_folded(name), []).append(value)
    return found


def _folded(name: str) -> str:
    vocabulary = _VOCABULARY.match(name)
    if not vocabulary:
        return name
    prefix = "prism" if vocabulary[0].startswith("prism") else "dc"
    return f"{prefix}.{name[vocabulary.end() :]}"
