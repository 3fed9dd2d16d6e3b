"""The pages of the admins: what stands there, forms that come back filled in, and how often they ask."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from browsing import Browser, make_app
from community import faults, typed
from makers import make_account, make_letter, make_thread
from sqlalchemy import delete, event, select, update
from web.test_queries import listening, scans

from forum import choices, jobs
from forum.accounts import admin_log, mail_tokens, sessions
from forum.accounts.door_tables import MailToken
from forum.accounts.tables import Account, Actor, Role, SignIn
from forum.actions import administering
from forum.clock import now
from forum.config import Settings
from forum.db import Database
from forum.inbox import messages, outgoing
from forum.inbox.channel_tables import InboxChoice, SentMail
from forum.jobs import Job
from forum.web.pages.admin.jobs import told_of
from forum.web.pages.admin.settings import set_at_start

PAGES = (
    "/admin",
    "/admin/settings",
    "/admin/accounts",
    "/admin/accounts?q=mem&role=member",
    "/admin/accounts/{member}",
    "/admin/jobs",
    "/admin/jobs?state=buried",
    "/admin/mail",
    "/admin/log",
    "/admin/log?act=role&account={member}",
)


@pytest.fixture(scope="module")
def forum(new_database: Callable[[str], Database]) -> Iterator[tuple[Browser, Actor, Actor]]:
    database = new_database("sqlite")
    with database.writing() as db:
        admin, member = make_account(db, "root-of-all", Role.ADMIN), make_account(db, "member-one")
        db.get_one(Account, admin.id).password_hash = "a hash"
        make_thread(db, tags="sleep")
    with Browser(make_app(database)) as browser:
        yield browser, admin, member


@pytest.fixture
def desk(forum: tuple[Browser, Actor, Actor]) -> tuple[Browser, Actor, Actor]:
    """The admin is signed in."""
    browser, admin, member = forum
    browser.signed_in(admin)
    return browser, admin, member


def buried(database: Database, name: str = "mail.deliver", error: str = "ValueError: no", **payload) -> int:  # type: ignore[no-untyped-def]
    with database.writing() as db:
        job = Job(name=name, payload=payload, run_at=now(), buried=True, attempts=8, last_error=error)
        db.add(job)
        db.flush()
        return job.id


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_whole(desk, page: str) -> None:
    browser, _admin, member = desk
    answer = browser.get(page.format(member=member.id))
    assert answer.status_code == 200
    assert faults(answer.text) == []
    assert "no-store" in answer.headers["cache-control"]


def test_the_overview_leads_to_every_place_where_something_is_kept(desk) -> None:
    browser, _admin, _member = desk
    page = browser.get("/admin").text
    for path in (
        "/admin/settings", "/admin/accounts", "/admin/jobs", "/admin/mail", "/admin/log", "/moderation/words",
        "/moderation/reasons", "/moderation/sources", "/moderation/texts", "/moderation/settings", "/tags",
        "/account/invitations", "/log",
    ):  # fmt: skip
        assert f'href="{path}"' in page
    buried(browser.site.database)
    assert "failed for good" in browser.get("/admin").text
    assert 'href="/admin"' in browser.get("/").text


def test_settings_show_help_default_and_history_and_come_back_filled_in(desk) -> None:
    browser, admin, _member = desk
    bad = {"group": "Trust", "member_posts": "7", "member_days": "many"}
    answer = browser.post("/admin/settings", bad)
    assert answer.status_code == 422
    assert faults(answer.text) == []
    assert (typed(answer.text, "member_posts"), typed(answer.text, "member_days")) == ("7", "many")
    assert "Give a number from 0 to 1,000." in answer.text
    assert browser.post("/admin/settings", bad | {"member_days": "3"}).status_code == 303
    page = browser.get("/admin/settings").text
    assert typed(page, "member_days") == "3"
    assert "As delivered: 1." in page
    assert f"<strong>{admin.name}</strong> changed “Days here, to become a member”" in page
    assert "<del>1</del> → <ins>3</ins>" in page
    with browser.site.database.reading() as db:
        assert choices.get(db, "trusted_posts") == "20", "what was not sent stays"


def test_what_was_set_at_the_start_holds_no_secret() -> None:
    shown = {
        one.name: one.value
        for one in set_at_start(
            Settings(
                secret="s" * 40, oidc_secret="hush", pubmed_key="k3y",
                mail_url="smtp://me:pa%40ss@mail.example.org:587",
                database_url="postgresql+psycopg://forum:pw@db/forum?password=other",
            )
        )
    }  # fmt: skip
    assert shown["FORUM_SECRET"] == shown["FORUM_OIDC_SECRET"] == shown["FORUM_PUBMED_KEY"] == "set"
    assert shown["FORUM_GOOGLEBOOKS_KEY"] == "not set"
    assert shown["FORUM_MAIL_URL"] == "smtp://…@mail.example.org:587"
    assert "pw" not in shown["FORUM_DATABASE_URL"] and "other" not in shown["FORUM_DATABASE_URL"]
    assert shown.keys() == {f"FORUM_{name.upper()}" for name in Settings.model_fields}


def test_sensitivity_can_be_chosen_here_and_there(desk) -> None:
    browser, _admin, _member = desk
    assert browser.post("/admin/settings", {"group": "Moderation", "sensitivity": "high"}).status_code == 303
    assert typed(browser.get("/moderation/settings").text, "sensitivity") == "high"
    assert browser.post("/moderation/settings", {"sensitivity": "low"}).status_code == 303
    assert typed(browser.get("/admin/settings").text, "sensitivity") == "low"


def test_roles_levels_and_help_on_the_page_of_an_account(desk) -> None:
    browser, admin, member = desk
    path = f"/admin/accounts/{member.id}"
    wrong = browser.post(path, {"step": "role", "role": "member", "tags": "slepe"})
    assert wrong.status_code == 422
    assert "There is no tag “slepe”." in wrong.text and typed(wrong.text, "tags") == "slepe"
    assert browser.post(path, {"step": "role", "role": "member", "tags": "sleep"}).status_code == 303
    assert "moderator of sleep" in browser.get(path).text
    assert browser.post(path, {"step": "level", "level": "trusted", "fixed": "yes"}).status_code == 303
    assert "trusted, fixed by an admin" in browser.get(path).text
    for step in ("sign-out", "password"):
        assert browser.post(path, {"step": step}).status_code == 303
    assert browser.post(path, {"step": "factors"}).status_code == 422
    assert browser.post(path, {"step": "factors", "reason": "Lost it."}).status_code == 303
    page = browser.get(path).text
    assert "(Lost it.)" in page and f"/moderation/people/{member.name}" in page
    log = browser.get(f"/admin/log?account={member.id}").text
    for words in ("changed a role", "reset the second factors", "sent a mail to choose a new password"):
        assert words in log
    own = browser.post(f"/admin/accounts/{admin.id}", {"step": "role", "role": "member", "tags": ""})
    assert own.status_code == 422 and "only admin" in own.text
    assert browser.post(path, {"step": "nothing"}).status_code == 404
    assert browser.get("/admin/accounts/99999").status_code == 404


def test_accounts_are_found(desk) -> None:
    browser, admin, member = desk
    assert f">{member.name}<" in browser.get("/admin/accounts?q=MEMBER-O").text
    assert f">{member.name}<" in browser.get("/admin/accounts?q=member-one@ex").text
    page = browser.get("/admin/accounts?role=admin").text
    assert f">{admin.name}<" in page and f">{member.name}<" not in page
    assert "Nobody like that" in browser.get("/admin/accounts?q=zzz").text


def test_jobs_are_tried_again_and_thrown_away(desk) -> None:
    browser, _admin, _member = desk
    job_id = buried(browser.site.database, "references.resolve", reference_id=7)
    page = browser.get("/admin/jobs?name=references.resolve").text
    assert "reference_id: 7" in page and "ValueError: no" in page
    empty = browser.post("/admin/jobs", {"step": "throw-away", "job": str(job_id), "reason": ""})
    assert empty.status_code == 422 and faults(empty.text) == []
    assert browser.post("/admin/jobs", {"step": "retry", "job": str(job_id)}).status_code == 303
    with browser.site.database.reading() as db:
        assert not db.get_one(Job, job_id).buried
    buried(browser.site.database, "references.resolve")
    every = {"step": "retry-all", "name": "references.resolve"}
    assert browser.post("/admin/jobs", every).status_code == 303
    assert browser.post("/admin/jobs", every).status_code == 404
    gone = {"step": "throw-away", "job": str(job_id), "reason": "Nobody waits."}
    assert browser.post("/admin/jobs", gone).status_code == 303
    assert browser.post("/admin/jobs", gone).status_code == 404


def test_what_a_job_says_is_cut_and_holds_no_secret() -> None:
    payload = {"account_id": 3, "token": "abc", "about": "x" * 300, "post_ids": [1, 2], "email": "a@b.org"}
    error = "SMTPRecipientsRefused: {'ada@example.org': (550, b'no')} at smtp://me:pw@mail/?key=1 "
    error += "x" * 999
    job = told_of(jobs.JobView(1, "mail.deliver", payload, now(), 8, jobs.State.BURIED, error))
    assert job.payload == {
        "account_id": "3", "token": "not shown", "about": "x" * 80, "post_ids": "2 numbers",
        "email": "not shown",
    }  # fmt: skip
    assert len(job.error) < 310
    for secret in ("ada@", "example.org", "pw", "key=1"):
        assert secret not in job.error


def test_a_test_mail_is_asked_for_and_what_failed_is_shown(desk) -> None:
    browser, admin, _member = desk
    page = browser.get("/admin/mail").text
    assert "mails become files" in page
    assert browser.post("/admin/mail").status_code == 303
    buried(browser.site.database, "mail.link", "SMTPAuthenticationError: (535, b'no')", token_id=1)
    page = browser.get("/admin/mail").text
    assert "mail.test" in page and "SMTPAuthenticationError" in page
    with browser.site.database.writing() as db:
        admin_log.write(db, admin.id, "mail-test-sent")
    assert f"A file was written for {admin.name}" in browser.get("/admin/mail").text


def test_a_mail_that_may_have_arrived_is_sent_again_if_an_admin_says_so(desk) -> None:
    browser, _admin, member = desk
    with browser.site.database.writing() as db:
        message = messages.send(db, member.id, "decision", make_letter(), "")
        key = outgoing.key_of(message.id, message.created_at)
        for each, account_id in ((key, member.id), ("letter-0123", None)):
            db.add(SentMail(key=each, kind="decision", account_id=account_id, handed_at=now()))
        db.execute(delete(Job))
    assert "may have arrived" not in browser.get("/admin/mail").text
    with browser.site.database.writing() as db:
        db.execute(update(SentMail).values(handed_at=now() - timedelta(hours=1)))
        sent_id = db.scalars(select(SentMail.id).where(SentMail.key == key)).one()
        db.add(InboxChoice(account_id=member.id, paused_at=now()))
    page = browser.get("/admin/mail").text
    assert faults(page) == [] and page.count("Send again: ") == 1
    assert "2 mails were handed over" in page and key in page and "letter-0123" in page
    assert "1: it refused mail again and again" in page
    assert browser.post("/admin/mail", {"again": str(sent_id)}).status_code == 303
    with browser.site.database.reading() as db:
        assert db.get(SentMail, sent_id) is None
        assert [dict(job.payload) for job in db.scalars(select(Job))] == [{"message_id": message.id}]
    assert browser.post("/admin/mail", {"again": str(sent_id)}).status_code == 404


def test_who_has_not_proved_lately_who_they_are_does_that_first(desk) -> None:
    browser, admin, member = desk
    with browser.site.database.writing() as db:
        for session in db.scalars(select(SignIn).where(SignIn.account_id == admin.id)):
            session.proved_at = now() - sessions.FRESH - timedelta(seconds=1)
    for path in ("/admin/settings", "/admin/accounts", f"/admin/accounts/{member.id}"):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/account/prove?next={path}")
    refused = browser.post(f"/admin/accounts/{member.id}", {"step": "role", "role": "admin", "tags": ""})
    assert refused.headers["location"].startswith("/account/prove")
    with browser.site.database.reading() as db:
        assert db.get_one(Account, member.id).role == Role.MEMBER


def test_pages_ask_as_often_for_much_as_for_little(desk) -> None:
    browser, admin, member = desk
    database = browser.site.database

    def queries(path: str) -> int:
        asked: list[str] = []

        def note(_connection, _cursor, statement: str, *_rest: object) -> None:  # type: ignore[no-untyped-def]
            asked.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        answer = browser.get(path.format(member=member.id))
        event.remove(database.engine, "before_cursor_execute", note)
        assert answer.status_code == 200
        return len(asked)

    few = [queries(path) for path in PAGES]
    with database.writing() as db:
        for number in range(60):
            account = make_account(db, f"member-{number:03}")
            administering.set_level(db, admin, account.id, "trusted", is_fixed=True)
            choices.choose(db, "member_posts", str(number), admin.id)
            administering.sign_out(db, admin, member.id)
            jobs.put(db, "mail.deliver", message_id=number)
    assert [queries(path) for path in PAGES] == few
    assert max(few) <= 9
    assert 'rel="next"' in browser.get("/admin/accounts").text
    assert 'rel="next"' in browser.get("/admin/log").text


def test_an_account_is_made_for_somebody(desk) -> None:
    browser, _admin, member = desk
    path = "/admin/accounts/new"
    wrong = browser.post(path, {"name": member.name, "email": "new@example.org"})
    assert wrong.status_code == 422 and faults(wrong.text) == []
    assert typed(wrong.text, "email") == "new@example.org"
    assert browser.post(path, {"name": "newcomer-one", "email": "new@example.org"}).status_code == 303
    with browser.site.database.writing() as db:
        (mailed,) = db.scalars(select(MailToken).where(MailToken.email == "new@example.org"))
        _, token = mail_tokens.draw(db, mailed.id) or (None, "")
    browser.signed_out()
    page = browser.get(f"/begin/{token}")
    assert page.status_code == 200 and "newcomer-one" in page.text and faults(page.text) == []
    weak = browser.post(f"/begin/{token}", {"password": "short"})
    assert weak.status_code == 422 and "short" not in typed(weak.text, "password")
    answer = browser.post(f"/begin/{token}", {"password": "a sentence of her own"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/welcome")
    assert "newcomer-one" in browser.get("/").text
    browser.signed_out()
    password = {"password": "a sentence of her own"}
    for again in (browser.get(f"/begin/{token}"), browser.post(f"/begin/{token}", password)):
        assert again.status_code == 404 and "opens nothing any more" in again.text


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ("role=moderator", "ix_account_role"),
        ("role=admin", "ix_account_role"),
        ("role=tags", "ix_account_tends"),
        ("standing=suspended", "ix_account_standing"),
        ("standing=held", "ix_account_standing"),
    ],
)
def test_what_hardly_any_account_is_has_an_index(desk, wanted: str, index: str) -> None:
    """SQLite takes an index of some rows only for a query that says so in the words of the index."""
    browser, _admin, _member = desk
    database = browser.site.database
    with database.writing() as db:
        for _ in range(50):
            make_account(db)
    with listening(database) as asked:
        assert browser.get(f"/admin/accounts?{wanted}").status_code == 200
    with database.engine.connect() as connection:
        plans = [
            str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all())
            for statement, values in asked
        ]
    assert any(index in plan for plan in plans), plans


def test_no_page_of_theirs_looks_at_every_account(desk) -> None:
    browser, _admin, member = desk
    database = browser.site.database
    for path in (*PAGES, "/admin/accounts?q=member", "/admin/accounts?q=member@ex"):
        with listening(database) as asked:
            assert browser.get(path.format(member=member.id)).status_code == 200
        for statement, values in asked:
            assert scans(database, statement, values) == [], statement
