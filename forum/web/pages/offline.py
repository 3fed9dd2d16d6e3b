"""The page for when the forum cannot be reached, and the service worker that has it at hand.

The worker keeps that page, its style sheet and its icon, fetched without cookies: no other page, so that
nothing private stays in a browser.
"""

from functools import lru_cache
from hashlib import sha256

from starlette.responses import Response

from forum.languages.speaking import ENGLISH, speaking
from forum.paths import STATIC
from forum.web.endpoint import Visit
from forum.web.site import Site

TEMPLATE = "offline.html"


def read(visit: Visit) -> Response:
    return visit.page(TEMPLATE)


def worker(visit: Visit) -> Response:
    return Response(script(visit.site), media_type="text/javascript")


def script(site: Site) -> str:
    """The service worker of this version: another one as soon as anything that it keeps is another."""
    # The browser fetches the page without cookies, in its own language: that makes no other version.
    with speaking(ENGLISH):
        page = site.pages.render(TEMPLATE, {})
    paths = ("/offline", site.static.address("style.css"), site.static.address("icon.svg"))
    return _script(sha256(page.encode()).hexdigest()[:12], " ".join(paths))


@lru_cache(4)
def _script(version: str, paths: str) -> str:
    text = (STATIC / "sw.js").read_text(encoding="utf-8")
    return text.replace("VERSION", version).replace("PATHS", paths)
