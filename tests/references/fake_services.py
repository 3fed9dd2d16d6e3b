"""Registries on a real port of this machine, which answer as recorded, and misbehave when told to."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

SAMPLES = Path(__file__).parents[3] / "shared" / "references" / "samples"


class Reply(NamedTuple):
    """What the fake says once, instead of what it would say by itself."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = {}
    #: Answers so many bytes fewer than it announces.
    withheld: int = 0


class FakeServices:
    """Crossref under `/works/`; `asked` are the paths with queries, in the order in which they came."""

    def __init__(self) -> None:
        self.works: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.agents: list[str] = []
        self._replies: list[Reply] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._server.server_port}"

    def add(self, message: dict[str, Any]) -> str:
        """The fake knows this work of Crossref's; answers its DOI."""
        self.works[message["DOI"].lower()] = message
        return str(message["DOI"])

    def next(self, *replies: Reply) -> None:
        """The next requests are answered by these."""
        self._replies += replies

    def reply(self, target: str, agent: str) -> Reply:
        """The answer to one request."""
        self.asked.append(target)
        self.agents.append(agent)
        if self._replies:
            return self._replies.pop(0)
        doi = unquote(urlsplit(target).path.removeprefix("/works/"))
        if doi not in self.works:
            # As recorded: plain text that says that it is JSON.
            return Reply(404, b"Resource not found.", {"Content-Type": "application/json"})
        envelope = {"status": "ok", "message-type": "work", "message": self.works[doi]}
        return Reply(200, json.dumps(envelope).encode(), {"Content-Type": "application/json"})

    @contextmanager
    def running(self) -> Iterator["FakeServices"]:
        """The fake answers until the end of the block."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


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
            reply = fake.reply(self.path, self.headers.get("User-Agent", ""))
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body[: len(reply.body) - reply.withheld])

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: the test says what went wrong."""

    return Handler
