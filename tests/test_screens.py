"""The pictures of the pages: `make screens` takes them, and the README shows them."""

import re
from pathlib import Path

import screens
from PIL import Image

README = Path(__file__).parents[1] / "README.md"


def test_every_picture_is_there_and_no_other() -> None:
    assert sorted(path.name for path in screens.FOLDER.iterdir()) == sorted(screens.names())
    assert len(screens.SHOTS) >= 10


def test_the_readme_shows_pages_that_exist() -> None:
    shown = re.findall(r"docs/screens/([\w-]+\.webp)", README.read_text(encoding="utf-8"))
    assert {name.partition("-")[0] for name in shown} == {shot.name for shot in screens.SHOTS}
    assert set(shown) <= set(screens.names())


def test_they_are_pictures_and_light() -> None:
    paths = [screens.FOLDER / name for name in screens.names()]
    assert sum(path.stat().st_size for path in paths) <= 1_200_000
    for path in paths:
        with Image.open(path) as picture:
            assert picture.format == "WEBP"
            assert picture.width in (look.width for look in screens.LOOKS)
