"""What all requests of one process share."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from forum.config import Settings
from forum.db import Database
from forum.web.doors import Doors
from forum.web.live import Live
from forum.web.static import Static
from forum.web.templating import Pages
from forum.web.tongues import Tongues


def _nothing(_names: Iterable[str]) -> None:
    """Nothing is kept, so nothing has to be forgotten."""


@dataclass
class Site:
    settings: Settings
    database: Database
    static: Static
    pages: Pages
    #: What keeps this process from answering, one sentence each; empty when all is well.
    ready: Callable[[], list[str]]
    #: Threads for pages, and for what is slow by nature: neither starves the other. Executors, because their
    #: threads take the next request from a queue without waiting for the event loop to hand it over.
    quick: ThreadPoolExecutor
    slow: ThreadPoolExecutor
    #: For what waits for somebody else's answer, who may take their time.
    outside: ThreadPoolExecutor
    doors: Doors
    tongues: Tongues
    live: Live
    #: Told in the event loop which generations this process has just raised.
    forget: Callable[[Iterable[str]], None] = field(default=_nothing)

    @property
    def cookie(self) -> str:
        """The name of the session cookie; on https browsers let no other host and no subpath set it."""
        return self._named("session")

    @property
    def step_cookie(self) -> str:
        """The name of the cookie of a browser that is on its way in."""
        return self._named("step")

    def _named(self, name: str) -> str:
        return f"__Host-{name}" if self.settings.secure else name
