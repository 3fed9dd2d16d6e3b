"""OWASP ASVS 5.0: what the table names is there, and each requirement of levels 1 and 2 is in it once."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TABLE: dict[str, dict[str, dict[str, Any]]] = tomllib.loads(
    Path(__file__).with_name("asvs.toml").read_text(encoding="utf-8")
)
README = (ROOT / "README.md").read_text(encoding="utf-8")
#: How many requirements of levels 1 and 2 each chapter of version 5.0 has; WebRTC, the last, is not ours.
HOW_MANY = dict(enumerate((27, 11, 19, 10, 9, 32, 18, 7, 7, 29, 13, 9, 13, 9, 13, 16), 1))
REQUIREMENTS = [(number, facts) for chapter in TABLE.values() for number, facts in chapter.items()]


@pytest.mark.parametrize(("number", "facts"), REQUIREMENTS, ids=[number for number, _ in REQUIREMENTS])
def test_what_shows_it_is_there(number: str, facts: dict[str, Any]) -> None:
    assert facts["level"] in (1, 2)
    assert facts["says"]
    assert facts.get("shown") or facts.get("why")
    for place in facts.get("shown", ()):
        assert is_there(place), place


def is_there(place: str) -> bool:
    """Whether the test, the file, or the heading of the README exists."""
    if place.startswith("README#"):
        return bool(re.search(rf"^#+ .*{re.escape(place[7:])}", README, re.MULTILINE))
    path, _, name = place.partition("::")
    file = ROOT / path
    return file.is_file() and (not name or f"def {name}(" in file.read_text(encoding="utf-8"))


def test_no_requirement_is_forgotten() -> None:
    found = {int(re.sub(r"\D", "", chapter.split("_")[0])): len(facts) for chapter, facts in TABLE.items()}
    assert found == HOW_MANY
