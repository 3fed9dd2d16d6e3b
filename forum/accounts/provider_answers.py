"""What the identity provider is asked over the network: what it is, its keys, and whom a code stands for.

Never called inside a transaction: the provider may take its time. What it says of itself is kept for a while.
"""

import base64
import threading
import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar, cast
from urllib.parse import quote

from forum import clock, fetch
from forum.accounts import oidc
from forum.accounts.oidc import Identity, NotTrusted, Provider, Request
from forum.config import Settings
from forum.fetch import Unreachable

#: For so long a provider's description and keys are kept, and not asked for anew after it did not answer.
KEPT, GAVE_UP = 600.0, 20.0
#: Its keys are fetched again, at most so often, when a token names one that is not among them.
RENEWED = 60.0
SECONDS = 8.0
Found = TypeVar("Found")


class _Kept(NamedTuple):
    at: float
    #: None: no answer that could be used.
    what: object


_kept: dict[str, _Kept] = {}
_lock = threading.Lock()


def provider(settings: Settings) -> Provider:
    """What the provider says of itself. Unreachable or NotTrusted."""
    issuer = settings.oidc_issuer
    read = lambda body: oidc.provider(issuer, body)  # noqa: E731
    return _fetched(settings, oidc.discovery_address(issuer), read, KEPT)


def identity(settings: Settings, request: Request, code: str, *, anew: bool) -> Identity:
    """Whom the provider gave this code to, as an answer to this request. Unreachable or NotTrusted."""
    about = provider(settings)
    token = _id_token(settings, about, request, code)
    for oldest in (KEPT, RENEWED):
        keys = _fetched(settings, about.keys, oidc.keys, oldest)
        try:
            return oidc.identity(
                settings, token, keys, request.nonce, int(clock.now().timestamp()), anew=anew
            )
        except oidc.UnknownKey:
            # The provider may have changed its keys since they were fetched.
            continue
    raise NotTrusted("signed with a key that the provider does not have")


def _id_token(settings: Settings, about: Provider, request: Request, code: str) -> str:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": oidc.back_address(settings),
        "code_verifier": request.verifier,
    }
    headers = {"Accept": "application/json"}
    if not settings.oidc_secret or about.takes_secret_in_form:
        form["client_id"] = settings.oidc_client
        form |= {"client_secret": settings.oidc_secret} if settings.oidc_secret else {}
    else:
        headers["Authorization"] = _basic(settings.oidc_client, settings.oidc_secret)
    with fetch.known(settings) as client:
        answer = client.post(about.token, form, headers, seconds=SECONDS)
    if answer.status != 200:
        raise NotTrusted(f"the provider answered {answer.status}")
    token = oidc.read_object(answer.body).get("id_token")
    if not isinstance(token, str):
        raise NotTrusted("no ID token")
    return token


def _basic(client: str, secret: str) -> str:
    """RFC 6749, section 2.3.1: both parts are urlencoded first."""
    pair = f"{quote(client, safe='')}:{quote(secret, safe='')}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _fetched(settings: Settings, url: str, read: Callable[[bytes], Found], oldest: float) -> Found:
    with _lock:
        kept = _kept.get(url)
    age = time.monotonic() - kept.at if kept else 0.0
    if kept is not None and kept.what is None and age < GAVE_UP:
        raise Unreachable("gave no useful answer a moment ago")
    if kept is not None and kept.what is not None and age < oldest:
        return cast(Found, kept.what)
    try:
        found: Found = read(_got(settings, url))
    except (Unreachable, NotTrusted):
        _keep(url, None)
        raise
    _keep(url, found)
    return found


def _got(settings: Settings, url: str) -> bytes:
    with fetch.known(settings) as client:
        answer = client.get(url, headers={"Accept": "application/json"}, seconds=SECONDS)
    if answer.status != 200:
        raise Unreachable(f"the provider answered {answer.status}")
    return answer.body


def _keep(url: str, what: object) -> None:
    with _lock:
        _kept[url] = _Kept(time.monotonic(), what)


def forget() -> None:
    """Nothing is kept of what any provider said."""
    with _lock:
        _kept.clear()
