"""A program of its own: makes one picture anew, with nothing but the bytes on its standard input.

What decodes strangers' files may be broken by them, so it runs apart: `making.py` starts it with an empty
environment, and before it looks at a byte it gives up the right to write files, to much memory and to much
time. It imports nothing of the forum. Told by its arguments: the format (PNG, JPEG, WEBP, GIF), the most
pixels of a picture and of a side, the sides to which it is made smaller. It answers one line of JSON, and
then the bytes of the full and of the small picture; {"refused": …} says why there are none.
"""

import json
import resource
import signal
import sys
import warnings
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

#: Bytes of address space; forty megapixels need less than half of it.
MEMORY = 1024 * 1024 * 1024
SECONDS = 12
DESCRIPTORS = 16
#: Of an animation: frames, pixels of all of them together, and the longer side of what is made of it.
FRAMES = 200
MOVING_PIXELS = 25_000_000
MOVING_SIDE = 800
#: A picture with fewer colours is a drawing: kept as it is, because it becomes small all the same.
FEW_COLOURS = 1024
QUALITY = 82


class Refused(Exception):
    """There is no picture to be had; the argument says why: too-large, too-long, damaged."""


def limit() -> None:
    """From here on the process cannot do much, whoever has taken it over."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, DESCRIPTORS),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    # Should the one who watches be gone, nobody else would end it.
    signal.alarm(2 * SECONDS)


limit()

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError  # noqa: E402 - not before the limits

#: What Pillow and the libraries under it raise for files that are not as they should be.
_DAMAGED = (
    UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError,
    AttributeError, ZeroDivisionError, OverflowError, Warning,
)  # fmt: skip
Made = tuple[dict[str, Any], bytes, bytes]


def main() -> None:
    """Reads a picture, and writes what was made of it."""
    kind, pixels, side, *sizes = sys.argv[1:]
    sent = sys.stdin.buffer.read()
    try:
        told, full, small = made(sent, kind, int(pixels), int(side), [int(size) for size in sizes])
    except Refused as refused:
        told, full, small = {"refused": str(refused)}, b"", b""
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + full + small)


def made(sent: bytes, kind: str, pixels: int, side: int, sizes: Sequence[int]) -> Made:
    """What is to be told of the new picture, and its two sizes; Refused."""
    warnings.simplefilter("error")
    Image.MAX_IMAGE_PIXELS = pixels
    try:
        with Image.open(BytesIO(sent), formats=[kind]) as image:
            if max(image.size) > side or image.width * image.height > pixels:
                raise Refused("too-large")
            frames = _frames(sent, kind, image)
            return _moving(image, frames) if frames > 1 else _still(image, sizes)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        raise Refused("too-large") from None
    except _DAMAGED:
        raise Refused("damaged") from None


def _frames(sent: bytes, kind: str, image: Image.Image) -> int:
    """How many frames there are, found without decoding one; Refused if they are too many."""
    frames = _gif_frames(sent) if kind == "GIF" else int(getattr(image, "n_frames", 1))
    if frames > 1 and (frames > FRAMES or frames * image.width * image.height > MOVING_PIXELS):
        raise Refused("too-long")
    return frames


def _gif_frames(sent: bytes) -> int:
    """The frames of a GIF, counted block by block (GIF89a, from section 14 on) until they are too many."""
    place, count = 13 + _table(sent[10]), 0
    while count <= FRAMES and place < len(sent):
        begins = sent[place]
        if begins == 0x2C:
            count += 1
            place += 11 + _table(sent[place + 9])
        elif begins == 0x21:
            place += 2
        else:
            break
        while place < len(sent) and (length := sent[place]):
            place += length + 1
        place += 1
    return count


def _table(flags: int) -> int:
    """Bytes of the colour table that the flags announce."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _still(image: Image.Image, sizes: Sequence[int]) -> Made:
    """The first frame: turned as it was meant to be seen, with the colours of the web, and nothing else."""
    largest, small_width = sizes
    profile = image.info.get("icc_profile", b"")
    # JPEGs are decoded to about the size that is needed, and no more.
    image.draft(None, (2 * largest, 2 * largest))
    image.load()
    turned = _turned(image)
    flat = _in_eight_bits(turned)
    flat.thumbnail((largest, largest), Image.Resampling.LANCZOS, reducing_gap=3.0)
    plain = _as_srgb(flat, profile)
    full = _encoded(plain)
    small = b""
    if plain.width > small_width:
        height = max(1, round(plain.height * small_width / plain.width))
        small = _encoded(plain.resize((small_width, height), Image.Resampling.LANCZOS))
    return _told(plain.size, full, small), full, small


def _turned(image: Image.Image) -> Image.Image:
    turned = ImageOps.exif_transpose(image)
    return image if turned is None else turned


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """The picture in one of the modes that can be made smaller without loss of what is seen."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("L", "RGB", "RGBA", "LA", "CMYK"):
        return image.copy() if image.readonly else image
    has_alpha = "transparency" in image.info or image.mode in ("PA", "La", "RGBa")
    return image.convert("RGBA" if has_alpha else "RGB")


def _as_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """The pixels alone, in RGB or RGBA, without anything that hung on the file."""
    has_alpha = image.mode in ("LA", "RGBA") or "transparency" in image.info
    mode = "RGBA" if has_alpha else "RGB"
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        image = _through(image, profile, mode) or image
    plain = Image.new(mode, image.size)
    plain.paste(image.convert(mode))
    return plain


def _through(image: Image.Image, profile: bytes, mode: str) -> Image.Image | None:
    """The picture with the profile's colours as sRGB has them; None if the profile is for others."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError):
        # Shown by the numbers then, as every browser does.
        return None


def _moving(image: Image.Image, frames: int) -> Made:
    """The animation, small enough for a page, in one size."""
    stills, lasting = [], []
    for number in range(frames):
        image.seek(number)
        frame = image.convert("RGBA")
        frame.thumbnail((MOVING_SIDE, MOVING_SIDE), Image.Resampling.BILINEAR)
        plain = Image.new("RGBA", frame.size)
        plain.paste(frame)
        stills.append(plain)
        lasting.append(max(20, int(image.info.get("duration") or 100)))
    file = BytesIO()
    stills[0].save(
        file, "WEBP", save_all=True, append_images=stills[1:], duration=lasting,
        loop=int(image.info.get("loop", 1)), quality=QUALITY - 10, method=2,
    )  # fmt: skip
    return _told(stills[0].size, file.getvalue(), b""), file.getvalue(), b""


def _encoded(image: Image.Image) -> bytes:
    few = image.getcolors(FEW_COLOURS) is not None
    more: Mapping[str, Any] = {"lossless": True, "quality": 60} if few else {"quality": QUALITY}
    file = BytesIO()
    image.save(file, "WEBP", method=4, **more)
    return file.getvalue()


def _told(size: tuple[int, int], full: bytes, small: bytes) -> dict[str, Any]:
    return {"width": size[0], "height": size[1], "full": len(full), "small": len(small)}


if __name__ == "__main__":
    main()
