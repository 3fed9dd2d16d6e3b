"""Secrets that have to be read again are sealed, addresses that must not be are hashed, with one key.

The key is FORUM_SECRET or, without it, 32 random bytes in the data folder, made when they are first needed.
"""

import base64
import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from forum.config import settings


class NotSealedHere(Exception):
    """This was sealed with another key, or is damaged."""


def seal(text: str) -> bytes:
    """The text, readable and changeable only with this forum's key (Fernet: AES-128-CBC with HMAC-SHA256)."""
    return _box(_key()).encrypt(text.encode())


def unseal(sealed: bytes) -> str:
    """The text that was sealed; NotSealedHere if it was not sealed with this key."""
    try:
        return _box(_key()).decrypt(sealed).decode()
    except InvalidToken as error:
        raise NotSealedHere from error


def digest(purpose: str, text: str) -> bytes:
    """16 bytes by which the same text is known again; they tell nothing without the key (HMAC-SHA256)."""
    return hmac.digest(_key(), f"{purpose}\0{text}".encode(), "sha256")[:16]


def derived(purpose: str) -> bytes:
    """32 bytes that are always the same with the key and for this purpose, and that nobody else can tell."""
    return hmac.digest(_key(), f"derived\0{purpose}".encode(), "sha256")


@cache
def _box(key: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"sealing" + key).digest()))


def _key() -> bytes:
    chosen = settings()
    return chosen.secret.encode() if chosen.secret else _kept(chosen.data_dir / "secret")


@cache
def _kept(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two processes that start at once must not each make a key: who comes second reads the first one's.
    made = path.with_name(f"secret.{os.getpid()}.{secrets.token_hex(4)}")
    made.touch(mode=0o600)
    made.write_bytes(secrets.token_bytes(32))
    with suppress(FileExistsError):
        os.link(made, path)
    made.unlink()
    return path.read_bytes()
