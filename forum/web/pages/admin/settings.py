"""Where admins choose what may be chosen while the forum runs, and read what was set at its start."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from starlette.responses import Response

from forum import choices
from forum.actions import choosing
from forum.choices import BY_KEY, CHOICES, Changed, Choice
from forum.config import Settings
from forum.errors import Invalid
from forum.languages.words import _
from forum.web.endpoint import Visit

HISTORY = 100
_HOME = "/admin/settings"
#: Of a setting whose name ends so, a page only says whether there is one.
_SECRET = ("secret", "_key")
#: Name and password in an address.
_LOGIN = re.compile(r"(?<=://)[^/@]*@|(?<=[?&])password=[^&]*", re.IGNORECASE)


class Set(NamedTuple):
    """What was set when the forum was started; `value` holds no secret."""

    name: str
    value: str
    default: str
    help: str


class Group(NamedTuple):
    """Choices that are kept together, and the latest changes of them."""

    name: str
    choices: Sequence[Choice]
    history: Sequence[Changed]


def read(visit: Visit) -> Response:
    return _page(visit)


def choose(visit: Visit) -> Response:
    group = visit.form.get("group", "")
    try:
        visit.act(choosing.choose, group, visit.form)
    except Invalid as error:
        return _page(visit, error.status, at=group, typed=visit.form, errors=error.fields)
    return visit.redirect(f"{_HOME}#{group.lower()}", "setting-kept")


def set_at_start(settings: Settings) -> Iterator[Set]:
    """Every setting of config.py, without anything secret."""
    for name, field in Settings.model_fields.items():
        value, default = str(getattr(settings, name)), str(field.default)
        if name.endswith(_SECRET):
            value, default = _("set") if value else _("not set"), _("not set")
        yield Set(
            f"FORUM_{name.upper()}",
            _LOGIN.sub("…@", value),
            default,
            _(field.description) if field.description else "",
        )


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    now = choices.every(visit.db)
    context = {
        "groups": _groups(choices.history(visit.db, HISTORY)),
        "now": now,
        "by_key": BY_KEY,
        "set_at_start": list(set_at_start(visit.settings)),
        "at": "",
        **more,
    }
    typed: Mapping[str, str] = context.pop("typed", {})
    # Only what was sent for the one group: the others show what holds.
    form = {**now, **{key: typed[key] for key in now.keys() & typed.keys()}}
    return visit.page("admin/settings.html", status, form=form, **context)


def _groups(history: Sequence[Changed]) -> list[Group]:
    return [
        Group(
            name,
            [choice for choice in CHOICES if choice.group == name],
            [change for change in history if change.key in BY_KEY and BY_KEY[change.key].group == name],
        )
        for name in dict.fromkeys(choice.group for choice in CHOICES)
    ]
