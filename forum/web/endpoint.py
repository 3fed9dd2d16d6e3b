"""From a request to a handler and back: the form is read, a thread is found, the answer is sent."""

import asyncio
import gzip
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from forum import freshness, policy
from forum.languages.speaking import at_home, speaking
from forum.policy import Permit
from forum.web import conditional, forms
from forum.web.kept import Offer
from forum.web.limits import NO_LIMITS, Limits
from forum.web.site import Site
from forum.web.visit import Visit

__all__ = ["Endpoint", "Handler", "Keeps", "Visit"]

Handler = Callable[[Visit], Response]
#: From a page's path parameters and query to the generations it shows; None: not to be kept.
Keeps = Callable[[Mapping[str, Any], Mapping[str, str]], tuple[str, ...] | None]


class Endpoint:
    """One handler as an ASGI application. Errors are left to the middleware."""

    def __init__(
        self,
        site: Site,
        handler: Handler,
        permit: Permit,
        *,
        keeps: Keeps | None = None,
        queries: Collection[str] = (),
        slow: bool = False,
        outside: bool = False,
        fresh: bool = False,
        body: int | None = None,
        file: bool = False,
        wordless: bool = False,
        limits: Limits = NO_LIMITS,
    ) -> None:
        self.site = site
        self.handler = handler
        self.permit = permit
        self.keeps = keeps if site.settings.cache_bytes else None
        self.queries = frozenset(queries)
        self.fresh = fresh
        self.file = file
        self.wordless = wordless
        self.limits = limits
        self.most = min(body or site.settings.body_bytes, site.settings.body_bytes)
        pool = site.outside if outside else site.slow if slow else site.quick
        self.pool = site.doors.pool if limits.at_door else pool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["footnote.pool"] = self.pool
        typed, file = await self._form(scope, receive) if scope["method"] == "POST" else (None, None)
        # The page about an error shows it again, so that it is not lost.
        scope["footnote.typed"] = typed
        visit = Visit(self.site, scope, typed, file)
        answer = partial(self._answer, visit)
        if self.limits.at_door:
            response, offer = await self.site.doors.take(answer)
        else:
            response, offer = await asyncio.get_running_loop().run_in_executor(self.pool, answer)
        if visit.touched:
            self.site.forget(visit.touched)
        scope["footnote.offer"] = offer
        await deliver(response, scope, receive, send)

    async def _form(self, scope: Scope, receive: Receive) -> tuple[forms.Fields, bytes | None]:
        """What the form holds. The file of somebody who may not send one is not even read."""
        if not self.file:
            return await forms.read(scope, receive, self.most), None
        await asyncio.get_running_loop().run_in_executor(self.pool, self._admit, scope)
        return await forms.read_with_file(scope, receive, self.most, self.site.settings.image_bytes)

    def _admit(self, scope: Scope) -> None:
        with Visit(self.site, scope) as visit:
            policy.admit(self.permit, visit.actor)

    def _answer(self, visit: Visit) -> tuple[Response, Offer | None]:
        # Whose language it is, is asked only where something is said.
        with visit, at_home(self.site.settings.language), speaking("" if self.wordless else visit.language):
            # What everybody may read needs no look at who asks.
            if self.permit is not Permit.READ:
                policy.admit(self.permit, visit.actor)
            # Read first: what changes while the page is made then counts as a change of the finished page.
            generations = self._generations(visit)
            self.limits.spend(visit)
            if self.fresh and visit.presence is not None and not visit.presence.is_fresh():
                return visit.redirect(f"/account/prove?next={quote(visit.here)}"), None
            response = self.handler(visit)
            if visit.renewed_token is not None:
                visit.remember(response, visit.renewed_token)
            elif visit.token_is_dead and "set-cookie" not in response.headers:
                visit.forget(response)
        offer = _offer(response, generations)
        if offer is None and _is_for_everybody(visit, response):
            response = conditional.checked(response, visit.headers)
        return response, offer

    def _generations(self, visit: Visit) -> Mapping[str, int] | None:
        if self.keeps is None or visit.token is not None or visit.query.keys() - self.queries:
            return None
        names = self.keeps(visit.path, visit.query)
        return None if names is None else freshness.read(visit.db, names)


async def deliver(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Sends the response; without its body when only its head was asked for."""
    if scope["method"] == "HEAD":
        response.body = b""
    await response(scope, receive, send)


def _is_for_everybody(visit: Visit, response: Response) -> bool:
    """Whether the answer is one that a guest asked for, and may ask for again."""
    is_whole = response.status_code == 200 and not {"set-cookie", "etag"} & {*response.headers}
    if isinstance(response, StreamingResponse):
        return False
    return is_whole and visit.token is None and visit.method in ("GET", "HEAD")


def _offer(response: Response, generations: Mapping[str, int] | None) -> Offer | None:
    if generations is None or response.status_code != 200 or "set-cookie" in response.headers:
        return None
    if response.media_type != "text/html":
        return None
    body = bytes(response.body)
    return Offer(generations, body, gzip.compress(body, 6, mtime=0), conditional.digest(body))
