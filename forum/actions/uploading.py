"""Sending an image, and throwing one away."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import policy
from forum.accounts import allowances
from forum.accounts.allowances import Act
from forum.accounts.tables import Actor
from forum.discussion import depicted
from forum.errors import Conflict, Forbidden, Invalid, NotFound
from forum.languages.formats import number
from forum.languages.words import N_, _
from forum.policy import Permit
from forum.uploads import making, quotas, store
from forum.uploads.sniffing import Unusable
from forum.uploads.tables import Image

OFF = N_("This forum takes no images. You can link to one, or describe what it shows.")
NONE = N_("Please choose a picture first.")
LARGE = N_(
    "This picture has more than {most}. Save a smaller copy of it, for example with “Resize” in the app that"
    " shows your photos, or take a screenshot of it, and send that."
)
STILL_SHOWN = N_("A post shows this image. Take it out of the post first, and then throw it away.")


def upload(db: Session, actor: Actor, content: bytes | None, *, most: int) -> str:
    """The picture is an image of the actor's, made anew; answers its name. No post shows it yet.

    `most`: so many bytes may be sent; 0: none. Invalid (`file`) says why it cannot be used; TooMany when
    there is room again.
    """
    policy.require(Permit.UPLOAD, actor)
    if not most:
        raise Forbidden(_(OFF))
    if not content:
        raise Invalid({"file": _(NONE)})
    if len(content) > most:
        raise Invalid({"file": _(LARGE).format(most=in_words(most))})
    try:
        # Before the database is asked for anything: it takes as long as a picture needs.
        made = making.made(content)
    except Unusable as error:
        raise Invalid({"file": error.said()}) from None
    quotas.check(db, actor, made.weight)
    allowances.spend(db, actor, Act.UPLOAD)
    return store.keep(db, actor.id, made)


def in_words(size: int) -> str:
    """So many bytes, as people say it."""
    if size >= quotas.MB:
        return _("{count} MB").format(count=number(round(size / quotas.MB, 1)).removesuffix(".0"))
    return _("{count} kB").format(count=number(size // 1024))


def throw_away(db: Session, actor: Actor, image_id: int) -> None:
    """The actor's image is gone. Conflict as long as the present wording of a post shows it."""
    policy.require(Permit.OWN_ACCOUNT, actor)
    mine = (Image.id == image_id, Image.account_id == actor.id)
    if db.scalar(select(Image.id).where(*mine)) is None:
        raise NotFound
    if depicted.is_shown(db, image_id):
        raise Conflict(_(STILL_SHOWN))
    depicted.part(db, [image_id])
    store.throw_away(db, [image_id])
