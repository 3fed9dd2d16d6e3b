"""Every error becomes a page that says what happened and what to do next."""

import asyncio
import re
import secrets
from urllib.parse import quote

import structlog
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from forum.errors import Busy, ForumError, SignInRequired, TooMany
from forum.web.endpoint import deliver
from forum.web.site import Site
from forum.web.visit import Visit

log = structlog.get_logger()

#: Acts without a page of their own, by the page on which they are offered.
_OFFERED_ON = re.compile(
    r"(/p/\d+)/(?:vote|accept|restore)|(/inbox)/read|(/moderation/items/\d+)/\w+"
    r"|(/account/decisions/\d+)/appeal"
)
SIGNED_OUT = "You have been signed out. What you typed is below: copy it, then sign in."

BARE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<h1>{title}</h1><p>{words}</p><p><a href="/">Go to the start page</a></p></html>"""


class MethodNotAllowed(ForumError):
    code = "method_not_allowed"
    status = 405
    title = "That cannot be done here"
    words = "This address does not answer that kind of request."

    def __init__(self, allowed: str) -> None:
        super().__init__()
        self.allowed = allowed


class CrossSite(ForumError):
    code = "cross_site"
    status = 403
    title = "That came from somewhere else"
    words = (
        "For your safety we take forms only from our own pages. Open the forum at its own address and send it"
        " again."
    )


class OurMistake(ForumError):
    """Something nobody foresaw; the event is the way from the page to the log."""

    code = "our_mistake"
    status = 500
    title = "Something broke on our side"
    words = "It is not your fault. Please try again in a moment."

    def __init__(self, event: str) -> None:
        super().__init__()
        self.event = event


async def answer(site: Site, error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
    """Answers a request that ended in `error`."""
    if not isinstance(error, ForumError):
        event = secrets.token_hex(4)
        asked = f"{scope['method']} {scope['path']}"
        log.error("request failed", event_id=event, asked=asked, exc_info=error)
        error = OurMistake(event)
    response = await asyncio.get_running_loop().run_in_executor(site.quick, _respond, site, error, scope)
    await deliver(response, scope, receive, send)


def _respond(site: Site, error: ForumError, scope: Scope) -> Response:
    # The page about an error must not fail, whatever is broken.
    try:
        with Visit(site, scope, scope.get("footnote.typed")) as visit:
            response = _page(visit, error)
    except Exception as second:
        log.error("error page failed", status=error.status, exc_info=second)
        response = HTMLResponse(BARE.format(title=error.title, words=error.words), error.status)
    if isinstance(error, MethodNotAllowed):
        response.headers["allow"] = error.allowed
    if isinstance(error, TooMany):
        response.headers["retry-after"] = str(error.retry_after)
    if isinstance(error, Busy):
        response.headers["retry-after"] = "5"
    return response


def _page(visit: Visit, error: ForumError) -> Response:
    step, words, typed = ("/", "Go to the latest threads"), error.words, ""
    if isinstance(error, SignInRequired):
        sign_in = f"/sign-in?next={quote(_offered_on(visit.here), safe='/')}"
        if visit.method in ("GET", "HEAD"):
            return visit.redirect(sign_in)
        step, typed = (sign_in, "Sign in"), _typed(visit)
        words = SIGNED_OUT if typed else words
    return visit.page(
        "errors/error.html",
        error.status,
        title=error.title,
        words=words,
        typed=typed,
        code=error.code,
        event=getattr(error, "event", ""),
        step_href=step[0],
        step_label=step[1],
    )


def _offered_on(path: str) -> str:
    """The page on which somebody can go on after signing in."""
    if path in ("/preview", "/sign-out"):
        return "/"
    found = _OFFERED_ON.fullmatch(path)
    return next(filter(None, found.groups())) if found else path


def _typed(visit: Visit) -> str:
    """The words that somebody sent: a post's, or those to or of a moderator."""
    return next((visit.form[name] for name in ("text", "words", "reason") if visit.form.get(name)), "")
