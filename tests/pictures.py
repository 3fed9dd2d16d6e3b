"""Pictures for tests: good ones, and some that were made to do harm."""

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from PIL import Image


def picture(width: int = 60, height: int = 40, colour: Any = "teal", kind: str = "PNG", **more: Any) -> bytes:
    """One colour."""
    return saved(Image.new("RGB", (width, height), colour), kind, **more)


def saved(image: Image.Image, kind: str = "PNG", **more: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def gradient(width: int, height: int) -> Image.Image:
    """A picture with very many colours."""
    across, down = Image.linear_gradient("L").rotate(90), Image.linear_gradient("L")
    return Image.merge("RGB", (across, down, Image.radial_gradient("L"))).resize((width, height))


def moving(frames: int, width: int = 20, height: int = 20, kind: str = "GIF") -> bytes:
    """An animation in which every frame differs."""
    stills = [Image.new("RGB", (width, height), (n % 256, 40 * n % 256, 90)) for n in range(frames)]
    return saved(stills[0], kind, save_all=True, append_images=stills[1:], duration=50, loop=0)


# --- made to do harm ---------------------------------------------------------------------------------------


def chunk(kind: bytes, content: bytes) -> bytes:
    """A part of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, *parts: bytes, rows: Iterator[bytes] | None = None) -> bytes:
    """A PNG of one bit for a pixel, all black, with these parts before its pixels."""
    packer = zlib.compressobj(9)
    blank = bytes(1 + (width + 7) // 8)
    packed = b"".join(packer.compress(row) for row in (rows or (blank for _ in range(height))))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    body = [*parts, chunk(b"IDAT", packed + packer.flush())]
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(body) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A PNG whose remark of some kilobytes becomes sixty-four megabytes."""
    return png(10, 10, chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(64 * 1024 * 1024), 9)))


def lying_animation() -> bytes:
    """An APNG that says it has two thousand million frames."""
    return png(10, 10, chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)))


def huge_gif(width: int = 9000, height: int = 4000, frames: int = 100) -> bytes:
    """A small GIF with a large canvas and many tiny frames."""
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return head + frame * frames + b"\x3b"


def gif_and_script() -> bytes:
    """A GIF of one pixel that is a program in JavaScript too."""
    plain = bytearray(huge_gif(1, 1, 1))
    plain[6:8] = b"/*"
    return bytes(plain) + b"*/=1;alert(document.domain)//"


def small_gif_with_script() -> bytes:
    return huge_gif(30, 30, 1) + b"<script>alert(document.domain)</script>"


def png_and_zip() -> bytes:
    """A PNG with an archive behind its end."""
    return png(30, 30) + b"PK\x03\x04<script>alert(1)</script>PK\x05\x06" + bytes(18)


def jpeg_with_place(description: str = "EXIF: at home") -> bytes:
    """A JPEG on its side, with remarks and a place on earth."""
    image = Image.new("RGB", (40, 20), "teal")
    exif = Image.Exif()
    exif[0x010E] = description
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    return saved(image, "JPEG", exif=exif, comment=b"a remark")


def jpeg_with_page() -> bytes:
    """The same with a page of HTML for its remark."""
    return jpeg_with_place("<html><script>alert(document.domain)</script></html>")


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PAGE = b"<!doctype html><script>alert(1)</script>"
