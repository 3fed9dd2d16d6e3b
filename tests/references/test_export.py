"""What leaves the forum: the formats, and what each writes of known works and of unknown ones."""

import json
from typing import Any

import pytest
from references.csl_schema import VALID

from forum.references.export import FORMATS, Entry
from forum.references.export.csljson import items
from forum.references.export.pages import pages
from forum.references.export.styles import STYLES, write_text
from forum.references.identifiers import Identifier, Scheme

POLITO: dict[str, Any] = {
    "type": "article-journal",
    "title": "A systematic study of microdosing LSD_25 & {other} drugs",
    "author": [
        {"family": "Polito", "given": "Vince"},
        {"family": "Stevenson", "given": "Richard J.", "suffix": "Jr"},
        {"literal": "Mind and Body, Ltd"},
    ],
    "container-title": "PLOS ONE",
    "container-title-short": "PLoS ONE",
    "volume": 14,
    "issue": "2",
    "page": "39-51",
    "issued": {"date-parts": [[2019, 2]]},
    "DOI": "10.1371/journal.pone.0211023",
    "ISSN": "1932-6203",
    "abstract": "Theirs",
    "also_known_as": ["https://example.org/"],
}
ENTRY = Entry(
    42,
    POLITO,
    [Identifier(Scheme.PMID, "30726251"), Identifier(Scheme.PMCID, "PMC6364961")],
    "https://forum.example.org/references/42",
)


def written(extension: str, *entries: Entry) -> str:
    return FORMATS[extension].write(entries)


def item(csl: dict[str, Any], *identifiers: Identifier) -> dict[str, Any]:
    return items([Entry(1, csl, identifiers)])[0]


# --- what is written -----------------------------------------------------------------------------------


def test_bibtex() -> None:
    assert (
        written("bib", ENTRY)
        == r"""@article{polito2019systematic,
  author = {Polito, Vince and Stevenson, Jr, Richard J. and {Mind and Body, Ltd}},
  title = {{A systematic study of microdosing LSD\_25 \& {\textbraceleft}other{\textbraceright} drugs}},
  journal = {PLOS ONE},
  year = {2019},
  month = feb,
  volume = {14},
  number = {2},
  pages = {39--51},
  doi = {10.1371/journal.pone.0211023},
  url = {https://pubmed.ncbi.nlm.nih.gov/30726251/},
  pmid = {30726251},
  pmcid = {PMC6364961},
  issn = {1932-6203},
  annote = {Discussed at https://forum.example.org/references/42},
}
"""
    )


def test_ris() -> None:
    assert written("ris", ENTRY).split("\r\n") == [
        "TY  - JOUR",
        "AU  - Polito, Vince",
        "AU  - Stevenson, Richard J., Jr",
        "AU  - Mind and Body, Ltd",
        "PY  - 2019",
        "DA  - 2019/02//",
        "TI  - A systematic study of microdosing LSD_25 & {other} drugs",
        "T2  - PLOS ONE",
        "J2  - PLoS ONE",
        "VL  - 14",
        "IS  - 2",
        "SP  - 39",
        "EP  - 51",
        "SN  - 1932-6203",
        "DO  - 10.1371/journal.pone.0211023",
        "AN  - 30726251",
        "C2  - PMC6364961",
        "UR  - https://pubmed.ncbi.nlm.nih.gov/30726251/",
        "N1  - Discussed at https://forum.example.org/references/42",
        "ER  - ",
        "",
    ]


def test_csl_json_keeps_what_is_csl_and_may_be_given_away() -> None:
    told = json.loads(written("json", ENTRY))
    VALID.validate(told)
    kept = {key: POLITO[key] for key in POLITO.keys() - {"abstract", "also_known_as"}}
    assert told == [
        {
            **kept,
            "id": "polito2019systematic",
            "volume": "14",
            "PMID": "30726251",
            "PMCID": "PMC6364961",
            "URL": "https://pubmed.ncbi.nlm.nih.gov/30726251/",
            "annote": "Discussed at https://forum.example.org/references/42",
        }
    ]


def test_nothing_makes_a_valid_file() -> None:
    assert {extension: kind.write([]) for extension, kind in FORMATS.items()} == {
        "bib": "",
        "ris": "",
        "json": "[]\n",
        "txt": "",
    }


def test_formats_are_found_by_their_extension() -> None:
    assert {kind.extension: kind.media_type for kind in FORMATS.values()} == {
        "bib": "application/x-bibtex",
        "ris": "application/x-research-info-systems",
        "json": "application/vnd.citationstyles.csl+json",
        "txt": "text/plain",
    }
    assert all(FORMATS[extension].extension == extension for extension in FORMATS)


@pytest.mark.parametrize(
    ("type", "bibtex", "ris"),
    [
        ("article-journal", "article", "JOUR"),
        ("article-newspaper", "article", "NEWS"),
        ("book", "book", "BOOK"),
        ("chapter", "incollection", "CHAP"),
        ("paper-conference", "inproceedings", "CONF"),
        ("thesis", "phdthesis", "THES"),
        ("report", "techreport", "RPRT"),
        ("dataset", "misc", "DATA"),
        ("webpage", "misc", "ELEC"),
        ("article", "misc", "GEN"),
        ("journal-article", "misc", "GEN"),
        (["list"], "misc", "GEN"),
        (None, "misc", "GEN"),
    ],
)
def test_types(type: Any, bibtex: str, ris: str) -> None:
    entry = Entry(1, {"type": type, "title": "T"}, [])
    assert written("bib", entry).startswith(f"@{bibtex}{{")
    assert written("ris", entry).startswith(f"TY  - {ris}\r\n")


def test_where_a_thesis_a_report_and_a_chapter_appeared() -> None:
    report = {
        "type": "report",
        "title": "T",
        "publisher": "WHO",
        "number": "7",
        "issued": {"date-parts": [[1999]]},
    }
    assert "institution = {WHO}" in written("bib", Entry(1, report, []))
    assert "number = {7}" in written("bib", Entry(1, report, []))
    assert "school = {ETH}" in written(
        "bib", Entry(1, {"type": "thesis", "title": "T", "publisher": "ETH"}, [])
    )
    chapter = {
        "type": "chapter",
        "title": "T",
        "container-title": "Many",
        "ISBN": "9780306406157",
        "ISSN": "1-2",
    }
    assert "booktitle = {Many}" in written("bib", Entry(1, chapter, []))
    assert "SN  - 9780306406157\r\n" in written("ris", Entry(1, chapter, []))


def test_a_number_stands_for_the_pages_of_an_article() -> None:
    entry = Entry(1, {"type": "article-journal", "title": "T", "number": "22479"}, [])
    assert "pages = {22479}" in written("bib", entry)
    assert "SP  - 22479\r\n" in written("ris", entry)
    assert "SP" not in written("ris", Entry(1, {"type": "standard", "title": "T", "number": "7"}, []))


def test_a_preprint_on_arxiv() -> None:
    entry = Entry(1, {"type": "article", "title": "T"}, [Identifier(Scheme.ARXIV, "1706.03762")])
    assert "  eprint = {1706.03762},\n  archiveprefix = {arXiv},\n" in written("bib", entry)
    assert "AN  - arXiv:1706.03762\r\n" in written("ris", entry)


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ({"family": "de la Cruz", "given": "Ana"}, "de la Cruz, Ana"),
        ({"family": "Food AND Drug", "given": "A, B"}, "{Food AND Drug}, {A, B}"),
        ({"family": "Anderson", "given": "Fernand"}, "Anderson, Fernand"),
        ({"family": "King", "suffix": "Jr"}, "King, Jr, {}"),
        ({"family": "Le Guin"}, "{Le Guin}"),
        ({"literal": "others"}, "{others}"),
    ],
)
def test_names_in_bibtex(person: dict[str, str], expected: str) -> None:
    assert f"  author = {{{expected}}},\n" in written("bib", Entry(1, {"title": "T", "author": [person]}, []))


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("39-51", ("39", "51")),
        ("39 – 51", ("39", "51")),
        ("S12--S15", ("S12", "S15")),
        ("iv-xii", ("iv", "xii")),
        ("123.e1-123.e7", ("123.e1", "123.e7")),
        ("e0211023", ("e0211023", "")),
        ("1-3, 7-9", ("1-3, 7-9", "")),
        ("ENOC-12-AB", ("ENOC-12-AB", "")),
        ("", ("", "")),
    ],
)
def test_pages(page: str, expected: tuple[str, str]) -> None:
    assert pages({"type": "chapter", "page": page}) == expected


def test_only_titles_with_capitals_are_protected() -> None:
    assert "title = {Small doses}" in written("bib", Entry(1, {"title": "Small doses"}, []))
    assert "title = {{Small DNA}}" in written("bib", Entry(1, {"title": "Small DNA"}, []))


# --- without a record ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identifier", "key", "title", "url"),
    [
        (
            Identifier(Scheme.DOI, "10.5555/a_b"),
            "doi105555ab",
            "doi:10.5555/a_b",
            "https://doi.org/10.5555/a_b",
        ),
        (
            Identifier(Scheme.PMID, "30726251"),
            "pmid30726251",
            "PMID 30726251",
            "https://pubmed.ncbi.nlm.nih.gov/30726251/",
        ),
        (
            Identifier(Scheme.URL, "https://example.org/a;b?c={"),
            "exampleorgabc",
            "example.org/a;b?c={",
            "https://example.org/a;b?c={",
        ),
    ],
)
def test_without_a_record_the_identifier_is_all_there_is(
    identifier: Identifier, key: str, title: str, url: str
) -> None:
    entry = Entry(7, {}, [identifier])
    told = json.loads(written("json", entry))
    VALID.validate(told)
    assert told[0].items() >= {"id": key, "type": "document", "title": title, "URL": url}.items()
    assert written("bib", entry).startswith(f"@misc{{{key},\n  title = ")
    assert written("ris", entry).startswith(f"TY  - GEN\r\nTI  - {title}\r\n")
    assert "year" not in written("bib", entry)
    assert [write_text([entry], style) for style in STYLES] == [f"{title}. {url}\n"] * 2


def test_without_anything_it_has_a_number() -> None:
    assert item({})["title"] == "Reference 1"


def test_an_address_of_another_kind_is_left_out() -> None:
    assert "URL" not in item({"title": "T", "URL": "javascript:alert(1)"})
    doi = Identifier(Scheme.DOI, "10.5555/x")
    assert item({"title": "T", "URL": "ftp://x/"}, doi)["URL"] == "https://doi.org/10.5555/x"


def test_the_record_goes_before_the_identifiers() -> None:
    identifiers = [Identifier(Scheme.DOI, "10.5555/a"), Identifier(Scheme.ISBN, "9780306406157")]
    told = item({"title": "T", "DOI": "10.5555/b"}, *identifiers)
    assert (told["DOI"], told["ISBN"]) == ("10.5555/b", "9780306406157")
