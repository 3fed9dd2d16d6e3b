"""Answers for the resolvers: as recorded, as written here, and spoiled in every way."""

import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import httpx
from conftest import missing
from hypothesis import strategies as st
from references.fake_services import SAMPLES

from forum.config import Settings
from forum.fetch import Answer
from forum.references.identifiers import Identifier, Scheme
from forum.references.resolvers import Found, Missing, Outcome, Record, Unavailable

SETTINGS = Settings(contact="team@example.org")
#: Longer than any honest record of one work.
LARGEST_RECORD = 200_000


def told(body: Any, status: int = 200) -> Answer:
    """An answer with this body: text or bytes as they are, anything else as JSON."""
    raw = (
        body.encode()
        if isinstance(body, str)
        else body
        if isinstance(body, bytes)
        else json.dumps(body).encode()
    )
    return Answer(status, httpx.Headers(), raw)


def recorded(name: str, status: int = 200) -> Answer:
    """The recorded answer; skips the test if the samples are not there."""
    path = SAMPLES / name
    if not path.is_file():
        missing("../shared/references with the recorded answers")
    return told(path.read_bytes(), status)


def found(outcome: Outcome) -> Record:
    """The record that was found; fails if none was."""
    assert isinstance(outcome, Found), outcome
    return outcome.record


def known(record: Record) -> dict[str, str]:
    """The identifiers of a record by their scheme."""
    return {scheme.value: value for scheme, value in record.identifiers}


def doi(value: str) -> Identifier:
    return Identifier(Scheme.DOI, value)


def pmid(value: str) -> Identifier:
    return Identifier(Scheme.PMID, value)


# --- spoiled answers -----------------------------------------------------------------------------------

_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["10.1/x", "10.5555/\ud800x", "9" * 4000, "<i>", "&#0;", "javascript:alert(1)", "N", "\n"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def _spoiled_value(draw: st.DrawFn, value: Any) -> Any:
    """The tree with one of its parts replaced by anything."""
    deeper = draw(st.integers(0, 7))
    if deeper and isinstance(value, dict) and value:
        key = draw(st.sampled_from(sorted(value)))
        return {**value, key: draw(_spoiled_value(value[key]))}
    if deeper and isinstance(value, list) and value:
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], draw(_spoiled_value(value[place])), *value[place + 1 :]]
    return draw(_values)


@st.composite
def _spoiled_xml(draw: st.DrawFn, raw: bytes) -> bytes:
    """The document with some of its elements renamed, emptied, doubled or filled with anything."""
    root = ElementTree.fromstring(raw)
    text = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20)
    for _ in range(draw(st.integers(1, 4))):
        element = draw(st.sampled_from(list(root.iter())))
        match draw(st.integers(0, 4)):
            case 0:
                element.text = draw(text)
            case 1:
                element.tag = draw(st.sampled_from(["Year", "PMID", "Author", "entry", "x"]))
            case 2:
                element.clear()
            case 3:
                element.extend(list(element)[:3])
            case _:
                element.attrib = {name: draw(text) for name in element.attrib}
    return ElementTree.tostring(root)


@st.composite
def _spoiled_bytes(draw: st.DrawFn, raw: bytes) -> bytes:
    start = draw(st.integers(0, len(raw)))
    return raw[:start] + draw(st.binary(max_size=8)) + raw[draw(st.integers(start, len(raw))) :]


def spoiled(name: str) -> st.SearchStrategy[Answer]:
    """The recorded answer with anything done to it, or no such answer at all."""
    raw = recorded(name).body
    whole = _spoiled_xml(raw) if name.endswith(".xml") else _spoiled_value(json.loads(raw)).map(json.dumps)
    bodies = whole | whole | _spoiled_bytes(raw) | st.binary(max_size=60) | _values.map(json.dumps)
    return st.builds(told, bodies, st.sampled_from([200, 200, 200, 200, 400, 404, 500]))


def check(read: Callable[[Answer, str], Outcome], answer: Answer, value: str) -> None:
    """Whatever the answer is, reading it gives an outcome that can be stored and shown."""
    outcome = read(answer, value)
    assert isinstance(outcome, Found | Missing | Unavailable)
    if isinstance(outcome, Unavailable):
        assert outcome.why
        assert len(outcome.why) < 500
    if isinstance(outcome, Found):
        _check_record(outcome.record)


def _check_record(record: Record) -> None:
    values = [*_strings(record.csl), *record.about.values(), record.free_copy, str(record.evidence)]
    values += [identifier.value for identifier in record.identifiers]
    values += [each.identifier.value for each in (*record.notices, *record.relations) if each.identifier]
    for value in values:
        # Joiners belong to words of some scripts; nothing else that is invisible gets through.
        assert value.replace("\u200c", "").replace("\u200d", "").isprintable(), value
        assert value == value.strip()
    assert sum(len(value.encode()) for value in values) < LARGEST_RECORD
    assert record.free_copy == "" or record.free_copy.startswith(("https://", "http://"))
    json.dumps(record.csl).encode()


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _strings(one)]
    if isinstance(value, list):
        return [text for one in value for text in _strings(one)]
    return [value] if isinstance(value, str) else []
