"""How references that a text would cite will look in its list, before anything is saved."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from forum.db import rows
from forum.references import formatting, merging
from forum.references.identifiers import Identifier, Scheme
from forum.references.tables import Reference, ReferenceIdentifier


class Printed(NamedTuple):
    """A reference as lists show it: printed, with its standing; `reference_id` is 0 when it is new here."""

    html: Markup
    reference_id: int = 0
    slug: str = ""
    evidence: str = ""
    notice_level: str = "none"
    free_copy: str = ""
    link_state: str = ""
    archived: str = ""


_COLUMNS = (
    Reference.html,
    Reference.id,
    Reference.slug,
    Reference.evidence,
    Reference.notice_level,
    Reference.free_copy,
    Reference.link_state,
    Reference.archived,
)


def of_identifiers(db: Session, identifiers: Sequence[Identifier]) -> Mapping[Identifier, Printed]:
    """For each identifier the reference as the catalogue prints it, or as it begins when it is new here."""
    table = ReferenceIdentifier
    wanted = tuple_(table.scheme, table.value).in_([tuple(identifier) for identifier in identifiers])
    columns = select(table.scheme, table.value, *_COLUMNS).join(Reference, Reference.id == table.reference_id)
    found = rows(db, columns.where(wanted)) if identifiers else ()
    known = {Identifier(Scheme(scheme), value): _printed(said) for scheme, value, *said in found}
    new = {each: Printed(Markup(formatting.html({}, [each]))) for each in identifiers if each not in known}  # noqa: S704 - ours
    return known | new


def of_ids(db: Session, ids: Sequence[int]) -> Mapping[int, Printed]:
    """For each id of a reference that readers can see, the reference as the catalogue prints it."""
    homes = merging.homes(db, ids) if ids else {}
    wanted = select(*_COLUMNS).where(Reference.id.in_(set(homes.values())), Reference.citation_count > 0)
    found = {said.id: _printed(said) for said in rows(db, wanted)} if homes else {}
    return {reference_id: found[home] for reference_id, home in homes.items() if home in found}


def _printed(said: Sequence[Any]) -> Printed:
    printed = Printed(*said)
    return printed._replace(html=Markup(printed.html))  # noqa: S704 - made by formatting.html
