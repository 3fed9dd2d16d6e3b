"""Accounts: found by name or mail address; each with its role and level, and help for its owner."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import Response

from forum.accounts import admin_log, directory, former_names, history
from forum.accounts.directory import CLOSED, SOME_TAGS, Filters, Sheet
from forum.accounts.tables import Level, Role, Standing
from forum.actions import administering, erasing
from forum.discussion import tended
from forum.errors import Invalid, NotFound
from forum.languages.words import N_, _
from forum.web.endpoint import Visit

PAGE = 50
LATELY = 20
ROLES = (
    (Role.MEMBER, N_("Member"), N_("Or a moderator of some tags, if you name them below.")),
    (Role.MODERATOR, N_("Moderator"), N_("Of the whole forum.")),
    (Role.ADMIN, N_("Admin"), N_("Also of these pages.")),
)
LEVELS: Mapping[str, str] = {
    Level.NEWCOMER: N_("Newcomer"),
    Level.MEMBER: N_("Member"),
    Level.TRUSTED: N_("Trusted"),
}
STANDINGS: Mapping[str, str] = {
    Standing.HELD: N_("Held"),
    Standing.ACTIVE: N_("Active"),
    Standing.SILENCED: N_("Silenced"),
    Standing.SUSPENDED: N_("Suspended"),
}
#: What the list can be narrowed to.
CHOICES: Mapping[str, Mapping[str, str]] = {
    "role": {**{role: label for role, label, _help in ROLES}, SOME_TAGS: N_("Moderator of some tags")},
    "level": LEVELS,
    "standing": {**STANDINGS, CLOSED: N_("Closed for good")},
}
Act = Callable[[Visit, int], str]


def listing(visit: Visit) -> Response:
    filters, after = Filters.of(visit.query), visit.query.get("after", "")
    page = directory.listing(visit.db, after, PAGE, filters)
    return visit.page("admin/accounts.html", page=page, filters=filters, after=after, choices=_choices())


def _choices() -> Mapping[str, Mapping[str, str]]:
    return {name: {key: _(label) for key, label in options.items()} for name, options in CHOICES.items()}


def read(visit: Visit) -> Response:
    return page(visit)


def act(visit: Visit) -> Response:
    """What the field `step` says is done to the account."""
    step = visit.form.get("step", "")
    if step not in _STEPS:
        raise NotFound
    account_id = visit.path["account_id"]
    try:
        told = _STEPS[step](visit, account_id)
    except Invalid as error:
        return page(visit, error.status, at=step, form=visit.form, errors=error.fields)
    return visit.redirect(f"/admin/accounts/{account_id}", told)


def _role(visit: Visit, account_id: int) -> str:
    typed = visit.form
    role, tag_names = typed.get("role", ""), typed.get("tags", "")
    visit.act(administering.set_role, account_id, role, tag_names, is_sure="sure" in typed)
    return "role-kept"


def _level(visit: Visit, account_id: int) -> str:
    typed = visit.form
    visit.act(administering.set_level, account_id, typed.get("level", ""), is_fixed="fixed" in typed)
    return "level-kept"


def _sign_out(visit: Visit, account_id: int) -> str:
    visit.act(administering.sign_out, account_id)
    return "account-signed-out"


def _factors(visit: Visit, account_id: int) -> str:
    visit.act(administering.reset_factors, account_id, visit.form.get("reason", ""))
    return "factors-reset"


def _password(visit: Visit, account_id: int) -> str:
    visit.act(administering.send_password_mail, account_id)
    return "password-mail-sent"


_STEPS: Mapping[str, Act] = {
    "role": _role,
    "level": _level,
    "sign-out": _sign_out,
    "factors": _factors,
    "password": _password,
}


def page(visit: Visit, status: int = 200, **more: Any) -> Response:
    account = directory.read(visit.db, visit.path["account_id"])
    if account is None:
        raise NotFound
    context: dict[str, Any] = {
        "account": account,
        "tags": tended.names_of(visit.db, account.tends),
        "former": former_names.of_account(visit.db, account.id),
        # When somebody looked who wrote a post is in the admins' log: both together would name its author.
        "events": history.latest(visit.db, account.id, LATELY, but=("revealed",)),
        "kinds": {kind: _(label) for kind, label in history.KINDS.items()},
        "done": admin_log.entries(visit.db, None, LATELY, account_id=account.id).items,
        "roles": [(role, _(label), _(help)) for role, label, help in ROLES],
        "levels": [(level, _(label), "") for level, label in LEVELS.items()],
        "reason_length": administering.REASON_LENGTH,
        "erase_reason_length": erasing.REASON_LENGTH,
        "at": "",
        **more,
    }
    form = {**_now(account, context["tags"]), **context.pop("form", {})}
    return visit.page("admin/account.html", status, form=form, **context)


def _now(account: Sheet, tag_names: Any) -> dict[str, str]:
    """What the forms say before anything is typed."""
    return {"role": account.role, "tags": " ".join(tag_names), "level": account.level}
