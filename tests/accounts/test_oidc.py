"""The identity provider through the real routes: joining, signing in, adding, proving, removing."""

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from accounts.provider import Provider
from browsing import BASE, Browser, make_app
from conftest import Clock
from joserfc.jwk import RSAKey
from makers import make_account
from sqlalchemy import select

from forum.accounts import oidc, provider_answers
from forum.accounts.factor_tables import OneTimeCode, ProviderAccount
from forum.accounts.oidc import NotTrusted
from forum.accounts.record_tables import SecurityEvent
from forum.accounts.tables import Account, SignIn
from forum.clock import now
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


@pytest.fixture
def browser(database: Database, provider: Provider) -> Iterator[Browser]:
    with Browser(make_app(database, **provider.settings())) as browser:
        yield browser


def leaves(browser: Browser, path: str = "/sign-in/provider", **form: str) -> str:
    """Where the browser is sent."""
    page = browser.post(path, form)
    assert page.status_code == 200, page.text
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)
    assert found
    return html.unescape(found[1])


def comes_back(browser: Browser, brought: dict[str, str]) -> Any:
    """As the page does whose form presses itself."""
    page = browser.get("/sign-in/provider/back", params=brought)
    assert page.status_code == 200 and "data-press" in page.text
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    return browser.post("/sign-in/provider/back", {name: html.unescape(value) for name, value in fields})


def goes(browser: Browser, provider: Provider, subject: str = "person-1", **claims: Any) -> Any:
    """There and back, as if the page in between were gone already."""
    return browser.post("/sign-in/provider/back", provider.authorise(leaves(browser), subject, **claims))


def joined(browser: Browser, provider: Provider, name: str = "mira", **claims: Any) -> None:
    goes(browser, provider, **claims)
    assert browser.post("/sign-up/provider", {"name": name}).status_code == 303


def who(browser: Browser) -> str:
    page = browser.get("/rules").text
    return page.partition('class="label who">')[2].partition("<")[0]


def test_what_the_provider_is_asked(browser: Browser, provider: Provider) -> None:
    there = leaves(browser, next="/ask")
    assert there.startswith(f"{provider.issuer}/authorise?")
    again = leaves(browser)
    query = dict(re.findall(r"[?&](\w+)=([^&]*)", there))
    other = dict(re.findall(r"[?&](\w+)=([^&]*)", again))
    assert query["code_challenge_method"] == "S256"
    for secret in ("state", "nonce", "code_challenge"):
        assert len(query[secret]) >= 43 and query[secret] != other[secret]


def test_joined_and_signed_in(database: Database, browser: Browser, provider: Provider) -> None:
    there = leaves(browser, next="/ask")
    claims = {"preferred_username": "mira", "email": "mira@example.net", "email_verified": True}
    answer = comes_back(browser, provider.authorise(there, **claims))
    assert answer.headers["location"] == "/sign-up/provider?next=%2Fask" and who(browser) == ""
    page = browser.get(answer.headers["location"]).text
    assert 'name="next" value="/ask"' in page
    assert 'value="mira"' in page and "mira@example.net" in page
    assert browser.post("/sign-up/provider", {"name": "m"}).status_code == 422
    assert browser.post("/sign-up/provider", {"name": "mira", "next": "/ask"}).status_code == 303
    assert who(browser) == "mira"
    with database.reading() as db:
        account = db.scalars(select(Account).where(Account.name == "mira")).one()
        assert (account.email, account.password_hash) == ("mira@example.net", None)
        known = db.scalars(select(ProviderAccount)).one()
        assert (known.issuer, known.subject) == (provider.issuer, "person-1")
    browser.signed_out()
    answer = comes_back(browser, provider.authorise(leaves(browser, next="/ask")))
    assert answer.headers["location"] == "/ask" and who(browser) == "mira"
    with database.reading() as db:
        assert db.scalars(select(SignIn.method)).all() == ["provider", "provider"]


def test_who_did_not_choose_a_name_has_no_account(
    database: Database, browser: Browser, provider: Provider, frozen: Clock
) -> None:
    goes(browser, provider)
    frozen.forward(minutes=11)
    assert browser.get("/sign-up/provider").headers["location"] == "/sign-in"
    assert browser.post("/sign-up/provider", {"name": "mira"}).status_code == 422
    with database.reading() as db:
        assert db.scalars(select(ProviderAccount)).all() == []


def test_an_address_that_the_provider_did_not_check_is_not_taken(
    database: Database, browser: Browser, provider: Provider
) -> None:
    joined(browser, provider, email="mira@example.net")
    with database.reading() as db:
        assert db.scalars(select(Account.email).where(Account.name == "mira")).one() is None


def test_added_proved_and_removed(
    database: Database, browser: Browser, provider: Provider, frozen: Clock
) -> None:
    with database.writing() as db:
        person = make_account(db, "mira")
    browser.signed_in(person)
    assert "Add Commons ID" in browser.get("/account/factors").text
    answer = comes_back(browser, provider.authorise(leaves(browser, "/account/provider")))
    assert answer.headers["location"] == "/account/factors?told=provider-added"
    # It is the only way in.
    assert browser.post("/account/provider/remove").status_code == 422
    frozen.forward(minutes=11)
    assert browser.post("/account/provider/remove").status_code == 303
    there = leaves(browser, next="/account/factors")
    assert "prompt=login" in there and "max_age=0" in there
    moment = int(frozen.moment.timestamp())
    answer = comes_back(browser, provider.authorise(there, auth_time=moment))
    assert answer.headers["location"] == "/account/factors"
    assert browser.get("/account/factors").status_code == 200
    with database.writing() as db:
        db.get_one(Account, person.id).password_hash = "a hash"
    assert browser.post("/account/provider/remove").headers["location"].endswith("provider-removed")
    with database.reading() as db:
        kinds = db.scalars(select(SecurityEvent.kind).order_by(SecurityEvent.id)).all()
        assert kinds == ["provider-added", "provider-removed"]
        assert db.scalars(select(ProviderAccount)).all() == []


def test_a_second_factor_is_still_asked_for(database: Database, browser: Browser, provider: Provider) -> None:
    joined(browser, provider)
    with database.writing() as db:
        account_id = db.scalars(select(Account.id).where(Account.name == "mira")).one()
        db.add(OneTimeCode(account_id=account_id, secret=b"", created_at=now(), confirmed_at=now()))
    browser.signed_out()
    assert goes(browser, provider).headers["location"].startswith("/sign-in/code")
    assert who(browser) == "" and browser.get("/sign-in/code").status_code == 200


def test_who_went_back_is_told(browser: Browser, provider: Provider) -> None:
    brought = provider.authorise(leaves(browser))
    answer = comes_back(browser, {"error": "access_denied", "state": brought["state"]})
    assert answer.status_code == 422 and "Commons ID did not let you in" in answer.text


def test_new_keys_are_fetched(browser: Browser, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    joined(browser, provider)
    browser.signed_out()
    monkeypatch.setattr(provider, "key", RSAKey.generate_key(2048, {"kid": "second", "use": "sig"}))
    provider.signs = lambda claims: provider.sign(claims, kid="second")
    # Not within a minute: who makes tokens up could have the keys fetched each time.
    assert goes(browser, provider).status_code == 422
    monkeypatch.setattr(provider_answers, "RENEWED", 0.0)
    assert goes(browser, provider).status_code == 303


@pytest.mark.parametrize("form", [False, True])
def test_a_provider_that_does_not_answer(
    form: bool, database: Database, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.description = {"issuer": "https://somebody.else.test"} if form else {"token_endpoint": None}
    with Browser(make_app(database, **provider.settings())) as browser:
        answer = browser.post("/sign-in/provider")
        assert answer.status_code == 422 and "does not answer just now" in answer.text
        asked = len(provider.asked)
        assert browser.post("/sign-in/provider").status_code == 422
        assert len(provider.asked) == asked, "it is left alone for a while"


def test_without_a_provider_there_is_none(database: Database) -> None:
    with Browser(make_app(database)) as browser:
        for method, path in (
            ("POST", "/sign-in/provider"), ("GET", "/sign-in/provider/back"),
            ("POST", "/sign-in/provider/back"),
        ):  # fmt: skip
            headers = {"sec-fetch-site": "same-origin"}
            assert browser.ask(method, path, headers=headers).status_code == 404
        assert "/sign-in/provider" not in browser.get("/sign-in").text


# --- pure --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        b"", b"[]", b"null", b"[" * 9000, b'{"issuer": "https://id.example"}',
        b'{"issuer": "https://other.example", "authorization_endpoint": "https://id.example/a",'
        b' "token_endpoint": "https://id.example/t", "jwks_uri": "https://id.example/k"}',
        b'{"issuer": "https://id.example", "authorization_endpoint": "javascript:alert(1)",'
        b' "token_endpoint": "https://id.example/t", "jwks_uri": "https://id.example/k"}',
        b'{"issuer": "https://id.example", "authorization_endpoint": "https://id.example/a",'
        b' "token_endpoint": "http://id.example/t", "jwks_uri": "https://id.example/k"}',
        b'{"issuer": "https://id.example", "authorization_endpoint": ["https://id.example/a"],'
        b' "token_endpoint": "https://id.example/t", "jwks_uri": "https://id.example/k"}',
    ],
)  # fmt: skip
def test_a_description_that_is_not_believed(said: bytes) -> None:
    with pytest.raises(NotTrusted):
        oidc.provider("https://id.example", said)


@pytest.mark.parametrize(
    "said",
    [
        b"", b"{}", b'{"keys": []}', b'{"keys": {}}', b'{"keys": [1, null, "a"]}',
        b'{"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "first"}]}',
        b'{"keys": [{"kty": "RSA"}]}', b'{"keys": [{"kty": "RSA", "n": 1, "e": []}]}',
    ],
)  # fmt: skip
def test_keys_that_are_none(said: bytes) -> None:
    with pytest.raises(NotTrusted):
        oidc.keys(said)


def test_where_the_forum_is_found_again() -> None:
    chosen = Settings(base_url=BASE, oidc_issuer="https://id.example/realm/", oidc_client="c", oidc_name="I")
    assert oidc.back_address(chosen) == f"{BASE}/sign-in/provider/back"
    assert oidc.discovery_address(chosen.oidc_issuer) == (
        "https://id.example/realm/.well-known/openid-configuration"
    )


@pytest.mark.parametrize(
    "issuer", ["http://id.example", "id.example", "ftp://localhost", "https://id.example?a", "https://"]
)
def test_an_issuer_that_is_not_safe(issuer: str) -> None:
    with pytest.raises(ValueError, match="oidc_issuer"):
        Settings(oidc_issuer=issuer, oidc_client="c", oidc_name="I")
