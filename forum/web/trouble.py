"""Every error becomes a page that says what happened and what to do next."""

import asyncio
import secrets
from html import escape

import structlog
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from forum.errors import Busy, ForumError, SignInRequired, TooMany
from forum.languages.speaking import direction, speaking, tag
from forum.languages.words import N_, _
from forum.web import ways_on
from forum.web.doors import Crowded
from forum.web.endpoint import deliver
from forum.web.site import Site
from forum.web.visit import Visit

log = structlog.get_logger()

SIGNED_OUT = N_(
    "You have been signed out. What you typed is below: copy it, to be safe, then sign in. If your browser"
    " runs scripts, the form has it again after that."
)

#: A page without the database and without threads of pages. Its style sheet may not come; it need not.
BARE = """<!doctype html>
<html lang="{lang}" dir="{dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} – {forum}</title>
<link rel="stylesheet" href="{style}">
</head>
<body>
<header class="top">
<div class="head"><a class="brand" href="{home}">{forum}</a></div>
</header>
<main class="body" id="main">
<div class="empty">
<p class="soft small">{status}</p>
<h1>{title}</h1>
<p>{words}</p>
<p class="row"><a class="button" href="{home}">{go}</a></p>
</div>
</main>
</body>
</html>
"""


class MethodNotAllowed(ForumError):
    code = "method_not_allowed"
    status = 405
    title = N_("That cannot be done here")
    words = N_("This address is the target of a button, and was opened as a page. Nothing was changed.")

    def __init__(self, allowed: str) -> None:
        super().__init__()
        self.allowed = allowed


class CrossSite(ForumError):
    code = "cross_site"
    status = 403
    title = N_("That came from somewhere else")
    words = N_(
        "For your safety we take forms only from our own pages. Open the forum at its own address and send it"
        " again."
    )


class WrongHost(ForumError):
    """Asked for by another name, or by none or two, for which RFC 9112, section 3.2, wants a 400."""

    code = "wrong_host"
    status = 400
    title = N_("There is no forum by that name here")
    words = N_(
        "The name in the address is not ours. Please open the forum at its own address, which the button has."
    )


class TooSlow(ForumError):
    code = "too_slow"
    status = 408
    title = N_("That took too long")
    words = N_("The form did not arrive in time. Please go back and send it again.")


class TookTooLong(ForumError):
    code = "took_too_long"
    status = 503
    title = N_("This takes too long")
    words = N_("We stopped waiting for it. If you sent something, please look whether it is there first.")


class OurMistake(ForumError):
    """Something nobody foresaw; the event is the way from the page to the log."""

    code = "our_mistake"
    status = 500
    title = N_("Something broke on our side")
    words = N_(
        "It is not your fault, and what went wrong is written down for who runs the forum. Please try again"
        " in a moment. If you sent something, look first whether it is there."
    )

    def __init__(self, event: str) -> None:
        super().__init__()
        self.event = event


#: Answered at once, without the database and the threads of pages: by then those may be what is missing, or
#: the one who asks is none of our readers.
PLAIN = (WrongHost, TooSlow, TookTooLong, Crowded)


async def answer(site: Site, error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
    """Answers a request that ended in `error`."""
    if not isinstance(error, ForumError):
        event = secrets.token_hex(4)
        asked = f"{scope['method']} {scope['path']}"
        log.error("request failed", event_id=event, asked=asked, exc_info=error)
        error = OurMistake(event)
    if isinstance(error, PLAIN):
        with speaking(site.tongues.chosen(scope["headers"])):
            response = _plain(error, site)
    else:
        response = await _whole(site, error, scope)
    await deliver(response, scope, receive, send)


async def _whole(site: Site, error: ForumError, scope: Scope) -> Response:
    """The page about the error, made where the page asked for is made: no other reader waits for it."""
    pool = scope.get("footnote.pool", site.quick)
    if isinstance(error, TooMany) and pool is site.doors.pool:
        await site.doors.refuse()
    try:
        async with asyncio.timeout(site.settings.request_seconds):
            return await asyncio.get_running_loop().run_in_executor(pool, _respond, site, error, scope)
    except TimeoutError:
        return _plain(error, site)


def _respond(site: Site, error: ForumError, scope: Scope) -> Response:
    # The page about an error must not fail, whatever is broken.
    try:
        language = site.tongues.chosen(scope["headers"])
        with speaking(language), Visit(site, scope, scope.get("footnote.typed")) as visit:
            response = _page(visit, error)
    except Exception as second:
        log.error("error page failed", status=error.status, exc_info=second)
        response = _plain(error, site)
    if isinstance(error, MethodNotAllowed):
        response.headers["allow"] = error.allowed
    if isinstance(error, Busy):
        response.headers["retry-after"] = "5"
    return response


def _plain(error: ForumError, site: Site) -> Response:
    """The words alone. Whoever still sends is no longer listened to."""
    headers = {"retry-after": "5"} if error.status == 503 else {}
    if isinstance(error, PLAIN):
        headers["connection"] = "close"
    title, words, go = _(error.title), error.said(), _("Go to the start page")
    said = {
        "lang": tag(),
        "dir": direction(),
        "title": title,
        "words": words,
        "go": go,
        "forum": site.settings.name,
        "status": str(error.status),
        "style": site.static.address("style.css"),
        "home": f"{site.settings.base_url}/" if isinstance(error, WrongHost) else "/",
    }
    return HTMLResponse(BARE.format_map({k: escape(v) for k, v in said.items()}), error.status, headers)


def _page(visit: Visit, error: ForumError) -> Response:
    words, typed = error.said(), _typed(visit)
    if isinstance(error, SignInRequired):
        if visit.method in ("GET", "HEAD"):
            return visit.redirect(ways_on.sign_in(visit))
        words = _(SIGNED_OUT) if typed else words
    if isinstance(error, TooMany):
        visit.retry_after = error.retry_after
    first, *others = ways_on.ways(visit, error)
    return visit.page(
        "errors/error.html",
        error.status,
        title=_(error.title),
        words=words,
        typed=typed,
        code=error.code,
        event=getattr(error, "event", ""),
        contact=visit.settings.contact,
        asked=ways_on.words_in(visit.here) if error.status == 404 else "",
        first=first,
        others=others,
    )


def _typed(visit: Visit) -> str:
    """The words that somebody sent: a post's, or those to or of a moderator."""
    return next((visit.form[name] for name in ("text", "words", "reason") if visit.form.get(name)), "")
