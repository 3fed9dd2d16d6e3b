"""What opens one's own account, on one page: password, passkeys, one-time codes, recovery codes, provider."""

from starlette.responses import Response

from forum.accounts import factors
from forum.web.endpoint import Visit
from forum.web.pages import passkeys, provider
from forum.web.pages.account import here


def read(visit: Visit) -> Response:
    return visit.page(
        "factors/read.html",
        have=factors.of(visit.db, here(visit).actor.id),
        **passkeys.own(visit),
        **provider.own(visit),
    )
