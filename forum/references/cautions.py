"""What is said to whoever is about to cite a source that was taken back: a warning, not a ban."""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from forum.db import rows
from forum.languages.words import N_, _
from forum.references import known, merging
from forum.references.identifiers import Identifier
from forum.references.notices import Level, Type
from forum.references.tables import Reference

#: What happened to the work, said of it.
SAYS = {
    Type.RETRACTION: "was retracted",
    Type.WITHDRAWAL: "was withdrawn",
    Type.REMOVAL: "was removed by its publisher",
    Type.PARTIAL_RETRACTION: "was retracted in part",
    Type.EXPRESSION_OF_CONCERN: "has an expression of concern",
}
_WARNS = {
    Level.RETRACTED: N_("{work} was retracted."),
    Level.CONCERN: N_("{work} has an expression of concern."),
    Level.PARTIAL: N_("{work} was retracted in part."),
}
_ADVICE = N_(
    "Look for a source that still stands. If you cite it to talk about just that, post it all the same, and"
    " say at the citation that you do so on purpose."
)


def of_cited(db: Session, identifiers: Collection[Identifier], ids: Collection[int]) -> list[str]:
    """One sentence for each of these sources that is known here to have been taken back, wholly or partly."""
    named = set(known.owners(db, [*identifiers]).values())
    homes = merging.homes(db, [*named, *ids]) if named or ids else {}
    if not homes:
        return []
    # A number that somebody tries out must not tell what hidden posts cite.
    typed = Reference.id.in_({homes[each] for each in named})
    wanted = select(Reference.label, Reference.title, Reference.notice_level).where(
        Reference.id.in_(set(homes.values())),
        Reference.notice_level.in_(_WARNS),
        or_(typed, Reference.citation_count > 0),
    )
    told = rows(db, wanted.order_by(Reference.id))
    return [
        f"{_(_WARNS[Level(level)]).format(work=label or title)} {_(_ADVICE)}" for label, title, level in told
    ]
