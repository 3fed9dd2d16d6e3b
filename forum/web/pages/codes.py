"""One-time codes of an app, switched on and off, and the recovery codes, shown once."""

from collections.abc import Sequence

from markupsafe import Markup
from starlette.responses import Response

from forum.accounts import factors, one_time_codes
from forum.actions import securing
from forum.errors import Invalid
from forum.web.endpoint import Visit
from forum.web.pages.account import here


def read(visit: Visit) -> Response:
    return _page(visit)


def begin(visit: Visit) -> Response:
    visit.act(securing.begin_codes)
    return visit.redirect("/account/codes")


def switch_on(visit: Visit) -> Response:
    presence, code = here(visit), visit.form.get("code", "")
    try:
        made = visit.act(securing.switch_codes_on, presence.session_id, code, visit.device)
    except Invalid as error:
        return _page(visit, 422, form=visit.form, errors=error.fields)
    return _recovery_codes(visit, made, is_new=True)


def switch_off(visit: Visit) -> Response:
    visit.act(securing.switch_codes_off, here(visit).session_id, visit.device)
    return visit.redirect("/account/factors", "codes-off")


def make_recovery_codes(visit: Visit) -> Response:
    return _recovery_codes(visit, visit.act(securing.make_recovery_codes, visit.device), is_new=False)


def _recovery_codes(visit: Visit, made: Sequence[str], *, is_new: bool) -> Response:
    # The answer to the form itself: on a page of their own somebody could look at them again.
    return visit.page("factors/recovery_codes.html", codes=made, is_new=is_new)


def _page(visit: Visit, status: int = 200, **more: object) -> Response:
    actor, forum = here(visit).actor, visit.settings.name
    secret = one_time_codes.begun(visit.db, actor.id)
    picture = Markup(one_time_codes.picture(secret, actor.name, forum)) if secret else ""  # noqa: S704 - ours
    return visit.page(
        "factors/codes.html",
        status,
        have=factors.of(visit.db, actor.id),
        picture=picture,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)) if secret else "",
        address=one_time_codes.address(secret, actor.name, forum) if secret else "",
        **more,
    )
