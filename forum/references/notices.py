"""What registries say happened to a work: each notice once, whoever states it, and the gravest of them."""

import re
from collections.abc import Collection, Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers import Noticed, Record

#: The origin that keeps the dates of notices with most care.
CAREFUL = "retraction-watch"
#: The origin of what nobody states but the work's own title; less sure than a registry's word.
TITLE = "title"
#: Days between two dates that may still be one notice's, told by services that number notices differently.
_ONE_NOTICE = 62


class Type(StrEnum):
    """The kinds of notices, the gravest of each level first."""

    RETRACTION = "retraction"
    WITHDRAWAL = "withdrawal"
    REMOVAL = "removal"
    PARTIAL_RETRACTION = "partial-retraction"
    EXPRESSION_OF_CONCERN = "expression-of-concern"
    CORRECTION = "correction"
    ERRATUM = "erratum"
    CORRIGENDUM = "corrigendum"
    ADDENDUM = "addendum"
    CLARIFICATION = "clarification"
    REINSTATEMENT = "reinstatement"


class Level(StrEnum):
    """How much notices weigh, in this order; the heaviest one counts for the work."""

    NONE = "none"
    CORRECTED = "corrected"
    PARTIAL = "partial"
    CONCERN = "concern"
    RETRACTED = "retracted"

    @property
    def weight(self) -> int:
        return list(Level).index(self)

    # As strings they would compare by the alphabet.
    def __lt__(self, other: str) -> bool:
        return self.weight < Level(other).weight

    def __le__(self, other: str) -> bool:
        return self.weight <= Level(other).weight

    def __gt__(self, other: str) -> bool:
        return self.weight > Level(other).weight

    def __ge__(self, other: str) -> bool:
        return self.weight >= Level(other).weight


#: New versions and new editions are not in it: they are no notices.
LEVELS = {
    Type.RETRACTION: Level.RETRACTED,
    Type.WITHDRAWAL: Level.RETRACTED,
    Type.REMOVAL: Level.RETRACTED,
    Type.PARTIAL_RETRACTION: Level.PARTIAL,
    Type.EXPRESSION_OF_CONCERN: Level.CONCERN,
    Type.CORRECTION: Level.CORRECTED,
    Type.ERRATUM: Level.CORRECTED,
    Type.CORRIGENDUM: Level.CORRECTED,
    Type.ADDENDUM: Level.CORRECTED,
    Type.CLARIFICATION: Level.CORRECTED,
    Type.REINSTATEMENT: Level.NONE,
}
_ORDER = {type: place for place, type in enumerate(Type)}


class Notice(NamedTuple):
    """One notice of a work. `identifier` is the notice's own; `origins` are all who state it, sorted."""

    type: Type
    on: date | None
    identifier: Identifier | None
    origins: tuple[str, ...]


def named(word: str) -> Type | None:
    """The type that a registry's word means (“expression_of_concern”); None if that is no notice."""
    folded = re.sub(r"[\s_-]+", "-", word.strip()).lower()
    return Type(folded) if folded in _ORDER else None


def concerns(type: Type, identifier: Identifier | None, own: Collection[Identifier]) -> bool:
    """Whether it is a notice of the work known by `own`: what names itself can only be retracted in place."""
    return identifier is None or identifier not in own or LEVELS[type] is Level.RETRACTED


# --- each notice once ----------------------------------------------------------------------------------


class _Told(NamedTuple):
    """One statement; without `identifier` if that would be the work's own."""

    type: Type
    identifier: Identifier | None
    on: date | None
    origin: str
    in_place: bool


def fold(noticed: Iterable[Noticed], own: Identifier | None) -> list[Notice]:
    """What was told of the work `own`, each notice once; those without a date first, then by date.

    The answer does not depend on the order in which it was told, and no two of one type have one identifier.
    """
    groups: list[list[_Told]] = []
    for one in sorted({told for each in noticed if (told := _told(each, own))}, key=_rank):
        group = next((group for group in groups if all(_same(one, other) for other in group)), None)
        if group is None:
            groups.append([one])
        else:
            group.append(one)
    return sorted((_joined(group, own) for group in groups), key=_place)


def level(notices: Iterable[Notice]) -> Level:
    """How the work stands. A reinstatement lifts the retractions that are known to be older."""
    notices = list(notices)
    back = max((each.on for each in notices if each.type is Type.REINSTATEMENT and each.on), default=None)
    return max((LEVELS[each.type] for each in notices if not _lifted(each, back)), default=Level.NONE)


def _lifted(notice: Notice, back: date | None) -> bool:
    retracted = LEVELS[notice.type] is Level.RETRACTED
    return retracted and back is not None and notice.on is not None and notice.on < back


def _told(noticed: Noticed, own: Identifier | None) -> _Told | None:
    type, identifier = named(noticed.type), noticed.identifier
    if type is None or not concerns(type, identifier, [own] if own else []):
        return None
    in_place = identifier is not None and identifier == own
    return _Told(type, None if in_place else identifier, noticed.on, noticed.origin, in_place)


def _rank(told: _Told) -> tuple[object, ...]:
    """The statements that name their notice best come first, so that vaguer ones can join them."""
    vague = 2 if told.identifier is None else int(told.identifier.scheme is not Scheme.DOI)
    return (vague, told.identifier or (), told.on or date.max, told.origin, told.type, told.in_place)


def _same(one: _Told, other: _Told) -> bool:
    """Whether both may tell of one notice: of one level, and nothing in them contradicts it."""
    if LEVELS[one.type] is not LEVELS[other.type]:
        return False
    if one.identifier and other.identifier and one.identifier.scheme is other.identifier.scheme:
        return one.identifier == other.identifier
    nameless = one.identifier is None and other.identifier is None
    # Retracted is retracted, but a work may be corrected every year.
    if nameless or LEVELS[one.type] is Level.RETRACTED:
        return True
    if one.on and other.on:
        return abs((one.on - other.on).days) <= _ONE_NOTICE
    return one.identifier is None or other.identifier is None


def _joined(group: list[_Told], own: Identifier | None) -> Notice:
    careful = [each.on for each in group if each.on and each.origin == CAREFUL]
    dates = careful or [each.on for each in group if each.on]
    identifier = group[0].identifier or (own if any(each.in_place for each in group) else None)
    origins = tuple(sorted({each.origin for each in group}))
    type = min((each.type for each in group), key=lambda type: _ORDER[type])
    return Notice(type, min(dates, default=None), identifier, origins)


def _place(notice: Notice) -> tuple[object, ...]:
    return (notice.on or date.min, _ORDER[notice.type], notice.identifier or (), notice.origins)


# --- what titles say -----------------------------------------------------------------------------------

_BREAK = r"\s*(?:[\]:—–]|\s-\s)\s*"
_WHAT = r"(?:\s(?:article|paper|chapter))?"
#: What publishers write before the title of a work that they took back. Small letters may be meant as words.
_MARKS = (
    (re.compile(rf"\W{{0,3}}retracted{_WHAT}{_BREAK}", re.IGNORECASE), Type.RETRACTION),
    (re.compile(rf"\[\s?withdrawn{_WHAT}\s?\]\W*|\W{{0,3}}WITHDRAWN(?i:{_WHAT}){_BREAK}"), Type.WITHDRAWAL),
    (re.compile(rf"\[\s?removed{_WHAT}\s?\]\W*|\W{{0,3}}REMOVED(?i:{_WHAT}){_BREAK}"), Type.REMOVAL),
    (re.compile(rf"\W{{0,3}}partially retracted{_WHAT}{_BREAK}", re.IGNORECASE), Type.PARTIAL_RETRACTION),
    (re.compile(rf"\W{{0,3}}EXPRESSION OF CONCERN{_BREAK}"), Type.EXPRESSION_OF_CONCERN),
)
#: How the titles of notices begin. “Withdrawal of opioids” is none, so some words need a mark behind them.
_HEAD = rf"(?:{_BREAK}|\s+to:|\s*$)"
_HEADINGS = tuple(
    (re.compile(pattern, re.IGNORECASE), type)
    for pattern, type in (
        (rf"retraction{_HEAD}", Type.RETRACTION),
        (r"retraction (?:note|notice|statement)\b|(?:notice|statement) of retraction\b", Type.RETRACTION),
        (rf"withdrawal(?: notice)?{_HEAD}", Type.WITHDRAWAL),
        (rf"removal(?: notice)?{_HEAD}", Type.REMOVAL),
        (rf"partial retraction{_HEAD}", Type.PARTIAL_RETRACTION),
        (r"(?:editorial |editor[’']s )?expression of concern\b", Type.EXPRESSION_OF_CONCERN),
        (rf"correction(?: notice)?{_HEAD}|correction for .{{1,200}} et al\.,", Type.CORRECTION),
        (r"(?:author|publisher|editorial) correction\b", Type.CORRECTION),
        (r"errat(?:um|a)\b", Type.ERRATUM),
        (r"corrigend(?:um|a)\b", Type.CORRIGENDUM),
        (r"addend(?:um|a)\b", Type.ADDENDUM),
        (rf"clarification{_HEAD}", Type.CLARIFICATION),
        (rf"reinstatement{_HEAD}", Type.REINSTATEMENT),
    )
)


def from_title(title: str) -> Type | None:
    """What the title says of the work itself (“RETRACTED: …”); less sure than a registry, so of origin TITLE.

    Titles of notices (“Retraction—…”) speak of another work: None.
    """
    return next((type for mark, type in _MARKS if mark.match(title)), None)


def unmarked(title: str) -> str:
    """The title as it was before the publisher wrote “RETRACTED:” before it."""
    found = next((found for mark, _ in _MARKS if (found := mark.match(title))), None)
    return title[found.end() :] if found else title


def heading(title: str) -> Type | None:
    """The kind of notice that this is the title of: “Retraction—…”, “Author Correction: …”."""
    return next((type for pattern, type in _HEADINGS if pattern.match(title)), None)


def announced(record: Record) -> Type | None:
    """The kind of notice that the work itself is; None for any other work.

    A registry says so in `about["notice"]`; otherwise the title must.
    """
    title = record.csl.get("title")
    told = named(record.about.get("notice", ""))
    return told or (heading(title) if isinstance(title, str) and not from_title(title) else None)


def is_notice(record: Record) -> bool:
    """Whether the work only tells of another one: a notice of a retraction is not retracted."""
    return announced(record) is not None
