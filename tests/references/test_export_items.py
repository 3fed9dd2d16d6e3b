"""CSL-JSON for export: every value clean, every key unique, every item valid, whatever the record holds."""

import json
from typing import Any

import pytest
from conftest import SHARED, missing
from hypothesis import given, settings
from hypothesis import strategies as st
from references.csl_schema import VALID
from references.fake_services import sample

from forum.references.export import FORMATS, Entry
from forum.references.export.csljson import items, line
from forum.references.export.styles import STYLES, write_text
from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers.crossref import to_csl


def item(csl: dict[str, Any], *identifiers: Identifier) -> dict[str, Any]:
    return items([Entry(1, csl, identifiers)])[0]


# --- keys ----------------------------------------------------------------------------------------------


def test_a_thousand_works_of_one_name() -> None:
    same = {"title": "On doses", "author": [{"family": "Smith"}], "issued": {"date-parts": [[2019]]}}
    ids = [told["id"] for told in items([Entry(n, same, []) for n in range(1000)])]
    assert len(set(ids)) == 1000
    assert [ids[n] for n in (0, 1, 26, 27, 702, 703)] == [
        f"smith2019doses{end}" for end in ("", "a", "z", "aa", "zz", "aaa")
    ]


@pytest.mark.parametrize(
    ("titles", "ids"),
    [
        ("Dose Dose Dosea Dose", "sdose sdosea sdoseaa sdoseb"),
        ("Dosea Dose Dose", "sdosea sdose sdoseb"),
    ],
)
def test_a_key_with_a_letter_meets_one_that_was_born_with_it(titles: str, ids: str) -> None:
    works = [{"title": title, "author": [{"family": "S"}]} for title in titles.split()]
    assert [told["id"] for told in items([Entry(1, csl, []) for csl in works])] == ids.split()


@pytest.mark.parametrize(
    ("family", "title", "key"),
    [
        ("Sørensen", "Über Straßen", "sorensen2019uber"),
        ("van der Berg", "The “Best” of it", "vanderberg2019best"),
        ("O'Neil", "RETRACTED: Parkinson’s end", "oneil2019parkinson"),
        ("李", "微剂量", "ref2019"),
        ("x" * 500, "y" * 500, "x" * 24 + "2019" + "y" * 24),
    ],
)
def test_keys(family: str, title: str, key: str) -> None:
    csl = {"title": title, "author": [{"family": family}], "issued": {"date-parts": [[2019, 1]]}}
    assert item(csl)["id"] == key


# --- values --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a\nER  - \r\nTY  - JOUR", "a ER - TY - JOUR"),
        ("a\u202eb\u0000c\ud800d\u2028e\u200b\u0085f", "abcd e f"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        (" a \u00a0 b ", "a b"),
        (14, "14"),
        (10**20, ""),
        (True, ""),
        (1.5, ""),
        (["a"], ""),
        (None, ""),
    ],
)
def test_a_value_is_one_line(value: Any, expected: str) -> None:
    assert line(value) == expected


def test_names() -> None:
    people = [
        {"family": "Beethoven", "given": "Ludwig", "dropping-particle": "van"},
        {"given": "Plato"},
        {"family": " "},
        "nobody",
        {"literal": "The\nGroup", "affiliation": []},
    ]
    assert item({"author": people})["author"] == [
        {"family": "van Beethoven", "given": "Ludwig"},
        {"literal": "Plato"},
        {"literal": "The Group"},
    ]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([[2019, 2, 6]], [[2019, 2, 6]]),
        ([[2019, 13, 6]], [[2019]]),
        ([[2019, 2, 6], [2020]], [[2019, 2, 6]]),
        ([["2019"]], None),
        ([[None]], None),
        ([[True]], None),
        ([], None),
        ("2019", None),
    ],
)
def test_dates(parts: Any, expected: Any) -> None:
    told = item({"issued": {"date-parts": parts}})
    assert told.get("issued") == ({"date-parts": expected} if expected else None)


# --- the schema ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "a"},
        {"type": "book"},
        {"id": "a", "type": "journal-article"},
        {"id": "a", "type": "book", "also_known_as": "b"},
        {"id": "a", "type": "book", "title": ["T"]},
        {"id": "a", "type": "book", "author": [{"given": "Plato"}]},
        {"id": "a", "type": "book", "author": [{"name": "Plato"}]},
        {"id": "a", "type": "book", "issued": {"date-parts": [[None]]}},
        {"id": "a", "type": "book", "issued": {"date-parts": [["2019"]]}},
        {"id": "a", "type": "book", "issued": {"date-parts": [[2019, 13]]}},
    ],
)
def test_the_schema_refuses(wrong: dict[str, Any]) -> None:
    assert not VALID.is_valid([wrong])


def test_the_recorded_works_are_valid() -> None:
    if not (SHARED / "references").is_dir():
        missing("../shared/references with the recorded answers")
    paths = (SHARED / "references" / "samples").glob("crossref-work-*.json")
    works = [to_csl(json.loads(path.read_text())["message"]) for path in paths]
    works += [*sample("four-works.json"), sample("csl-json-crossref.json")]
    assert len(works) > 12
    VALID.validate(items([Entry(number, csl, []) for number, csl in enumerate(works)]))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
people = st.lists(
    st.dictionaries(st.sampled_from(["family", "given", "suffix", "literal"]), json_values), max_size=3
)
dates = st.fixed_dictionaries(
    {"date-parts": st.lists(st.lists(st.integers(-1, 3000), max_size=4), max_size=2)}
)
_KEYS = (
    "type title author editor issued accessed container-title volume issue page number publisher DOI PMID"
    " ISBN ISSN URL language note abstract"
)


@given(st.dictionaries(st.sampled_from(_KEYS.split()), json_values | people | dates), st.text(max_size=9))
@settings(max_examples=60, deadline=None)
def test_no_record_breaks_it(csl: dict[str, Any], url: str) -> None:
    entry = Entry(1, csl, [Identifier(Scheme.DOI, "10.5555/x")], url)
    VALID.validate(items([entry]))
    for kind in FORMATS.values():
        kind.write([entry]).encode()
    for style in STYLES:
        assert len(write_text([entry], style).splitlines()) == 1
