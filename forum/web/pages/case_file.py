"""The case file of an account, for moderators: what is known, and the notes that they keep."""

from typing import Any

from starlette.responses import Response

from forum.accounts import former_names
from forum.accounts.tables import Actor
from forum.actions import noting
from forum.discussion import anonymity
from forum.errors import Forbidden, Invalid, NotFound, SignInRequired
from forum.languages.words import N_, _
from forum.moderation import account_file, notes, sanctions
from forum.moderation.account_file import PARTS, Facts
from forum.policy import Permit
from forum.web.endpoint import Visit

#: Of each part so many at first, and on a page of its own.
FIRST, PAGE = 10, 50
#: What each part is called, and what stands there if it is empty.
TITLES = {
    "notes": (N_("Notes"), N_("Nobody has noted anything yet.")),
    "decisions": (N_("Decisions"), N_("Nothing was decided about this account or its posts.")),
    "flags-about": (N_("Flags about it"), N_("Nobody has flagged it or its posts.")),
    "flags-by": (N_("Flags by it"), N_("It has flagged nothing.")),
    "posts": (N_("Posts that readers do not see"), N_("Readers see all of its posts.")),
}
_ACTS = {
    "note": (noting.note, "noted"),
    "watch": (noting.watch, "watched"),
    "unwatch": (noting.unwatch, "unwatched"),
}


def read(visit: Visit) -> Response:
    """The whole file, or one part of it."""
    part = visit.query.get("part", "")
    return _part(visit, part) if part in PARTS else _page(visit)


def keep(visit: Visit) -> Response:
    """A note is added; with it, the account can be put under review or be free again."""
    person = _open(visit)
    act = _ACTS.get(visit.form.get("step", "note"))
    if act is None:
        raise NotFound
    try:
        visit.act(act[0], person.id, visit.form.get("words", ""))
    except Invalid as error:
        return _page(visit, error.status, form=visit.form, errors=error.fields)
    return visit.redirect(_address(person), act[1])


def take_up(visit: Visit) -> Response:
    """To the account's review item, where it can be decided about."""
    item_id = visit.act(noting.take_up, _open(visit).id)
    return visit.redirect(f"/moderation/items/{item_id}")


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    person = _open(visit)
    context = {
        "person": person,
        "former": former_names.of_account(visit.db, person.id),
        "moves": account_file.moves(visit.db, person.id),
        "sanctions": sanctions.of_account(visit.db, person.id),
        "parts": {
            key: read(visit.db, person.id, _moderator(visit).id, None, FIRST) for key, read in PARTS.items()
        },
        "titles": {key: (_(title), _(empty)) for key, (title, empty) in TITLES.items()},
        "address": _address(person),
        "length": notes.LENGTH,
        **more,
    }
    return visit.page("case_file/file.html", status, **context)


def _part(visit: Visit, part: str) -> Response:
    person, after = _open(visit), visit.query.get("after", "")
    page = PARTS[part](visit.db, person.id, _moderator(visit).id, after, PAGE)
    title, empty = TITLES[part]
    return visit.page(
        "case_file/part.html",
        person=person,
        part=part,
        page=page,
        after=after,
        title=_(title),
        empty=_(empty),
        address=_address(person),
    )


def _open(visit: Visit) -> Facts:
    """The account, for a moderator who is not the one it belongs to."""
    reader = _moderator(visit)
    person = account_file.facts(visit.db, visit.path["name"])
    if person is None or person.id == anonymity.ACCOUNT_ID:
        raise NotFound
    if person.id == reader.id:
        raise Forbidden(_("This is about yourself: it is for other moderators."))
    return person


def _moderator(visit: Visit) -> Actor:
    visit.needs(Permit.KEEP_HOUSE)
    if visit.actor is None:
        raise SignInRequired
    return visit.actor


def _address(person: Facts) -> str:
    return f"/moderation/people/{person.name}"
