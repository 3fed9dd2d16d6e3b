"""Signing in at an identity provider (OpenID Connect Core 1.0, authorization code with PKCE, RFC 7636).

Pure: what is asked of the provider, and what is believed of its answers. An ID token counts only if the
provider signed it, with a key pair, for this forum, for this browser's own request, and lately.
"""

import json
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from forum.accounts import addresses
from forum.config import Settings
from forum.languages.words import _

#: Signatures by key pairs only. Never "none", and never HMAC: its key could be the provider's public one.
ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
)  # fmt: skip
SCOPE = "openid email profile"
#: Seconds by which the provider's clock and ours may differ.
LEEWAY = 60
#: So old may a signing-in at the provider be that proves an identity anew.
FRESH = 600
LONGEST = 255
WELL_KNOWN = "/.well-known/openid-configuration"


class NotTrusted(Exception):
    """What came from the provider, or is said to, cannot be believed; why is for the log only."""


class UnknownKey(NotTrusted):
    """The token names a key that is not among the provider's, as they are known here."""


class Provider(NamedTuple):
    """Where a provider is asked, and how the forum shows there who it is."""

    issuer: str
    authorization: str
    token: str
    keys: str
    #: Whether the client's secret goes into the form, not into a header.
    takes_secret_in_form: bool


class Request(NamedTuple):
    """What one browser asked for: kept on the server until it comes back."""

    state: str
    nonce: str
    verifier: str


class Identity(NamedTuple):
    """Whom the provider knows. `email` only if the provider has made sure of it, else None."""

    issuer: str
    subject: str
    email: str | None
    #: What they are called there, as a first suggestion.
    name: str


def new_request() -> Request:
    """Three secrets of 32 random bytes each."""
    return Request(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32))


def discovery_address(issuer: str) -> str:
    """Where the provider says of itself what it is (OpenID Connect Discovery 1.0, section 4)."""
    return issuer.removesuffix("/") + WELL_KNOWN


def provider(issuer: str, document: bytes) -> Provider:
    """The provider, from its own description; NotTrusted if that is another's, or leads away from https."""
    said = read_object(document)
    if said.get("issuer") != issuer:
        raise NotTrusted("the description of another provider")
    methods = said.get("token_endpoint_auth_methods_supported")
    in_form = isinstance(methods, list) and "client_secret_basic" not in methods
    authorization = _endpoint(said, "authorization_endpoint", issuer)
    token, keys = _endpoint(said, "token_endpoint", issuer), _endpoint(said, "jwks_uri", issuer)
    return Provider(issuer, authorization, token, keys, in_form)


def _endpoint(said: Mapping[str, Any], name: str, issuer: str) -> str:
    address = said.get(name)
    if not isinstance(address, str):
        raise NotTrusted(f"no {name}")
    parts = urlsplit(address)
    # Only a provider that is itself without https, on a machine where one tries things, may stay so.
    if parts.scheme not in ("https", urlsplit(issuer).scheme) or not parts.hostname or parts.fragment:
        raise NotTrusted(f"{name} is not an address on https")
    return address


def back_address(settings: Settings) -> str:
    """Where the provider sends browsers back; registered there."""
    return f"{settings.base_url}/sign-in/provider/back"


def address(settings: Settings, provider: Provider, request: Request, *, anew: bool) -> str:
    """Where the browser goes. `anew`: the provider is to ask who it is, even if it remembers."""
    query = {
        "response_type": "code",
        "client_id": settings.oidc_client,
        "redirect_uri": back_address(settings),
        "scope": SCOPE,
        "state": request.state,
        "nonce": request.nonce,
        "code_challenge": create_s256_code_challenge(request.verifier),
        "code_challenge_method": "S256",
        **({"prompt": "login", "max_age": "0"} if anew else {}),
    }
    return f"{provider.authorization}{'&' if '?' in provider.authorization else '?'}{urlencode(query)}"


def keys(document: bytes) -> KeySet:
    """The provider's public keys for signatures; NotTrusted if there is none."""
    listed = read_object(document).get("keys")
    pairs = [key for key in listed if _is_for_signing(key)] if isinstance(listed, list) else []
    try:
        return KeySet.import_key_set({"keys": pairs})
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise NotTrusted("no keys that could be read") from error


def _is_for_signing(key: object) -> bool:
    return (
        isinstance(key, dict) and key.get("kty") in ("RSA", "EC", "OKP") and key.get("use") in (None, "sig")
    )


def identity(
    settings: Settings, token: str, keys: KeySet, nonce: str, moment: int, *, anew: bool = False
) -> Identity:
    """Whom this ID token names; NotTrusted unless all of it is right. `moment`: seconds since the epoch."""
    try:
        decoded = jwt.decode(token, keys, ALGORITHMS)
        options = {"iss": {"essential": True, "value": settings.oidc_issuer}}
        params = {"nonce": nonce, "client_id": settings.oidc_client, "max_age": anew}
        claims = CodeIDToken(decoded.claims, decoded.header, options, params)
        claims.validate(moment, LEEWAY)
    except InvalidKeyIdError as error:
        raise UnknownKey("the token: an unknown key") from error
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise NotTrusted(f"the token: {type(error).__name__}") from error
    _is_for_us(claims, settings.oidc_client)
    if anew and not moment - claims["auth_time"] <= FRESH:
        raise NotTrusted("signed in there too long ago")
    return Identity(settings.oidc_issuer, _subject(claims), _email(claims), _name(claims))


def _is_for_us(claims: Mapping[str, Any], client: str) -> None:
    """Stricter than the library: a token that is for others too could have come from them."""
    if claims["aud"] not in (client, [client]):
        raise NotTrusted("a token for somebody else")


def _subject(claims: Mapping[str, Any]) -> str:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST or "\0" in subject:
        raise NotTrusted("no subject")
    return subject


def _email(claims: Mapping[str, Any]) -> str | None:
    typed = claims.get("email")
    # Not "true": only what the provider says as it is written in the standard.
    is_sure = claims.get("email_verified") is True
    return addresses.normal(typed) if is_sure and isinstance(typed, str) else None


def _name(claims: Mapping[str, Any]) -> str:
    name = claims.get("preferred_username")
    return name[:LONGEST] if isinstance(name, str) else ""


def name(settings: Settings) -> str:
    """What the provider is called on pages; "" if there is none."""
    return (settings.oidc_name or _("The identity provider")) if settings.oidc_issuer else ""


def read_object(document: bytes) -> dict[str, Any]:
    """The JSON object that the provider sent; NotTrusted if it is none."""
    try:
        said = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise NotTrusted("no JSON") from error
    if not isinstance(said, dict):
        raise NotTrusted("no JSON object")
    return said
