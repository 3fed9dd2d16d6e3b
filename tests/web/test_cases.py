"""The desk: the page of a reference's review item, and its forms."""

from collections.abc import Iterator
from html import unescape

import pytest
from browsing import Browser, make_app
from makers import make_account, make_answer, make_thread

from forum.accounts.tables import Role
from forum.db import Database
from forum.discussion import cited
from forum.moderation import cases
from forum.moderation.tables import CaseKind
from forum.references import catalogue

ONE = {"type": "article-journal", "title": "A study of sleep & <dreams>", "volume": "1"}
TWO = {**ONE, "volume": "2", "author": [{"family": "Doe", "given": "Jo"}]}


@pytest.fixture
def browser(database: Database) -> Iterator[Browser]:
    with Browser(make_app(database)) as browser:
        yield browser


def test_a_moderator_settles_the_cases_of_a_reference(browser: Browser, database: Database) -> None:
    with database.writing() as db:
        judge, member = make_account(db, role=Role.MODERATOR), make_account(db)
        post = make_answer(db, make_thread(db), text="So [@doi:10.5555/one] and [@doi:10.5555/two].")
        one, two = (use.reference_id for use in cited.by_post(db, post.id))
        catalogue.record(db, one, ONE, "crossref")
        catalogue.record(db, two, TWO, "crossref")
        double = cases.open_case(db, one, CaseKind.DUPLICATE, other_id=two, words="Look & see.")
        proposal = {"volume": "3", "evidence": "observational"}
        cases.open_case(db, one, CaseKind.CORRECTION, proposal=proposal, account_id=member.id)
        item, double_id = double.item_id, double.id
    assert browser.signed_in(member).get(f"/moderation/items/{item}").status_code == 403
    browser.signed_in(judge)
    queue = unescape(browser.get("/moderation").text)
    assert f"/moderation/items/{item}" in queue
    assert "Possible duplicate" in queue
    page = browser.get(f"/moderation/items/{item}").text
    assert "A study of sleep &amp; &lt;dreams&gt;" in page
    for words in ("Look &amp; see.", "Doe", "observational", "Two works", f"from {member.name}"):
        assert words in page, words
    refused = browser.post(f"/moderation/cases/{double_id + 1}/settle", {"verdict": "declined", "answer": ""})
    assert refused.status_code == 422
    assert "whoever brought it reads it" in refused.text
    form = {"verdict": "declined", "answer": "Two years apart."}
    sent = browser.post(f"/moderation/cases/{double_id}/settle", form)
    assert sent.status_code == 303
    assert "Two years apart." in browser.get(sent.headers["location"]).text
    assert browser.post(f"/moderation/cases/{double_id}/settle", form).status_code == 409
    assert browser.post("/moderation/cases/99999/settle", form).status_code == 404
    assert browser.post(f"/moderation/items/{item}/claim").status_code == 303
    assert "This item is yours" in browser.get(f"/moderation/items/{item}").text
    late = browser.post(f"/moderation/items/{item}/decide", {"verdict": "hide", "version": "1"})
    assert late.status_code == 409 and "settled a case of" in late.text
