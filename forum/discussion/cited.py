"""The list of references of one post, for pages that show a post alone."""

from collections.abc import Sequence

from markupsafe import Markup
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from forum.db import rows
from forum.discussion.tables import Citation
from forum.discussion.threads import CitationView
from forum.references.tables import Reference

_CITED = (
    select(
        Citation.ordinal,
        Citation.reference_id,
        Reference.slug,
        Reference.html,
        Reference.status,
        Reference.label,
        Citation.locator,
        Citation.stance,
    )
    .join(Reference, Reference.id == Citation.reference_id)
    .where(Citation.post_id == bindparam("post_id"))
    .order_by(Citation.ordinal)
)


def by_post(db: Session, post_id: int) -> Sequence[CitationView]:
    """What the post cites, in the order of its numbers."""
    views = [CitationView(*found) for found in rows(db, _CITED, post_id=post_id)]
    return [view._replace(html=Markup(view.html)) for view in views]  # noqa: S704 - made by formatting.html
