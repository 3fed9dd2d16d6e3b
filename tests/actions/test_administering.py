"""What admins do: roles, levels, accounts, help for owners, choices, jobs, the test mail; what is logged."""

from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from makers import make_account, make_thread
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum import choices, jobs
from forum.accounts import admin_log, directory, history, mail_tokens, people, sessions
from forum.accounts.door_tables import MailToken
from forum.accounts.factor_tables import OneTimeCode, Passkey, ProviderAccount, RecoveryCode
from forum.accounts.record_tables import FormerName
from forum.accounts.tables import Account, Actor, Level, Role, Standing
from forum.actions import administering, choosing, guarding, making_accounts, retrying, testing_mail
from forum.clock import now
from forum.config import Settings
from forum.db import Database
from forum.discussion.tables import Tag
from forum.errors import Conflict, Forbidden, Invalid, NotFound
from forum.inbox.tables import Message
from forum.jobs import Job, State
from forum.moderation.tables import LogEntry
from forum.worker import work_off


def admin_of(db: Session, name: str = "") -> Actor:
    """An admin who can sign in."""
    made = make_account(db, name, Role.ADMIN)
    db.get_one(Account, made.id).password_hash = "a hash"
    db.flush()
    return made


def done(db: Session) -> list[str]:
    db.flush()
    return [entry.act for entry in admin_log.entries(db, None, 50).items]


def told(db: Session, account_id: int) -> list[str]:
    return list(db.scalars(select(Message.subject).where(Message.account_id == account_id)))


def kinds(db: Session, account_id: int) -> list[str]:
    db.flush()
    return [event.kind for event in history.latest(db, account_id, 9)]


def test_a_role_counts_at_once_is_told_and_is_written_down(db: Session) -> None:
    admin, member = admin_of(db), make_account(db)
    token = sessions.start(db, member.id)
    administering.set_role(db, admin, member.id, "moderator", "")
    seen = sessions.actor(db, token)
    assert seen and seen.is_moderator
    assert told(db, member.id) == ["Your role was changed"]
    assert kinds(db, member.id) == ["role-changed"]
    assert done(db) == ["role"]
    administering.set_role(db, admin, member.id, "moderator", "")
    assert done(db) == ["role"], "nothing was changed"


def test_a_moderator_of_some_tags_is_named_by_their_tags(db: Session) -> None:
    admin, member = admin_of(db), make_account(db)
    make_thread(db, tags="sleep evidence")
    administering.set_role(db, admin, member.id, "member", "#Sleep, evidence")
    ids = set(db.scalars(select(Tag.id).where(Tag.name.in_(("sleep", "evidence")))))
    actor = people.acting(db, member.id)
    assert actor.tended_tags == ids
    assert not actor.is_moderator
    administering.set_role(db, admin, member.id, "moderator", "")
    assert people.acting(db, member.id).tends == frozenset()


def test_tags_are_for_members_and_must_exist(db: Session) -> None:
    admin, member = admin_of(db), make_account(db)
    make_thread(db, tags="sleep")
    for role, names in (
        ("member", "slepe"),
        ("moderator", "sleep"),
        ("member", " ".join(map(str, range(30)))),
    ):
        with pytest.raises(Invalid) as refused:
            administering.set_role(db, admin, member.id, role, names)
        assert refused.value.fields.keys() == {"tags"}
    with pytest.raises(Invalid, match="roles"):
        administering.set_role(db, admin, member.id, "owner", "")


def test_the_last_admin_stays_and_nobody_steps_down_by_accident(db: Session) -> None:
    admin = admin_of(db)
    # Neither of these could sign in and mend it.
    make_account(db, "no-way-in", Role.ADMIN)
    shut_out = db.get_one(Account, admin_of(db, "shut-out").id)
    shut_out.standing = Standing.SUSPENDED
    db.flush()
    with pytest.raises(Invalid, match="only admin"):
        administering.set_role(db, admin, admin.id, "member", "", is_sure=True)
    second = admin_of(db)
    with pytest.raises(Invalid, match="Tick the box"):
        administering.set_role(db, admin, admin.id, "member", "")
    administering.set_role(db, admin, admin.id, "member", "", is_sure=True)
    assert people.acting(db, admin.id).role == Role.MEMBER
    with pytest.raises(Invalid, match="only admin"):
        administering.set_role(db, second, second.id, "moderator", "", is_sure=True)


def test_a_level_is_fixed_and_freed(db: Session) -> None:
    admin, member = admin_of(db), make_account(db)
    administering.set_level(db, admin, member.id, "trusted", is_fixed=True)
    account = db.get_one(Account, member.id)
    assert (account.level, account.is_level_fixed) == (Level.TRUSTED, True)
    administering.set_level(db, admin, member.id, "trusted", is_fixed=False)
    assert not account.is_level_fixed
    assert [job.name for job in jobs.listing(db, None, 9).items] == ["trust.settle_one"]
    with pytest.raises(Invalid):
        administering.set_level(db, admin, member.id, "boss", is_fixed=True)
    assert done(db) == ["level", "level"]


def test_signing_out_ends_every_session(db: Session) -> None:
    admin, member = admin_of(db), make_account(db)
    tokens = [sessions.start(db, member.id) for _ in range(2)]
    db.flush()
    assert directory.read(db, member.id).sessions == 2
    administering.sign_out(db, admin, member.id)
    assert [sessions.actor(db, token) for token in tokens] == [None, None]
    assert (kinds(db, member.id), done(db)) == (["sessions-ended"], ["signed-out"])


def test_a_reset_leaves_nothing_but_the_password(db: Session) -> None:
    admin, member = admin_of(db), make_account(db)
    token = sessions.start(db, member.id)
    moment, mine = now(), {"account_id": member.id}
    db.add_all(
        [
            Passkey(credential_id=b"1", public_key=b"k", sign_count=0, name="key", created_at=moment, **mine),
            OneTimeCode(secret=b"s", created_at=moment, confirmed_at=moment, **mine),
            RecoveryCode(code_hash=b"h", **mine),
            ProviderAccount(issuer="i", subject="s", created_at=moment, **mine),
        ]
    )
    mail_tokens.issue(db, mail_tokens.Kind.RESET_PASSWORD, "old@example.org", member.id)
    with pytest.raises(Invalid):
        administering.reset_factors(db, admin, member.id, "  ")
    administering.reset_factors(db, admin, member.id, "The telephone is lost.")
    sheet = directory.read(db, member.id)
    assert (sheet.passkeys, sheet.has_codes, sheet.recovery_codes, sheet.providers) == (0, False, 0, 0)
    assert sessions.actor(db, token) is None
    assert db.scalar(select(func.count()).select_from(MailToken)) == 0
    text = db.scalars(select(Message.text).where(Message.account_id == member.id)).one()
    assert "The telephone is lost." in text
    assert (kinds(db, member.id), done(db)) == (["reset-by-admin"], ["factors-reset"])


def test_a_reset_that_would_leave_no_way_in_is_refused(db: Session) -> None:
    """Who joined with a passkey alone has neither password nor address; so may the only admin."""
    admin = make_account(db, "only-keys", Role.ADMIN)
    db.get_one(Account, admin.id).email = None
    key = {"credential_id": b"1", "public_key": b"k", "sign_count": 0, "name": "key", "created_at": now()}
    db.add(Passkey(account_id=admin.id, **key))
    db.flush()
    with pytest.raises(Invalid, match="neither a password nor a mail address"):
        administering.reset_factors(db, admin, admin.id, "The telephone is lost.")
    assert directory.has_admin(db)
    db.get_one(Account, admin.id).email = "only@example.org"
    db.flush()
    administering.reset_factors(db, admin, admin.id, "The telephone is lost.")


def test_a_password_mail_goes_to_the_owner_only(db: Session) -> None:
    admin, member = admin_of(db), make_account(db)
    administering.send_password_mail(db, admin, member.id)
    mailed = db.scalars(select(MailToken)).one()
    assert (mailed.email, mailed.account_id, mailed.token_hash) == (
        f"{member.name}@example.org",
        member.id,
        None,
    )
    nobody = db.get_one(Account, make_account(db).id)
    nobody.email = nobody.email_key = None
    db.flush()
    with pytest.raises(Invalid):
        administering.send_password_mail(db, admin, nobody.id)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MODERATOR])
def test_only_admins_do_any_of_this(db: Session, role: Role) -> None:
    actor, other = make_account(db, role=role), make_account(db)
    jobs.put(db, "mail.deliver", message_id=1)
    db.flush()
    job_id = db.scalars(select(Job.id)).one()
    for act in (
        lambda: administering.set_role(db, actor, actor.id, "admin", ""),
        lambda: administering.set_level(db, actor, actor.id, "trusted", is_fixed=True),
        lambda: administering.sign_out(db, actor, other.id),
        lambda: administering.reset_factors(db, actor, other.id, "why"),
        lambda: administering.send_password_mail(db, actor, other.id),
        lambda: choosing.choose(db, actor, "Joining", {"sign_up": "open"}),
        lambda: retrying.retry(db, actor, job_id),
        lambda: retrying.retry_all(db, actor, "mail.deliver"),
        lambda: retrying.throw_away(db, actor, job_id, "why"),
        lambda: testing_mail.ask(db, actor),
    ):
        with pytest.raises(Forbidden):
            act()
    assert done(db) == []


def test_choices_are_checked_together_kept_with_their_history_and_made_public(db: Session) -> None:
    admin = admin_of(db)
    with pytest.raises(Invalid) as refused:
        choosing.choose(db, admin, "Trust", {"member_posts": "3", "member_days": "-1", "trusted_days": "x"})
    assert refused.value.fields.keys() == {"member_days", "trusted_days"}
    assert choices.get(db, "member_posts") == "2", "all or nothing"
    choosing.choose(db, admin, "Trust", {"member_posts": " 003 ", "sign_up": "closed"})
    assert (choices.number(db, "member_posts"), choices.get(db, "sign_up")) == (3, "open")
    (change,) = choices.history(db, 9)
    assert (change.key, change.before, change.after, change.by) == ("member_posts", "2", "3", admin.name)
    reason = db.scalars(select(LogEntry.reason).where(LogEntry.act == "setting")).one()
    assert reason.endswith(": 3")
    assert done(db) == ["setting"]


def test_blocked_domains_are_domains_and_no_public_list(db: Session) -> None:
    admin = admin_of(db)
    with pytest.raises(Invalid, match="no domain"):
        choosing.choose(db, admin, "Joining", {"sign_up_blocked": "example.org\n<script>"})
    choosing.choose(
        db, admin, "Joining", {"sign_up_blocked": " @Spam.Example \n\nspam.example\nbücher.example"}
    )
    assert choices.get(db, "sign_up_blocked") == "spam.example\nbücher.example"
    assert "spam.example" not in db.scalars(select(LogEntry.reason)).one()


def test_sensitivity_has_a_history_too_wherever_it_is_chosen(db: Session) -> None:
    admin = admin_of(db)
    guarding.choose_sensitivity(db, admin, "high")
    choosing.choose(db, admin, "Moderation", {"sensitivity": "low"})
    assert [(change.before, change.after) for change in choices.history(db, 9)] == [
        ("high", "low"), ("middle", "high"),
    ]  # fmt: skip
    with pytest.raises(NotFound):
        choosing.choose(db, admin, "Nothing", {})


def bury(db: Session, name: str, error: str = "ValueError: no") -> int:
    """A job of this name has failed for good."""
    jobs.put(db, name, number=1)
    db.flush()
    job = db.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()
    job.buried, job.attempts, job.last_error = True, jobs.ATTEMPTS, error
    db.flush()
    return job.id


def test_failed_jobs_are_counted_tried_again_and_thrown_away(db: Session) -> None:
    admin = admin_of(db)
    first, second, other = bury(db, "mail.deliver"), bury(db, "mail.deliver"), bury(db, "mail.link")
    assert [tuple(count) for count in jobs.tally(db)] == [
        ("mail.deliver", State.BURIED, 2), ("mail.link", State.BURIED, 1),
    ]  # fmt: skip
    retrying.retry(db, admin, first)
    assert jobs.is_waiting(db)
    assert jobs.buried_count(db) == 2
    retrying.retry_all(db, admin, "mail.deliver")
    buried = jobs.listing(db, None, 9, state=State.BURIED).items
    assert [job.id for job in buried] == [other]
    with pytest.raises(NotFound):
        retrying.retry_all(db, admin, "mail.deliver")
    with pytest.raises(Invalid):
        retrying.throw_away(db, admin, other, "")
    retrying.throw_away(db, admin, other, "Nobody waits for it.")
    with pytest.raises(NotFound):
        retrying.throw_away(db, admin, other, "Again.")
    assert sorted(done(db)) == ["job-retried", "job-thrown-away", "jobs-retried"]
    assert [job.id for job in jobs.listing(db, None, 1).items] == [second]


def test_what_is_being_done_is_left_alone(db: Session) -> None:
    admin = admin_of(db)
    jobs.put(db, "mail.deliver", message_id=1)
    claimed = jobs.claim(db)
    db.flush()
    assert [count.state for count in jobs.tally(db)] == [State.RUNNING]
    for act in (
        lambda: retrying.retry(db, admin, claimed.id),
        lambda: retrying.throw_away(db, admin, claimed.id, "why"),
    ):
        with pytest.raises(Conflict):
            act()


def test_pages_of_jobs_follow_each_other(db: Session) -> None:
    made = [bury(db, "mail.deliver") for _ in range(5)]
    seen, after = [], None
    for _ in range(3):
        page = jobs.listing(db, after, 2, ("mail.deliver",), State.BURIED)
        seen += [job.id for job in page.items]
        after = page.next
    assert (seen, after) == (made[::-1], None)


def test_a_test_mail_goes_through_the_queue_and_says_what_came_of_it(
    database: Database, tmp_path: Path
) -> None:
    with database.writing() as db:
        admin = admin_of(db)
        testing_mail.ask(db, admin)
        testing_mail.ask(db, admin)
        assert db.scalar(select(func.count()).select_from(Job)) == 1, "one at a time"
    url = database.url.render_as_string(hide_password=False)
    work_off(database, Settings(database_url=url, data_dir=tmp_path))
    (file,) = (tmp_path / "mail").iterdir()
    assert message_from_bytes(file.read_bytes())["To"] == f"{admin.name}@example.org"
    with database.reading() as db:
        assert done(db)[0] == "mail-test-sent"


def test_accounts_are_found_by_name_former_name_and_address(db: Session) -> None:
    for name in ("Anna", "annabel", "bert"):
        make_account(db, name)
    cora = make_account(db, "cora", Role.MODERATOR, shown_posts=0)
    former = FormerName(name_key="annegret", name="Annegret", likeness="annegret", at=now())
    former.account_id = cora.id
    db.add(former)
    db.flush()

    def found(**asked: str) -> list[str]:
        return [line.name for line in directory.listing(db, None, 9, directory.Filters.of(asked)).items]

    assert found(q="ANN") == ["Anna", "annabel", "cora"]
    assert found(q="anna@exa") == ["Anna"]
    assert found(q="nna") == []
    assert found(q="ann", role="moderator") == ["cora"]
    assert found(level="newcomer", role="moderator") == ["cora"]
    assert found(q="cora", standing="suspended") == []
    assert found(q="cora", standing="active", role="nonsense") == ["cora"]


def test_a_standing_that_is_over_is_not_found_any_more(db: Session) -> None:
    account = db.get_one(Account, make_account(db, "silent").id)
    account.standing, account.standing_until = Standing.SILENCED, now() + timedelta(hours=1)
    db.flush()
    silenced = directory.Filters(q="silent", standing="silenced")
    assert [line.standing for line in directory.listing(db, None, 9, silenced).items] == [Standing.SILENCED]
    account.standing_until = now() - timedelta(hours=1)
    db.flush()
    assert directory.listing(db, None, 9, silenced).items == []
    active = directory.listing(db, None, 9, directory.Filters(q="silent", standing="active")).items
    assert [line.standing for line in active] == [Standing.ACTIVE]


def test_pages_of_accounts_follow_each_other(db: Session) -> None:
    made = [make_account(db, f"page{number}") for number in range(5)]
    for filters, expected in (
        (directory.Filters(q="page"), [account.name for account in made]),
        (directory.Filters(level="member"), [account.name for account in made[::-1]]),
    ):
        seen, after = [], None
        for _ in range(3):
            page = directory.listing(db, after, 2, filters)
            seen += [line.name for line in page.items]
            after = page.next
        assert (seen[:5], after) == (expected, None)


def test_the_log_is_read_by_act_and_account(db: Session) -> None:
    admin, member = admin_of(db), make_account(db)
    administering.sign_out(db, admin, member.id)
    administering.set_level(db, admin, member.id, "trusted", is_fixed=True)
    administering.set_level(db, admin, admin.id, "trusted", is_fixed=True)
    db.flush()
    assert [entry.act for entry in admin_log.entries(db, None, 9, account_id=member.id).items] == [
        "level", "signed-out",
    ]  # fmt: skip
    first = admin_log.entries(db, None, 1, act="level")
    assert first.items[0].account == admin.name
    assert admin_log.entries(db, first.next, 1, act="level").items[0].account == member.name


def test_an_account_is_made_by_its_owner_with_a_mailed_link(database: Database, tmp_path: Path) -> None:
    with database.writing() as db:
        admin = admin_of(db)
        for name, email, field in (
            ("x", "a@example.org", "name"),
            ("newbie", f"{admin.name}@example.org", "email"),
        ):
            with pytest.raises(Invalid) as refused:
                making_accounts.ask(db, admin, name, email)
            assert refused.value.fields.keys() == {field}
        making_accounts.ask(db, admin, "newbie", "old@example.org")
        making_accounts.ask(db, admin, "Newbie", "new@example.org")
        assert db.scalar(select(func.count()).select_from(Account)) == 1, "nothing before the link is used"
    url = database.url.render_as_string(hide_password=False)
    work_off(database, Settings(database_url=url, data_dir=tmp_path))
    texts = [message_from_bytes(file.read_bytes()) for file in sorted((tmp_path / "mail").iterdir())]
    mailed = next(text for text in texts if text["To"] == "new@example.org").get_payload(0)
    body = mailed.get_payload(decode=True).decode()
    token = body.partition("/begin/")[2].split()[0]
    with database.reading() as db:
        assert (entry := admin_log.entries(db, None, 1).items[0]).act == "account-made"
        assert token not in entry.words
        with pytest.raises(Invalid):
            making_accounts.prepare(db, token, "newbie1234")
        prepared = making_accounts.prepare(db, token, "a sentence of her own")
    with database.writing() as db:
        session = making_accounts.begin(db, None, token, prepared)
        db.flush()
        made = sessions.actor(db, session)
        assert made and (made.name, made.role) == ("Newbie", Role.MEMBER)
        assert directory.read(db, made.id).email == "new@example.org"
    with database.writing() as db, pytest.raises(NotFound):
        making_accounts.begin(db, None, token, prepared)


def test_only_admins_make_accounts(db: Session) -> None:
    with pytest.raises(Forbidden):
        making_accounts.ask(db, make_account(db, role=Role.MODERATOR), "newbie", "new@example.org")
