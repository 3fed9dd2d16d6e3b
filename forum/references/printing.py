"""How references that a text would cite will look in its list, before anything is saved."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from forum.db import rows
from forum.references import formatting, merging
from forum.references.identifiers import Identifier, Scheme
from forum.references.tables import Reference, ReferenceIdentifier


def of_identifiers(db: Session, identifiers: Sequence[Identifier]) -> Mapping[Identifier, Markup]:
    """For each identifier the reference as the catalogue prints it, or as it begins when it is new here."""
    table = ReferenceIdentifier
    wanted = tuple_(table.scheme, table.value).in_([tuple(identifier) for identifier in identifiers])
    columns = select(table.scheme, table.value, Reference.html).join(
        Reference, Reference.id == table.reference_id
    )
    found = rows(db, columns.where(wanted)) if identifiers else ()
    known = {Identifier(Scheme(scheme), value): html for scheme, value, html in found}
    return {
        identifier: Markup(known.get(identifier) or formatting.html({}, [identifier]))  # noqa: S704 - ours
        for identifier in identifiers
    }


def of_ids(db: Session, ids: Sequence[int]) -> Mapping[int, Markup]:
    """For each id of a reference that readers can see, the reference as the catalogue prints it."""
    homes = merging.homes(db, ids) if ids else {}
    wanted = select(Reference.id, Reference.html)
    wanted = wanted.where(Reference.id.in_(set(homes.values())), Reference.citation_count > 0)
    found = {reference_id: Markup(html) for reference_id, html in rows(db, wanted)} if homes else {}  # noqa: S704 - made by formatting.html
    return {reference_id: found[home] for reference_id, home in homes.items() if home in found}
