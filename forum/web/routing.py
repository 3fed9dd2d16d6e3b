"""How routes are written down, and how they become a router."""

from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple

from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from forum.errors import NotFound
from forum.policy import Permit
from forum.web import limits
from forum.web.endpoint import Endpoint, Handler, Keeps
from forum.web.site import Site
from forum.web.trouble import MethodNotAllowed

#: The largest id that every database takes.
LARGEST_ID = 2**31 - 1
#: Bytes of a form without a long text: 5,000 characters of any script, with what stands around them.
SHORT = 64 * 1024
#: As much as FORUM_BODY_BYTES allows: for posts, lists of references and the like.
LONG = None


class Way(NamedTuple):
    """One route: what its address, method and permission are, and who answers."""

    method: str
    path: str
    handler: Handler
    permit: Permit
    keeps: Keeps | None = None
    queries: Collection[str] = ()
    slow: bool = False
    #: Waits for the answer of somebody else's machine, in threads of its own.
    outside: bool = False
    #: Only for who has proved a short while ago who they are; others are sent to do that first.
    fresh: bool = False
    #: The most bytes that its form may have; LONG: as many as the setting says.
    body: int | None = SHORT
    #: Its form has a file, of as many bytes as FORUM_IMAGE_BYTES says.
    file: bool = False
    #: Answers without a word of the forum's, so that nobody's language needs to be known.
    wordless: bool = False


def get(
    path: str,
    handler: Handler,
    permit: Permit = Permit.READ,
    *,
    keeps: Keeps | None = None,
    queries: Collection[str] = ("after",),
    slow: bool = False,
    fresh: bool = False,
    wordless: bool = False,
) -> Way:
    """A page. With `keeps` its signed-out form is kept; a query with other names than `queries` is not."""
    return Way("GET", path, handler, permit, keeps, queries, slow, fresh=fresh, wordless=wordless)


def post(
    path: str,
    handler: Handler,
    permit: Permit,
    *,
    outside: bool = False,
    fresh: bool = False,
    body: int | None = SHORT,
    file: bool = False,
) -> Way:
    """An act, with the permission it needs. It may wait for the write lock: readers do not wait behind it."""
    return Way("POST", path, handler, permit, slow=True, outside=outside, fresh=fresh, body=body, file=file)


class _Id(IntegerConvertor):
    regex = "[0-9]{1,10}"

    def convert(self, value: str) -> int:
        number = int(value)
        if number > LARGEST_ID:
            raise NotFound
        return number


class _ByMethod:
    """The handlers of one address."""

    def __init__(self, endpoints: dict[str, Endpoint]) -> None:
        self.endpoints = endpoints
        if "GET" in endpoints:
            self.endpoints = endpoints | {"HEAD": endpoints["GET"]}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = self.endpoints.get(scope["method"])
        if endpoint is None:
            raise MethodNotAllowed(", ".join(self.endpoints))
        await endpoint(scope, receive, send)


Lifespan = Callable[[Any], AbstractAsyncContextManager[None]]


def router(site: Site, ways: Iterable[Way], lifespan: Lifespan) -> ASGIApp:
    """The router for these routes, tried in their order, and for static files."""
    register_url_convertor("int", _Id())
    by_path: dict[str, dict[str, Endpoint]] = {}
    for way in ways:
        by_path.setdefault(way.path, {})[way.method] = Endpoint(
            site,
            way.handler,
            way.permit,
            keeps=way.keeps,
            queries=way.queries,
            slow=way.slow,
            outside=way.outside,
            fresh=way.fresh,
            body=way.body,
            file=way.file,
            wordless=way.wordless,
            limits=limits.of(way.method, way.path),
        )
    routes = [Route(path, _ByMethod(endpoints)) for path, endpoints in by_path.items()]
    routes.append(Route("/static/{hash}/{name:path}", site.static))
    return Router(routes, redirect_slashes=False, default=_nowhere, lifespan=lifespan)


async def _nowhere(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise NotFound
