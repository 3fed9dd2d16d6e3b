"""The figures about moderation as tables with plots: what is counted, and how it is shown."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from forum.db import Session
from forum.languages.formats import day as date
from forum.moderation import reasons, statistics
from forum.moderation.log import ACTS
from forum.moderation.rules import VERDICT
from forum.moderation.statistics import Period, Week
from forum.moderation.tables import ItemKind
from forum.moderation.times import Times
from forum.web import plots, sheets
from forum.web.sheets import Column, Kind, Sheet, share

KINDS: Mapping[str, str] = {
    ItemKind.FLAGGED: "Flagged posts",
    ItemKind.HELD: "Held posts",
    ItemKind.ACCOUNT: "Accounts",
    ItemKind.MESSAGE: "Messages",
    ItemKind.REFERENCE: "References",
    ItemKind.APPEAL: "Appeals",
    ItemKind.REPORT: "Reports of illegal content",
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
        rows.append((KINDS.get(each.kind, each.kind), each.items, each.oldest, *by_age))
    ages = ("Under a day", "1 to 3 days", "3 to 7 days", "Older")
    columns = [
        Column("Kind", Kind.WORDS),
        Column("Open"),
        Column("Oldest since", Kind.DAY),
        *(Column(age) for age in ages),
    ]
    most = max((each.items for each in found), default=0)
    old = [(each.items - each.younger_than[-1], each.younger_than[-1]) for each in found]
    bars = [
        plots.bar(
            str(row[0]),
            f"{row[1]}, {older} older than a week" if older else str(row[1]),
            (newer, older),
            most,
        )
        for row, (older, newer) in zip(rows, old, strict=True)
    ]
    sheet = Sheet("waiting", "What waits now", columns, rows)
    return Section(sheet, Plot(bars=bars), "Hatched: for more than a week.")


def _weekly(db: Session, period: Period) -> Section:
    found = statistics.weekly(db, period)
    columns = [
        Column("Week of", Kind.DAY),
        Column("Flags raised"),
        Column("Decided by moderators"),
        Column("Done by the forum itself"),
    ]
    labels = [date(week.begin) for week in found]
    pillars = plots.pillars(labels, [(week.decisions, week.automatic) for week in found])
    return Section(
        Sheet("weeks", "Week by week", columns, found),
        Plot(pillars=pillars, words=_of_weeks(found)),
        "Filled: what moderators decided. Hatched: what the forum did by itself.",
    )


def _of_weeks(found: Sequence[Week]) -> str:
    """What the plot shows, in a sentence."""
    busiest = max(found, key=lambda week: week.decisions)
    total = sum(week.decisions for week in found)
    return (
        f"{total} decisions by moderators in {len(found)} weeks; the busiest week, of"
        f" {date(busiest.begin)}, had {busiest.decisions}."
    )


def _times(db: Session, period: Period) -> Section:
    labels = {key: reason.label for key, reason in reasons.every(db).items()}
    all_of_them, found = statistics.took(db, period)
    rows: list[tuple[str, Times]] = [
        (labels.get(key) or KINDS.get(key, key), each)
        for key, each in sorted(found.items(), key=lambda pair: -pair[1].decided)
    ]
    if all_of_them is not None:
        rows.insert(0, ("Everything", all_of_them))
    columns = [
        Column("Why it waited", Kind.WORDS),
        Column("Decided"),
        Column("Median", Kind.TIME),
        Column("Nine in ten within", Kind.TIME),
    ]
    ranges = [
        plots.Range(label, _of_times(each), plots.place(each.median), plots.place(each.nine_in_ten))
        for label, each in rows
    ]
    sheet = Sheet("times", "How long it took", columns, [(label, *each) for label, each in rows])
    about = "From its coming into the queue to its decision. Dot: the median. Ring: nine in ten were faster."
    return Section(sheet, Plot(ranges=ranges), about)


def _of_times(each: Times) -> str:
    return f"{sheets.duration(each.median)}, nine in ten within {sheets.duration(each.nine_in_ten)}"


def _outcomes(db: Session, period: Period) -> Section:
    found = statistics.outcomes(db, period)
    lasted = found.decisions - found.reversed
    rows = [
        _outcome("Decisions", lasted, found.reversed, 0),
        _outcome(
            "Decisions that were appealed", found.appeals_refused, found.appeals_granted, found.appeals_open
        ),
        _outcome("Flags", found.flags_upheld, found.flags_declined, found.flags_open),
    ]
    columns = [
        Column("What", Kind.WORDS),
        Column("Upheld"),
        Column("Overturned or declined"),
        Column("Still open"),
        Column("Share upheld", Kind.SHARE),
    ]
    bars = [
        plots.bar(str(row[0]), sheets.percent(float(row[4])) + " upheld", (row[1], row[2]), row[1] + row[2])
        for row in rows
        if row[4] is not None
    ]
    about = "Filled: upheld. Hatched: changed later, overturned on appeal, or, of flags, declined."
    return Section(Sheet("outcomes", "What lasted", columns, rows), Plot(bars=bars), about)


def _outcome(
    what: str, upheld: int, not_upheld: int, still_open: int
) -> tuple[str, int, int, int, float | None]:
    return what, upheld, not_upheld, still_open, share(upheld, upheld + not_upheld)


def _load(db: Session, period: Period) -> Section:
    found = statistics.load(db, period)
    total = sum(each.decisions for each in found)
    columns = [
        Column("Moderator", Kind.WORDS),
        Column("Decisions"),
        Column("Share of all", Kind.SHARE),
        Column("Changed later"),
    ]
    rows = [(each.name, each.decisions, share(each.decisions, total), each.reversed) for each in found]
    bars = [
        plots.bar(each.name, f"{each.decisions:,}", (each.decisions,), found[0].decisions) for each in found
    ]
    about = "So that nobody carries it alone. Second thoughts are no fault."
    return Section(Sheet("load", "Who decided", columns, rows), Plot(bars=bars), about)


def _automation(db: Session, period: Period) -> Section:
    found = statistics.automation(db, period)
    people, forum = sum(each.people for each in found), sum(each.forum for each in found)
    columns = [
        Column("What was done", Kind.WORDS),
        Column("By people"),
        Column("By the forum itself"),
        Column("Share of the forum", Kind.SHARE),
    ]
    rows = [
        (act_words(each.act), each.people, each.forum, share(each.forum, each.people + each.forum))
        for each in found
    ]
    if found:
        rows.insert(0, ("Everything", people, forum, share(forum, people + forum)))
    bars = [
        plots.bar(
            label, f"{sheets.percent(part or 0)} by itself", (by_people, by_forum), by_people + by_forum
        )
        for label, by_people, by_forum, part in rows[:1]
    ]
    about = "The lines of the public log. Filled: people. Hatched: the forum itself."
    return Section(Sheet("automation", "What the forum did by itself", columns, rows), Plot(bars=bars), about)


def _screening(db: Session, period: Period) -> Section:
    found = statistics.screened(db, period)
    columns = [Column("What", Kind.WORDS), Column("Posts"), Column("Share of those held", Kind.SHARE)]
    rows = [
        ("Refused before they were posted", found.refused, None),
        ("Held for review", found.held, share(found.held, found.held)),
        ("Held, and published as they were", found.held_in_vain, share(found.held_in_vain, found.held)),
    ]
    bars = (
        [
            plots.bar(
                "Held posts",
                f"{found.held_in_vain} of {found.held} in vain",
                (found.held - found.held_in_vain, found.held_in_vain),
                found.held,
            )
        ]
        if found.held
        else []
    )
    about = (
        "Posts that the forum stopped before readers saw them. Hatched: published unchanged, so held in vain."
    )
    return Section(Sheet("screening", "Screening", columns, rows), Plot(bars=bars), about)


def act_words(act: str) -> str:
    """What an act of the log is called in a table."""
    verdict = VERDICT.get(act)
    words = f"{verdict.label} ({verdict.subject})" if verdict else ACTS.get(act, act)
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
