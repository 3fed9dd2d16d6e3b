"""The two ceremonies of passkeys (W3C Web Authentication, level 3): making one, and showing that one has it.

Nothing here knows the database. The forum's host and origin come from its base URL alone, and every passkey
is one that its owner's device finds by itself and opens only for its owner: two factors in one.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import structlog
import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_client_data_json
from webauthn.helpers.options_to_json_dict import options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from forum.config import Settings

log = structlog.get_logger()

CHALLENGE_BYTES = 32
#: What Web Authentication allows a credential's id at most.
LONGEST_ID = 1023
#: Milliseconds for which the browser asks its owner; the step itself lasts longer.
PATIENCE = 300_000
_SELECTION = AuthenticatorSelectionCriteria(
    resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
)


class NotProven(Exception):
    """What came from the browser does not show what it should; why is for the log only."""


class Made(NamedTuple):
    """A new passkey as its owner's device described it; `public_key` is a COSE key."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


class Shown(NamedTuple):
    """Which passkey was shown, by what handle its device knows the account, and how often it was used."""

    credential_id: bytes
    handle: bytes | None


def challenge() -> str:
    """32 random bytes in URL-safe base64: what the device signs, once."""
    return bytes_to_base64url(secrets.token_bytes(CHALLENGE_BYTES))


def to_make(
    settings: Settings, asked: str, name: str, handle: bytes, have: Sequence[bytes]
) -> dict[str, Any]:
    """What the browser needs to make a passkey for the account of this name; `have`: those it has already."""
    options = webauthn.generate_registration_options(
        rp_id=settings.host, rp_name=settings.name, user_name=name, user_id=handle,
        challenge=base64url_to_bytes(asked), timeout=PATIENCE, authenticator_selection=_SELECTION,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=known) for known in have],
    )  # fmt: skip
    return options_to_json_dict(options)


def to_show(settings: Settings, asked: str, have: Sequence[bytes] = ()) -> dict[str, Any]:
    """What the browser needs to show a passkey: one of `have`, or whichever its owner chooses."""
    options = webauthn.generate_authentication_options(
        rp_id=settings.host, challenge=base64url_to_bytes(asked), timeout=PATIENCE,
        allow_credentials=[PublicKeyCredentialDescriptor(id=known) for known in have],
        user_verification=UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    return options_to_json_dict(options)


def made(settings: Settings, asked: str, credential: Mapping[str, Any]) -> Made:
    """The new passkey; NotProven unless it answers what was asked, here, by a device that knows its owner."""
    try:
        _is_ours_alone(credential)
        found = webauthn.verify_registration_response(
            credential=dict(credential),
            expected_challenge=base64url_to_bytes(asked),
            expected_rp_id=settings.host,
            expected_origin=settings.origin,
            require_user_verification=True,
        )
    except Exception as error:  # what is damaged on purpose fails in the library in many ways
        raise _not_proven(error) from error
    if not 0 < len(found.credential_id) <= LONGEST_ID:
        raise NotProven("an id of that length")
    return Made(found.credential_id, found.credential_public_key, found.sign_count)


def shown(credential: Mapping[str, Any]) -> Shown:
    """Which passkey this says it is: nothing is proven yet."""
    try:
        handle = credential["response"].get("userHandle")
        return Shown(base64url_to_bytes(credential["rawId"]), handle and base64url_to_bytes(handle))
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise _not_proven(error) from error


def proven(
    settings: Settings, asked: str, credential: Mapping[str, Any], public_key: bytes, sign_count: int
) -> int:
    """How often the passkey says it was used; NotProven unless it signed what was asked, here, now.

    Also NotProven if it says that it was used less often than it was: then there are two of it.
    """
    try:
        _is_ours_alone(credential)
        found = webauthn.verify_authentication_response(
            credential=dict(credential),
            expected_challenge=base64url_to_bytes(asked),
            expected_rp_id=settings.host,
            expected_origin=settings.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except Exception as error:  # as above
        raise _not_proven(error) from error
    return found.new_sign_count


def _is_ours_alone(credential: Mapping[str, Any]) -> None:
    """The library does not ask whether a page of somebody else's had ours in a frame."""
    said = parse_client_data_json(base64url_to_bytes(credential["response"]["clientDataJSON"]))
    if said.cross_origin:
        raise NotProven("from inside a page of somebody else's")


def _not_proven(error: Exception) -> NotProven:
    # The message may repeat what was sent; the kind says enough.
    log.info("passkey refused", why=type(error).__name__)
    return NotProven(type(error).__name__)
