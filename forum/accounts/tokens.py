"""What grants access is 32 random bytes, and only its hash is stored."""

import hashlib
import secrets


def drawn() -> str:
    """A new token: 32 random bytes in URL-safe base64, 43 characters."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> bytes:
    """What stands in a table for the token (SHA-256): it cannot be guessed, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).digest()
