"""Time zones by the names that people know them by: those of cities and countries (CLDR, by Babel)."""

import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from forum.languages.formats import locale
from forum.languages.speaking import LANGUAGES, speaking
from forum.languages.words import N_, _

if TYPE_CHECKING:
    from babel import Locale

#: The parts of the world in the names of time zones: the territory of CLDR, or our own words for an ocean.
_AREAS: Mapping[str, str] = {
    "Africa": "002",
    "America": "019",
    "Antarctica": "AQ",
    "Arctic": "150",
    "Asia": "142",
    "Atlantic": N_("Atlantic Ocean"),
    "Australia": "009",
    "Europe": "150",
    "Indian": N_("Indian Ocean"),
    "Pacific": "009",
}
#: Of zones that belong to no country.
_NOWHERE, _UNKNOWN = "001", "ZZ"


class Place(NamedTuple):
    """One time zone: `name` is the IANA's, `said` is "Paris (France)"; those alike differ in name only."""

    name: str
    said: str


class Area(NamedTuple):
    """The time zones of one part of the world; `said` is "" for UTC."""

    said: str
    places: Sequence[Place]


def by_area(names: tuple[str, ...], chosen: str) -> Sequence[Area]:
    """The time zones of these names, as the language spoken now says and sorts them.

    A place that has several names, old and new, stands there once: under the one `chosen`, if it is one.
    """
    found = _by_area(locale(), names)
    if chosen not in names:
        return found
    here = _said(locale(), chosen)
    return [
        area._replace(places=[Place(chosen, here) if place.said == here else place for place in area.places])
        for area in found
    ]


def city(name: str) -> str:
    """The city that stands for the time zone, as the language spoken now calls it: "Londres"."""
    return _city(_locale(locale()), name)


@lru_cache(len(LANGUAGES))
def _by_area(code: str, names: tuple[str, ...]) -> Sequence[Area]:
    areas: dict[str, dict[str, Place]] = {}
    # The newer of two names is the one that is no alias; the last one given stays.
    for name in sorted(names, key=lambda name: _standing(name) == name):
        said = _said(code, name)
        areas.setdefault(_area(code, name), {})[said] = Place(name, said)
    return [
        Area(area, sorted(places.values(), key=lambda place: _order(place.said)))
        for area, places in sorted(areas.items(), key=lambda item: _order(item[0]))
    ]


def _area(code: str, name: str) -> str:
    area, slash, _place = name.partition("/")
    if not slash:
        return ""
    known = _AREAS.get(area, area)
    territory = _locale(code).territories.get(known)
    if territory is not None:
        return str(territory)
    with speaking(code):
        return _(known)


@lru_cache(2048)
def _said(code: str, name: str) -> str:
    from babel.core import get_global

    place, territory = (
        _city(_locale(code), name),
        get_global("zone_territories").get(_standing(name), _NOWHERE),
    )
    country = str(_locale(code).territories.get(territory, ""))
    return place if territory in (_NOWHERE, _UNKNOWN) or country == place else f"{place} ({country})"


def _city(spoken: "Locale", name: str) -> str:
    known = spoken.time_zones.get(_standing(name)) or {}
    return str(known.get("city") or _standing(name).rpartition("/")[2].replace("_", " "))


def _standing(name: str) -> str:
    """The name that CLDR uses for the same place."""
    from babel.core import get_global

    return str(get_global("zone_aliases").get(name, name))


def _locale(code: str) -> "Locale":
    # Imported here, because most pages need none of it.
    from babel import Locale

    return Locale(code)


def _order(words: str) -> str:
    """Sorts letters with accents among those without, and small ones among capitals."""
    plain = unicodedata.normalize("NFKD", words)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
