"""A browser without a window: asks the application for pages and sends its forms."""

import asyncio
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from functools import partial
from typing import Any

import httpx
from anyio.from_thread import start_blocking_portal

from forum import app
from forum.accounts import sessions
from forum.accounts.tables import Actor
from forum.config import Settings
from forum.db import Database
from forum.web.kept import Kept
from forum.web.routes import ROUTES
from forum.web.routing import Way
from forum.web.site import Site

HOST = "forum.test"
BASE = f"http://{HOST}"
# Asked for at every request, and looked for in all folders each time, because it is not installed.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]


def make_app(database: Database, routes: Iterable[Way] = ROUTES, **settings: Any) -> Kept:
    """The forum on this database."""
    url = database.url.render_as_string(hide_password=False)
    return app.create(Settings(database_url=url, **{"base_url": BASE, **settings}), routes)


def site_of(kept: Kept) -> Site:
    """What the requests of this application share."""
    site: Site = kept.app.site  # type: ignore[attr-defined]
    return site


class Browser:
    """Keeps cookies, follows no redirects, and sends forms as our own pages do. Close it, or use `with`."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self.site = site_of(kept)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app=kept), base_url=BASE)
        self._closing = ExitStack()
        # One loop for all requests, as under a server: with a new one for each, its threads start anew too.
        self._loop = self._closing.enter_context(start_blocking_portal())
        self._life: _Life | None = None

    def __enter__(self) -> "Browser":
        return self

    def started(self) -> "Browser":
        """The application has begun its life as under a server (on PostgreSQL it listens to changes)."""
        self._life = _Life(self.kept)
        self._loop.call(self._life.begin)
        return self

    def __exit__(self, *_: object) -> None:
        if self._life is not None:
            self._loop.call(self._life.end)
        self._loop.call(self.client.aclose)
        self._loop.call(self.kept.watch.close)
        self._closing.close()
        self.site.database.close()

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.ask("GET", path, **options)

    def post(self, path: str, form: Mapping[str, Any] | None = None, **options: Any) -> httpx.Response:
        headers = {"sec-fetch-site": "same-origin"} | options.pop("headers", {})
        return self.ask("POST", path, data=form, headers=headers, **options)

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self._loop.call(partial(self.client.request, method, path, **options))

    def signed_in(self, actor: Actor) -> "Browser":
        """From now on this browser is the actor's."""
        with self.site.database.writing() as db:
            token = sessions.start(db, actor.id)
        # For the host, as the forum's own answers set it: another one takes its place.
        self.client.cookies.set(self.site.cookie, token, domain=HOST)
        return self

    def signed_out(self) -> "Browser":
        """From now on nobody is signed in here."""
        self.client.cookies.clear()
        return self


class _Life:
    """A server's side of the lifespan protocol."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self.tells: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self.told: asyncio.Queue[Any] = asyncio.Queue()

    async def begin(self) -> None:
        await self.tells.put({"type": "lifespan.startup"})
        self.task = asyncio.create_task(self.kept({"type": "lifespan"}, self.tells.get, self.told.put))
        answer = await self.told.get()
        if answer["type"] != "lifespan.startup.complete":
            await self.task

    async def end(self) -> None:
        await self.tells.put({"type": "lifespan.shutdown"})
        await self.task
