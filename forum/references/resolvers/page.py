"""Web pages: what a page says of the work that it is, the most trusted vocabulary first.

Only what is said in its head counts. Identifiers in the running text belong to other works.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers.answers import address, distinct
from forum.references.resolvers.csl import filled
from forum.references.resolvers.page_data import linked_data
from forum.references.resolvers.page_elements import Elements, elements
from forum.references.resolvers.page_metas import Told, dublin, highwire, open_graph

_NUMBERS = {Scheme.DOI: "DOI", Scheme.PMID: "PMID", Scheme.PMCID: "PMCID"}
_GONE = frozenset({404, 410})
#: What stands in the title when the page is kept from machines; perhaps with the site's name behind it.
_WALL = re.compile(
    r"(?:just a moment|one moment,? please|please wait|attention required!?|security (?:check|verification)"
    r"|access (?:to this page has been )?(?:denied|blocked)|(?:error )?403(?: -)?(?: forbidden)?"
    r"|(?:error )?429(?: -)?(?: too many requests)?|too many requests|request (?:blocked|rejected)"
    r"|are you (?:a robot|(?:a )?human)|robot (?:check|or human)|bot verification|human verification"
    r"|(?:please )?verify(?:ing)? (?:that )?you are (?:a )?human|checking your browser.*|client challenge"
    r"|pardon our interruption|ddos-guard|unusual traffic.*|radware .*captcha.*"
    r"|(?:error - )?cookies? (?:turned off|disabled|absent))"
    r"[\s.…!?]*(?:[|–—-].*)?",
    re.IGNORECASE,
)
#: The same page for small screens stands under a host of its own.
_MIRROR = re.compile(r"^(?:www|m|mobile|amp)\.|(?<=\.)m\.")


class PageFacts(NamedTuple):
    """What a page says of itself; empty where it says nothing, or nothing that can be believed.

    `csl` is CSL-JSON in plain, bounded text. `identifiers` has the most trusted one of each scheme.
    `canonical` is the address under which the page wants to be known. `evidence` is a value of
    `evidence.Kind`.
    """

    csl: Mapping[str, Any] = {}
    identifiers: tuple[Identifier, ...] = ()
    canonical: str = ""
    title: str = ""
    evidence: str = ""


def read(body: bytes, content_type: str, url: str) -> PageFacts:
    """What the page found at `url` says of itself; nothing if it only keeps machines out. Never raises.

    `content_type` is the header as it came, for the encoding.
    """
    page = elements(body, content_type)
    scholarly, data = highwire(page.metas), linked_data(page.data)
    if is_wall(page.title) and not scholarly.csl.get("title") and not data.csl.get("title"):
        return PageFacts()
    sources = (scholarly, data, dublin(page.metas), open_graph(page.metas), Told({"title": page.title}))
    found = distinct(*(each for source in sources for each in source.identifiers))
    csl = _merged([source.csl for source in sources])
    canonical = _canonical(page, address(url))
    csl["URL"] = canonical or address(url)
    csl |= {_NUMBERS[each.scheme]: each.value for each in found if each.scheme in _NUMBERS}
    evidence = "news" if csl["type"] == "article-newspaper" else ""
    return PageFacts(filled(csl), found, canonical, csl.get("title", ""), evidence)


def is_dead(status: int, title: str) -> bool:
    """Whether the answer says for certain that there is no such page; friendly words are not guessed at."""
    return status in _GONE and not is_wall(title)


def is_wall(title: str) -> bool:
    """Whether a page of this title is only there to keep machines out."""
    return _WALL.fullmatch(title.strip()) is not None


def _merged(sources: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Each field from the first source that has it."""
    csl: dict[str, Any] = {"type": "webpage"}
    for source in reversed(sources):
        csl |= filled(source)
    if csl.get("publisher") == csl.get("container-title"):
        csl.pop("publisher", None)
    return csl


def _canonical(page: Elements, url: str) -> str:
    """The one address that the page gives itself, if it can be meant: of this site, not its front page."""
    try:
        base = urljoin(url, page.base)
        links = {address(urljoin(base, href.strip())) for href in page.canonicals if href.strip()}
    except ValueError:
        return ""
    link = links.pop() if len(links) == 1 else ""
    same_site = link and url and _site(link) == _site(url)
    return link if same_site and (not _is_front(link) or _is_front(url)) else ""


def _site(url: str) -> str:
    return _MIRROR.sub("", urlsplit(url).netloc)


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path == "/" and not parts.query
