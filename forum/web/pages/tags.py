"""Tags, and the threads that carry one, or several together."""

from collections.abc import Sequence

from starlette.responses import RedirectResponse, Response

from forum.actions import following
from forum.discussion import near_tags, tagged, tags
from forum.discussion.tagged import MOST_TAGS, Order
from forum.discussion.tags import TagRow
from forum.errors import NotFound
from forum.inbox import following as followed
from forum.inbox.following import Kind
from forum.languages.words import _
from forum.web.endpoint import Visit
from forum.web.pages import following as levels

PAGE = 60
LONGEST_QUERY = 100


def listing(visit: Visit) -> Response:
    after, asked = visit.query.get("after", ""), visit.query.get("by", "")
    order = tags.Order(asked) if asked in tuple(tags.Order) else tags.Order.USE
    q = " ".join(visit.query.get("q", "").split())[:LONGEST_QUERY]
    page = tags.listing(visit.db, after, PAGE, order, q)
    mine = followed.followed(visit.db, visit.actor.id, Kind.TAG) if visit.actor else []
    return visit.page("tags/listing.html", page=page, after=after, order=order, q=q, mine=frozenset(mine))


def named(visit: Visit) -> Response:
    try:
        found = _open(visit, _typed(visit))
    except NotFound as error:
        return _nothing(visit, error)
    after, asked = visit.query.get("after", ""), visit.query.get("by", "")
    name = "+".join(tag.name for tag in found)
    if name != visit.path["name"]:
        # Names are letters, digits and hyphens: safe in an address. What a name means can be taken back.
        typed = visit.path["name"].casefold().split("+")
        return RedirectResponse(f"/tags/{name}", 301 if sorted(set(typed)) == name.split("+") else 302)
    order = Order(asked) if asked in tuple(Order) else Order.LATEST
    # Only one tag is followed, and has a page that says more of it.
    alone = found[0] if len(found) == 1 else None
    standing = _standing(visit, alone) if alone else None
    return visit.page(
        "tags/named.html" if alone else "tags/together.html",
        tag=found[0],
        tags=found,
        name=name,
        page=tagged.with_all(visit.db, found, after, visit.settings.page_size, order),
        after=after,
        order=order,
        companions=_companions(visit, found),
        looked_at=tagged.LOOKED_AT,
        synonyms=tags.synonyms(visit.db, alone.id) if alone else [],
        followed=standing,
        menu=levels.menu(visit, Kind.TAG, standing.level) if standing and visit.actor else None,
    )


def follow(visit: Visit) -> Response:
    """The member hears so much of threads with the tag from now on."""
    level = levels.chosen(visit)
    tag = visit.act(following.follow_tag, visit.path["name"], level)
    return levels.back(visit, f"/tags/{tag.name}", Kind.TAG, level)


def open_here(visit: Visit) -> TagRow:
    """The tag of this address, if the visitor may see it."""
    (tag,) = _open(visit, [visit.path["name"].lower()])
    return tag


def _typed(visit: Visit) -> list[str]:
    name: str = visit.path["name"]
    return name.lower().split("+")


def _nothing(visit: Visit, error: NotFound) -> Response:
    """No such tag, or not for this visitor's eyes: what else may be meant. Those alike are for everybody."""
    typed = _typed(visit)
    return visit.page(
        "tags/none.html",
        error.status,
        words="" if error.words == NotFound.words else error.words,
        near=near_tags.near(visit.db, typed[0]) if len(typed) == 1 else [],
    )


def _open(visit: Visit, typed: Sequence[str]) -> list[TagRow]:
    """The tags that these names mean, by name; NotFound if the visitor may not see one of them."""
    names = sorted(tags.resolved(visit.db, typed))
    if len(names) > MOST_TAGS:
        words = _("A list takes at most {most} tags together. Leave some out of the address.")
        raise NotFound(words.format(most=MOST_TAGS))
    found = tags.all_named(visit.db, names)
    if len(found) < len(names) or not tags.is_shown_to(visit.db, found.values(), visit.actor):
        raise NotFound
    return [found[name] for name in names]


def _companions(visit: Visit, found: Sequence[TagRow]) -> list[tuple[str, str, int]]:
    """Lists with one tag more: the address, that tag, and on how many of the latest threads it stands."""
    if len(found) == MOST_TAGS:
        return []
    names = [tag.name for tag in found]
    return [
        (f"/tags/{'+'.join(sorted([*names, beside.name]))}", beside.name, beside.times)
        for beside in tagged.companions(visit.db, found)
    ]


def _standing(visit: Visit, tag: TagRow) -> followed.Standing:
    return followed.standing(visit.db, Kind.TAG, tag.id, visit.actor.id if visit.actor else None)
