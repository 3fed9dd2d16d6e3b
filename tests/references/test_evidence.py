"""Kinds of evidence, from registries and from titles that are beyond doubt."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.references.evidence import LABELS, Kind, claimed, kind


def test_every_kind_has_a_label_but_the_unknown() -> None:
    assert set(LABELS) == set(Kind)
    assert [each for each in Kind if not LABELS[each]] == [Kind.UNKNOWN]
    assert LABELS[Kind.RANDOMIZED_TRIAL] == "randomised trial"


@pytest.mark.parametrize(
    ("type", "expected"),
    [
        ("journal-article", "other"),
        ("article-journal", "other"),
        ("JournalArticle", "other"),
        ("proceedings-article", "other"),
        ("paper-conference", "other"),
        ("report", "other"),
        ("dissertation", "other"),
        ("dataset", "other"),
        ("Dataset", "other"),
        ("peer-review", "other"),
        ("posted-content", "preprint"),
        ("preprint", "preprint"),
        ("Preprint", "preprint"),
        ("working_paper", "preprint"),
        ("book", "book"),
        ("monograph", "book"),
        ("BookChapter", "book"),
        ("chapter", "book"),
        ("article-newspaper", "news"),
        ("article", ""),
        ("document", ""),
        ("component", ""),
        ("webpage", ""),
        ("Text", ""),
        ("", ""),
    ],
)
def test_types(type: str, expected: str) -> None:
    assert kind(type) == expected


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (["Journal Article", "Meta-Analysis"], "systematic-review"),
        (["Systematic Review", "Randomized Controlled Trial"], "systematic-review"),
        (["Journal Article", "Randomized Controlled Trial"], "randomized-trial"),
        (["Randomized Controlled Trial, Veterinary"], "randomized-trial"),
        (["Clinical Trial", "Multicenter Study"], "other"),
        (["Observational Study"], "observational"),
        (["Case Reports", "Letter"], "case-report"),
        (["Practice Guideline"], "guideline"),
        (["Preprint", "Randomized Controlled Trial"], "preprint"),
        (["News"], "news"),
        (["Editorial"], "other"),
        # Pieces about a study are not that study.
        (["Comment", "Randomized Controlled Trial"], "other"),
        (["Clinical Trial Protocol", "Randomized Controlled Trial"], "other"),
        (["Published Erratum", "Meta-Analysis"], "other"),
        (["Review"], "other"),
        (["Retracted Publication", "Randomized Controlled Trial"], "randomized-trial"),
    ],
)
def test_publication_types_of_pubmed(types: list[str], expected: str) -> None:
    assert kind("article-journal", "", types) == expected


def test_what_counts_more() -> None:
    trial = "Small doses: a randomised controlled trial"
    assert kind("article-journal", trial) == "randomized-trial"
    assert kind("report", trial) == "randomized-trial"
    assert kind("article-journal", trial, ["Letter"]) == "other"
    assert kind("article-journal", trial, ["Systematic Review"]) == "systematic-review"
    # What nobody has reviewed is a preprint first.
    assert kind("posted-content", trial) == "preprint"
    assert kind("preprint", "", ["Randomized Controlled Trial"]) == "preprint"
    assert kind("book", "Small doses: a systematic review") == "book"
    assert kind("book", "Small doses", ["Practice Guideline"]) == "guideline"
    assert kind("document", trial) == ""
    # PubMed called systematic reviews reviews for many years.
    assert kind("article-journal", "Small doses: a systematic review", ["Review"]) == "systematic-review"


@pytest.mark.parametrize(
    ("expected", "title"),
    [
        ("systematic-review", "Small doses: a systematic review and meta-analysis"),
        ("systematic-review", "A systematic review of small doses"),
        ("systematic-review", "Small doses – an updated systematic literature review"),
        ("systematic-review", "Do small doses work? Systematic review with meta-regression"),
        ("systematic-review", "Small doses: a network meta‑analysis"),
        (
            "systematic-review",
            "Small doses: an individual participant data meta-analysis of randomised trials",
        ),
        ("systematic-review", "Meta-analysis of small doses"),
        (
            "randomized-trial",
            "Small doses versus none: a phase 2, double-blind, randomised, controlled trial",
        ),
        ("randomized-trial", "SMALL DOSES: A RANDOMIZED CLINICAL TRIAL"),
        ("randomized-trial", "A randomized, open-label, phase II trial of small doses"),
        ("randomized-trial", "Small doses: cluster-randomised controlled trial"),
        ("randomized-trial", "Small doses: a self-blinding randomised trial in adults"),
        ("randomized-trial", "RETRACTED: Small doses: a randomised trial"),
        ("systematic-review", "[Retracted] A systematic review of small doses"),
        ("qualitative", "Powerful substances in tiny amounts: An interview study of psychedelic microdosing"),
        ("qualitative", "Small doses: a qualitative study"),
        ("qualitative", "“It helps”: A qualitative exploration of small doses"),
        ("case-report", "Too many small doses: a case report and review of the literature"),
        ("case-report", "Case report: Small doses"),
        ("observational", "Small doses in adults: a prospective cohort study"),
        ("observational", "Small doses: a cross-sectional online survey"),
        ("observational", "Small doses: results. A population-based survey"),
        ("observational", "Small doses: a nested case-control study"),
        ("guideline", "Small doses: a clinical practice guideline"),
    ],
)
def test_titles_that_say_what_they_are(expected: str, title: str) -> None:
    assert claimed(title) == expected


@pytest.mark.parametrize(
    "title",
    [
        "",
        "A systematic study of microdosing psychedelics",
        "Psychedelic microdosing benefits and challenges: an empirical codebook",
        "Adults who microdose psychedelics report health related motivations",
        "Small doses: a survey of deep learning",
        "Small doses: a cohort profile",
        "Small doses: a review",
        "Systematic reviews of small doses",
        # Plans.
        "Small doses: study protocol for a randomised controlled trial",
        "Small doses: protocol of a systematic review",
        "A randomised trial of small doses: rationale and design",
        "Systematic review and meta-analysis protocols (PRISMA-P)",
        # Answers and talk.
        "Comment on: Small doses: a randomised controlled trial",
        "Reply to: Small doses: a systematic review",
        "Authors' reply: Small doses: a randomised trial",
        "Re: Small doses: a cohort study",
        "Review of “Small doses: a randomised trial”",
        "Response to Smith: a cohort study",
        "Correction: Small doses: a randomised controlled trial",
        "Retraction—Small doses: a randomised controlled trial",
        "Do we need another systematic review?",
        "The randomised controlled trial: gold standard or merely standard?",
        "Meta-analysis in clinical trials",
        "Meta-analysis and its problems",
        "metafor: an R package for meta-analysis",
        "Conducting a qualitative study",
        "Reporting of randomised trials: the CONSORT statement",
        # Of another kind, or from such a study.
        "Small doses: a non-randomised controlled trial",
        "Small doses: a nonrandomized trial",
        "Small doses: secondary analysis of a randomised trial",
        "Mendelian randomization study of small doses",
        "Qualitative analysis of alkaloids",
        "Barriers to clinical practice guideline use",
    ],
)
def test_titles_that_leave_a_doubt(title: str) -> None:
    assert claimed(title) is None
    assert kind("journal-article", title) == "other"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40), st.text(max_size=80), st.lists(st.text(max_size=20), max_size=3))
def test_nothing_breaks_it(type: str, title: str, types: list[str]) -> None:
    assert kind(type, title, types) in set(Kind)


def test_a_hostile_title_takes_no_time() -> None:
    assert claimed("randomised, " * 200_000) is None
    assert claimed("a " * 200_000) is None
