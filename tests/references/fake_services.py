"""Registries on a real port of this machine, which answer as recorded, and misbehave when told to."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from references.fake_registries import REGISTRIES, Reply, crossref, page, said

from forum.config import Settings
from forum.fetch import Guarded, Limits, Public

SAMPLES = Path(__file__).parents[3] / "shared" / "references" / "samples"

#: The ways in which a registry gives no usable answer.
FAULTS: Mapping[str, Reply] = {
    "too often": Reply(429, b"", {"Retry-After": "30"}),
    "broken": Reply(500, b"Internal Server Error"),
    "silent": Reply(silent=5.0),
    "a page instead": Reply(
        200, b"<!doctype html><title>Just a moment...</title>", {"Content-Type": "text/html"}
    ),
    "cut off on the way": Reply(200, b'{"status":"ok","message":{"DOI":"10.5', withheld=9),
    "cut off at the source": Reply(200, b'{"status":"ok","message":{"DOI":"10.5'),
    "forbidden": Reply(403, b"<html>Forbidden</html>"),
    "nothing": Reply(200, b""),
}


class FakeServices:
    """All registries, each under a path of its own; Crossref under `/works` too.

    They know nothing until they are told: `works` are Crossref's by their DOI, `told` the answers of the
    others by the registry and what is asked about. `pages` are web pages by their path. `asked` are the
    paths with queries, in the order in which they came.
    """

    def __init__(self) -> None:
        self._over = threading.Event()
        self.forget()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.base = f"http://127.0.0.1:{self.port}"

    def forget(self) -> None:
        """They know nothing any more, answer as they should, and were never asked."""
        self.works: dict[str, dict[str, Any]] = {}
        self.told: dict[tuple[str, str], Reply] = {}
        self.pages: dict[str, Reply] = {}
        self.asked: list[str] = []
        self.agents: list[str] = []
        self.accepts: list[str] = []
        self._replies: list[Reply] = []
        self._faults: dict[str, Reply] = {}

    def settings(self, **more: Any) -> Settings:
        """Settings of a forum that asks nobody but this fake, and as fast as it likes."""
        return Settings(**{**bases(self.base), "contact": "team@example.org", "pace": 1000, **more})

    def web(self, settings: Settings, *, seconds: float = 5.0) -> Guarded:
        """A guarded client for which this machine is the public web, and the home of every name."""

        def resolver(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
            return socket.getaddrinfo("127.0.0.1", port, *args, **kwargs)

        public = Public(frozenset({self.port}), (IPv4Network("127.0.0.1/32"),))
        return Guarded(settings, resolver=resolver, public=public, limits=Limits(whole=seconds))

    # --- what they know --------------------------------------------------------------------------------

    def add(self, message: dict[str, Any]) -> str:
        """The fake knows this work of Crossref's; answers its DOI."""
        self.works[message["DOI"].lower()] = message
        return str(message["DOI"])

    def tell(self, registry: str, about: str, body: Any) -> None:
        """The registry answers this (bytes, text or JSON) when it is asked about that.

        `about` is the identifier in lower case; at PubMed with the tool before it (`efetch:30571677`), at
        doi.org with `agency:`, `csl:` or `handle:`.
        """
        self.told[registry, about] = said(body)

    def tell_agency(self, prefix: str, agency: str) -> None:
        """DOIs with this prefix are kept by that agency: Crossref, DataCite, mEDRA …"""
        self.tell("doi.org", f"agency:{prefix}", [{"DOI": prefix, "RA": agency}])

    def learn(self) -> None:
        """The registries know all that was recorded. FileNotFoundError if the samples are missing."""
        for path in sorted(SAMPLES.glob("crossref-work-*.json")):
            self.add(sample(path.name)["message"])
        self.add(sample("crossref-retraction-notice.json")["message"])
        for csl in sample("four-works.json"):
            self.add(crossref_work(csl))
        for agency in sample("doi-ra.json"):
            self.tell("doi.org", f"agency:{agency['DOI']}", [agency])
        for doi in self.works:
            self.tell_agency(doi.partition("/")[0], "Crossref")
        for registry, about, name in _RECORDED:
            raw = (SAMPLES / name).read_bytes()
            self.told[registry, about] = said(raw.decode() if name.endswith(".xml") else raw)

    # --- how they behave -------------------------------------------------------------------------------

    def next(self, *replies: Reply) -> None:
        """The next requests are answered by these, whoever is asked."""
        self._replies += replies

    def spoil(self, service: str, fault: Reply) -> None:
        """From now on the service (or "page", or "crossref") answers this only."""
        self._faults[service] = fault

    def mend(self, service: str) -> None:
        """The service answers again."""
        del self._faults[service]

    def asked_of(self, service: str) -> list[str]:
        """What the service was asked: paths and queries without its own prefix."""
        start = f"/{service}/"
        return [target.removeprefix(start) for target in self.asked if target.startswith(start)]

    def reply(self, target: str, agent: str, accept: str = "") -> Reply:
        """The answer to one request."""
        self.asked.append(target)
        self.agents.append(agent)
        self.accepts.append(accept)
        if self._replies:
            return self._replies.pop(0)
        parts = urlsplit(target)
        service, _, path = parts.path.removeprefix("/").partition("/")
        query = dict(parse_qsl(parts.query))
        if service == "works":
            service, path = "crossref", parts.path.removeprefix("/")
        if service in self._faults:
            return self._faults[service]
        if service == "crossref":
            return crossref(self.works, path, query)
        if service == "page":
            return self.pages.get(path, page(b"<title>Not found</title>", 404))
        registry = REGISTRIES.get(service)
        if registry is None:
            return Reply(404, b"Resource not found.")
        about = registry.about(path, query)
        return self.told.get((service, about)) or registry.unknown(about)

    def hush(self, seconds: float) -> None:
        """Waits so long, or until the fake is over."""
        self._over.wait(seconds)

    @contextmanager
    def running(self) -> Iterator["FakeServices"]:
        """The fake answers until the end of the block."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()


#: Which registry gave which recorded answer, and about what.
_RECORDED = (
    ("datacite", "10.5061/dryad.8515", "datacite-dataset.json"),
    ("doi.org", "csl:10.1126/science.169.3946.635", "csl-json-crossref.json"),
    ("pubmed", "efetch:30571677", "pubmed-efetch.xml"),
    ("pubmed", "esummary:42802988", "pubmed-esummary.json"),
    ("pmc", "pmc3531190", "idconv-v1.json"),
    ("pmc", "pmc2883744", "idconv-legacy.json"),
    ("europepmc", "10.1093/nar/gkr715", "europepmc-search.json"),
    ("europepmc", "21937511", "europepmc-search.json"),
    ("europepmc", "pmc3258128", "europepmc-search.json"),
    ("arxiv", "2509.08827", "arxiv-atom.xml"),
    ("arxiv", "2410.08355", "arxiv-journal-ref.xml"),
    ("openlibrary", "9780451526533", "openlibrary-isbn.json"),
    ("googlebooks", "9788804724872", "googlebooks-isbn.json"),
    ("openalex", "10.7717/peerj.4375", "openalex-work.json"),
    ("unpaywall", "10.18653/v1/2023.acl-short.82", "unpaywall.json"),
    (
        "wayback",
        "https://jayconrod.com/posts/133/integration-tests-are-best-tests",
        "wayback-available.json",
    ),
)


def bases(address: str) -> dict[str, str]:
    """The settings of a forum that looks for all registries at the address of a fake (or of nobody)."""
    others = {registry.setting: f"{address}/{name}" for name, registry in REGISTRIES.items()}
    return {"crossref_base": f"{address}/crossref", **others}


def service_variables(address: str) -> dict[str, str]:
    """The same for a process of its own, as environment variables."""
    return {f"FORUM_{name.upper()}": value for name, value in bases(address).items()} | {"FORUM_PACE": "1000"}


def sample(name: str) -> Any:
    """A recorded answer; a FileNotFoundError says that the shared folder is missing."""
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


def crossref_work(csl: Mapping[str, Any]) -> dict[str, Any]:
    """A work of `four-works.json` as Crossref would tell it."""
    lists = {"title": [csl["title"]], "container-title": [csl["container-title"]]}
    number = {"article-number": csl["number"]} if "number" in csl else {}
    same = {key: csl[key] for key in ("DOI", "author", "issued", "volume", "issue", "page") if key in csl}
    return {"type": "journal-article", **same, **lists, **number}


def _handler(fake: FakeServices) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reply = fake.reply(self.path, self.headers.get("User-Agent", ""), self.headers.get("Accept", ""))
            if reply.silent:
                fake.hush(reply.silent)
            try:
                self._send(reply)
            except ConnectionError:
                """The client has had enough, as it should."""

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body[: len(reply.body) - reply.withheld])

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: the test says what went wrong."""

    return Handler
