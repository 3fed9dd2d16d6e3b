"""What machines are told about this process."""

from browsing import Browser, make_app

from forum import schema
from forum.db import Database


def test_a_process_that_can_answer_says_so(database: Database) -> None:
    with Browser(make_app(database)) as browser:
        assert (browser.get("/healthz").text, browser.get("/healthz").status_code) == ("ok\n", 200)
        assert (browser.get("/readyz").text, browser.get("/readyz").status_code) == ("ok\n", 200)


def test_another_schema_is_not_ready_but_alive(database: Database) -> None:
    schema.migrate(database, "base")
    with Browser(make_app(database)) as browser:
        answer = browser.get("/readyz")
        assert answer.status_code == 503
        assert "forum migrate" in answer.text
        assert browser.get("/healthz").status_code == 200
