"""Works that somebody may mean, out of the shared table and of what registries found."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.db import rows
from forum.references import formatting, known, matching, merging, notices, policy_rules, wordindex
from forum.references.citation_text import Cut
from forum.references.identifiers import Identifier, Scheme, recognise
from forum.references.notices import Level
from forum.references.policy_rules import Rule
from forum.references.resolvers import Record
from forum.references.tables import Reference, ReferenceIdentifier, Status

#: Shown while somebody types.
SHOWN = 8
#: Works of the table that are compared with one pasted citation.
_COMPARED = 10


class Proposal(NamedTuple):
    """One work that may be meant.

    `reference_id` is 0 for one that is not in the shared table; `citation_count` are the posts that readers
    see. `differences` are sentences about what was written otherwise; `is_best`: most probably meant. `rule`
    is what the moderators say of such sources.
    """

    reference_id: int
    slug: str
    label: str
    status: str
    html: Markup
    csl: Mapping[str, Any]
    citation_count: int
    notice_level: str
    asked_at: datetime | None
    identifiers: Sequence[Identifier] = ()
    differences: Sequence[str] = ()
    is_best: bool = False
    rule: Rule | None = None


_COLUMNS = (
    Reference.id,
    Reference.slug,
    Reference.label,
    Reference.status,
    Reference.html,
    Reference.csl,
    Reference.citation_count,
    Reference.notice_level,
    Reference.asked_at,
)


def typed(db: Session, query: str) -> list[Proposal]:
    """The work with the identifier that `query` is, else those whose words begin so; the most cited first.

    Only what readers can see cited.
    """
    if identifier := recognise(query).identifier:
        ids = list(known.owners(db, [identifier]).values())
        return _ruled(db, [each for each in of_ids(db, ids) if each.citation_count])
    return _ruled(db, of_ids(db, wordindex.find(db, query, SHOWN)))


def of_identifier(db: Session, identifier: Identifier) -> Proposal | None:
    """The work of the table with this identifier, whether anybody cites it or not."""
    ids = list(known.owners(db, [identifier]).values())
    return next(iter(_ruled(db, of_ids(db, ids))), None)


def in_table(db: Session, cut: Cut) -> list[Proposal]:
    """The works of the table that a pasted citation may mean, the best first."""
    named = list(known.owners(db, cut.identifiers).values())
    ids = dict.fromkeys([*named, *wordindex.find(db, cut.title, _COMPARED)])
    return ranked(db, cut, [each for each in of_ids(db, list(ids)) if each.status == Status.RESOLVED])


def found_outside(db: Session, records: Iterable[Record]) -> list[Proposal]:
    """What registries found; what of it is in the table too, as the table has it."""
    there = list(records)
    owners = known.owners(db, [identifier for record in there for identifier in record.identifiers])
    here = {each.reference_id: each for each in of_ids(db, list(set(owners.values())))}
    found = []
    for record in there:
        ids = (owners.get(identifier, 0) for identifier in record.identifiers)
        mine = next((here[each] for each in ids if each in here), None)
        found.append(mine if mine and mine.status == Status.RESOLVED else _outside(record))
    return found


def ranked(db: Session, cut: Cut, proposals: Sequence[Proposal]) -> list[Proposal]:
    """Those that fit the citation, the best first, with what differs; at most three, and none that is bad."""
    matches = matching.rank(cut, (each.csl for each in proposals))
    by_record = {id(each.csl): each for each in proposals}
    fit: list[Proposal] = []
    for match in matches:
        said = tuple(difference.sentence for difference in match.differences)
        mine = by_record[id(match.csl)]
        fit.append(mine._replace(differences=said, is_best=match.preselect and not fit))
    return _ruled(db, fit)


def of_ids(db: Session, ids: Sequence[int]) -> list[Proposal]:
    """The references with these ids, in this order; one that was merged is the one it is by now."""
    homes = merging.homes(db, ids) if ids else {}
    wanted = dict.fromkeys(homes[each] for each in ids if each in homes)
    if not wanted:
        return []
    found = {each.id: each for each in rows(db, select(*_COLUMNS).where(Reference.id.in_(wanted)))}
    identifiers = _identifiers(db, list(wanted))
    return [_of_row(found[each], identifiers.get(each, [])) for each in wanted]


def _of_row(found: Any, identifiers: Sequence[Identifier]) -> Proposal:
    mine = Proposal._make([*found, formatting.best_first(identifiers), (), False, None])
    return mine._replace(html=Markup(mine.html))  # noqa: S704 - made by formatting.html


def _identifiers(db: Session, ids: Sequence[int]) -> dict[int, list[Identifier]]:
    table = ReferenceIdentifier
    wanted = select(table.reference_id, table.scheme, table.value).where(table.reference_id.in_(ids))
    found: dict[int, list[Identifier]] = {}
    for reference_id, scheme, value in rows(db, wanted):
        found.setdefault(reference_id, []).append(Identifier(Scheme(scheme), value))
    return found


def _outside(record: Record) -> Proposal:
    html = Markup(formatting.html(record.csl, record.identifiers, Status.RESOLVED))  # noqa: S704 - escaped there
    label = formatting.label(record.csl)
    own = next(iter(record.identifiers), None)
    level = notices.level(notices.fold(record.notices, own))
    identifiers = formatting.best_first(record.identifiers)
    return Proposal(0, "", label, Status.RESOLVED, html, record.csl, 0, level, None, identifiers)


def stands(proposal: Proposal) -> bool:
    """Whether nothing is known that takes the work back, wholly or partly."""
    return proposal.notice_level in (Level.NONE, Level.CORRECTED)


def _ruled(db: Session, proposals: Sequence[Proposal]) -> list[Proposal]:
    """The proposals with what the moderators say of such sources."""
    rules = policy_rules.everything(db) if proposals else {}
    if not rules:
        return list(proposals)
    about = (policy_rules.keys(each.identifiers, each.csl) for each in proposals)
    return [
        each._replace(rule=policy_rules.strongest(rules, keys))
        for each, keys in zip(proposals, about, strict=True)
    ]
