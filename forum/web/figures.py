"""The figures about moderation as tables with plots: what is counted, and how it is shown."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from forum.db import Session
from forum.languages.formats import day as date
from forum.languages.formats import number
from forum.languages.words import N_, _
from forum.moderation import reasons, statistics
from forum.moderation.log import ACTS
from forum.moderation.rules import VERDICT, Verdict
from forum.moderation.statistics import Period, Week
from forum.moderation.tables import ItemKind
from forum.moderation.times import Times
from forum.web import plots, sheets
from forum.web.sheets import Column, Kind, Sheet, share

KINDS: Mapping[str, str] = {
    ItemKind.FLAGGED: N_("Flagged posts"),
    ItemKind.HELD: N_("Held posts"),
    ItemKind.ACCOUNT: N_("Accounts"),
    ItemKind.MESSAGE: N_("Messages"),
    ItemKind.REFERENCE: N_("References"),
    ItemKind.APPEAL: N_("Appeals"),
    ItemKind.REPORT: N_("Reports of illegal content"),
}

SUBJECTS: Mapping[str, str] = {
    "post": N_("post"),
    "account": N_("account"),
    "message": N_("message"),
    "reference": N_("reference"),
    "appeal": N_("appeal"),
    "report": N_("report"),
}


class Plot(NamedTuple):
    """What the template draws above a table: bars, ranges or pillars."""

    bars: Sequence[plots.Bar] = ()
    ranges: Sequence[plots.Range] = ()
    pillars: Sequence[plots.Pillar] = ()
    words: str = ""


class Section(NamedTuple):
    """A table with its plot and what it means."""

    sheet: Sheet
    plot: Plot
    about: str


def _waiting(db: Session, _period: Period) -> Section:
    found = statistics.waiting(db)
    rows = []
    for each in found:
        day, three, week = each.younger_than
        by_age = (day, three - day, week - three, each.items - week)
        rows.append((_(KINDS.get(each.kind, each.kind)), each.items, each.oldest, *by_age))
    ages = (_("Under a day"), _("1 to 3 days"), _("3 to 7 days"), _("Older"))
    columns = [
        Column(_("Kind"), Kind.WORDS),
        Column(_("Open")),
        Column(_("Oldest since"), Kind.DAY),
        *(Column(age) for age in ages),
    ]
    most = max((each.items for each in found), default=0)
    old = [(each.items - each.younger_than[-1], each.younger_than[-1]) for each in found]
    bars = [
        plots.bar(
            str(row[0]),
            _("{count}, {older} older than a week").format(count=row[1], older=older)
            if older
            else str(row[1]),
            (newer, older),
            most,
        )
        for row, (older, newer) in zip(rows, old, strict=True)
    ]
    sheet = Sheet("waiting", _("What waits now"), columns, rows)
    return Section(sheet, Plot(bars=bars), _("Hatched: for more than a week."))


def _weekly(db: Session, period: Period) -> Section:
    found = statistics.weekly(db, period)
    columns = [
        Column(_("Week of"), Kind.DAY),
        Column(_("Flags raised")),
        Column(_("Decided by moderators")),
        Column(_("Done by the forum itself")),
    ]
    labels = [date(week.begin) for week in found]
    pillars = plots.pillars(labels, [(week.decisions, week.automatic) for week in found])
    return Section(
        Sheet("weeks", _("Week by week"), columns, found),
        Plot(pillars=pillars, words=_of_weeks(found)),
        _("Filled: what moderators decided. Hatched: what the forum did by itself."),
    )


def _of_weeks(found: Sequence[Week]) -> str:
    """What the plot shows, in a sentence."""
    busiest = max(found, key=lambda week: week.decisions)
    total = sum(week.decisions for week in found)
    return _(
        "{total} decisions by moderators in {weeks} weeks; the busiest week, of {day}, had {most}."
    ).format(total=total, weeks=len(found), day=date(busiest.begin), most=busiest.decisions)


def _times(db: Session, period: Period) -> Section:
    labels = {key: _(reason.label) for key, reason in reasons.every(db).items()}
    all_of_them, found = statistics.took(db, period)
    rows: list[tuple[str, Times]] = [
        (labels.get(key) or _(KINDS.get(key, key)), each)
        for key, each in sorted(found.items(), key=lambda pair: -pair[1].decided)
    ]
    if all_of_them is not None:
        rows.insert(0, (_("Everything"), all_of_them))
    columns = [
        Column(_("Why it waited"), Kind.WORDS),
        Column(_("Decided")),
        Column(_("Median"), Kind.TIME),
        Column(_("Nine in ten within"), Kind.TIME),
    ]
    ranges = [
        plots.Range(label, _of_times(each), plots.place(each.median), plots.place(each.nine_in_ten))
        for label, each in rows
    ]
    sheet = Sheet("times", _("How long it took"), columns, [(label, *each) for label, each in rows])
    about = _(
        "From its coming into the queue to its decision. Dot: the median. Ring: nine in ten were faster."
    )
    return Section(sheet, Plot(ranges=ranges), about)


def _of_times(each: Times) -> str:
    said = _("{median}, nine in ten within {longer}")
    return said.format(median=sheets.duration(each.median), longer=sheets.duration(each.nine_in_ten))


def _outcomes(db: Session, period: Period) -> Section:
    found = statistics.outcomes(db, period)
    lasted = found.decisions - found.reversed
    rows = [
        _outcome(_("Decisions"), lasted, found.reversed, 0),
        _outcome(
            _("Decisions that were appealed"),
            found.appeals_refused,
            found.appeals_granted,
            found.appeals_open,
        ),
        _outcome(_("Flags"), found.flags_upheld, found.flags_declined, found.flags_open),
    ]
    columns = [
        Column(_("What"), Kind.WORDS),
        Column(_("Upheld")),
        Column(_("Overturned or declined")),
        Column(_("Still open")),
        Column(_("Share upheld"), Kind.SHARE),
    ]
    bars = [
        plots.bar(
            str(row[0]),
            _("{share} upheld").format(share=sheets.percent(float(row[4]))),
            (row[1], row[2]),
            row[1] + row[2],
        )
        for row in rows
        if row[4] is not None
    ]
    about = _("Filled: upheld. Hatched: changed later, overturned on appeal, or, of flags, declined.")
    return Section(Sheet("outcomes", _("What lasted"), columns, rows), Plot(bars=bars), about)


def _outcome(
    what: str, upheld: int, not_upheld: int, still_open: int
) -> tuple[str, int, int, int, float | None]:
    return what, upheld, not_upheld, still_open, share(upheld, upheld + not_upheld)


def _load(db: Session, period: Period) -> Section:
    found = statistics.load(db, period)
    total = sum(each.decisions for each in found)
    columns = [
        Column(_("Moderator"), Kind.WORDS),
        Column(_("Decisions")),
        Column(_("Share of all"), Kind.SHARE),
        Column(_("Changed later")),
    ]
    rows = [(each.name, each.decisions, share(each.decisions, total), each.reversed) for each in found]
    bars = [
        plots.bar(each.name, number(each.decisions), (each.decisions,), found[0].decisions) for each in found
    ]
    about = _("So that nobody carries it alone. Second thoughts are no fault.")
    return Section(Sheet("load", _("Who decided"), columns, rows), Plot(bars=bars), about)


def _automation(db: Session, period: Period) -> Section:
    found = statistics.automation(db, period)
    people, forum = sum(each.people for each in found), sum(each.forum for each in found)
    columns = [
        Column(_("What was done"), Kind.WORDS),
        Column(_("By people")),
        Column(_("By the forum itself")),
        Column(_("Share of the forum"), Kind.SHARE),
    ]
    rows = [
        (act_words(each.act), each.people, each.forum, share(each.forum, each.people + each.forum))
        for each in found
    ]
    if found:
        rows.insert(0, (_("Everything"), people, forum, share(forum, people + forum)))
    bars = [
        plots.bar(
            label,
            _("{share} by itself").format(share=sheets.percent(part or 0)),
            (by_people, by_forum),
            by_people + by_forum,
        )
        for label, by_people, by_forum, part in rows[:1]
    ]
    about = _("The lines of the public log. Filled: people. Hatched: the forum itself.")
    return Section(
        Sheet("automation", _("What the forum did by itself"), columns, rows), Plot(bars=bars), about
    )


def _screening(db: Session, period: Period) -> Section:
    found = statistics.screened(db, period)
    columns = [
        Column(_("What"), Kind.WORDS),
        Column(_("Posts")),
        Column(_("Share of those held"), Kind.SHARE),
    ]
    rows = [
        (_("Refused before they were posted"), found.refused, None),
        (_("Held for review"), found.held, share(found.held, found.held)),
        (_("Held, and published as they were"), found.held_in_vain, share(found.held_in_vain, found.held)),
    ]
    bars = (
        [
            plots.bar(
                _("Held posts"),
                _("{count} of {held} in vain").format(count=found.held_in_vain, held=found.held),
                (found.held - found.held_in_vain, found.held_in_vain),
                found.held,
            )
        ]
        if found.held
        else []
    )
    about = _(
        "Posts that the forum stopped before readers saw them. Hatched: published unchanged, so held in vain."
    )
    return Section(Sheet("screening", _("Screening"), columns, rows), Plot(bars=bars), about)


def act_of(verdict: Verdict) -> str:
    """What the verdict is called, and about what it is: "Dismiss the flags (account)"."""
    return _("{verdict} ({subject})").format(verdict=_(verdict.label), subject=_(SUBJECTS[verdict.subject]))


def act_words(act: str) -> str:
    """What an act of the log is called in a table."""
    verdict = VERDICT.get(act)
    words = act_of(verdict) if verdict else _(ACTS.get(act, act))
    return words[:1].upper() + words[1:]


#: By the names that their files have.
SECTIONS: Mapping[str, Callable[[Session, Period], Section]] = {
    "waiting": _waiting,
    "weeks": _weekly,
    "times": _times,
    "outcomes": _outcomes,
    "load": _load,
    "automation": _automation,
    "screening": _screening,
}
