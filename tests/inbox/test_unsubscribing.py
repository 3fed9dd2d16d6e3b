"""No more mails like this: with one click, by the mail program itself, and back again."""

from collections.abc import Iterator

import html5lib
import pytest
from browsing import Browser, make_app
from makers import make_account

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import Database
from forum.inbox import channels, unsubscribing
from forum.inbox.channels import Digest, Wish
from forum.inbox.kinds import ALWAYS, CHOOSABLE, DEFAULT, PUSHED, Group, Mail
from forum.inbox.unsubscribing import DIGEST

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def browser(database: Database) -> Iterator[Browser]:
    with Browser(make_app(database)) as browser:
        yield browser


@pytest.fixture
def ann(database: Database) -> int:
    with database.writing() as db:
        return make_account(db, "ann").id


def _mails(database: Database, account_id: int) -> dict[Group, Mail]:
    with database.reading() as db:
        return dict(channels.of(db, account_id).mails)


@pytest.mark.parametrize("group", CHOOSABLE)
def test_a_mail_program_does_it_by_itself(
    browser: Browser, database: Database, ann: int, group: Group
) -> None:
    """RFC 8058, section 3.2: a POST from anywhere, without cookies, that is answered well."""
    path = f"/unsubscribe/{unsubscribing.token(ann, group)}"
    for _ in range(2):
        answer = browser.post(
            path, ONE_CLICK, headers={"sec-fetch-site": "cross-site", "origin": "https://m.example"}
        )
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
    assert _mails(database, ann) == {**DEFAULT, group: Mail.NONE}


def test_the_form_of_the_standard_can_be_multipart(browser: Browser, database: Database, ann: int) -> None:
    path = f"/unsubscribe/{unsubscribing.token(ann, Group.ANSWERS)}"
    answer = browser.ask("POST", path, files={"List-Unsubscribe": (None, "One-Click")})
    assert answer.status_code == 200
    assert _mails(database, ann)[Group.ANSWERS] is Mail.NONE


def test_looking_changes_nothing(browser: Browser, database: Database, ann: int) -> None:
    """Scanners open every link of a mail, and some press what has no words."""
    path = f"/unsubscribe/{unsubscribing.token(ann, Group.ANSWERS)}"
    page = browser.get(path)
    assert page.status_code == 200 and "No more mails like this" in page.text
    assert browser.ask("HEAD", path).status_code == 200
    for form in ({}, {"List-Unsubscribe": "yes"}):
        assert browser.ask("POST", path, data=form).status_code == 422
    assert _mails(database, ann) == dict(DEFAULT)


def test_it_can_be_taken_back(browser: Browser, database: Database, ann: int) -> None:
    path = f"/unsubscribe/{unsubscribing.token(ann, Group.FOLLOWS)}"
    done = browser.post(path, ONE_CLICK).text
    html5lib.HTMLParser(strict=True).parse(done)
    assert 'name="was" value="digest"' in done and f'action="{path}/undo"' in done
    assert "about what you follow" in done
    assert browser.post(f"{path}/undo", {"was": "digest"}).status_code == 200
    assert _mails(database, ann) == dict(DEFAULT)
    # Twice: the way back leads to what is usual.
    browser.post(path, ONE_CLICK)
    assert 'name="was" value="digest"' in browser.post(path, ONE_CLICK).text


def test_only_our_own_page_takes_it_back(browser: Browser, ann: int) -> None:
    path = f"/unsubscribe/{unsubscribing.token(ann, Group.ANSWERS)}/undo"
    foreign = {"sec-fetch-site": "cross-site"}
    assert browser.post(path, {"was": "once"}, headers=foreign).status_code == 403
    assert browser.post(path, {"was": "hourly"}).status_code == 422


def test_nothing_else_is_open_from_elsewhere(browser: Browser, ann: int) -> None:
    token = unsubscribing.token(ann, Group.ANSWERS)
    for path in ("/sign-out", "/unsubscribe/", f"/unsubscribe/{token}/", f"/unsubscribe/{token}/undo"):
        assert browser.post(path, ONE_CLICK, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_digests_end_and_come_again(browser: Browser, database: Database, ann: int) -> None:
    with database.writing() as db:
        wish = Wish(Digest.DAILY, "Europe/Paris", None, None, "watch", {Group.ANSWERS: Mail.DIGEST}, PUSHED)
        channels.keep(db, ann, wish)
    path = f"/unsubscribe/{unsubscribing.token(ann, DIGEST)}"
    assert 'name="was" value="daily"' in browser.post(path, ONE_CLICK).text
    with database.reading() as db:
        chosen = channels.of(db, ann)
    assert (chosen.digest, chosen.digest_at, chosen.own_threads) == (Digest.NONE, None, "watch")
    assert chosen.mails[Group.ANSWERS] is Mail.DIGEST
    browser.post(f"{path}/undo", {"was": "daily"})
    with database.reading() as db:
        chosen = channels.of(db, ann)
    assert chosen.digest is Digest.DAILY and chosen.digest_at == channels.next_digest(
        now(), Digest.DAILY, "Europe/Paris"
    )


def test_a_token_is_for_one_account_and_one_list(browser: Browser, database: Database, ann: int) -> None:
    with database.writing() as db:
        bob = make_account(db, "bob").id
    mine, signature = unsubscribing.token(ann, Group.ANSWERS).rsplit("-", 2)[0], "x" * 22
    forged = [
        unsubscribing.token(ann, Group.ANSWERS).replace(f"{ann}-", f"{bob}-", 1),
        unsubscribing.token(ann, Group.ANSWERS).replace("answers", "comments"),
        f"{mine}-answers-{signature}",
        "x" * 43,
        f"{2**31}-answers-{signature}",
    ]
    for token in forged:
        assert browser.get(f"/unsubscribe/{token}").status_code == 404
        assert browser.post(f"/unsubscribe/{token}", ONE_CLICK).status_code == 404
        assert browser.post(f"/unsubscribe/{token}/undo", {"was": "once"}).status_code == 404
    assert _mails(database, ann) == _mails(database, bob) == dict(DEFAULT)


def test_a_closed_account_has_no_lists(browser: Browser, database: Database, ann: int) -> None:
    token = unsubscribing.token(ann, Group.ANSWERS)
    with database.writing() as db:
        db.get_one(Account, ann).closed_at = now()
    assert browser.post(f"/unsubscribe/{token}", ONE_CLICK).status_code == 404


def test_what_must_be_told_has_no_such_link(ann: int) -> None:
    assert {unsubscribing.token(ann, group) for group in ALWAYS} == {""}


def test_the_address_is_told_to_nobody(browser: Browser, ann: int) -> None:
    answer = browser.get(f"/unsubscribe/{unsubscribing.token(ann, Group.ANSWERS)}")
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["referrer-policy"] in ("no-referrer", "strict-origin")
    assert answer.headers["x-robots-tag"] == "noindex"
