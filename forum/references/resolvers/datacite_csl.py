"""DataCite's attributes of a DOI (https://schema.datacite.org, kernel 4) as CSL-JSON."""

from typing import Any

from forum.references.resolvers import csl, people
from forum.references.resolvers.answers import inner, objects
from forum.references.resolvers.csl import SHORT, TITLE
from forum.references.resolvers.dates import issued, parts
from forum.references.resolvers.plain import plain

#: CSL's type for DataCite's general one, where DataCite itself gives none.
TYPES = {
    "Book": "book",
    "BookChapter": "chapter",
    "Collection": "collection",
    "ComputationalNotebook": "software",
    "ConferencePaper": "paper-conference",
    "Dataset": "dataset",
    "Dissertation": "thesis",
    "Image": "graphic",
    "JournalArticle": "article-journal",
    "PeerReview": "review",
    "Preprint": "article",
    "Report": "report",
    "Software": "software",
    "Standard": "standard",
}
_CITEPROC = frozenset(
    {*TYPES.values(), "article-magazine", "article-newspaper", "entry-encyclopedia", "song"}
)


def to_csl(told: dict[str, Any]) -> dict[str, Any]:
    """The attributes of DataCite's record as CSL-JSON; whatever is absent or unreadable is left out."""
    doi = csl.doi(told.get("doi"))
    container = {key: plain(inner(told, "container", key), 300) for key in ("title", "volume", "issue")}
    return csl.filled(
        {
            "type": _type(told),
            "title": _title(told),
            "author": _names(told.get("creators")),
            "editor": _names([one for one in _contributors(told) if one.get("contributorType") == "Editor"]),
            "issued": _issued(told),
            "container-title": container["title"],
            "publisher": _publisher(told.get("publisher")),
            "volume": container["volume"][:SHORT],
            "issue": container["issue"][:SHORT],
            "page": _pages(told.get("container")),
            "version": plain(told.get("version"), SHORT),
            "ISSN": _issn(told),
            "DOI": doi,
            "URL": csl.address(told.get("url"), doi),
        }
    )


def _type(told: dict[str, Any]) -> str:
    general = TYPES.get(plain(inner(told, "types", "resourceTypeGeneral"), SHORT), "")
    citeproc = plain(inner(told, "types", "citeproc"), SHORT)
    # DataCite calls articles whatever it does not know.
    sure = citeproc in _CITEPROC and citeproc != "article"
    return citeproc if sure else general or ("article" if citeproc == "article" else "document")


def _title(told: dict[str, Any]) -> str:
    titles = objects(told.get("titles"), 20)
    of_kind = {kind: _first_title(titles, kind) for kind in ("", "Subtitle")}
    main = of_kind[""] or next((text for each in titles if (text := plain(each.get("title"), TITLE))), "")
    return csl.titled(main, of_kind["Subtitle"])


def _first_title(titles: list[dict[str, Any]], kind: str) -> str:
    texts = (plain(each.get("title"), TITLE) for each in titles if (each.get("titleType") or "") == kind)
    return next((text for text in texts if text), "")


def _names(values: Any) -> list[people.Name]:
    found = (_name(person) for person in objects(values, people.AUTHORS))
    return [name for name in found if name]


def _name(person: dict[str, Any]) -> people.Name:
    given, family = (plain(person.get(key), people.NAME) for key in ("givenName", "familyName"))
    name, kind = plain(person.get("name"), 2 * people.NAME), person.get("nameType")
    if family:
        return people.named(family, given)
    # A name of unknown kind is a person's if it is written as one: “Family, Given”.
    personal = kind == "Personal" or (kind != "Organizational" and ", " in name)
    return people.spoken(name) if personal else people.named("", given, group=name)


def _contributors(told: dict[str, Any]) -> list[dict[str, Any]]:
    return objects(told.get("contributors"), people.AUTHORS)


def _issued(told: dict[str, Any]) -> dict[str, list[list[int]]]:
    dates = {
        plain(each.get("dateType"), SHORT): plain(each.get("date"), SHORT)
        for each in objects(told.get("dates"))
    }
    year = told.get("publicationYear")
    known = parts(str(year)) if isinstance(year, int | str) and len(str(year)) == 4 else []
    return issued(
        parts(dates.get("Issued", "")),
        known,
        *(parts(dates.get(key, "")) for key in ("Available", "Created")),
    )


def _publisher(value: Any) -> str:
    return plain(value.get("name") if isinstance(value, dict) else value, 200)


def _pages(container: Any) -> str:
    start, end = (plain(inner(container, key), SHORT // 2) for key in ("firstPage", "lastPage"))
    return f"{start}-{end}" if start and end and start != end else start


def _issn(told: dict[str, Any]) -> str:
    kind = inner(told, "container", "identifierType")
    return plain(inner(told, "container", "identifier"), SHORT) if kind == "ISSN" else ""
