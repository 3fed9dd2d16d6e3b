"""Texts with the copies of their images: what stands elsewhere is shown once there is a copy of it here."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.db import rows
from forum.markup import Page, render
from forum.uploads.tables import Image


def page_of(db: Session, text: str) -> Page:
    """The page that the text makes, with our copies of the images elsewhere that it shows.

    Asks the database only for a text that shows some.
    """
    page = render(text)
    copies = known(db, page.remote)
    return render(text, copies) if copies else page


def known(db: Session, sources: Collection[str]) -> dict[str, str]:
    """The names of the images that were copied from these addresses, by address."""
    if not sources:
        return {}
    found = rows(db, select(Image.source, Image.name).where(Image.source.in_(sources)))
    return {str(source): str(name) for source, name in found}
