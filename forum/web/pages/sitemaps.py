"""What search engines may read, and where everything stands (sitemaps.org, RFC 9309)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import quote

from starlette.responses import PlainTextResponse, Response

from forum.discussion import sitemap
from forum.errors import NotFound
from forum.web.endpoint import Visit
from forum.web.routing import LARGEST_ID

#: Ids of one file: the protocol allows so many addresses.
SIZE = 50_000
#: What robots need not read: acts, forms, what is made for one reader, and searches, which have no end.
CLOSED = (
    *(
        "/account",
        "/ask",
        "/cite",
        "/confirm",
        "/for-me",
        "/inbox",
        "/invite",
        "/moderation",
        "/preview",
        "/report",
        "/search",
        "/setup",
    ),
    *("/sign-in", "/sign-up", "/transparency", "/p/*/", "/people/*/flag$", "/references/*/propose$"),
    # To the end, because titles of sources begin like acts: "Correction: …".
    *("/references/*/duplicate$", "/references/*/correct$", "/references/*/merge$", "/references/*/flag$"),
    *("/t/*/answer$", "/t/*/cite$", "/t/*/related$", "/t/*/related?", "/t/*/tend$"),
    *("/tags/*/caution$", "/tags/*/edit$"),
)
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def robots(visit: Visit) -> Response:
    closed = CLOSED if visit.settings.indexing else ("/",)
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    if visit.settings.indexing:
        lines += ["", f"Sitemap: {visit.settings.base_url}/sitemap.xml"]
    return PlainTextResponse("\n".join(lines) + "\n")


def index(visit: Visit) -> Response:
    """The files that there are."""
    _open(visit)
    found = [
        (f"/sitemaps/{kind}-{file.number}.xml", file.changed_at)
        for kind in sitemap.KINDS
        for file in sitemap.files(visit.db, kind, SIZE)
    ]
    return _written(visit, "sitemapindex", "sitemap", found)


def file(visit: Visit) -> Response:
    """One of them; NotFound if there is nothing in it."""
    _open(visit)
    kind, number = visit.path["kind"], visit.path["number"]
    if kind not in sitemap.KINDS or not 0 < number <= LARGEST_ID // SIZE + 1:
        raise NotFound
    found = sitemap.pages(visit.db, kind, number, SIZE)
    if not found:
        raise NotFound
    return _written(visit, "urlset", "url", found)


def _open(visit: Visit) -> None:
    if not visit.settings.indexing:
        raise NotFound


def _written(visit: Visit, around: str, each: str, found: Iterable[tuple[str, datetime | None]]) -> Response:
    base, lines = visit.settings.base_url, []
    for path, changed_at in found:
        told = ""
        if changed_at is not None:
            told = f"<lastmod>{changed_at.astimezone(UTC).isoformat(timespec='seconds')}</lastmod>"
        lines.append(f"<{each}><loc>{base}{quote(path)}</loc>{told}</{each}>\n")
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{around} {_NAMESPACE}>\n{"".join(lines)}</{around}>\n'
    return Response(text, media_type="application/xml")
