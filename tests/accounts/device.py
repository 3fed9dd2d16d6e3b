"""A device that keeps passkeys, as a browser would ask it: it makes key pairs and signs challenges."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

#: Flags of authenticator data: somebody was there, and was the owner; a new key comes with it.
PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


@dataclass
class Key:
    """One passkey on the device."""

    id: bytes
    handle: bytes
    private: ec.EllipticCurvePrivateKey
    count: int = 0


@dataclass
class Device:
    """`origin` is where its browser is; whatever is wrong with a device can be set."""

    origin: str
    host: str
    flags: int = PRESENT | VERIFIED
    counts: bool = True
    cross_origin: bool = False
    keys: list[Key] = field(default_factory=list)

    def make(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """A new passkey, as a browser's answer to the options of a registration."""
        handle = base64url_to_bytes(options["user"]["id"])
        key = Key(secrets.token_bytes(16), handle, ec.generate_private_key(ec.SECP256R1()))
        self.keys.append(key)
        attested = bytes(16) + len(key.id).to_bytes(2, "big") + key.id + _cose(key.private)
        data = self._data(WITH_KEY, key.count) + attested
        statement = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"])
        return _credential(key, clientDataJSON=client, attestationObject=statement)

    def show(self, options: Mapping[str, Any], key: Key | None = None) -> dict[str, Any]:
        """Its newest passkey, or that one, as a browser's answer to the options of a sign-in."""
        key = key or self.keys[-1]
        key.count += self.counts
        data, client = self._data(0, key.count), self._client("webauthn.get", options["challenge"])
        signed = key.private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        parts = {"clientDataJSON": client, "authenticatorData": data, "signature": signed}
        return _credential(key, **parts, userHandle=key.handle)

    def _data(self, more: int, count: int) -> bytes:
        flags = self.flags | more
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {
            "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.cross_origin,
        }  # fmt: skip
        return json.dumps(said).encode()


def _cose(private: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half as a COSE key (RFC 9053): ES256 on P-256."""
    point = private.public_key().public_numbers()
    return encode_cbor({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})


def _credential(key: Key, **parts: bytes) -> dict[str, Any]:
    name = bytes_to_base64url(key.id)
    response = {part: bytes_to_base64url(value) for part, value in parts.items()}
    return {"id": name, "rawId": name, "type": "public-key", "response": response}
