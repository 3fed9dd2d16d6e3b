"""Time zones are chosen by the names that their people know, and kept by the IANA's."""

import pytest

from forum.inbox import channels
from forum.languages import time_zones
from forum.languages.speaking import PSEUDO, speaking
from forum.languages.time_zones import Area, Place


def areas(language: str, chosen: str = "UTC") -> dict[str, list[Place]]:
    with speaking(language):
        return {area.said: list(area.places) for area in time_zones.by_area(channels.time_zones(), chosen)}


@pytest.mark.parametrize(
    ("language", "area", "places"),
    [
        ("en", "Europe", ["London (United Kingdom)", "Athens (Greece)", "Luxembourg"]),
        ("fr", "Europe", ["Londres (Royaume-Uni)", "Athènes (Grèce)", "Luxembourg"]),
        ("en", "Americas", ["New York (United States)", "Buenos Aires (Argentina)"]),
        ("fr", "Amériques", ["New York (États-Unis)", "Buenos Aires (Argentine)"]),
        ("fr", "Océan Indien", ["La Réunion"]),
        (PSEUDO, "Europe", ["London (United Kingdom)"]),
    ],
)
def test_places_have_the_readers_names(language: str, area: str, places: list[str]) -> None:
    assert set(places) <= {place.said for place in areas(language)[area]}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_value_can_be_kept_and_stands_once(language: str) -> None:
    found = areas(language)
    names = [place.name for places in found.values() for place in places]
    assert len(names) == len(set(names)) > 350
    assert set(names) <= set(channels.time_zones())
    assert all(len({place.said for place in places}) == len(places) for places in found.values())
    assert found[""] == [Place("UTC", "UTC")]


def test_accents_sort_with_their_letters() -> None:
    found = [place.said.partition(" (")[0] for place in areas("fr")["Europe"]]
    assert found.index("Athènes") < found.index("Belgrade")
    asia = [place.said.partition(" (")[0] for place in areas("fr")["Asie"]]
    assert asia.index("Téhéran") < asia.index("Tokyo") and asia.index("Ürümqi") < asia.index("Vladivostok")
    assert list(areas("fr"))[:3] == ["", "Afrique", "Amériques"]


def test_an_old_name_stays_chosen() -> None:
    """Who chose "Asia/Calcutta" finds it chosen, and not the first of the list."""
    names = {place.name for place in areas("en")["Asia"]}
    assert "Asia/Kolkata" in names and "Asia/Calcutta" not in names
    names = {place.name for place in areas("en", "Asia/Calcutta")["Asia"]}
    assert "Asia/Calcutta" in names and "Asia/Kolkata" not in names


def test_what_is_no_time_zone_is_not_offered() -> None:
    """A form that was sent with anything comes back with what can be chosen, and nothing of it is kept."""
    offered = areas("en")
    before = time_zones._said.cache_info().currsize
    assert areas("en", "Nowhere/UTC") == offered
    assert time_zones._said.cache_info().currsize == before


def test_a_city_speaks_the_language() -> None:
    for language, city in (("en", "London"), ("fr", "Londres")):
        with speaking(language):
            assert time_zones.city("Europe/London") == city
            assert time_zones.city("UTC") == "UTC"


def test_one_computation_is_kept_for_each_language() -> None:
    areas("fr")
    before = time_zones._by_area.cache_info()
    assert areas("fr", "Asia/Calcutta")
    after = time_zones._by_area.cache_info()
    assert (after.hits, after.misses) == (before.hits + 1, before.misses)
    assert isinstance(time_zones.by_area(channels.time_zones(), "")[0], Area)
