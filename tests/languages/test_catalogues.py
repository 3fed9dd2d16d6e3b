"""Every text of the forum has its translation, which keeps its places and its tags."""

import re
from collections.abc import Iterator

import pytest
import words
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from forum.languages import catalogues
from forum.languages.speaking import ENGLISH, LANGUAGES

OTHERS = [code for code in LANGUAGES if code != ENGLISH]
#: Where a value goes; and HTML, with what it says to programs.
PLACE = re.compile(r"%\(\w+\)[sd]|\{\w*(?:[:!][^{}]*)?\}")
TAG = re.compile(r"</?[a-z]+[^<>]*>")


@pytest.fixture(scope="module")
def wanted() -> dict[str, Catalog]:
    return words.templates()


def read(language: str, area: str) -> Catalog:
    with (catalogues.FOLDER / language / f"{area}.po").open("rb") as source:
        return read_po(source, locale=language)


def texts(catalogue: Catalog) -> dict[tuple[object, str | None], Message]:
    return {(message.id, message.context): message for message in catalogue if message.id}


def forms(text: object) -> tuple[str, ...]:
    return tuple(map(str, text)) if isinstance(text, tuple) else (str(text),)


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("area", words.AREAS)
def test_every_text_is_translated_and_no_other(wanted: dict[str, Catalog], language: str, area: str) -> None:
    """`make words` brings the catalogues up to date; a translator fills in what is empty."""
    there = texts(read(language, area))
    assert set(texts(wanted[area])) == set(there), "run `make words`"
    assert [text for (text, _), message in there.items() if not all(forms(message.string))] == []


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("area", words.AREAS)
def test_a_translation_keeps_places_and_tags(language: str, area: str) -> None:
    for message in texts(read(language, area)).values():
        one, *_, many = (*forms(message.id), *forms(message.id))
        *few, last = forms(message.string)
        assert set(PLACE.findall(last)) == set(PLACE.findall(many)), message.id
        # "One answer" needs no number.
        assert all(set(PLACE.findall(each)) <= set(PLACE.findall(many)) for each in few), message.id
        assert sorted(TAG.findall(last)) == sorted(TAG.findall(many)), message.id
        assert not message.fuzzy and one


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_says_the_same_in_every_area(language: str) -> None:
    said: dict[tuple[object, str | None], tuple[str, ...]] = {}
    for area in words.AREAS:
        for key, message in texts(read(language, area)).items():
            assert said.setdefault(key, forms(message.string)) == forms(message.string), (area, key)


def test_each_file_belongs_to_an_area() -> None:
    """A language has nothing that no text asks for."""
    for language in OTHERS:
        assert {file.stem for file in catalogues.files(language)} == set(words.AREAS)


def letters(text: str) -> Iterator[str]:
    return (letter for letter in text if letter.isalpha())


def test_french_is_french() -> None:
    """Hardly a text of several words is the same in both languages."""
    alike = [
        message.id
        for area in words.AREAS
        for message in texts(read("fr", area)).values()
        if forms(message.id) == forms(message.string) and len(str(message.id).split()) > 3
    ]
    assert len(alike) < 15, alike
