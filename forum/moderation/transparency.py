"""The figures of one year that the EU Digital Services Act asks for (Regulation (EU) 2022/2065).

Article 15(1): (a) orders of authorities, (b) notices of illegal content, (c) moderation of one's own accord,
(d) complaints, (e) automated means. Article 24(1): (a) disputes, (b) suspensions; 24(2): recipients. What a
forum cannot know, because it happens elsewhere, is None, and `words` says who must fill it in.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.orm import Session

from forum.clock import now
from forum.db import rows
from forum.languages.words import N_, _
from forum.moderation import community_rules, statistics, times
from forum.moderation.log import ACTS
from forum.moderation.reversals import is_reversed
from forum.moderation.rules import VERDICT, VERDICTS
from forum.moderation.statistics import Period
from forum.moderation.subjects import SubjectKind
from forum.moderation.tables import Appeal, Decision, Flag, LogEntry, Report, Sanction, SanctionKind

FIRST_YEAR = 2024
ELSEWHERE = N_("The forum does not know this: whoever runs it fills it in.")
HOURS = 3600
#: How what was decided came to the moderators.
_BY_REPORT, _BY_FLAGS, _BY_SCREENING, _BY_MODERATORS = (
    N_("{verdict}; found by a report of illegal content"),
    N_("{verdict}; found by flags of members"),
    N_("{verdict}; found by the forum’s screening or thresholds"),
    N_("{verdict}; found by moderators themselves"),
)
#: Verdicts that restrict somebody or something, whatever the state they leave it in.
_RESTRICTING = tuple(
    verdict.key
    for verdict in VERDICTS
    if verdict.needs_rule or verdict.key in ("return", "edit", "duplicate", "retag", "close", "lock")
)
_NOTICES = tuple(verdict.key for verdict in VERDICTS if verdict.subject == SubjectKind.REPORT)
_COMPLAINTS = tuple(verdict.key for verdict in VERDICTS if verdict.subject == SubjectKind.APPEAL)


class Figure(NamedTuple):
    """One number: under which article it is asked for, of what, and of which kinds ("" for all together)."""

    article: str
    figure: str
    kind: str
    rule: str
    value: int | float | None
    unit: str = "number"
    words: str = ""


def years() -> list[int]:
    """The years that can be asked for, the latest first."""
    return list(range(now().year, FIRST_YEAR - 1, -1))


def of_year(db: Session, year: int) -> list[Figure]:
    """All figures of the year (UTC); the present one as far as it has gone."""
    period = Period(datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))
    parts = (_orders(), _notices(db, period), _own_initiative(db, period), _complaints(db, period))
    return _titled(db, [*_flat(*parts), *_automated(db, period), *_platform(db, period)])


def _titled(db: Session, figures: Sequence[Figure]) -> list[Figure]:
    """The figures with titles in place of the keys of rules."""
    titles = {key: rule.called for key, rule in community_rules.every(db).items()}
    return [figure._replace(rule=titles.get(figure.rule, "")) for figure in figures]


def _flat(*parts: Iterator[Figure]) -> Iterator[Figure]:
    for part in parts:
        yield from part


def _orders() -> Iterator[Figure]:
    for figure in (_("Orders to act against illegal content"), _("Orders to provide information")):
        yield Figure("15(1)(a)", figure, "", "", None, words=_(ELSEWHERE))


def _notices(db: Session, period: Period) -> Iterator[Figure]:
    article, count = "15(1)(b)", func.count()
    states = rows(
        db,
        select(Report.state, count)
        .where(*period.has(Report.created_at))
        .group_by(Report.state)
        .order_by(Report.state),
    )
    yield Figure(article, _("Notices of illegal content"), "", "", sum(number for _, number in states))
    for state, number in states:
        yield Figure(article, _("Notices of illegal content"), state, "", number)
    for rule, number in _by_rule(db, period, Decision.verdict == "uphold-report"):
        yield Figure(article, _("Notices acted on, by the law and this rule"), "", rule, number)
    yield Figure(
        article,
        _("Notices of trusted flaggers (article 22)"),
        "",
        "",
        None,
        words=_("They are not told apart here."),
    )
    yield Figure(
        article,
        _("Notices decided by automated means alone"),
        "",
        "",
        0,
        words=_("People decide every notice."),
    )
    yield _median(db, article, _("Time to a decision on a notice"), period, _NOTICES)


def _own_initiative(db: Session, period: Period) -> Iterator[Figure]:
    """What restricted posts, threads and accounts, by what was done, the rule and how it was found."""
    found_by = case(
        (_was_reported(), _BY_REPORT),
        (_was_flagged(), _BY_FLAGS),
        (Decision.from_state == "held", _BY_SCREENING),
        else_=_BY_MODERATORS,
    ).label("found_by")
    wanted = (
        select(Decision.verdict, Decision.rule, found_by, func.count())
        .where(
            *period.has(Decision.at), Decision.verdict.in_(_RESTRICTING), Decision.verdict.not_in(_NOTICES)
        )
        .group_by(Decision.verdict, Decision.rule, found_by)
        .order_by(Decision.verdict, Decision.rule, found_by)
    )
    for verdict, rule, source, number in rows(db, wanted):
        kind = _(source).format(verdict=_(VERDICT[verdict].label))
        yield Figure("15(1)(c)", _("Measures against content or accounts"), kind, rule, number)
    for kind, rule, number in _sanctions(db, period):
        yield Figure("15(1)(c)", _("Sanctions of accounts"), kind, rule, number)
    yield Figure("15(1)(c)", _("Training and help for moderators"), "", "", None, "words", _(ELSEWHERE))


def _complaints(db: Session, period: Period) -> Iterator[Figure]:
    article, count = "15(1)(d)", func.count()
    wanted = (
        select(Appeal.state, Decision.rule, count)
        .join(Decision, Decision.id == Appeal.decision_id)
        .where(*period.has(Appeal.created_at))
        .group_by(Appeal.state, Decision.rule)
        .order_by(Appeal.state, Decision.rule)
    )
    found = rows(db, wanted)
    yield Figure(article, _("Appeals (internal complaints)"), "", "", sum(number for *_, number in found))
    for state, rule, number in found:
        yield Figure(article, _("Appeals (internal complaints)"), state, rule, number)
    yield _median(db, article, _("Time to a decision on an appeal"), period, _COMPLAINTS)


def _automated(db: Session, period: Period) -> Iterator[Figure]:
    article = "15(1)(e)"
    for act, number in rows(
        db,
        select(LogEntry.act, func.count())
        .where(*period.has(LogEntry.at), LogEntry.actor_id.is_(None))
        .group_by(LogEntry.act)
        .order_by(LogEntry.act),
    ):
        yield Figure(article, _("Acts of the forum itself"), _(ACTS.get(act, act)), "", number)
    screened = statistics.screened(db, period)
    yield Figure(article, _("Posts refused by screening"), "", "", screened.refused)
    yield Figure(article, _("Posts held by screening"), "", "", screened.held)
    yield Figure(
        article, _("Error rate of holding posts"), "", "", _share(screened.held_in_vain, screened.held),
        "share",
        _("Of the posts held, those that a moderator published as they were."),
    )  # fmt: skip
    yield Figure(
        article, _("Safeguards"), "", "", None, "words",
        _("The forum itself only holds posts, or silences for a day; a person decides each of them."),
    )  # fmt: skip


def _platform(db: Session, period: Period) -> Iterator[Figure]:
    for figure in (
        _("Disputes before out-of-court bodies"),
        _("Median time of disputes"),
        _("Outcomes followed"),
    ):
        yield Figure("24(1)(a)", figure, "", "", None, words=_(ELSEWHERE))
    suspended = rows(
        db,
        select(Decision.rule, func.count())
        .join(Sanction, Sanction.decision_id == Decision.id)
        .where(*period.has(Decision.at), Sanction.kind == SanctionKind.SUSPENSION)
        .group_by(Decision.rule)
        .order_by(Decision.rule),
    )
    yield Figure("24(1)(b)", _("Suspensions"), "", "", sum(number for _, number in suspended))
    for rule, number in suspended:
        yield Figure("24(1)(b)", _("Suspensions"), _("for what was posted"), rule, number)
    yield Figure(
        "24(2)", _("Average monthly active recipients in the Union"), "", "", None, words=_(ELSEWHERE)
    )
    decided, reversed_ = _lasted(db, period)
    yield Figure("24(5)", _("Decisions with a statement of reasons"), "", "", decided)
    yield Figure("24(5)", _("Decisions changed later"), "", "", reversed_)


# --- counting ----------------------------------------------------------------------------------------------


def _by_rule(db: Session, period: Period, which: ColumnElement[bool]) -> list[tuple[str, int]]:
    wanted = (
        select(Decision.rule, func.count())
        .where(*period.has(Decision.at), which)
        .group_by(Decision.rule)
        .order_by(Decision.rule)
    )
    return [(rule, number) for rule, number in rows(db, wanted)]


def _sanctions(db: Session, period: Period) -> Any:
    return rows(
        db,
        select(Sanction.kind, Decision.rule, func.count())
        .join(Decision, Decision.id == Sanction.decision_id)
        .where(*period.has(Decision.at))
        .group_by(Sanction.kind, Decision.rule)
        .order_by(Sanction.kind, Decision.rule),
    )


def _lasted(db: Session, period: Period) -> tuple[int, int]:
    told = tuple(verdict.key for verdict in VERDICTS if verdict.needs_rule)
    wanted = select(func.count(), func.coalesce(func.sum(case((is_reversed(Decision), 1), else_=0)), 0))
    ((decided, reversed_),) = rows(db, wanted.where(*period.has(Decision.at), Decision.verdict.in_(told)))
    return decided, reversed_


def _median(db: Session, article: str, figure: str, period: Period, verdicts: tuple[str, ...]) -> Figure:
    found = times.overall(db, *period.has(Decision.at), Decision.verdict.in_(verdicts))
    return Figure(
        article, figure, "", "", round(found.median / HOURS, 1) if found else None, "hours (median)"
    )


def _was_flagged() -> ColumnElement[bool]:
    flag = and_(Flag.item_id == Decision.item_id, Flag.created_at <= Decision.at)
    return exists().where(flag).correlate(Decision)


def _was_reported() -> ColumnElement[bool]:
    report = and_(Report.post_id == Decision.post_id, Report.created_at <= Decision.at)
    return exists().where(report).correlate(Decision)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
