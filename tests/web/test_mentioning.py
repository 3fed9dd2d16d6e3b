"""Names that complete a mention: whose, in which order, and whose never."""

import re
from collections.abc import Iterator

import pytest
from browsing import Browser, make_app
from makers import make_account, make_answer, make_thread, unhurried
from web.test_queries import listening, scans

from forum.accounts.tables import Account, Actor, Standing
from forum.clock import now
from forum.db import Database
from forum.discussion import anonymity, visibility
from forum.discussion.tables import Post


class Place:
    def __init__(self, browser: Browser, thread_id: int, people: dict[str, Actor]) -> None:
        self.browser = browser
        self.thread_id = thread_id
        self.people = people

    def names(self, q: str, thread: object = "") -> list[str]:
        answer = self.browser.get("/people/suggest", params={"q": q, "thread": str(thread)})
        assert answer.status_code == 200
        return re.findall(r'data-name="([^"]+)"', answer.text)

    def change(self, name: str, **values: object) -> None:
        with self.browser.site.database.writing() as db:
            account = db.get_one(Account, self.people[name].id)
            for key, value in values.items():
                setattr(account, key, value)


@pytest.fixture
def place(database: Database) -> Iterator[Place]:
    with unhurried(), database.writing() as db:
        names = ("marga", "mark", "Marten", "nell", "maro")
        people = {name: make_account(db, name, shown_posts=10 * n) for n, name in enumerate(names, 1)}
        thread = make_thread(db, people["nell"], title="Who is who here?")
        make_answer(db, thread, people["marga"], "I am, for one, and so are others.")
        hidden = make_answer(db, thread, people["maro"], "Nobody reads what stands here.")
        hidden.state = "hidden"
        visibility.settle(db, hidden)
        thread_id = thread.id
    with Browser(make_app(database)) as browser:
        yield Place(browser.signed_in(people["nell"]), thread_id, people)


def test_those_who_write_in_the_thread_come_first(place: Place) -> None:
    # Nobody learns from the order who wrote what is hidden.
    assert place.names("mar") == ["maro", "Marten", "mark", "marga"]
    assert place.names("MAR", place.thread_id) == ["marga", "maro", "Marten", "mark"]
    assert place.names("mart", place.thread_id) == ["Marten"]
    assert place.names("", place.thread_id) == ["marga", "nell"]
    for q in ("", "x", "%", "_", "ark", "mar ", "\x00"):
        assert place.names(q, "x") == ([] if q != "mar " else place.names("mar")), q
    for nowhere in ("9" * 40, "9" * 12, "9" * 10, "0", "-1"):
        assert place.names("mark", nowhere) == ["mark"]


def test_nobody_who_is_gone_or_has_no_name_here(place: Place) -> None:
    place.change("mark", closed_at=now())
    place.change("marga", standing=Standing.SUSPENDED)
    assert place.names("mar", place.thread_id) == ["maro", "Marten"]
    place.change("maro", standing=Standing.HELD)
    assert place.names("mar", place.thread_id) == ["Marten"]
    with place.browser.site.database.writing() as db:
        anonymity.account(db)
        db.query(Post).filter_by(author_id=place.people["nell"].id).update(
            {"author_id": anonymity.ACCOUNT_ID}, synchronize_session=False
        )
    assert place.names("", place.thread_id) == []
    assert place.names("anonymous", place.thread_id) == []


def test_eight_at_most_by_an_index(place: Place) -> None:
    database = place.browser.site.database
    with database.writing() as db:
        for number in range(12):
            make_account(db, f"heron-{number}")
    with listening(database) as asked:
        assert len(place.names("her", place.thread_id)) == 8
    assert len(asked) <= 4
    if database.is_sqlite:
        for statement, values in asked:
            assert scans(database, statement, values) == [], statement


def test_only_for_the_signed_in(place: Place) -> None:
    answer = place.browser.signed_out().get("/people/suggest?q=mar")
    assert answer.status_code in (303, 401) and "marga" not in answer.text
