"""Images: sending one, one's own, and each at its address."""

import re
from collections import defaultdict
from typing import Any

from starlette.responses import JSONResponse, Response

from forum import policy
from forum.accounts.tables import Actor
from forum.actions import uploading
from forum.discussion import depicted
from forum.errors import Conflict, Invalid, NotFound, SignInRequired, TooMany
from forum.languages.formats import number
from forum.languages.words import N_, _, ngettext
from forum.markup.pictures import own
from forum.policy import Permit
from forum.uploads import naming, quotas, store
from forum.web import conditional
from forum.web.endpoint import Visit

PAGE = 24
#: Characters that say what a picture shows.
ALT_LENGTH = 300
DESCRIBE = N_("Say in a few words what the picture shows, for those who cannot see it.")
_FOREVER = "public, max-age=31536000, immutable"
#: What would be more than a character in a description.
_MARKS = re.compile(r"([\\`*_\[\]<>~&])")


def listing(visit: Visit) -> Response:
    return _page(visit)


def upload(visit: Visit) -> Response:
    """An image is sent, from the form or by the composer's script, which wants JSON."""
    alt = " ".join(visit.form.get("alt", "").split())[:ALT_LENGTH]
    for_script = bool(visit.form.get("part") or visit.query.get("part"))
    try:
        if not alt and not for_script:
            raise Invalid({"alt": _(DESCRIBE)})
        name = visit.act(uploading.upload, visit.file, most=visit.settings.image_bytes)
    except (Invalid, TooMany) as error:
        if for_script:
            return _said(visit, error.status, error=error.words)
        return _page(visit, error.status, form=visit.form, errors=error.fields)
    if for_script:
        return _said(visit, 201, markdown=markdown(alt, name), name=name)
    return _page(visit, 201, made=own(f"/images/{name}"), line=markdown(alt, name), alt=alt)


def throw_away(visit: Visit) -> Response:
    try:
        visit.act(uploading.throw_away, visit.path["image_id"])
    except Conflict as error:
        return _page(visit, 409, errors={"": error.words})
    return visit.redirect("/images", "image-gone")


def read(visit: Visit) -> Response:
    """One size of an image: to readers what a post shows them, else to its owner and the moderators."""
    asked = naming.read(visit.path["name"])
    found = depicted.find(visit.db, asked.name) if asked else None
    # Who asks is asked for last: for what everybody may see it does not matter.
    if asked is None or found is None:
        raise NotFound
    if not found.is_public and not policy.sees_image(visit.db, visit.actor, found):
        raise NotFound
    return _file(visit, found, asked)


def markdown(alt: str, name: str) -> str:
    """What to put into a text so that it shows the image."""
    described = _MARKS.sub(r"\\\1", alt)
    return f"![{described}](/images/{name})"


def _file(visit: Visit, found: depicted.Found, asked: naming.Asked) -> Response:
    tag = visit.path["name"]
    headers = {"etag": f'"{tag}"', "cache-control": _FOREVER if found.is_public else "private, no-store"}
    known = next((value for name, value in visit.headers if name == b"if-none-match"), b"")
    if found.is_public and conditional.names(known, tag.encode()):
        return Response(status_code=304, headers=headers)
    content = store.content(visit.db, found.id, asked.size)
    if content is None:
        raise NotFound
    headers["content-disposition"] = f'inline; filename="image.{naming.EXTENSION}"'
    return Response(content, headers=headers, media_type=naming.CONTENT_TYPE)


def _said(visit: Visit, status: int, **what: str) -> Response:
    headers = {"retry-after": str(visit.retry_after)} if status == TooMany.status else None
    return JSONResponse(what, status, headers)


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    owner = _owner(visit)
    after = visit.query.get("after", "")
    page = store.of_account(visit.db, owner.id, after, PAGE)
    places: dict[int, list[depicted.Place]] = defaultdict(list)
    for place in depicted.places(visit.db, [image.id for image in page.items], owner.id):
        places[place.image_id].append(place)
    context = {"made": None, "line": "", "alt": "", "alt_length": ALT_LENGTH, **more}
    return visit.page(
        "images/listing.html", status, page=page, after=after, places=places, markdown=markdown, own=own,
        room=_room(visit, owner), most=visit.settings.image_bytes,
        most_words=uploading.in_words(visit.settings.image_bytes),
        may_send=policy.allows(Permit.UPLOAD, owner), **context,
    )  # fmt: skip


def _room(visit: Visit, owner: Actor) -> str:
    """What the owner has of the room for images, in words; "" without a limit."""
    room = None if owner.is_moderator else quotas.of(owner.level)
    if room is None:
        return ""
    held = store.held(visit.db, owner.id)
    words = ngettext(
        "You use {size} MB, {count} image; there is room for {room}.",
        "You use {size} MB, {count} images; there is room for {room}.",
        held.images,
    )
    return words.format(
        size=f"{held.weight / quotas.MB:.1f}", count=number(held.images), room=quotas.in_words(room)
    )


def _owner(visit: Visit) -> Actor:
    if visit.actor is None:
        raise SignInRequired
    return visit.actor
