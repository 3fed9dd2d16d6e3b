"""Records beside pasted citations: which fit, which are not shown at all, and what differs."""

import json
from typing import Any

import pytest
from conftest import SHARED, missing
from hypothesis import given, settings
from hypothesis import strategies as st
from references.fake_services import sample

from forum.references.citation_text import read_one, split
from forum.references.freetext.containers import same_container
from forum.references.matching import judge, rank
from forum.references.resolvers.crossref import to_csl


def csl(title: str, *families: str, year: int | None = 2019, **more: Any) -> dict[str, Any]:
    issued = {"issued": {"date-parts": [[year]]}} if year else {}
    return {"title": title, "author": [{"family": family} for family in families], **issued, **more}


STUDY = "A systematic study of microdosing psychedelics"
RECORD = csl(
    STUDY, "Polito", "Stevenson", volume="14", page="e0211023", DOI="10.1371/journal.pone.0211023",
    **{"container-title": "PLOS ONE", "container-title-short": "PLoS ONE", "ISSN": "1932-6203"},
)  # fmt: skip


def seed(number: str) -> str:
    found = sorted((SHARED / "seeds").glob(f"{number}_*.txt"))
    if not found:
        missing(f"../shared/seeds/{number}_*.txt")
    return found[0].read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    """The four works of the seeds among all other works that were recorded."""
    folder = SHARED / "references" / "samples"
    if not folder.is_dir():
        missing("../shared/references/samples")
    messages = [
        json.loads(path.read_text())["message"] for path in sorted(folder.glob("crossref-work-*.json"))
    ]
    messages += sample("crossref-query-bibliographic.json")["message"]["items"]
    return [*map(to_csl, messages), *sample("four-works.json")]


# --- the seeds -----------------------------------------------------------------------------------------


def test_the_four_sources_of_the_seed_find_their_works(records: list[dict[str, Any]]) -> None:
    text = seed("003")
    cuts = split(text[text.index("Sources") :].split("\n\n\n")[0])
    found = [rank(cut, records) for cut in cuts]
    assert [[match.csl["id"] for match in matches] for matches in found] == [
        ["anderson-2019"],
        ["rootman-2021"],
        ["polito-stevenson-2019"],
        ["johnstad-2018"],
    ]
    assert all(match.preselect and match.author_named for matches in found for match in matches)
    assert [[difference.sentence for difference in matches[0].differences] for matches in found] == [
        [
            "You wrote 2021; the record says 2019.",
            "You wrote Scientific Reports, Nature; the record says Harm Reduction Journal.",
        ],
        ["You wrote 2022; the record says 2021."],
        [],
        [],
    ]


def test_the_rest_of_the_seeds_finds_nothing(records: list[dict[str, Any]]) -> None:
    cuts = split(seed("000")) + split(seed("003"))[4:]
    assert len(cuts) > 8
    assert [rank(cut, records) for cut in cuts] == [[] for _ in cuts]
    assert not any(judge(cut, record).preselect for cut in cuts for record in records)


# --- what fits -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "record"),
    [
        (f"Polito V, Stevenson RJ. {STUDY}. PLoS One. 2019;14(2):e0211023.", RECORD),
        (f"Polito & Stevenson (2009). {STUDY}", RECORD),
        (f"{STUDY}, polito", RECORD),
        ("Polito V. A sistematic study of micro-dosing psychedelics. 2018.", RECORD),
        (f"Polito, V. (2019). {STUDY.upper()}!", csl(f"RETRACTED: <i>{STUDY}</i>.", "Polito")),
        ("Johnstad, P. (2018). Powerful substances in tiny amounts.",
         csl("Powerful substances in tiny amounts: An interview study", "Johnstad", year=2018)),
        ("Tosatto L. (2015) α-Synuclein’s many faces & E. coli.",
         csl("Alpha-synuclein's many faces and <i>E. coli</i>", "Tosatto", year=2015)),
        ("Mueller, A. (2019). Über Wirkungen kleiner Dosen.", csl("Uber Wirkungen kleiner Dosen", "Müller")),
        ("Ng, L. (2019). Hallucinations. Knopf.", csl("Hallucinations", "Ng")),
        ("Berg J van der. Tiny doses in the wild. 2019", csl("Tiny doses in the wild", "van der Berg")),
        ("李明, 王伟. 迷幻药研究. 心理学报, 2019.", csl("迷幻药研究", "李明")),
    ],
)  # fmt: skip
def test_preselected(text: str, record: dict[str, Any]) -> None:
    assert judge(text, record).preselect
    (match,) = rank(read_one(text), [record])
    assert match.csl == record
    assert match.similarity >= 90


@pytest.mark.parametrize(
    ("text", "record"),
    [
        # No author, the wrong author, a year far off.
        (STUDY, RECORD),
        (f"Smith, J. (2019). {STUDY}", RECORD),
        ("Polito V. A sistematic study of microdosing psychedelic. 2012.", RECORD),
        # A notice, a comment, another part: other works with nearly the same title.
        (f"Polito, V. (2019). {STUDY}", csl(f"Correction: {STUDY}", "Polito")),
        (f"Polito, V. (2019). {STUDY}", csl(f"Comment on “{STUDY}”", "Polito")),
        (f"Polito, V. (2019). Comment on {STUDY}", RECORD),
        (f"Polito, V. (2019). {STUDY} II. Nature.", RECORD),
        (f"Polito, V. (2019). {STUDY}: Part 2. Nature.", RECORD),
        (f"Polito, V. (2019). {STUDY} II. Nature.", csl(f"{STUDY} I", "Polito")),
        # A short title that stands in the citation by accident.
        (f"Polito, V. (2019). {STUDY}.", csl("Microdosing psychedelics", "Polito")),
        # The name stands in the title only, or is a word.
        (
            "Smith, J. (2019). The Polito study of microdosing",
            csl("The Polito study of microdosing", "Polito"),
        ),
        ("Smith, J. (2019). Tiny steps in a garden. What we do.", csl("Tiny steps in a garden", "Do")),
    ],
)
def test_not_preselected(text: str, record: dict[str, Any]) -> None:
    assert not judge(text, record).preselect


def test_the_same_identifier_is_enough_only_if_the_title_fits() -> None:
    assert judge("https://doi.org/10.1371/JOURNAL.pone.0211023", RECORD).preselect
    wrong = judge("Ng, L. (2001). Vision in the honey bee. doi:10.1371/journal.pone.0211023", RECORD)
    assert not wrong.preselect
    assert [d.field for d in wrong.differences] == ["author", "year", "title"]


def test_a_bad_candidate_is_not_shown_and_three_are_enough() -> None:
    cut = read_one(f"Polito, V. & Stevenson, R.J. (2019). {STUDY}. PLOS ONE")
    other = csl("A systematic review of ketamine for depression", "Polito", **{"container-title": "PLOS ONE"})
    near = csl(f"{STUDY}: a longer tale", "Polito", year=2020)
    assert rank(cut, [other]) == []
    matches = rank(cut, [other, near, csl(f"Correction: {STUDY}", "Polito"), near, near, RECORD, other])
    assert len(matches) == 3
    assert matches[0].csl is RECORD
    assert not any(match.csl is other for match in matches)


def test_a_citation_without_title_is_matched_to_nothing() -> None:
    for text in ("Journal of Psychopharmacology (2021)", "Polito & Stevenson 2019", "PLOS ONE 14(2), 2019"):
        assert rank(read_one(text), [RECORD, csl(text, "Polito")]) == []


def test_the_fuller_title_comes_first() -> None:
    short, full = (
        csl("Powerful substances in tiny amounts", "Johnstad"),
        csl("Powerful substances in tiny amounts: An interview study", "Johnstad"),
    )
    cut = read_one("Johnstad, P. (2019). Powerful substances in tiny amounts: An interview study. Nature")
    assert [match.csl for match in rank(cut, [short, full])] == [full, short]


# --- what differs --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (f"Polito, V. (2019b). {STUDY}. PLoS One, 14(2), 0211023.", []),
        (f"Polito, V. (2019). {STUDY}. Plos one (Online), vol. 14", []),
        (f"Polito, V. (2018). {STUDY}.", ["You wrote 2018; the record says 2019."]),
        (f"Stevenson, R. & Polito, V. (2019). {STUDY}.",
         ["You wrote Stevenson as the first author; the record says Polito."]),
        (f"Polito, V. (2019). {STUDY}. Scientific Reports, Nature.",
         ["You wrote Scientific Reports, Nature; the record says PLOS ONE."]),
        (f"Polito, V. (2019). {STUDY}. Public Library, PLOS ONE, 15(2), e0211024.",
         ["You wrote volume 15; the record says 14.", "You wrote page e0211024; the record says e0211023."]),
        (f"Polito, V. (2019). {STUDY}. Journal 1932-6203.", []),
        (f"Polito, V. (2019). {STUDY}. https://doi.org/10.1371/journal.pone.0000001",
         ["You wrote the DOI 10.1371/journal.pone.0000001; the record says 10.1371/journal.pone.0211023."]),
        ("Polito, V. (2019). Systematic study of dosing",
         [f"You wrote “Systematic study of dosing”; the record says “{STUDY}”."]),
    ],
)  # fmt: skip
def test_differences_are_sentences(text: str, sentences: list[str]) -> None:
    assert [difference.sentence for difference in judge(text, RECORD).differences] == sentences


def test_an_abbreviated_journal_is_no_difference() -> None:
    record = csl(STUDY, "Polito", **{"container-title": "Nordic Studies on Alcohol and Drugs"})
    assert judge(f"Polito V. {STUDY}. Nordic Stud Alcohol Drugs. 2019;1:2.", record).differences == ()


def test_print_and_online_years_are_both_right() -> None:
    record = {**RECORD, "published-online": {"date-parts": [[2018, 12]]}}
    assert judge(f"Polito, V. (2018). {STUDY}.", record).differences == ()


def test_a_correction_is_called_one() -> None:
    match = judge(f"Polito, V. (2019). {STUDY}.", csl(f"Author Correction: {STUDY}", "Polito"))
    assert [d.sentence for d in match.differences] == [
        "The record is a correction of a work with this title, not the work itself."
    ]


@pytest.mark.parametrize(
    ("written", "recorded"),
    [
        ("PLoS One", "PLOS ONE"),
        ("Nordic Stud Alcohol Drugs", "Nordic Studies on Alcohol and Drugs"),
        ("Nordisk Alkohol- & Narkotikatidskrift : NAT", "Nordisk Alkohol Nark"),
        ("Scientific Reports, Nature", "Scientific Reports"),
        ("Sci. Rep", "Scientific Reports"),
        ("N Engl J Med", "New England Journal of Medicine"),
        ("NEJM", "New England Journal of Medicine"),
        ("PNAS", "Proceedings of the National Academy of Sciences of the United States of America"),
        ("Proc Natl Acad Sci U S A", "Proceedings of the National Academy of Sciences"),
        ("Lancet", "The Lancet (London, England)"),
        ("Psychopharmacology (Berl)", "Psychopharmacology"),
        ("Br J Psychiatry", "The British Journal of Psychiatry"),
        ("Drug & Alcohol Dependence", "Drug and Alcohol Dependence"),
        ("Z. Psychol", "Zeitschrift für Psychologie"),
    ],
)
def test_one_container_under_two_names(written: str, recorded: str) -> None:
    assert same_container(written, recorded)
    assert same_container(recorded, written)


@pytest.mark.parametrize(
    ("written", "recorded"),
    [
        ("Scientific Reports, Nature", "Harm Reduction Journal"),
        ("Nature Medicine", "Nature"),
        ("PLOS ONE", "PLOS Medicine"),
        ("Journal of Pharmacology", "Journal of Psychopharmacology"),
        ("Frontiers in Psychiatry", "Frontiers in Psychology"),
        ("JAMA", "JAMA Psychiatry"),
        ("American Journal of Psychiatry", "British Journal of Psychiatry"),
        ("", "Nature"),
        ("…", "Nature"),
    ],
)
def test_two_containers(written: str, recorded: str) -> None:
    assert not same_container(written, recorded)
    assert not same_container(recorded, written)


# --- any record ----------------------------------------------------------------------------------------

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just("A tiny study of 2 doses"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["family", "literal", "date-parts", "x"]), inner, max_size=2)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [
        "title",
        "author",
        "editor",
        "issued",
        "container-title",
        "volume",
        "page",
        "number",
        "DOI",
        "ISSN",
        "type",
    ]
)


@settings(max_examples=4000, deadline=None)
@given(st.text(max_size=60), st.dictionaries(KEYS, VALUES))
def test_no_record_and_no_text_breaks_it(text: str, record: dict[str, Any]) -> None:
    for citation in (text, f"Ng, L. (2019). {text} A tiny study of 2 doses. {text}"):
        match = judge(citation, record)
        assert 0 <= match.similarity <= 100
        assert len(rank(read_one(citation), [record] * 5)) <= 3


@settings(max_examples=4000, deadline=None)
@given(st.text(max_size=60))
def test_a_record_made_of_the_citation_fits_it(text: str) -> None:
    title = f"Tiny doses of {text} in ordinary lives"
    match = judge(f"Johnstad, P. (2019). {title}. Nature", csl(title, "Johnstad"))
    assert match.similarity >= 90
