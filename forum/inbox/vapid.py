"""Who we are to push services: one key pair for the forum (VAPID, RFC 8292)."""

import base64
import time
from functools import cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from forum import sealing
from forum.config import Settings

#: A token may be valid for a day at most; clocks differ.
VALID = 12 * 3600
#: The order of the curve P-256 (FIPS 186-4, D.1.2.3): private keys are smaller.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def public_key() -> str:
    """What browsers are told when they ask their service for an address, in URL-safe base64."""
    point = _private().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def headers(settings: Settings, endpoint: str) -> dict[str, str]:
    """The header by which the service at this address knows that we are who the browser meant."""
    # Here, because it comes with the extra “push” only.
    from py_vapid import Vapid02

    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + VALID,
        "sub": f"mailto:{settings.sender}",
    }
    signed: dict[str, str] = Vapid02(_private(), {"no-strict": True}).sign(claims)
    return signed


def _private() -> ec.EllipticCurvePrivateKey:
    return _derived(sealing.derived("push"))


@cache
def _derived(drawn: bytes) -> ec.EllipticCurvePrivateKey:
    """The key is not kept: it follows from the forum's secret, so that all processes and backups agree."""
    return ec.derive_private_key(int.from_bytes(drawn) % (_ORDER - 1) + 1, ec.SECP256R1())
