"""Notices: each once, the gravest first, and what titles say."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references.answering import doi, pmid

from forum.references.notices import (
    LEVELS,
    Level,
    Notice,
    Type,
    announced,
    fold,
    from_title,
    heading,
    is_notice,
    level,
    named,
    unmarked,
)
from forum.references.resolvers import Noticed, Record

OWN = doi("10.5555/own")
N, M = doi("10.5555/n"), doi("10.5555/m")


def told(type: str, origin: str = "publisher", on: date | None = None, of: object = N) -> Noticed:
    return Noticed(type, origin, on, of)  # type: ignore[arg-type]


def day(text: str) -> date:
    return date.fromisoformat(text)


# --- levels --------------------------------------------------------------------------------------------


def test_every_type_has_a_level() -> None:
    assert set(LEVELS) == set(Type)
    assert [type for type in Type if LEVELS[type] is Level.RETRACTED] == [
        "retraction",
        "withdrawal",
        "removal",
    ]


def test_levels_have_an_order_that_is_not_the_alphabets() -> None:
    assert sorted(
        ["concern", "none", "retracted", "partial", "corrected"], key=lambda each: Level(each).weight
    ) == [
        "none",
        "corrected",
        "partial",
        "concern",
        "retracted",
    ]
    assert Level.PARTIAL < Level.CONCERN <= Level.CONCERN < Level.RETRACTED
    assert Level.RETRACTED > Level.PARTIAL >= Level.CORRECTED
    assert max(Level) is Level.RETRACTED


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ([], "none"),
        (["erratum"], "corrected"),
        (["correction", "corrigendum", "addendum", "clarification"], "corrected"),
        (["expression_of_concern", "correction"], "concern"),
        (["partial_retraction", "correction"], "partial"),
        (["partial_retraction", "expression-of-concern"], "concern"),
        (["correction", "withdrawal", "expression-of-concern"], "retracted"),
        (["new_version", "new_edition", "retracted", ""], "none"),
        (["reinstatement"], "none"),
    ],
)
def test_the_gravest_counts(types: list[str], expected: str) -> None:
    assert level(fold([told(type) for type in types], OWN)) == expected


@pytest.mark.parametrize(
    ("retracted", "back", "expected"),
    [
        ("2020-01-01", "2021-01-01", "none"),
        ("2022-01-01", "2021-01-01", "retracted"),
        ("2021-01-01", "2021-01-01", "retracted"),
        (None, "2021-01-01", "retracted"),
        ("2020-01-01", None, "retracted"),
    ],
)
def test_only_a_later_reinstatement_lifts_a_retraction(
    retracted: str | None, back: str | None, expected: str
) -> None:
    notices = fold(
        [
            told("retraction", on=day(retracted) if retracted else None),
            told("reinstatement", on=day(back) if back else None, of=M),
        ],
        OWN,
    )
    assert level(notices) == expected


def test_a_reinstatement_does_not_lift_a_concern() -> None:
    notices = fold(
        [
            told("expression-of-concern", on=day("2019-01-01"), of=doi("10.5555/c")),
            told("retraction", on=day("2020-01-01")),
            told("reinstatement", on=day("2021-01-01"), of=M),
        ],
        OWN,
    )
    assert level(notices) is Level.CONCERN


# --- each once -----------------------------------------------------------------------------------------


def test_two_who_tell_of_one_notice() -> None:
    publishers, watched = day("2020-05-22"), day("2020-06-05")
    found = fold(
        [told("retraction", "publisher", publishers), told("retraction", "retraction-watch", watched)], OWN
    )
    assert found == [Notice(Type.RETRACTION, watched, N, ("publisher", "retraction-watch"))]


def test_without_retraction_watch_the_first_date_counts() -> None:
    found = fold(
        [
            told("erratum", "pubmed", day("2020-06-05"), pmid("1")),
            told("correction", "publisher", day("2020-06-01")),
        ],
        OWN,
    )
    assert found == [Notice(Type.CORRECTION, day("2020-06-01"), N, ("publisher", "pubmed"))]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # PubMed numbers notices in its own way, or not at all.
        (told("retraction"), told("retraction", "pubmed", None, pmid("1")), 1),
        (told("retraction"), told("withdrawal", "pubmed", day("2020-01-01"), None), 1),
        (
            told("retraction", on=day("2020-01-01")),
            told("retraction", "pubmed", day("2021-01-01"), pmid("1")),
            1,
        ),
        (told("retraction"), told("retraction", "title", None, None), 1),
        (told("retraction"), told("retraction", "publisher", None, OWN), 1),
        (told("correction"), told("erratum", "pubmed", None, None), 1),
        (
            told("correction", on=day("2020-01-01")),
            told("erratum", "pubmed", day("2020-02-01"), pmid("1")),
            1,
        ),
        (told("correction", of=None), told("erratum", of=None), 1),
        (
            told("correction", on=day("2020-01-01"), of=None),
            told("erratum", on=day("2022-01-01"), of=None),
            1,
        ),
        # A work may be corrected every year.
        (
            told("correction", on=day("2020-01-01")),
            told("erratum", "pubmed", day("2021-01-01"), pmid("1")),
            2,
        ),
        (told("correction", on=day("2020-01-01")), told("erratum", "pubmed", day("2021-01-01"), None), 2),
        (told("correction"), told("erratum", "pubmed", None, pmid("1")), 2),
        (told("correction"), told("correction", of=M), 2),
        (told("retraction"), told("retraction", of=M), 2),
        # What differs in weight is never one.
        (told("retraction"), told("correction"), 2),
        (told("expression-of-concern"), told("partial-retraction"), 2),
        (told("retraction", of=None), told("reinstatement", of=None), 2),
    ],
)
def test_one_notice_or_two(one: Noticed, other: Noticed, expected: int) -> None:
    assert len(fold([one, other], OWN)) == expected


def test_what_was_done_in_place_has_the_works_own_identifier() -> None:
    assert fold([told("withdrawal", of=OWN), told("correction", of=OWN)], OWN) == [
        Notice(Type.WITHDRAWAL, None, OWN, ("publisher",))
    ]
    assert fold([told("correction", of=OWN)], None) == [Notice(Type.CORRECTION, None, OWN, ("publisher",))]


_noticed = st.builds(
    Noticed,
    st.sampled_from([*Type, "new_version", "expression_of_concern", "?"]),
    st.sampled_from(["publisher", "retraction-watch", "pubmed", "title"]),
    st.none() | st.sampled_from([day("2020-01-01"), day("2020-02-01"), day("2022-01-01")]),
    st.none() | st.sampled_from([OWN, N, M, pmid("1"), pmid("2")]),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(_noticed, max_size=8), st.randoms(use_true_random=False))
def test_the_order_in_which_it_was_told_does_not_matter(noticed: list[Noticed], random: object) -> None:
    shuffled = list(noticed)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    found = fold(noticed, OWN)
    assert fold(shuffled, OWN) == found
    assert fold(noticed + shuffled, OWN) == found
    keys = [(notice.type, notice.identifier) for notice in found]
    assert len(keys) == len(set(keys))
    types = [type for each in noticed if (type := named(each.type)) and (each.identifier != OWN)]
    if Type.REINSTATEMENT not in types:
        gravest = max((LEVELS[type] for type in types), default=Level.NONE)
        assert level(found) >= gravest


# --- titles --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "expected", "rest"),
    [
        ("RETRACTED: Small doses", "retraction", "Small doses"),
        ("RETRACTED ARTICLE: Small doses", "retraction", "Small doses"),
        ("Retracted Article: Small doses", "retraction", "Small doses"),
        ("[Retracted] Small doses", "retraction", "Small doses"),
        ("RETRACTED — Small doses", "retraction", "Small doses"),
        ("WITHDRAWN: Small doses", "withdrawal", "Small doses"),
        ("WITHDRAWN–Administrative duplicate", "withdrawal", "Administrative duplicate"),
        ("REMOVED: Small doses", "removal", "Small doses"),
        ("PARTIALLY RETRACTED: Small doses", "partial-retraction", "Small doses"),
        ("EXPRESSION OF CONCERN: Small doses", "expression-of-concern", "Small doses"),
    ],
)
def test_what_titles_say_of_the_work_itself(title: str, expected: str, rest: str) -> None:
    assert from_title(title) == expected
    assert unmarked(title) == rest
    assert not is_notice(Record({"title": title}))


@pytest.mark.parametrize(
    "title",
    [
        "",
        "Small doses",
        "Retracted papers: a bibliometric study",
        "Retracted nipples in newborns",
        "Why articles are retracted: a survey",
        "Withdrawn: a memoir",
        "Withdrawn adolescents in Japan",
        "Removed from office: a history",
        "Retraction—Small doses",
        "Expression of concern: Small doses",
        "Correction: RETRACTED: Small doses",
    ],
)
def test_titles_that_say_nothing_of_the_work_itself(title: str) -> None:
    assert from_title(title) is None
    assert unmarked(title) == title


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Retraction—Small doses", "retraction"),
        ("Retraction: Small doses", "retraction"),
        ("RETRACTION: Small doses", "retraction"),
        ("Retraction Note to: Small doses", "retraction"),
        ("Statement of Retraction: Small doses", "retraction"),
        ("Partial Retraction: Small doses", "partial-retraction"),
        ("Withdrawal: Small doses", "withdrawal"),
        ("Editorial Expression of Concern: Small doses", "expression-of-concern"),
        ("Author Correction: Small doses", "correction"),
        ("Correction to: Small doses", "correction"),
        ("Correction for Smith et al., Small doses", "correction"),
        ("Correction", "correction"),
        ("Erratum to “Small doses”", "erratum"),
        ("Corrigendum: Small doses", "corrigendum"),
        ("Addendum: Small doses", "addendum"),
        ("Withdrawal of benzodiazepines", None),
        ("Correction of scoliosis in adolescents", None),
        ("Correction for multiple testing", None),
        ("Retraction of the nipple", None),
        ("Removal of wisdom teeth: a trial", None),
        ("Clarification of juice by enzymes", None),
        ("Small doses: a correction", None),
    ],
)
def test_titles_of_notices(title: str, expected: str | None) -> None:
    assert heading(title) == expected
    assert announced(Record({"title": title})) == expected


def test_a_registrys_word_counts_more_than_the_title() -> None:
    # Some publishers give the notice the title that others give the paper.
    record = Record({"title": "Retracted: Small doses"}, about={"notice": "retraction"})
    assert announced(record) is Type.RETRACTION
    assert announced(Record({"title": 7}, about={"notice": "new_version"})) is None


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_titles_never_break_it(title: str) -> None:
    assert title.endswith(unmarked(title))
    assert not (from_title(title) and announced(Record({"title": title})))
