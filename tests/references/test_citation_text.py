"""Citations that people paste: where each begins and ends, what it says, and what it lacks."""

import re
import textwrap
import time

import pytest
from conftest import SHARED, missing
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.references import citation_text
from forum.references.citation_text import Cut, read_one, split
from forum.references.identifiers import Identifier, Scheme

ANDERSON = (
    "Anderson, T., Petranker, R., Christopher, A., et al. (2021). Psychedelic microdosing benefits and"
    " challenges: an empirical codebook. Scientific Reports, Nature"
)
ROOTMAN = (
    "Rootman, J., Kryskow, P., Harvey, K., et al. (2022). Adults who microdose psychedelics report health"
    " related motivations and lower levels of anxiety and depression compared to non-microdosers."
    " Scientific Reports, Nature"
)
POLITO = "Polito, V. & Stevenson, R.J. (2019). A systematic study of microdosing psychedelics. PLOS ONE"
JOHNSTAD = (
    "Johnstad, P.G. (2018). Powerful substances in tiny amounts: An interview study of psychedelic"
    " microdosing. Nordic Studies on Alcohol and Drugs"
)
FOUR = [ANDERSON, ROOTMAN, POLITO, JOHNSTAD]
RUN = " ".join(FOUR)
STUDY = "A systematic study of microdosing psychedelics"


def seed(number: str) -> str:
    found = sorted((SHARED / "seeds").glob(f"{number}_*.txt"))
    if not found:
        missing(f"../shared/seeds/{number}_*.txt")
    return found[0].read_text(encoding="utf-8")


def flat(text: str) -> str:
    return " ".join(text.split())


def told(cut: Cut) -> Cut:
    """The cut without its text: what was read from it."""
    return cut._replace(text="")


# --- the seeds -----------------------------------------------------------------------------------------


def test_the_run_of_sources_in_the_seed_is_four_citations() -> None:
    text = seed("003")
    cuts = split(text[text.index("Sources") :].split("\n\n\n")[0])
    assert [(cut.authors, cut.year, cut.container) for cut in cuts] == [
        (("Anderson", "Petranker", "Christopher"), 2021, "Scientific Reports, Nature"),
        (("Rootman", "Kryskow", "Harvey"), 2022, "Scientific Reports, Nature"),
        (("Polito", "Stevenson"), 2019, "PLOS ONE"),
        (("Johnstad",), 2018, "Nordic Studies on Alcohol and Drugs"),
    ]
    assert [cut.text for cut in cuts] == FOUR
    assert (
        cuts[3].title == "Powerful substances in tiny amounts: An interview study of psychedelic microdosing"
    )


def test_the_whole_article_yields_its_sources_and_not_its_paragraphs() -> None:
    cuts = split(seed("003"))
    assert [cut.text for cut in cuts[:4]] == FOUR
    assert not any(cut.authors or cut.year or cut.identifiers for cut in cuts[4:])


def test_a_journal_and_a_year_are_no_title() -> None:
    lines = [line for line in seed("000").splitlines() if line.startswith(("Journal of", "Frontiers in"))]
    cuts = split("\n".join(lines))
    assert [(cut.container, cut.year, cut.title) for cut in cuts] == [
        ("Journal of Psychopharmacology", 2021, ""),
        ("Frontiers in Psychiatry", 2020, ""),
    ]
    for cut in cuts:
        assert citation_text.missing(cut) == (
            "This names a journal and a year, but no title. Add the title, the authors or a DOI."
        )


# --- cutting -------------------------------------------------------------------------------------------


def numbered(form: str) -> list[str]:
    return [form.format(number) + citation for number, citation in enumerate(FOUR, 1)]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(FOUR),
        "\r\n\r\n".join(FOUR),
        "\n".join(f"- {citation}" for citation in FOUR),
        "\n".join(f"> {citation}" for citation in FOUR),
        "\n".join(numbered("{}. ")),
        "\n".join(numbered("[{}] ")),
        "\n".join(numbered("({}) ")),
        " ".join(numbered("[{}] ")),
        ". ".join(numbered("{}. ")),
        " • ".join(FOUR),
        "; ".join(FOUR),
        ", ".join(FOUR),
        f"Sources: {RUN}",
        f"Sources {RUN}",
        f"**References**\n{RUN}",
        f"## Works cited\n\n{RUN}",
        f"I have microdosed for years and I feel well. You may try it.\n\nReferences:\n{RUN}",
        "\n".join(textwrap.fill(c, 60, subsequent_indent="    ") for c in numbered("{}. ")),
        "\n".join(textwrap.fill(c, 50, subsequent_indent="    ") for c in FOUR),
    ],
)
def test_the_same_four_however_they_are_listed(text: str) -> None:
    assert [flat(cut.text).rstrip(".;,") for cut in split(text)] == FOUR


@pytest.mark.parametrize("width", [24, 31, 40, 48, 57, 66, 72, 79, 88, 97, 110, 132])
def test_the_same_four_however_the_run_is_wrapped(width: int) -> None:
    wrapped = textwrap.fill(RUN, width, break_on_hyphens=False)
    assert [flat(cut.text) for cut in split(f"Sources\n{wrapped}")] == FOUR
    wrapped = "\n".join(textwrap.fill(c, width, break_on_hyphens=False) for c in FOUR)
    assert [flat(cut.text) for cut in split(wrapped)] == FOUR


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (f"Polito V, Stevenson RJ. {STUDY}. PLoS One. 2019;14(2):e0211023.", "Johnstad PG. Tiny amounts."),
        (f'Polito, V. "{STUDY}." PLoS ONE 14.2 (2019): 1.', 'Johnstad, Petter Grahl. "Tiny amounts." 2018.'),
        (f"{POLITO}, 14(2), 1–9.", "Hernández López, M., & Ng, L. (2020). Tiny amounts. Nature, 1, 2."),
        (f"{POLITO}", "van der Berg, J.-P., O'Brien, K. & d'Arcy, M. (2020). Tiny amounts. Nature"),
        (f"{POLITO}.", "World Health Organization. (2020). Tiny amounts. WHO."),
        (f"{POLITO}", "Anderson et al. (2021). Tiny amounts. Nature"),
        (f"{POLITO}. https://doi.org/10.1371/journal.pone.0211023", "Ng, L. (2020). Tiny amounts. Nature"),
        (f"{POLITO}", "Carhart-Harris, R., Müller, S., … Łoś, A. (2020). Tiny amounts. Nature"),
        (f"{POLITO}.", "Pollan, Michael. Tiny amounts. New York: Penguin, 2018."),
        (f"{POLITO}", "Polito, V., and Stevenson, R.J., 2020. Tiny amounts. Nature"),
    ],
)
def test_two_in_a_run_are_two(first: str, second: str) -> None:
    assert [cut.text for cut in split(f"{first} {second}")] == [first, second]


@pytest.mark.parametrize(
    "citation",
    [
        "Smith, J., & The ABC Study Group. (2020). Tiny amounts. Journal of Drug Issues (2020) 12:1.",
        "Johnstad PG. Powerful substances. Nordic Studies on Alcohol & Drugs (2018) 35:39–51.",
        "GBD 2019 Collaborators. Global burden of diseases, 1990–2019. Lancet. 2020;396(10258):1204–22.",
        "Fadiman, J. (2011). Tiny amounts. In R. Doe & S. Roe (Eds.), A handbook (pp. 1–20). Park Press.",
        "Hernández López, M., Smith, J., & Ng, L. (2020). Tiny amounts. Nature, 1, 2.",
        "Ng, L. (2020). Phase 2. Trial of tiny amounts in 2019. Nature, 1, 2. Geneva, Switzerland.",
    ],
)
def test_one_stays_one(citation: str) -> None:
    assert [cut.text for cut in split(citation)] == [citation]


def test_titles_alone_stay_lines() -> None:
    text = f"{STUDY}\nPowerful substances in tiny amounts\nHow to change your mind"
    assert [cut.title for cut in split(text)] == text.split("\n")


def test_an_address_on_its_own_line_belongs_to_the_citation_before() -> None:
    (cut,) = split(f"{POLITO}\nhttps://doi.org/10.1371/journal.pone.0211023")
    assert cut.identifiers == (Identifier(Scheme.DOI, "10.1371/journal.pone.0211023"),)
    assert len(split("10.1371/a\n10.1371/b")) == 2


# --- reading -------------------------------------------------------------------------------------------

#: A citation, in which ~ is the title; below it authors | year | container | volume | pages.
STYLES = """
Polito V, Stevenson RJ. ~. PLoS One. 2019;14(2):e0211023.
    Polito, Stevenson | 2019 | PLoS One | 14 | e0211023
Polito V, Stevenson RJ. ~. PLoS One. 2019 Feb 6;14(2):e0211023. doi: 10.1371/x. PMID: 30726251; PMCID: PMC1.
    Polito, Stevenson | 2019 | PLoS One | 14 | e0211023
Polito V, Stevenson RJ. ~. PLoS One (2019) 14:e0211023.
    Polito, Stevenson | 2019 | PLoS One | 14 | e0211023
Polito, V., & Stevenson, R. J. (2019). ~. PLOS ONE, 14(2), e0211023.
    Polito, Stevenson | 2019 | PLOS ONE | 14 | e0211023
Polito, V., & Stevenson, R. J. (2019, February 6). ~. PLOS ONE.
    Polito, Stevenson | 2019 | PLOS ONE |  |
Polito, V. and Stevenson, R.J., 2019. ~. PloS one, 14(2), p.e0211023.
    Polito, Stevenson | 2019 | PloS one | 14 | e0211023
Polito, Vince, and Richard J. Stevenson. "~." PLoS ONE 14.2 (2019): e0211023.
    Polito, Stevenson | 2019 | PLoS ONE | 14 | e0211023
Polito, Vince, and Richard J. Stevenson. “~.” PLOS ONE, vol. 14, no. 2, 2019, p. e0211023.
    Polito, Stevenson | 2019 | PLOS ONE | 14 | e0211023
Polito, Vince, and Richard J. Stevenson. 2019. “~.” PLOS ONE 14 (2): e0211023.
    Polito, Stevenson | 2019 | PLOS ONE | 14 | e0211023
V. Polito and R. J. Stevenson, “~,” PLoS ONE, vol. 14, no. 2, p. e0211023, Feb. 2019.
    Polito, Stevenson | 2019 | PLoS ONE | 14 | e0211023
Polito, V.; Stevenson, R. J. ~. PLoS One 2019, 14 (2), e0211023.
    Polito, Stevenson | 2019 | PLoS One | 14 | e0211023
POLITO V., STEVENSON R.J. (2019): ~. PLoS One 14, 1–9.
    POLITO, STEVENSON | 2019 | PLoS One | 14 | 1–9
Polito, V. et al. ~. Sci. Rep. 11, 22479 (2021).
    Polito | 2021 | Sci. Rep | 11 | 22479
Polito V, et al. ~. Sci Rep 2021; 11: 1941.
    Polito | 2021 | Sci Rep | 11 | 1941
Polito, Vince, et al. “~.” eLife, vol. 10, 2021, p. 3.
    Polito | 2021 | eLife | 10 | 3
Polito et al. (2019). ~. bioRxiv.
    Polito | 2019 | bioRxiv |  |
Polito & Stevenson (2019) ~
    Polito, Stevenson | 2019 |  |  |
Polito and Stevenson 2019: ~
    Polito, Stevenson | 2019 |  |  |
~. Polito V, Stevenson RJ. PLoS One. 2019;14(2):e0211023.
    Polito, Stevenson | 2019 | PLoS One | 14 | e0211023
~ (Polito & Stevenson, 2019)
    Polito, Stevenson | 2019 |  |  |
~ by Vince Polito and Richard Stevenson
    Polito, Stevenson |  |  |  |
~. PLOS ONE, 2019
     | 2019 | PLOS ONE |  |
~, PLOS ONE, 2019
     | 2019 | PLOS ONE |  |
~ (2019)
     | 2019 |  |  |
~
     |  |  |  |
“~”, PLOS ONE, 2019
     | 2019 | PLOS ONE |  |
Journal of Psychopharmacology (2021) – ~
     | 2021 | Journal of Psychopharmacology |  |
The Guardian (2021): ~
     | 2021 | The Guardian |  |
Polito V, for the ABC Study Group. ~. BMJ. 2021;372:n71.
    Polito, ABC Study Group | 2021 | BMJ | 372 | n71
World Health Organization. ~. Geneva: WHO; 2020.
    World Health Organization | 2020 | Geneva: WHO |  |
American Psychiatric Association. (2013). ~ (5th ed.).
    American Psychiatric Association | 2013 |  |  |
Pollan, M. (2018). ~. Penguin Press.
    Pollan | 2018 | Penguin Press |  |
Pollan, Michael. ~. Penguin, 2018.
    Pollan | 2018 | Penguin |  |
Doe, J. (2011). ~. In R. Roe (Ed.), Proceedings of the 5th Meeting (pp. 1–20). ACM.
    Doe | 2011 | Proceedings of the 5th Meeting |  | 1–20
Doe, J. (in press). ~. Nature.
    Doe |  | Nature |  |
Doe, J. (2020). ~ [Doctoral dissertation]. Retrieved March 3, 2021, from https://example.org/x
    Doe | 2020 |  |  |
García-Romeu, A., O’Brien, K., & van der Berg, J.-P. (2020). ~. Nature, 1, 2–3.
    García-Romeu, O’Brien, van der Berg | 2020 | Nature | 1 | 2–3
Ving Ching, C., Łoś, Ö. y Müller, S. (2020). *~*. _Nature_, 1(2).
    Ving Ching, Łoś, Müller | 2020 | Nature | 1 |
Иванов И. И. (2019). ~. Психология, 3(2), 12–20.
    Иванов | 2019 | Психология | 3 | 12–20
Müller A. (2019): ~. Nervenarzt 90, S. 12–19.
    Müller | 2019 | Nervenarzt | 90 | 12–19
""".strip().splitlines()


@pytest.mark.parametrize(("text", "expected"), list(zip(STYLES[::2], STYLES[1::2], strict=True)))
def test_styles(text: str, expected: str) -> None:
    (cut,) = split(text.replace("~", STUDY))
    read = (", ".join(cut.authors), str(cut.year or ""), cut.container, cut.volume, cut.pages)
    assert read == tuple(part.strip() for part in expected.split("|"))
    assert cut.title == STUDY
    assert citation_text.missing(cut) == ""


@pytest.mark.parametrize(
    ("title", "behind"),
    [
        ("Do fish get wasted? Assessing the influence of effluents", "PeerJ, 6, e5956."),
        ("The PRISMA 2020 statement: an updated guideline, 1990–2019", "BMJ. 2021;372:n71."),
        ("Interaction of St. John's wort with E. coli vs. placebo", "J. Psychopharmacol. 35, 3–12."),
        ("Hallucinations", "New York: Knopf; 2012."),
    ],
)
def test_titles_end_where_they_end(title: str, behind: str) -> None:
    assert read_one(f"Ng, L., & Wu, X. (2020). {title}. {behind}").title == title


def test_all_identifiers_and_only_else_addresses() -> None:
    cut = read_one(f"{POLITO} doi:10.1371/A PMID: 123 https://example.org/x")
    assert [identifier.value for identifier in cut.identifiers] == ["10.1371/a", "123"]
    cut = read_one("[Microdosing explained](https://example.org/x?utm_source=y).")
    assert cut.identifiers == (Identifier(Scheme.URL, "https://example.org/x"),)
    assert cut.title == "Microdosing explained"


# --- what is missing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Journal of Psychopharmacology (2021)", "This names a journal and a year, but no title."),
        ("Scientific Reports 2021", "This names a journal and a year, but no title."),
        ("Harm Reduction Journal 16:43", "This names a journal, but no title."),
        ("Frontiers in Psychiatry (2020): Research highlights that x may help.", "This names a journal"),
        ("Anderson T et al, Harm Reduct J 2019", "This names a journal and a year, but no title."),
        ("Polito & Stevenson 2019", "This names authors and a year, but no title."),
        ("(Anderson et al., 2019)", "This names authors and a year, but no title."),
        ("Anderson et al. (2021) found that they were wiser.", "This names authors and a year"),
        ("Harvard University (2021) – The study shows that x helps.", "This names authors and a year"),
        ("Nature", "This title is too short"),
        ("A 2021 study found that microdosing reduces anxiety.", "This reads like ordinary text"),
        ("It isn't a miracle. It's not a quick fix or a magic answer.", "This reads like ordinary text"),
        (".", "There is nothing here"),
    ],
)
def test_what_is_missing_is_said(text: str, sentence: str) -> None:
    (cut,) = split(text)
    answer = citation_text.missing(cut)
    assert answer.startswith(sentence)
    assert re.search(r"(?:Add|Paste) .*DOI\.$", answer)


@pytest.mark.parametrize(
    "text",
    ["Study finds microdosing no better than placebo", "Hallucinations by Oliver Sacks", "10.1371/a"],
)
def test_what_can_be_looked_for_misses_nothing(text: str) -> None:
    (cut,) = split(text)
    assert citation_text.missing(cut) == ""


# --- any text ------------------------------------------------------------------------------------------

SIGNS = """
Smith,~J. Polito~V, et~al. (2019). 2019;14(2):1 & van~der~ Sources 1.~ [2]~ -~ “ ” " Nature In~ pp.~1–2 …
World~Health~Organization. Tiny~doses. 10.1371/x https://a.org/( * 李明 ß
"""
PIECES = st.sampled_from(
    [
        *FOUR,
        *(sign.replace("~", " ") for sign in SIGNS.split()),
        "\n",
        "\r\n\n",
        " ",
        "\t",
        "a\u0301",
        "\u200b",
        "\ud800",
        "\0",
    ]
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=12).map("".join))


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_any_text_is_cut_into_pieces_that_stand_in_it(text: str) -> None:
    place = 0
    for cut in split(text):
        assert cut.text
        place = text.index(cut.text, place) + len(cut.text)
        assert isinstance(citation_text.missing(cut), str)
        assert told(read_one(cut.text)) is not None


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(FOUR), min_size=1, max_size=4),
    st.sampled_from([" ", "\n", "\n\n"]),
    st.lists(st.sampled_from(["  ", "\t", "\u00a0", " \u2009", "   "]), min_size=1, max_size=5),
)
def test_spaces_make_no_difference(citations: list[str], between: str, spaces: list[str]) -> None:
    text = between.join(citations)
    words = re.split(r"( )", text)
    wide = "".join(spaces[i % len(spaces)] if word == " " else word for i, word in enumerate(words))
    once, twice = split(text), split(f"  {wide}\t\r\n")
    assert [told(cut) for cut in once] == [told(cut) for cut in twice]
    assert [flat(cut.text) for cut in once] == [flat(cut.text) for cut in twice]
    assert len(once) == len(citations)


BOMBS = """
A.~ Smith,~J.,~ Aa~&~ van~ Aa- Aa,A. ( “ 1.~A~ ^ a^ Aa~A.^ Aa~(2019).~ Smith~J.~(2019)~Aa^ http://a~
a~(b)~ Aa.~ -~a^ J.~Aa~ 12(3):4~ Aa~of~ 'a Aa,~Bb~et~al.~
"""


@pytest.mark.parametrize("bomb", BOMBS.split())
def test_no_text_takes_long(bomb: str) -> None:
    bomb = bomb.replace("~", " ").replace("^", "\n")
    started = time.monotonic()
    cuts = split(bomb * (15_000 // len(bomb)))
    assert time.monotonic() - started < 5
    assert len(cuts) <= citation_text.MOST
