"""The one place where everything is put together: `create()` makes the application for any ASGI server."""

import os
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any

from forum import config, logs, ops, parent
from forum.accounts import oidc
from forum.config import Settings
from forum.db import Database, database_of
from forum.errors import NotReady
from forum.paths import STATIC
from forum.web.doors import Doors
from forum.web.kept import Kept
from forum.web.live import Live
from forum.web.middleware import Guard
from forum.web.routes import ROUTES
from forum.web.routing import Way, router
from forum.web.site import Site
from forum.web.static import Static
from forum.web.templating import Pages
from forum.web.tongues import Tongues
from forum.web.watching import Forgetful, PostgresWatch, SqliteWatch


def create(settings: Settings | None = None, routes: Iterable[Way] = ROUTES) -> Kept:
    """The forum as an ASGI application. It refuses to start on a database with another schema."""
    logs.configure()
    if parent.SERVING in os.environ:
        parent.leave_with(int(os.environ[parent.SERVING]))
    site = site_of(settings or config.settings())
    watch = watch_of(site.database)
    guard = Guard(router(site, routes, _lifespan(site, watch, lambda: kept)), site)
    kept = Kept(guard, watch, site.settings.cache_bytes, guard.hosts, site.tongues)
    site.live.state = watch.state
    site.forget = _each(kept, site.live)
    return kept


def _each(*hearers: Forgetful) -> Callable[[Iterable[str]], None]:
    def forget(names: Iterable[str]) -> None:
        for hearer in hearers:
            hearer.forget(names)

    return forget


def site_of(settings: Settings) -> Site:
    """What the requests of one process share."""
    database = database_of(settings)
    static = Static(STATIC)
    return Site(
        settings,
        database,
        static,
        Pages(settings.name, static.address, settings.base_url, settings.indexing, oidc.name(settings)),
        partial(ops.ready, database),
        ThreadPoolExecutor(settings.request_threads, "pages"),
        ThreadPoolExecutor(settings.slow_threads, "slow"),
        ThreadPoolExecutor(2, "outside"),
        Doors(),
        Tongues(settings.language, has_pseudo=settings.is_own_machine),
        Live(database, settings.live_readers, settings.live_each),
    )


def watch_of(database: Database) -> SqliteWatch | PostgresWatch:
    return SqliteWatch(database.url.database or "") if database.is_sqlite else PostgresWatch(database)


def _lifespan(
    site: Site, watch: SqliteWatch | PostgresWatch, kept: Callable[[], Kept]
) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: object) -> AsyncIterator[None]:
        problems = site.ready()
        if problems:
            raise NotReady(problems[0])
        if isinstance(watch, PostgresWatch):
            watch.start(kept(), site.live)
        try:
            yield
        finally:
            await site.live.close()
            watch.close()
            site.quick.shutdown()
            site.slow.shutdown()
            site.outside.shutdown()
            site.doors.pool.shutdown()
            site.database.close()

    return lifespan
