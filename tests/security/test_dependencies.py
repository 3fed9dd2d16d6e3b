"""What we depend on: no version that is known to be bad, nothing that is not pinned, and a list of it all."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
ADVISORIES = tomllib.loads((Path(__file__).with_name("advisories.toml")).read_text())["advisory"]


def locked() -> dict[str, Version]:
    """The versions that everybody installs, by their packages' normal names."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pinned = [re.fullmatch(r"([\w.-]+)==(\S+)", line) for line in lines if line]
    assert all(pinned)
    return {canonicalize_name(found[1]): Version(found[2]) for found in pinned if found}


def wanted() -> list[Requirement]:
    """What pyproject.toml asks for, extras too."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    return [Requirement(line) for line in (*project["dependencies"], *extras)]


@pytest.mark.parametrize("advisory", ADVISORIES, ids=lambda found: found["id"])
def test_no_version_is_known_to_be_bad(advisory: dict[str, str]) -> None:
    name = canonicalize_name(advisory["package"])
    assert name in locked(), f"{name} is no longer used: its advisory can go"
    assert locked()[name] >= Version(advisory["safe"]), advisory["id"]


@pytest.mark.parametrize("requirement", wanted(), ids=str)
def test_what_is_asked_for_is_pinned_and_allows_it(requirement: Requirement) -> None:
    version = locked()[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(version)


def test_the_bill_of_materials_names_every_installed_package(tmp_path: Path) -> None:
    target = tmp_path / "sbom.json"
    makes = [sys.executable, "-m", "cyclonedx_py", "environment", "--pyproject", str(ROOT / "pyproject.toml")]
    # `make sbom` holds it against the schema, which takes twenty times as long as to make it.
    quickly = ["--output-reproducible", "--no-validate"]
    subprocess.run([*makes, *quickly, "-o", str(target)], check=True, capture_output=True)
    bill = json.loads(target.read_text())
    listed = {canonicalize_name(part["name"]): Version(part["version"]) for part in bill["components"]}
    assert bill["metadata"]["component"]["name"] == "footnote"
    assert {name: listed.get(name) for name in locked()} == locked()
