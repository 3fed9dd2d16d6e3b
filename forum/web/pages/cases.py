"""The review item of a reference, and settling its cases."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import Response

from forum.accounts.tables import Actor
from forum.actions import settling
from forum.errors import Conflict, Invalid, NotFound
from forum.languages.words import N_, _
from forum.moderation import reference_file
from forum.references.formatting import listed
from forum.web import forms
from forum.web.endpoint import Visit

#: The fields of a record that can differ, in words.
FIELDS = {
    "title": N_("Title"),
    "author": N_("Authors"),
    "issued": N_("Year"),
    "container-title": N_("Journal or book"),
    "volume": N_("Volume"),
    "issue": N_("Issue"),
    "page": N_("Pages"),
    "publisher": N_("Publisher"),
    "type": N_("Kind"),
    "evidence": N_("Evidence"),
}
#: Authors that are named.
NAMED = 8


def page(visit: Visit, moderator: Actor, status: int = 200, **more: Any) -> Response:
    """The item of this address, which is about a reference."""
    file = reference_file.read(visit.db, visit.path["item_id"], moderator)
    if file is None:
        raise NotFound
    context = {"file": file, "rows": _compared, "refused": 0, **more}
    return visit.page("moderation/reference.html", status, **context)


def settle(visit: Visit, item_id: int, again: Callable[..., Response]) -> Response:
    """The form of one case was sent; `again` is the page of its item, with what was wrong."""
    typed, case_id = visit.form, visit.path["case_id"]
    stays = forms.number(typed.get("stays", ""))
    try:
        visit.act(settling.settle, case_id, typed.get("verdict", ""), typed.get("answer", ""), stays)
    except Invalid as error:
        return again(visit, error.status, form=typed, errors=error.fields, refused=case_id)
    except Conflict as error:
        context = {"title": _(error.title), "words": error.words, "item_id": item_id, "form": {}}
        return visit.page("moderation/conflict.html", error.status, **context)
    return visit.redirect(f"/moderation/items/{item_id}", "settled")


def _compared(
    one: Mapping[str, Any], two: Mapping[str, Any], every: bool
) -> list[tuple[str, str, str, bool]]:
    """For each field of two records, or of the second: its name, both values, whether they differ."""
    found = []
    for key, label in FIELDS.items():
        before, after = _text(one.get(key)), _text(two.get(key))
        if (before or after) if every else key in two:
            found.append((_(label), before, after, before.casefold() != after.casefold()))
    return found


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(listed(person) for person in value[:NAMED])
    if isinstance(value, dict):
        parts = value.get("date-parts") or [[]]
        return "-".join(str(part) for part in parts[0])
    return str(value or "")
