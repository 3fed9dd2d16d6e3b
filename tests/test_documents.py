"""The README tells the truth: every setting, command, address and folder is described."""

import re
from pathlib import Path

import typer.main
from test_floors import FLOORS

from forum.__main__ import app
from forum.config import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def shown(default: object) -> str:
    return "" if default == "" else f"`{default}`"


def test_every_setting_is_described_as_it_is() -> None:
    for name, field in Settings.model_fields.items():
        line = f"| `FORUM_{name.upper()}` | {shown(field.default)} | {field.description} |"
        assert line in README, f"the README's table of settings lacks: {line}"
    assert len(re.findall(r"^\| `FORUM_", README, re.MULTILINE)) == len(Settings.model_fields)


def commands() -> list[str]:
    """Every command of the command line, with its group."""
    found = []
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        found += [f"{name} {inner}" for inner in command.commands] if hasattr(command, "commands") else [name]
    return found


def test_every_command_is_described() -> None:
    for command in commands():
        assert f"`forum {command}" in README, f"the README does not describe forum {command}"


def test_every_option_is_described() -> None:
    for option in ("--host", "--port", "--workers", "--no-worker", "--with-sample", "--role", "--email"):
        assert option in README


def test_every_make_target_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"(?:`|^)make ([a-z]+)", README, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"there is no make {target}"


def test_the_map_shows_every_part() -> None:
    for floor in FLOORS:
        for part in floor:
            assert re.search(rf"`(forum/)?{part}(\.py|/)`", README), f"the map lacks {part}"


def test_the_map_shows_only_what_is_there() -> None:
    for path in re.findall(r"`(forum/[a-z_/]+(?:\.py|/))`", README):
        assert (ROOT / path).exists(), path


def test_pictures_are_there() -> None:
    for picture in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README):
        assert (ROOT / picture).exists(), picture


def test_nothing_names_a_registry_or_a_machine() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "@ file" not in lock
