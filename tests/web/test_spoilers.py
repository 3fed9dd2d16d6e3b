"""What a spoiler hides is found by search, and told nowhere in passing."""

import re
from collections.abc import Callable, Iterator

import pytest
from browsing import Browser, make_app
from makers import make_account, make_answer, make_thread, opening
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.db import Database
from forum.discussion import requests
from forum.discussion.tables import Post
from forum.references import catalogue
from forum.references.identifiers import Identifier, Scheme

WORK = Identifier(Scheme.DOI, "10.5555/careful")
TEXT = "Who did it, says [@doi:10.5555/careful]?\n\n>! It was the zqgardener.\n"


@pytest.fixture(scope="module")
def pages(new_database: Callable[[str], Database]) -> Iterator[tuple[Browser, list[str]]]:
    """A browser, and where a post with a spoiler, or a part of it, is shown to guests."""
    database = new_database("sqlite")
    with database.writing() as db:
        paths = _settle(db)
    with Browser(make_app(database)) as browser:
        yield browser.signed_out(), paths


def _settle(db: Session) -> list[str]:
    writer = make_account(db, "writer")
    thread = make_thread(db, writer, title="A riddle for careful readers", text=TEXT)
    make_answer(db, thread, writer, TEXT)
    assert "zqgardener" in (db.scalar(select(Post.plain).limit(1)) or "")
    work = catalogue.find_or_create(db, [WORK])[WORK]
    return [
        f"/t/{thread.id}/{thread.slug}",
        f"/references/{work}/doi-10-5555-careful",
        "/people/writer/posts",
        "/search?q=says",
        "/",
    ]


def test_nothing_tells_it_but_the_text_itself(pages: tuple[Browser, list[str]]) -> None:
    browser, paths = pages
    for path in paths:
        told = browser.get(path)
        assert told.status_code == 200, path
        assert told.text.count('<details class="spoiler"') == (2 if path.startswith("/t/") else 0)
        open_words = re.sub(r'<details class="spoiler">.*?</details>', "", told.text, flags=re.DOTALL)
        assert "zqgardener" not in open_words, path
        assert "Who did it" in open_words or path == "/", path


def test_no_source_is_asked_for_what_it_hides(db: Session) -> None:
    told = "It was the butler, as everybody says."
    thread = make_thread(db, text=f"{told}\n\n>! It was the zqgardener.")
    assert requests.wanting(opening(db, thread)) == [told]


def test_search_finds_it_and_does_not_show_it(pages: tuple[Browser, list[str]]) -> None:
    browser, _ = pages
    found = browser.get("/search?q=zqgardener").text
    assert "A riddle for careful readers" in found
    assert "It was the" not in found
    assert "[spoiler]" in found
