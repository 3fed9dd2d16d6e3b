"""What each registry of the fake says: what it was told to, else that it knows nothing, in its own words."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

Query = Mapping[str, str]

_HTML = {"Content-Type": "text/html"}
_JSON = {"Content-Type": "application/json"}
_XML = {"Content-Type": "text/xml; charset=UTF-8"}


class Reply(NamedTuple):
    """What the fake says."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = {}
    #: Answers so many bytes fewer than it announces.
    withheld: int = 0
    #: Says nothing for so many seconds; no longer than the fake runs.
    silent: float = 0.0


def said(body: Any, status: int = 200) -> Reply:
    """A reply with this body: bytes as they are, text as XML, anything else as JSON."""
    if isinstance(body, bytes):
        return Reply(status, body, _JSON)
    if isinstance(body, str):
        return Reply(status, body.encode(), _XML)
    return Reply(status, json.dumps(body).encode(), _JSON)


def page(body: bytes, status: int = 200) -> Reply:
    """A web page."""
    return Reply(status, body, _HTML)


class Registry(NamedTuple):
    """How one registry is asked: its setting, what a request is about, and how it says no."""

    setting: str
    about: Callable[[str, Query], str]
    unknown: Callable[[str], Reply]


def _last(path: str, query: Query) -> str:
    return unquote(path.partition("/")[2]).lower()


def _doi_org(path: str, query: Query) -> str:
    kind, _, rest = path.partition("/")
    if kind == "ra":
        return f"agency:{unquote(rest)}"
    if path.startswith("api/handles/"):
        return f"handle:{unquote(path.removeprefix('api/handles/')).lower()}"
    return f"csl:{unquote(path).lower()}"


def _nobody_at_doi_org(about: str) -> Reply:
    kind, _, value = about.partition(":")
    if kind == "agency":
        return said([{"DOI": value, "status": "DOI does not exist"}])
    if kind == "handle":
        return said({"responseCode": 100, "handle": value}, 404)
    return Reply(404, b"<html>DOI not found</html>", _HTML)


def _eutils(path: str, query: Query) -> str:
    return f"{path.removesuffix('.fcgi')}:{query.get('id', '')}"


def _nobody_at_eutils(about: str) -> Reply:
    tool, _, pmid = about.partition(":")
    if tool == "efetch":
        return said('<?xml version="1.0" ?><PubmedArticleSet></PubmedArticleSet>')
    missing = {"uid": pmid, "error": "cannot get document summary"}
    return said({"result": {"uids": [pmid], pmid: missing}})


def _europepmc(path: str, query: Query) -> str:
    found = re.match(r'DOI:"(.*)"|EXT_ID:(\d+) AND SRC:MED|PMCID:(PMC\d+)', query.get("query", ""))
    return next(filter(None, found.groups()), "").lower() if found else ""


_EMPTY_FEED = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">0</opensearch:totalResults>
</feed>"""


REGISTRIES: Mapping[str, Registry] = {
    "datacite": Registry(
        "datacite_base",
        _last,
        lambda _: said({"errors": [{"status": "404", "title": "The resource … doesn't exist."}]}, 404),
    ),
    "doi.org": Registry("doi_base", _doi_org, _nobody_at_doi_org),
    "pubmed": Registry("pubmed_base", _eutils, _nobody_at_eutils),
    "pmc": Registry(
        "pmc_base",
        lambda path, query: query.get("ids", "").lower(),
        lambda about: said(
            {
                "status": "ok",
                "records": [
                    {"requested-id": about.upper(), "status": "error", "errmsg": "invalid article id"}
                ],
            }
        ),
    ),
    "europepmc": Registry(
        "europepmc_base", _europepmc, lambda _: said({"hitCount": 0, "resultList": {"result": []}})
    ),
    "arxiv": Registry(
        "arxiv_base", lambda path, query: query.get("id_list", ""), lambda _: said(_EMPTY_FEED)
    ),
    "openlibrary": Registry(
        "openlibrary_base",
        lambda path, query: query.get("bibkeys", "").removeprefix("ISBN:"),
        lambda _: said({}),
    ),
    "googlebooks": Registry(
        "googlebooks_base",
        lambda path, query: query.get("q", "").removeprefix("isbn:"),
        lambda _: said({"kind": "books#volumes", "totalItems": 0}),
    ),
    "openalex": Registry(
        "openalex_base",
        lambda path, query: unquote(path).partition("doi:")[2].lower(),
        lambda _: Reply(404, b"<html>404 Not Found</html>", _HTML),
    ),
    "unpaywall": Registry(
        "unpaywall_base",
        lambda path, query: unquote(path).lower(),
        lambda about: said({"error": True, "message": f"'{about}' isn't in Unpaywall."}, 404),
    ),
    "wayback": Registry(
        "wayback_base",
        lambda path, query: query.get("url", ""),
        lambda about: said({"url": about, "archived_snapshots": {}}),
    ),
}


def crossref(works: Mapping[str, dict[str, Any]], path: str, query: Query) -> Reply:
    """Crossref's answer: one work, those of a batch, or those with the most words of a citation."""
    if "query.bibliographic" in query:
        return _work_list(_alike(works, query["query.bibliographic"])[: int(query.get("rows", "20"))])
    if "filter" in query:
        asked = [part.removeprefix("doi:").lower() for part in query["filter"].split(",")]
        return _work_list([works[doi] for doi in asked if doi in works])
    doi = unquote(path.removeprefix("works/")).lower()
    if doi not in works:
        # As recorded: plain text that says that it is JSON.
        return Reply(404, b"Resource not found.", _JSON)
    return said({"status": "ok", "message-type": "work", "message": works[doi]})


def _work_list(items: list[dict[str, Any]]) -> Reply:
    message = {"total-results": len(items), "items": items}
    return said({"status": "ok", "message-type": "work-list", "message": message})


def _alike(works: Mapping[str, dict[str, Any]], cited: str) -> list[dict[str, Any]]:
    wanted = set(re.findall(r"\w+", cited.lower()))

    def score(work: dict[str, Any]) -> int:
        text = json.dumps([work.get(key) for key in ("title", "author", "container-title", "issued")])
        return len(wanted.intersection(re.findall(r"\w+", text.lower())))

    # Crossref always finds something, and is never ashamed of it.
    return sorted((work for work in works.values() if score(work)), key=score, reverse=True)
