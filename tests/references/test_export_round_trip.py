"""What is exported is read again by programs that others wrote, and says the same, however hostile it is."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

import pytest
import rispy
from conftest import SHARED, missing
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pybtex.database import Person, parse_string
from references.fake_services import sample

from forum.references.export import FORMATS, Entry
from forum.references.export.csljson import line
from forum.references.resolvers.crossref import to_csl

#: Everything that we ever write as a field of BibTeX.
FIELDS = (
    "author editor title journal booktitle series howpublished year month volume number pages publisher "
    "school institution address edition doi url eprint archiveprefix pmid pmcid isbn issn annote"
)


class Work(NamedTuple):
    """What a reader of the file learns; people as (family, given, suffix), a group as (name, "", "")."""

    title: str
    people: Sequence[tuple[str, str, str]]
    year: str
    container: str
    volume: str
    pages: str
    doi: str


def meant(csl: dict[str, Any]) -> Work:
    """What the record says, apart from what cannot stand on a line."""

    def said(name: str) -> str:
        return line(csl.get(name))

    parts = [
        [line(person.get(part)) for part in ("family", "given", "suffix", "literal")]
        for person in csl["author"]
    ]
    people = [
        (family, given, suffix) if family else (literal, "", "") for family, given, suffix, literal in parts
    ]
    year = str(csl["issued"]["date-parts"][0][0]) if "issued" in csl else ""
    pages = dashed(said("page") or said("number"))
    return Work(said("title"), people, year, said("container-title"), said("volume"), pages, said("DOI"))


def dashed(pages: str) -> str:
    """Pages with one kind of dash: formats have their own."""
    return re.sub(r"\s*[-\u2010-\u2015]+\s*", "-", pages)


# --- readers -------------------------------------------------------------------------------------------

_TEX = {
    "textbackslash": "\\",
    "textbraceleft": "{",
    "textbraceright": "}",
    "textasciitilde": "~",
    "textasciicircum": "^",
    "textless": "<",
    "textgreater": ">",
    "textbar": "|",
}


def printed(value: str) -> str:
    """What TeX prints of a field; braces that are not spelled out are not printed."""
    return re.sub(r"\{\\(text[a-z]+)\}|\\(.)|[{}]", lambda m: _TEX[m[1]] if m[1] else m[2] or "", value)


def read_bibtex(text: str) -> list[Work]:
    found = []
    for entry in parse_string(text, "bibtex").entries.values():
        fields: dict[str, str] = {name.lower(): value for name, value in entry.fields.items()}
        assert fields.keys() <= set(FIELDS.split())
        container = ("journal", "booktitle", "series", "howpublished")
        found.append(
            Work(
                printed(fields["title"]),
                [name(person) for person in entry.persons.get("author", [])],
                fields.get("year", ""),
                printed(next((fields[key] for key in container if key in fields), "")),
                printed(fields.get("volume", "")),
                dashed(printed(fields.get("pages", ""))),
                unquote(fields.get("doi", "")),
            )
        )
    return found


def name(person: Person) -> tuple[str, str, str]:
    family = printed(" ".join(person.prelast_names + person.last_names))
    given = printed(" ".join(person.bibtex_first_names))
    return family, given, printed(" ".join(person.lineage_names))


def read_ris(text: str) -> list[Work]:
    found = []
    for record in rispy.loads(text):
        assert "unknown_tag" not in record
        pages = [record[key] for key in ("start_page", "end_page") if key in record]
        found.append(
            Work(
                record["title"],
                record.get("authors", []),
                record.get("year", ""),
                record.get("secondary_title", ""),
                record.get("volume", ""),
                dashed("-".join(pages)),
                record.get("doi", ""),
            )
        )
    return found


def as_ris_says(work: Work) -> Work:
    """RIS has one line for a name."""
    names = [
        f"{family}, {given}, {suffix}" if suffix else f"{family}, {given}"
        for family, given, suffix in work.people
    ]
    return work._replace(people=[name.removesuffix(", ") for name in names])


def read_csl_json(text: str) -> list[Work]:
    return [meant({"author": [], **item}) for item in json.loads(text)]


READERS: dict[str, tuple[Callable[[str], list[Work]], Callable[[Work], Work]]] = {
    "bib": (read_bibtex, lambda work: work),
    "ris": (read_ris, as_ris_says),
    "json": (read_csl_json, lambda work: work),
}


def assert_survives(extension: str, works: Sequence[dict[str, Any]]) -> None:
    read, said = READERS[extension]
    text = FORMATS[extension].write([Entry(number, csl, []) for number, csl in enumerate(works)])
    assert read(text) == [said(meant(csl)) for csl in works]


# --- round trips ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("extension", READERS)
def test_the_recorded_works(extension: str) -> None:
    if not (SHARED / "references").is_dir():
        missing("../shared/references with the recorded answers")
    paths = sorted((SHARED / "references" / "samples").glob("crossref-work-*.json"))
    works = [{"author": [], **to_csl(json.loads(path.read_text())["message"])} for path in paths]
    assert len(works) > 8
    assert_survives(extension, [*works, *sample("four-works.json")])


HOSTILE = (
    "{",
    "}",
    "}}",
    "{{",
    "\\",
    "\\\\",
    "@",
    "%",
    '"',
    "'",
    "#",
    "$",
    "&",
    "_",
    "^",
    "~",
    "<",
    ">",
    "|",
    ",",
    "=",
    "-",
    "\n",
    "\r\n",
    "\x0b\x85\u2028",
    "\x00\x1b",
    " and ",
    " AND others",
    "} , injected = {x",
    '", injected = "x',
    "}\n}\n@article{injected,\n  title = {x}\n}",
    "@comment{",
    "\nER  - \nTY  - JOUR\nTI  - injected",
    "ER  - ",
    "TY  - JOUR",
    "\\alpha $x^2$ \\input{/etc/passwd}",
    "\\'{e}",
    "\\textbackslash",
    "عنوان",
    "שלום \u202eabc\u202c",
    "می\u200cخواهم",
    "van der",
    "Jr.",
    "é",
    "微剂量",
    "\ud800",
    " ",
    "a",
    "B",
)
hostile = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=4), max_size=6).map("".join)
some = hostile.map(lambda text: f"{text}x")
person = st.fixed_dictionaries(
    {"family": some}, optional={"given": some, "suffix": some}
) | st.fixed_dictionaries({"literal": some})
work = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ("article-journal", "article", "book", "chapter", "thesis", "report", "webpage")
        ),
        "title": some,
        "author": st.lists(person, max_size=3),
    },
    optional={
        "issued": st.integers(1, 9999).map(lambda year: {"date-parts": [[year]]}),
        "container-title": hostile,
        "volume": hostile,
        "page": st.sampled_from(("39-51", "39–51", "S12-S15", "iv-xii", "1-3, 7-9", "123.e1-123.e7"))
        | hostile,
        "publisher": hostile,
        "DOI": hostile.map(lambda text: "10.5555/" + "".join(text.split())),
        "note": hostile,
    },
)
SIMPLE: dict[str, Any] = {"type": "article-journal", "title": "x", "author": []}


@pytest.mark.parametrize("extension", READERS)
@given(works=st.lists(work, min_size=1, max_size=3))
@example(
    works=[{**SIMPLE, "title": "} , injected = {x", "page": "} , injected = {x", "DOI": "10.1/} , i = {x"}]
    * 2
)
@example(works=[{**SIMPLE, "author": [{"family": "Smith and Sons", "given": "J, and K", "suffix": "Jr"}]}])
@example(works=[{**SIMPLE, "author": [{"family": "King", "suffix": "Jr"}, {"family": "others"}]}])
@settings(max_examples=60, deadline=None)
def test_hostile_works(extension: str, works: list[dict[str, Any]]) -> None:
    assert_survives(extension, works)


def test_injection_would_be_seen() -> None:
    injected = "@article{a,\n  title = {x},\n  injected = {x},\n}\n"
    with pytest.raises(AssertionError):
        read_bibtex(injected)
    assert len(read_ris("TY  - JOUR\r\nTI  - a\r\nER  - \r\nTY  - JOUR\r\nTI  - b\r\nER  - \r\n")) == 2
