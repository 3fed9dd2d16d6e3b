"""Around every answer: who may send forms, how much, and what browsers may do with the page. Raw ASGI."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from forum.errors import TooLarge
from forum.web import trouble
from forum.web.site import Site

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
SECURITY = [
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000")
SAFE = ("GET", "HEAD", "OPTIONS")


def has_session(scope: Scope) -> bool:
    """Whether a session cookie came; also true for a cookie of a similar name, to be on the safe side."""
    return any(name == b"cookie" and b"session=" in value for name, value in scope["headers"])


class Guard:
    """Lets in what our own pages sent, in a size we read, and sends every answer out with its headers."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self.app = app
        self.site = site
        self.headers = [*SECURITY, HTTPS_ONLY] if site.settings.secure else SECURITY

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def sends(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._finish(message, scope)
            await send(message)

        try:
            self._check(scope)
            await self.app(scope, self._limited(receive), sends)
        except Exception as error:
            if started:
                raise
            await trouble.answer(self.site, error, scope, receive, sends)

    def _check(self, scope: Scope) -> None:
        if scope["method"] in SAFE:
            return
        headers = Headers(scope=scope)
        if not self._is_ours(headers):
            raise trouble.CrossSite
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length[:20]) > self.site.settings.body_bytes:
            raise TooLarge

    def _is_ours(self, headers: Headers) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in ("same-origin", "none")
        return headers.get("origin") == self.site.settings.base_url

    def _limited(self, receive: Receive) -> Receive:
        read = 0

        async def receives() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.site.settings.body_bytes:
                raise TooLarge
            return message

        return receives

    def _finish(self, message: Message, scope: Scope) -> None:
        headers: list[tuple[bytes, bytes]] = [*message["headers"], *self.headers]
        named = dict(headers)
        if b"immutable" not in named.get(b"cache-control", b""):
            private = b"set-cookie" in named or has_session(scope)
            headers = [pair for pair in headers if pair[0] != b"cache-control"]
            headers.append((b"cache-control", b"private, no-store" if private else b"no-cache"))
            if b"vary" not in named:
                headers.append((b"vary", b"cookie, accept-encoding"))
        message["headers"] = headers
