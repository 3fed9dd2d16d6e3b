"""Pictures are made anew, and what is none, or was made to do harm, is refused in words that help."""

import os
import signal
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path

import pictures
import pytest
from PIL import Image, ImageCms

from forum.errors import Busy
from forum.uploads import making, sniffing
from forum.uploads.sniffing import Unusable

CHILD = Path(making.__file__).with_name("child.py")


def read(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_each_kind_becomes_another_file(kind: str) -> None:
    sent = pictures.saved(pictures.gradient(90, 60).convert("P" if kind == "GIF" else "RGB"), kind)
    made = making.made(sent)
    assert (made.width, made.height, made.small) == (90, 60, b"")
    assert made.full != sent and read(made.full).format == "WEBP" and read(made.full).size == (90, 60)


def test_large_ones_become_smaller_in_two_sizes() -> None:
    made = making.made(pictures.saved(pictures.gradient(2000, 3000), "JPEG"))
    assert (made.width, made.height) == (1067, 1600) == read(made.full).size
    assert read(made.small).size == (800, 1200)
    assert making.made(pictures.picture(800, 10)).small == b""
    assert read(making.made(pictures.picture(801, 333)).small).size == (800, 333)


def test_nothing_but_pixels_stays_and_turned_pictures_stand_upright() -> None:
    made = making.made(pictures.jpeg_with_place())
    assert (made.width, made.height) == (20, 40)
    picture = read(made.full)
    assert not picture.getexif() and not {"exif", "xmp", "icc_profile", "comment"} & picture.info.keys()
    for word in (b"remark", b"home", b"EXIF", b"Exif", b"GPS"):
        assert word not in made.full


@pytest.mark.parametrize(
    "content",
    [
        pictures.png_and_zip(),
        pictures.small_gif_with_script(),
        pictures.jpeg_with_page(),
        b"\x89PNG\r\n\x1a\n" + pictures.SVG,
    ],
)
def test_what_is_something_else_as_well_is_refused(content: bytes) -> None:
    with pytest.raises(Unusable, match="no picture hangs on this file"):
        making.made(content)


def test_what_phones_hang_on_a_picture_does_not_stay() -> None:
    made = making.made(pictures.picture(30, 30) + b"ftypmp42 a short film")
    assert b"film" not in made.full and (made.width, made.height) == (30, 30)


def test_colours_are_those_of_the_web_and_what_was_clear_stays_clear() -> None:
    red = Image.new("RGBA", (30, 30), (255, 0, 0, 0))
    red.paste((200, 10, 10, 255), (0, 0, 15, 30))
    seen = read(making.made(pictures.saved(red)).full).convert("RGBA")
    assert seen.getpixel((5, 5)) == (200, 10, 10, 255) and seen.getpixel((25, 5))[3] == 0
    usual = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = usual.replace(b"rXYZ", b"?").replace(b"bXYZ", b"rXYZ").replace(b"?", b"bXYZ")
    blue = pictures.saved(Image.new("RGB", (30, 30), (255, 0, 0)), icc_profile=swapped)
    assert read(making.made(blue).full).getpixel((5, 5)) == (0, 0, 255)
    deep = Image.frombytes("I;16", (30, 30), b"\x00\x80" * 900)
    assert read(making.made(pictures.saved(deep)).full).getpixel((5, 5)) == (128, 128, 128)
    inks = pictures.saved(Image.new("CMYK", (30, 30), (0, 255, 255, 0)), "JPEG")
    seen = read(making.made(inks).full).getpixel((5, 5))
    assert seen[0] > 200 and seen[1] < 60


def test_animations_go_on_moving() -> None:
    made = making.made(pictures.moving(5, 900, 300))
    animation = read(made.full)
    assert (made.width, made.height, animation.n_frames, made.small) == (800, 267, 5, b"")
    assert animation.info["loop"] == 0
    assert read(making.made(pictures.moving(3, kind="WEBP")).full).n_frames == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (pictures.png(12_000, 12_000), making.why("too-large")),
        (pictures.png(10_001, 1), making.why("too-large")),
        (pictures.png(10_000, 4_001), making.why("too-large")),
        (pictures.gif_and_script(), making.why("too-large")),
        (pictures.huge_gif(), making.TOO_LONG),
        (pictures.moving(201), making.TOO_LONG),
        (pictures.lying_animation(), making.TOO_LONG),
        (pictures.text_bomb(), making.DAMAGED),
        (pictures.picture(300, 300)[:60], making.DAMAGED),
        (pictures.saved(pictures.gradient(200, 200), "JPEG")[:2000], making.DAMAGED),
        (b"GIF89a" + bytes(40), making.DAMAGED),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), making.DAMAGED),
        (b"\xff\xd8\xff" + bytes(40), making.DAMAGED),
        (b"RIFF\0\0\0\0WEBPVP8X" + bytes(40), making.DAMAGED),
    ],
)
def test_what_would_do_harm_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(Unusable) as refused:
        making.made(content)
    assert refused.value.words == words


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", sniffing.EMPTY),
        (bytes(500), sniffing.EMPTY),
        (pictures.SVG, sniffing.SVG),
        (pictures.PAGE, sniffing.UNKNOWN),
        (b"\0\0\0\x18ftypheic" + bytes(40), sniffing.PHONE),
        (b"%PDF-1.7", sniffing.PAPER),
        (pictures.picture(kind="BMP"), sniffing.OTHER.format("BMP")),
        (pictures.picture(kind="TIFF"), sniffing.OTHER.format("TIFF")),
        (b"MZ\x90", sniffing.UNKNOWN),
    ],
)
def test_other_files_are_refused_without_a_child(
    content: bytes, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "Popen", None)
    with pytest.raises(Unusable) as refused:
        making.made(content)
    assert refused.value.words == words


def _as_child(tmp_path: Path, program: str) -> Path:
    """The child's own limits, and then something else than its work."""
    lines = CHILD.read_text(encoding="utf-8").partition("limit()\n\n")
    path = tmp_path / "child.py"
    path.write_text(lines[0] + lines[1] + program, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "program",
    [
        "import os\nos.write(os.open('written', os.O_CREAT | os.O_WRONLY), b'x')\n",
        "b = bytearray(2 * 1024 ** 3)\n",
        "import os\nfiles = [os.dup(0) for _ in range(64)]\n",
    ],
)
def test_the_child_gives_up_its_rights(program: str, tmp_path: Path) -> None:
    path = _as_child(tmp_path, program + "print('done')\n")
    ended = subprocess.run([sys.executable, "-I", str(path)], capture_output=True, check=False, cwd=tmp_path)
    assert ended.returncode != 0 and b"done" not in ended.stdout


def test_the_child_is_started_with_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, object] = {}
    popen = subprocess.Popen

    def noting(command: list[str], **how: object) -> object:
        seen.update(how, command=command)
        return popen(command, **how)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", noting)
    monkeypatch.setenv("FORUM_SECRET", "not for strangers")
    making.made(pictures.picture())
    assert seen["env"] == {} and seen["start_new_session"] is True
    assert seen["command"][:2] == [sys.executable, "-I"]  # type: ignore[index]
    imported = [line for line in CHILD.read_text(encoding="utf-8").splitlines() if "import" in line.split()]
    assert not [line for line in imported if "forum" in line.split()]


def test_a_child_that_hangs_is_ended_with_all_that_it_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / "left"
    begun = "import subprocess, time\np = subprocess.Popen(['sleep', '60'], stdout=subprocess.DEVNULL)\n"
    begun += f"open({str(left)!r}, 'w').write("
    path = tmp_path / "child.py"
    path.write_text(begun + "str(p.pid))\ntime.sleep(60)\n", encoding="utf-8")
    monkeypatch.setattr(making, "_CHILD", path)
    monkeypatch.setattr(making, "SECONDS", 3.0)
    with pytest.raises(Unusable) as refused:
        making.made(pictures.picture())
    assert refused.value.words == making.TOO_SLOW
    # A moment passes between the signal and the end.
    ends = time.monotonic() + 5
    while _runs(int(left.read_text())) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not _runs(int(left.read_text()))


def _runs(number: int) -> bool:
    status = Path(f"/proc/{number}/stat")
    # One that has ended stays in the table until somebody asks for it.
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize(
    "answer",
    [
        b'{"width": 5, "height": 5, "full": 3, "small": 0}\n<sc',
        b'{"width": 99999, "height": 5, "full": 12, "small": 0}\nRIFF0000WEBP',
        b'{"width": 5, "height": 5, "full": 12, "small": 9}\nRIFF0000WEBP',
        b'{"width": 5, "height": 5, "full": 99, "small": 0}\nRIFF0000WEBPcut off',
        b'{"width": 5, "height": 5, "fu',
        b'{"width": 5}\nRIFF0000WEBP',
        b'{"width": "5", "height": [], "full": null, "small": 0}\nRIFF0000WEBP',
        b'{"refused": ["damaged"]}\n',
        b"[" * 100_000,
        b"[5]\n\xff",
        b"",
    ],
)
def test_a_child_is_not_believed(answer: bytes) -> None:
    with pytest.raises(Unusable):
        making._read(answer)


def test_two_at_once_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "PATIENCE", 0.01)
    with making._TURNS, making._TURNS, pytest.raises(Busy):
        making.made(pictures.picture())
    assert making.made(pictures.picture())


def test_a_child_left_alone_ends_by_itself(tmp_path: Path) -> None:
    path = _as_child(tmp_path, "signal.alarm(1)\nimport time\ntime.sleep(60)\n")
    ended = subprocess.run([sys.executable, "-I", str(path)], check=False, timeout=30)
    assert ended.returncode == -signal.SIGALRM
    assert "signal.alarm(2 * SECONDS)" in CHILD.read_text(encoding="utf-8") and os.getpid()
