"""Tokens and journeys that must not open an account: replayed, swapped, expired, forged."""

import base64
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from accounts.provider import CLIENT, Provider
from accounts.test_oidc import comes_back, goes, joined, leaves, who
from browsing import Browser, make_app
from conftest import Clock
from cryptography.hazmat.primitives import serialization
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from makers import make_account
from sqlalchemy import select

from forum.accounts import oidc, provider_answers
from forum.accounts.factor_tables import ProviderAccount
from forum.accounts.tables import Account
from forum.config import Settings
from forum.db import Database


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with Provider().running() as provider:
        yield provider


@pytest.fixture
def provider(running: Provider) -> Provider:
    running.forget()
    provider_answers.forget()
    return running


@pytest.fixture(scope="module")
def forum(new_database: Callable[[str], Database]) -> Database:
    return new_database("sqlite")


@pytest.fixture(scope="module")
def window(forum: Database, running: Provider) -> Iterator[Browser]:
    """Of a forum in which "mira" comes in as person-1."""
    with Browser(make_app(forum, **running.settings())) as browser:
        joined(browser, running)
        yield browser


@pytest.fixture
def browser(window: Browser, provider: Provider, frozen: Clock) -> Browser:
    """Signed out."""
    return window.signed_out()


def is_refused(answer: Any, *browsers: Browser) -> None:
    assert answer.status_code == 422, answer.headers
    assert [who(browser) for browser in browsers] == [""] * len(browsers)


def without(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


def unsigned(claims: dict[str, Any], header: dict[str, Any]) -> str:
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), b"")
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def test_the_right_token_opens(browser: Browser, provider: Provider) -> None:
    """Or the refusals below would show nothing."""
    assert goes(browser, provider).status_code == 303
    assert who(browser) == "mira"


def test_who_waits_for_the_provider_takes_no_thread_from_others(
    browser: Browser, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A provider that hangs would otherwise stop all who write."""
    threads: list[str] = []
    whole = provider_answers.provider

    def noting(settings: Settings) -> oidc.Provider:
        threads.append(threading.current_thread().name.partition("_")[0])
        return whole(settings)

    monkeypatch.setattr(provider_answers, "provider", noting)
    goes(browser, provider)
    browser.post("/account/provider")
    assert threads == ["outside"] * 3


# --- forged ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("alg", ["none", "None", "NONE"])
def test_token_without_a_signature(alg: str, browser: Browser, provider: Provider) -> None:
    provider.signs = lambda claims: unsigned(claims, {"alg": alg, "kid": "first"})
    is_refused(goes(browser, provider), browser)


@pytest.mark.parametrize("form", ["pem", "der", "jwk"])
def test_token_signed_with_the_public_key_as_a_secret(
    form: str, browser: Browser, provider: Provider
) -> None:
    """HS256 with what everybody knows: the classic confusion of algorithms."""
    public = provider.key.public_key
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    secret = {
        "pem": public.public_bytes(serialization.Encoding.PEM, kind),
        "der": public.public_bytes(serialization.Encoding.DER, kind),
        "jwk": json.dumps(provider.key.as_dict(private=False)).encode(),
    }[form]

    def signs(claims: dict[str, Any]) -> str:
        """By hand, because the library refuses to do it."""
        token = unsigned(claims, {"alg": "HS256", "kid": "first"})
        signed = hmac.digest(secret, token.removesuffix(".").encode(), "sha256")
        return token + base64.urlsafe_b64encode(signed).decode().rstrip("=")

    provider.signs = signs
    is_refused(goes(browser, provider), browser)


def test_token_signed_with_the_clients_secret(browser: Browser, provider: Provider) -> None:
    key = OctKey.import_key({"kty": "oct", "k": base64.urlsafe_b64encode(b"s" * 32).decode().rstrip("=")})
    provider.signs = lambda claims: jwt.encode({"alg": "HS256"}, claims, key, ["HS256"])
    is_refused(goes(browser, provider), browser)


def test_token_signed_by_somebody_else(browser: Browser, provider: Provider) -> None:
    other = RSAKey.generate_key(2048, {"kid": "first"})
    provider.signs = lambda claims: jwt.encode({"alg": "RS256", "kid": "first"}, claims, other)
    is_refused(goes(browser, provider), browser)


def test_token_that_brings_its_own_key(browser: Browser, provider: Provider) -> None:
    other = RSAKey.generate_key(2048, {"kid": "first"})
    header = {"alg": "RS256", "kid": "first", "jwk": other.as_dict(private=False)}
    provider.signs = lambda claims: jwt.encode(header, claims, other)
    is_refused(goes(browser, provider), browser)


def test_token_changed_after_it_was_signed(browser: Browser, provider: Provider) -> None:
    def changed(claims: dict[str, Any]) -> str:
        header, _, signature = provider.sign(claims).split(".")
        payload = base64.urlsafe_b64encode(json.dumps({**claims, "sub": "person-1"}).encode())
        return ".".join((header, payload.decode().rstrip("="), signature))

    provider.signs = changed
    is_refused(goes(browser, provider, "person-2"), browser)


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", "....", "é", "." * 5000, "W10.W10.W10"])
def test_token_that_is_none(text: str, browser: Browser, provider: Provider) -> None:
    provider.signs = lambda claims: text
    is_refused(goes(browser, provider), browser)


# --- swapped: signed by the provider, but not for this -----------------------------------------------------

SWAPPED: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "another client's": lambda claims: {**claims, "aud": "another client"},
    "another client's too": lambda claims: {**claims, "aud": [CLIENT, "another client"], "azp": CLIENT},
    "handed on by another client": lambda claims: {**claims, "azp": "another client"},
    "for nobody": without("aud"),
    "for no text": lambda claims: {**claims, "aud": {CLIENT: 1}},
    "another issuer's": lambda claims: {**claims, "iss": "https://other.example"},
    "an issuer that begins alike": lambda claims: {**claims, "iss": claims["iss"] + ".evil.test"},
    "a list of issuers": lambda claims: {**claims, "iss": [claims["iss"]]},
    "of no issuer": without("iss"),
    "wrong nonce": lambda claims: {**claims, "nonce": "another browser's"},
    "without a nonce": without("nonce"),
    "an empty nonce": lambda claims: {**claims, "nonce": ""},
    "of nobody": without("sub"),
    "of an empty subject": lambda claims: {**claims, "sub": ""},
    "of a subject that is no text": lambda claims: {**claims, "sub": 1},
    "of a subject that is too long": lambda claims: {**claims, "sub": "p" * 256},
    "expired": lambda claims: {**claims, "exp": claims["iat"] - 61},
    "never ending": without("exp"),
    "ending never": lambda claims: {**claims, "exp": "never"},
    "of no time": without("iat"),
    "of tomorrow": lambda claims: {**claims, "iat": claims["iat"] + 86_400, "exp": claims["exp"] + 90_000},
    "not yet": lambda claims: {**claims, "nbf": claims["iat"] + 3600},
}


@pytest.mark.parametrize("change", SWAPPED.values(), ids=SWAPPED)
def test_swapped_or_expired_token(
    change: Callable[[dict[str, Any]], dict[str, Any]], browser: Browser, provider: Provider
) -> None:
    provider.changes = change
    is_refused(goes(browser, provider), browser)


def test_token_ending_at_nan(browser: Browser, provider: Provider) -> None:
    """Every comparison with NaN is false: an end that never comes."""
    provider.changes = lambda claims: {**claims, "exp": float("nan")}
    is_refused(goes(browser, provider), browser)


# --- replayed, and carried to another browser --------------------------------------------------------------


def test_journey_replayed(browser: Browser, provider: Provider) -> None:
    brought = provider.authorise(leaves(browser))
    kept = dict(browser.client.cookies)
    known = dict(provider.codes)
    assert comes_back(browser, brought).status_code == 303
    browser.signed_out()
    browser.client.cookies.update(kept)
    provider.codes.update(known)
    is_refused(comes_back(browser, brought), browser)


def test_token_replayed(browser: Browser, provider: Provider) -> None:
    """A token of an earlier sign-in, with a new code."""
    assert goes(browser, provider).status_code == 303
    stolen = provider.last_token
    browser.signed_out()
    provider.signs = lambda claims: stolen
    is_refused(goes(browser, provider), browser)


def test_state_not_bound_to_the_browser(forum: Database, browser: Browser, provider: Provider) -> None:
    """Somebody sends a victim the address with which they came back themselves."""
    brought = provider.authorise(leaves(browser))
    with Browser(make_app(forum, **provider.settings())) as victim:
        is_refused(comes_back(victim, brought), victim)
        # Nor does it help that the victim is on a journey of their own.
        leaves(victim)
        is_refused(comes_back(victim, brought), victim)


def test_code_swapped_into_another_journey(forum: Database, browser: Browser, provider: Provider) -> None:
    """Another's code with one's own state: the verifier does not fit, nor would the nonce."""
    brought = provider.authorise(leaves(browser))
    with Browser(make_app(forum, **provider.settings())) as other:
        own = provider.authorise(leaves(other), "person-2")
        is_refused(comes_back(other, {"code": brought["code"], "state": own["state"]}), other)


@pytest.mark.parametrize("state", ["", "x", "é", "x" * 5000])
def test_state_guessed(state: str, browser: Browser, provider: Provider) -> None:
    brought = provider.authorise(leaves(browser))
    is_refused(comes_back(browser, {**brought, "state": state}), browser)


def test_journey_that_took_too_long(browser: Browser, provider: Provider, frozen: Clock) -> None:
    brought = provider.authorise(leaves(browser))
    frozen.forward(minutes=10)
    is_refused(comes_back(browser, brought), browser)


def test_mixed_up_providers(browser: Browser, provider: Provider) -> None:
    """RFC 9207: the answer says that another provider gave it."""
    brought = provider.authorise(leaves(browser))
    is_refused(comes_back(browser, {**brought, "iss": "https://other.example"}), browser)


def test_a_get_signs_nobody_in(browser: Browser, provider: Provider) -> None:
    brought = provider.authorise(leaves(browser))
    assert browser.get("/sign-in/provider/back", params=brought).status_code == 200
    assert who(browser) == "" and "/token" not in provider.asked[-1]


# --- accounts are never joined by a mail address -----------------------------------------------------------


@pytest.mark.parametrize("is_verified", [True, False, None, "true", 1])
def test_provider_account_joined_by_mail(
    is_verified: Any, forum: Database, browser: Browser, provider: Provider
) -> None:
    """Whoever has an account at the provider with somebody's address does not come into their account."""
    with forum.writing() as db:
        victim = make_account(db)
    address = f"{victim.name}@example.org"
    claims = {} if is_verified is None else {"email_verified": is_verified}
    answer = goes(browser, provider, "person-2", email=address, **claims)
    assert who(browser) == ""
    if is_verified is True:
        assert answer.status_code == 422 and "Sign in to it first" in answer.text
    else:
        # Nothing is said of whether the address is known here, and it is not taken.
        assert answer.headers["location"] == "/sign-up/provider"
        assert address not in browser.get("/sign-up/provider").text
        assert browser.post("/sign-up/provider", {"name": "m"}).status_code == 422
    with forum.reading() as db:
        subjects = select(ProviderAccount.subject).where(ProviderAccount.account_id == victim.id)
        assert db.scalars(subjects).all() == []
        assert db.get_one(Account, victim.id).email == address


def test_provider_account_of_somebody_else_added(
    forum: Database, browser: Browser, provider: Provider
) -> None:
    """Who is in already cannot be given to another account, nor two of them to one."""
    with forum.writing() as db:
        other = make_account(db)
    browser.signed_in(other)
    answer = comes_back(browser, provider.authorise(leaves(browser, "/account/provider")))
    assert answer.status_code == 422 and "opens another account here" in answer.text


def test_journey_finished_in_anothers_session(forum: Database, browser: Browser, provider: Provider) -> None:
    """Begun by one, to add the provider, and finished when another is signed in."""
    with forum.writing() as db:
        first, second = make_account(db), make_account(db)
    browser.signed_in(first)
    brought = provider.authorise(leaves(browser, "/account/provider"), "person-2")
    browser.signed_in(second)
    assert comes_back(browser, brought).status_code == 422
    with forum.reading() as db:
        known = select(ProviderAccount.id).where(ProviderAccount.account_id.in_((first.id, second.id)))
        assert db.scalars(known).all() == []


@pytest.mark.parametrize("claims", [{}, {"auth_time": 0}, {"auth_time": 1}, {"auth_time": "now"}])
def test_old_sign_in_at_the_provider_proves_nothing(
    claims: dict[str, Any], browser: Browser, provider: Provider, frozen: Clock
) -> None:
    goes(browser, provider)
    frozen.forward(minutes=11)
    answer = comes_back(browser, provider.authorise(leaves(browser), **claims))
    assert answer.status_code == 422
    assert "/account/prove" in browser.get("/account/factors").headers["location"]


def test_somebody_else_at_the_provider_proves_nothing(
    browser: Browser, provider: Provider, frozen: Clock
) -> None:
    goes(browser, provider)
    frozen.forward(minutes=11)
    moment = int(frozen.moment.timestamp())
    brought = provider.authorise(leaves(browser), "person-2", auth_time=moment)
    assert comes_back(browser, brought).status_code == 422
    assert "/account/prove" in browser.get("/account/factors").headers["location"]
