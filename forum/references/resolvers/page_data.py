"""What the JSON-LD blocks of a page say in the words of https://schema.org: a work, and where it came out."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from json import loads
from typing import Any

from forum.references.identifiers import Identifier, Scheme, in_address
from forum.references.resolvers import dates, people
from forum.references.resolvers.answers import distinct, identifier
from forum.references.resolvers.page_metas import CONTAINER, SHORT, TITLE, Told, language, pages
from forum.references.resolvers.plain import plain

Node = Mapping[str, Any]
DEEP, MOST = 8, 2000
#: The most telling kinds first; the empty ones are decided by other signs.
_TYPES = {
    "ScholarlyArticle": "article-journal",
    "MedicalScholarlyArticle": "article-journal",
    "NewsArticle": "article-newspaper",
    "ReportageNewsArticle": "article-newspaper",
    "AnalysisNewsArticle": "article-newspaper",
    "BackgroundNewsArticle": "article-newspaper",
    "OpinionNewsArticle": "article-newspaper",
    "ReviewNewsArticle": "article-newspaper",
    "Report": "report",
    "Thesis": "thesis",
    "Book": "book",
    "Chapter": "chapter",
    "Dataset": "dataset",
    "Article": "",
    "TechArticle": "",
    "BlogPosting": "",
    "WebPage": "",
}
_ORDER = list(_TYPES)
_CONTAINERS = frozenset(
    {"Periodical", "Newspaper", "Magazine", "Book", "BookSeries", "CreativeWorkSeries", "WebSite", "Blog"}
)
_SCHEMES = {
    "doi": Scheme.DOI,
    "pmid": Scheme.PMID,
    "pubmed": Scheme.PMID,
    "pmcid": Scheme.PMCID,
    "pmc": Scheme.PMCID,
    "arxiv": Scheme.ARXIV,
}


def linked_data(blocks: Iterable[str]) -> Told:
    """What the blocks say of the work that the page is; a block that cannot be read says nothing.

    If they tell of several works of the most telling kind, the page is a list, and none of them.
    """
    nodes = list(islice((node for block in blocks for node in _nodes(_parsed(block))), MOST))
    kind = min(filter(None, map(_kind, nodes)), key=_ORDER.index, default="")
    works = [node for node in nodes if kind and _kind(node) == kind]
    if len({_title(work) for work in works}) != 1:
        return Told({})
    known = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    work = works[0]
    return Told(_csl(work, known), distinct(*_identifiers(work)))


def _csl(work: Node, known: Mapping[str, Node]) -> dict[str, Any]:
    kind = _TYPES[_kind(work)]
    places = list(_places(work, known))
    container = next((place for place in places if _types(place) & _CONTAINERS), {})
    publisher = _text(_looked_up(work.get("publisher"), known), CONTAINER)
    title = _text(container, CONTAINER)
    if kind == "article-newspaper":
        title = title or publisher
    if kind == "article-journal" and "Periodical" not in _types(container):
        kind = ""
    return {
        "type": kind,
        "title": _title(work),
        "author": list(_people(work.get("author") or work.get("creator"), known)),
        "issued": dates.issued(dates.parts(_text(work.get("datePublished"), SHORT))),
        "container-title": title,
        "publisher": publisher,
        "volume": _first_of("volumeNumber", work, *places),
        "issue": _first_of("issueNumber", work, *places),
        "page": _text(work.get("pagination"), SHORT)
        or pages(_text(work.get("pageStart"), SHORT), _text(work.get("pageEnd"), SHORT)),
        "ISSN": ", ".join(dict.fromkeys(_texts(container.get("issn"), SHORT)[:4])),
        "ISBN": _text(work.get("isbn"), SHORT),
        "language": language(_texts(work.get("inLanguage"), SHORT)),
    }


def _title(work: Node) -> str:
    return _text(work.get("headline"), TITLE) or _text(work.get("name"), TITLE)


def _identifiers(work: Node) -> Iterator[Identifier | None]:
    yield identifier(Scheme.DOI, work.get("doi"))
    for value in (each for key in ("identifier", "sameAs", "@id") for each in _listed(work.get(key))):
        if isinstance(value, Mapping):
            name = _text(value.get("propertyID") or value.get("name"), 200).lower().rstrip("/")
            scheme = _SCHEMES.get(name.rpartition("/")[2])
            yield identifier(scheme, value.get("value")) if scheme else None
        elif isinstance(value, str) and value.lower().startswith(("https://", "http://")):
            found = in_address(value)
            yield found if found and found.value.isprintable() else None
        else:
            yield identifier(Scheme.DOI, value)
    if _kind(work) == "Book":
        yield from (identifier(Scheme.ISBN, isbn) for isbn in _texts(work.get("isbn"), SHORT))


def _people(value: Any, known: Mapping[str, Node]) -> Iterator[people.Name]:
    for person in _listed(value)[: people.AUTHORS]:
        node = _looked_up(person, known)
        if not isinstance(node, Mapping):
            name = people.spoken(_text(node, 2 * people.NAME))
        elif _types(node) and "Person" not in _types(node):
            name = people.named("", group=_text(node, 2 * people.NAME))
        else:
            family, given = (_text(node.get(key), people.NAME) for key in ("familyName", "givenName"))
            name = people.named(family, given) if family else people.spoken(_text(node, 2 * people.NAME))
        if name:
            yield name


def _places(work: Node, known: Mapping[str, Node]) -> Iterator[Node]:
    """What the work is part of, what that is part of, and so on: issue, volume, journal."""
    place: Any = work
    for _ in range(DEEP):
        place = _looked_up(next(iter(_listed(place.get("isPartOf"))), None), known)
        if not isinstance(place, Mapping):
            return
        yield place


def _first_of(key: str, *nodes: Node) -> str:
    return next((text for text in (_text(node.get(key), SHORT) for node in nodes) if text), "")


def _looked_up(value: Any, known: Mapping[str, Node]) -> Any:
    """The node that a mere mention stands for."""
    mentioned = value.get("@id") if isinstance(value, Mapping) and "name" not in value else None
    return known.get(mentioned, value) if isinstance(mentioned, str) else value


def _parsed(block: str) -> Any:
    try:
        # Not strict, because many systems write line breaks within texts.
        return loads(block, strict=False)
    except (ValueError, RecursionError):
        return None


def _nodes(value: Any, depth: int = 0) -> Iterator[Node]:
    if depth > DEEP:
        return
    for each in _listed(value):
        if isinstance(each, Mapping):
            yield each
            yield from _nodes(each.get("@graph"), depth + 1)
            yield from _nodes(each.get("mainEntity"), depth + 1)
        elif isinstance(each, list):
            yield from _nodes(each, depth + 1)


def _kind(node: Node) -> str:
    """The most telling type of a work that the node has; "" if it is no work."""
    types = _types(node)
    return next((kind for kind in _ORDER if kind in types), "")


def _types(node: Node) -> set[str]:
    names = (name for name in _listed(node.get("@type")) if isinstance(name, str))
    return {name.rpartition("/")[2].rpartition(":")[2] for name in names}


def _listed(value: Any) -> list[Any]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items[:MOST] if item is not None]


def _text(value: Any, limit: int) -> str:
    return next(iter(_texts(value, limit)), "")


def _texts(value: Any, limit: int) -> list[str]:
    """The texts that the value is; of objects their name. Numbers count: many volumes are written so."""
    found: list[str] = []
    for item in _listed(value)[:50]:
        named = (item.get("name") or item.get("@value")) if isinstance(item, Mapping) else item
        number = isinstance(named, int) and not isinstance(named, bool)
        text = plain(str(named) if number else named, limit)
        if text:
            found.append(text)
    return found
