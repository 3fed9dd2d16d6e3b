"""Style sheets, scripts and pictures: read once, compressed once, kept by browsers for a year.

All files share one hash in their addresses (`/static/<hash>/main.js`), so that a script can import its
neighbours by relative paths and still never meets an older version of them.
"""

import gzip
import hashlib
from pathlib import Path
from typing import NamedTuple

from starlette.types import Message, Receive, Scope, Send

from forum.errors import NotFound

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
_COMPRESSIBLE = {".css", ".js", ".svg", ".txt", ".webmanifest"}
FOREVER = b"public, max-age=31536000, immutable"


class Asset(NamedTuple):
    type: bytes
    plain: bytes
    packed: bytes | None


class Static:
    """The files of one folder, served from memory."""

    def __init__(self, folder: Path) -> None:
        files = sorted(path for path in folder.rglob("*") if path.suffix in TYPES and path.is_file())
        self._assets = {path.relative_to(folder).as_posix(): _asset(path) for path in files}
        digest = hashlib.sha256()
        for name, asset in self._assets.items():
            digest.update(f"{name}\0{len(asset.plain)}\0".encode())
            digest.update(asset.plain)
        self.hash = digest.hexdigest()[:12]

    def address(self, name: str) -> str:
        """Where browsers fetch the file `name`; KeyError if there is none."""
        if name not in self._assets:
            raise KeyError(f"no static file {name}")
        return f"/static/{self.hash}/{name}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["path_params"]
        asset = self._assets.get(asked["name"])
        if asset is None:
            raise NotFound
        packed = asset.packed is not None and accepts_gzip(scope)
        body = asset.packed if packed and asset.packed is not None else asset.plain
        # A page kept from before an update may still ask by the old hash: it gets today's file, for today.
        keep = FOREVER if asked["hash"] == self.hash else b"no-cache"
        await send(_start(asset, len(body), keep, packed))
        await send({"type": "http.response.body", "body": body if scope["method"] != "HEAD" else b""})


def accepts_gzip(scope: Scope) -> bool:
    """Whether the browser says that it can unpack gzip."""
    return any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"])


def _start(asset: Asset, length: int, keep: bytes, packed: bool) -> Message:
    headers = [
        (b"content-type", asset.type),
        (b"content-length", b"%d" % length),
        (b"cache-control", keep),
        (b"vary", b"accept-encoding"),
    ]
    if packed:
        headers.append((b"content-encoding", b"gzip"))
    return {"type": "http.response.start", "status": 200, "headers": headers}


def _asset(path: Path) -> Asset:
    plain = path.read_bytes()
    packed = gzip.compress(plain, 9, mtime=0) if path.suffix in _COMPRESSIBLE else None
    return Asset(TYPES[path.suffix].encode(), plain, packed)
