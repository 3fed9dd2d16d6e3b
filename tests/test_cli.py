"""The command line, as its owner meets it: exit codes, one sentence for what went wrong, real servers.

Each command runs at least once as a process of its own (`forum_process`, `serving`). What else ends by itself
runs in this process (`forum`): an interpreter with everything in it takes a second or two to start.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from typing import NamedTuple, get_args, get_type_hints
from unittest.mock import patch

import httpx
import pytest
from makers import make_account, make_answer, make_thread, opening
from sqlalchemy import select

from forum import schema
from forum import serving as server
from forum.__main__ import create_account, main
from forum.accounts import passwords, people, recovery_codes
from forum.accounts.tables import Account, Role
from forum.config import settings as current
from forum.db import Database
from forum.search import index

Environment = dict[str, str]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """An empty data folder, and none of this shell's settings."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("FORUM_")}
    return plain | {"FORUM_DATA_DIR": str(tmp_path / "data")}


class Done(NamedTuple):
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def forum(environment: Environment, *words: str, typed: str = "") -> Done:
    """What the command does that ends by itself; one that would serve fails."""
    said, complained = StringIO(), StringIO()
    with (
        patch.dict(os.environ, environment, clear=True),
        patch.object(sys, "argv", ["forum", *words]),
        patch.object(sys, "stdin", StringIO(typed)),
        patch.object(server.MPServer, "serve", side_effect=AssertionError("it serves")),
        redirect_stdout(said),
        redirect_stderr(complained),
        pytest.raises(SystemExit) as ended,
    ):
        current.cache_clear()
        main()
    return Done(int(ended.value.code or 0), said.getvalue(), complained.getvalue())


def would_serve(environment: Environment, *options: str) -> bool:
    """`forum serve` comes as far as serving."""
    with pytest.raises(AssertionError, match="it serves"):
        forum(environment, "serve", "--port", "0", "--no-worker", *options)
    return True


def forum_process(environment: Environment, *words: str, typed: str = "") -> Done:
    """The same by a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "forum", *words],
        check=False, env=environment, input=typed, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


@contextmanager
def serving(environment: Environment, *options: str) -> Iterator[tuple["subprocess.Popen[str]", str, str]]:
    """`forum serve` on a free port; answers the process, its address and what it said first."""
    command = [sys.executable, "-m", "forum", "serve", "--port", "0", *options]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        base = re.findall(r"http://\S+", said)[0]
        wait_for(lambda: answers(base))
        yield process, base, said
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def answers(base: str) -> bool:
    try:
        return httpx.get(f"{base}/healthz", verify=False).status_code == 200
    except httpx.TransportError:
        return False


def wait_for(holds: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def group(leader: int) -> set[int]:
    """The living processes that belong to the session of `leader`."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, _group, session = path.read_text().rpartition(") ")[2].split()[:4]
        except OSError:
            continue
        if int(session) == leader and state != "Z":
            found.add(int(path.parent.name))
    return found


@pytest.fixture
def migrated(environment: Environment, _sqlite_model: Path) -> Environment:
    """The same with a forum in it that is as `forum migrate` makes it, for what comes after."""
    folder = Path(environment["FORUM_DATA_DIR"])
    folder.mkdir()
    shutil.copy(_sqlite_model, folder / "forum.sqlite3")
    return environment


def database_of(environment: Environment) -> Database:
    return Database(f"sqlite:///{environment['FORUM_DATA_DIR']}/forum.sqlite3")


def test_every_command_explains_itself(environment: Environment) -> None:
    for words in ("", "serve", "work", "migrate", "check", "search reindex", "account", "account create"):
        run = forum if words else forum_process
        done = run(environment, *words.split(), "--help")
        assert (done.returncode, done.stderr) == (0, "")
        assert "Usage" in done.stdout


def test_an_unknown_command_is_a_wrong_use(environment: Environment) -> None:
    assert forum(environment, "dance").returncode == 2
    assert forum(environment, "serve", "--port", "many").returncode == 2


@pytest.mark.parametrize(
    ("command", "name", "value"),
    [
        ("serve", "FORUM_REQUEST_THREADS", "many"),
        ("check", "FORUM_BASE_URL", "forum.example.org"),
        ("migrate", "FORUM_DATABASE_URL", "mysql://x/y"),
        ("work", "FORUM_PAGE_SIZE", "0"),
        ("serve", "FORUM_MAIL_URL", "ftp://x"),
    ],
)
def test_a_bad_setting_is_named_in_one_sentence(
    environment: Environment, command: str, name: str, value: str
) -> None:
    done = (forum_process if command == "work" else forum)(environment | {name: value}, command)
    assert done.returncode == 2
    assert done.stdout == ""
    assert name in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr


def test_a_new_forum_is_checked_before_and_after_it_is_migrated(environment: Environment) -> None:
    before = forum(environment, "check")
    assert before.returncode == 1
    assert "forum migrate" in before.stdout
    assert "version" in forum_process(environment, "migrate").stdout
    after = forum_process(environment, "check")
    assert after.returncode == 0, after.stdout
    names = [line.split()[1] for line in after.stdout.splitlines()]
    assert names == ["settings", "database", "schema", "search", "mail"]


def test_a_database_that_is_away_is_one_sentence(environment: Environment) -> None:
    away = environment | {"FORUM_DATABASE_URL": "postgresql+psycopg://ada:secret@127.0.0.1:1/forum"}
    for command in ("check", "migrate", "serve"):
        done = forum(away, command)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "secret" not in done.stderr + done.stdout
    assert "FAILED  database" in forum(away, "check").stdout


def test_a_folder_that_cannot_be_made_is_one_sentence(environment: Environment, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for command in ("check", "migrate", "serve"):
        done = forum(environment | {"FORUM_DATA_DIR": str(tmp_path / "file" / "data")}, command)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr, done.stderr


def test_an_account_is_made_with_a_password_from_standard_input(environment: Environment) -> None:
    forum(environment, "migrate")
    words = ("account", "create", "Ada", "--role", "moderator", "--email", "ada@example.org")
    done = forum_process(environment, *words, typed="a sentence of my own\n")
    assert (done.returncode, done.stdout) == (0, "Ada can sign in (moderator).\n")
    database = database_of(environment)
    with database.reading() as db:
        account = db.scalars(select(Account)).one()
        assert (account.role, account.email) == ("moderator", "ada@example.org")
        assert passwords.matches(account.password_hash, "a sentence of my own")
    database.close()
    again = forum(environment, *words, typed="a sentence of my own\n")
    assert (again.returncode, "taken" in again.stderr) == (1, True)
    for typed in ("", "short\n"):
        weak = forum(environment, "account", "create", "Eve", typed=typed)
        assert (weak.returncode, "password" in weak.stderr.lower()) == (1, True)


def test_who_lost_the_second_factor_is_let_in(environment: Environment) -> None:
    forum(environment, "migrate")
    forum(environment, "account", "create", "Ada", typed="a sentence of my own\n")
    database = database_of(environment)
    with database.writing() as db:
        recovery_codes.make(db, db.scalars(select(Account.id)).one())
    done = forum(environment, "account", "reset-factors", "ada")
    assert (done.returncode, "the password alone" in done.stdout) == (0, True)
    with database.reading() as db:
        assert recovery_codes.left(db, db.scalars(select(Account.id)).one()) == 0
    database.close()
    nobody = forum(environment, "account", "reset-factors", "nobody")
    assert (nobody.returncode, nobody.stderr) == (1, "There is no account nobody.\n")


def test_an_empty_forum_is_served_and_leads_to_its_first_admin(environment: Environment) -> None:
    with serving(environment) as (process, base, said):
        assert said.startswith("Footnote is at http://127.0.0.1:")
        assert process.stdout is not None
        invitation = process.stdout.readline()
        address = re.findall(rf"Open ({re.escape(base)}/setup\?code=\S+) to create", invitation)[0]
        assert httpx.get(address).status_code == 200
        code = address.partition("code=")[2]
        form = {"code": code, "name": "Ada", "email": "ada@example.org", "password": "a sentence of my own"}
        made = httpx.post(f"{base}/setup", data=form, headers={"origin": base})
        assert made.status_code == 303
        assert httpx.get(f"{base}/readyz").text == "ok\n"
        mails = Path(environment["FORUM_DATA_DIR"]) / "mail"
        joined = {"name": "Grace", "email": "grace@example.org", "password": "a sentence of my own"}
        assert httpx.post(f"{base}/sign-up", data=joined, headers={"origin": base}).status_code == 303
        wait_for(lambda: mails.is_dir() and len(list(mails.glob("*.eml"))) == 1)
    with serving(environment) as (process, base, said):
        assert process.stdout is not None
        os.killpg(process.pid, signal.SIGTERM)
        assert "setup" not in said + process.stdout.read()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serving_ends_when_told_to(migrated: Environment, number: signal.Signals) -> None:
    with serving(migrated) as (process, base, _), httpx.Client() as open_connection:
        open_connection.get(f"{base}/healthz")
        wait_for(lambda: len(group(process.pid)) >= 3)
        begun = time.monotonic()
        process.send_signal(number)
        assert process.wait(15) == 0
        assert time.monotonic() - begun < 4
        assert group(process.pid) == set()


def test_no_process_outlives_a_server_that_was_killed(migrated: Environment) -> None:
    with serving(migrated) as (process, base, _):
        wait_for(lambda: len(group(process.pid)) >= 3)
        process.kill()
        process.wait()
        wait_for(lambda: group(process.pid) == set(), 15)
        assert not answers(base)


def test_a_worker_that_dies_is_started_again(migrated: Environment) -> None:
    with serving(migrated) as (process, _, _):
        wait_for(lambda: worker_of(process.pid) is not None)
        first = worker_of(process.pid)
        assert first is not None
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: worker_of(process.pid) not in (None, first))


def worker_of(leader: int) -> int | None:
    for number in group(leader):
        with suppress(FileNotFoundError, ProcessLookupError):
            if b"\0work\0" in Path(f"/proc/{number}/cmdline").read_bytes():
                return number
    return None


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        (["--host", "0.0.0.0"], {}),
        ([], {"FORUM_BASE_URL": "https://forum.example.org"}),
    ],
)
def test_sample_accounts_are_served_to_others_only_when_asked(
    migrated: Environment, options: list[str], settings: Environment
) -> None:
    with_accounts(migrated, is_sample=True)
    done = forum(migrated | settings, "serve", "--port", "0", *options)
    assert (done.returncode, done.stdout) == (1, "")
    assert "FORUM_DATA_DIR" in done.stderr
    assert "--with-sample" in done.stderr
    assert (done.stderr.count("\n"), done.stderr.rstrip().count(". ")) == (1, 0)
    assert would_serve(migrated | settings, "--with-sample", *options)


def test_sample_accounts_are_served_to_this_machine(migrated: Environment) -> None:
    with_accounts(migrated, is_sample=True)
    assert would_serve(migrated, "--host", "localhost")


def test_a_real_forum_is_served_to_everybody(migrated: Environment) -> None:
    with_accounts(migrated, is_sample=False)
    assert would_serve(migrated | {"FORUM_BASE_URL": "https://forum.example.org"})


def with_accounts(environment: Environment, *, is_sample: bool) -> None:
    """The forum has somebody who can sign in, as a sample account or as a real one."""
    database = database_of(environment)
    with database.writing() as db:
        people.add(db, "Ada", None, "hash", Role.ADMIN, is_sample=is_sample)
    database.close()


def test_a_broken_search_index_is_made_anew(environment: Environment) -> None:
    assert forum(environment, "search", "reindex").returncode == 1
    database = database_of(environment)
    schema.migrate(database)
    with database.writing() as db:
        thread = make_thread(db, make_account(db))
        make_answer(db, thread)
        index.drop(db, [opening(db, thread).id])
    broken = forum(environment, "check")
    assert (broken.returncode, "run: forum search reindex" in broken.stdout) == (1, True)
    done = forum_process(environment, "search", "reindex")
    assert (done.returncode, done.stdout) == (0, "The search index has 2 posts.\n")
    assert forum(environment, "check").returncode == 0
    database.close()


def test_a_port_in_use_is_one_sentence(environment: Environment) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = forum(environment, "serve", "--port", port)
    assert done.returncode == 1
    assert (port in done.stderr, done.stderr.count("\n")) == (True, 1)


def test_without_a_worker_there_is_none_and_a_second_server_does_not_share_the_port(
    migrated: Environment,
) -> None:
    with serving(migrated, "--no-worker") as (process, base, _):
        assert forum(migrated, "serve", "--port", base.rpartition(":")[2]).returncode == 1
        time.sleep(0.5)
        assert worker_of(process.pid) is None


def test_postgresql_is_not_migrated_behind_its_owners_back(
    environment: Environment, new_database: Callable[[str], Database]
) -> None:
    database = new_database("postgresql")
    schema.migrate(database, "base")
    url = database.url.render_as_string(hide_password=False)
    done = forum(environment | {"FORUM_DATABASE_URL": url}, "serve", "--port", "0")
    assert (done.returncode, "forum migrate" in done.stderr) == (1, True)
    assert schema.present(database) is None
    database.close()
    assert forum(environment | {"FORUM_DATABASE_URL": url}, "migrate").returncode == 0
    assert would_serve(environment | {"FORUM_DATABASE_URL": url})


def test_the_roles_on_the_command_line_are_the_roles() -> None:
    assert get_args(get_type_hints(create_account)["role"]) == tuple(role.value for role in Role)
