"""What is kept in posts is in the forum's own language, in whatever language somebody saves it."""

import pytest
from browsing import Browser, make_app
from makers import make_account, make_answer, make_thread
from sqlalchemy import select

from forum import jobs
from forum.config import Settings
from forum.db import Database
from forum.discussion.tables import Post
from forum.languages.speaking import at_home, home, speaking
from forum.markup import render
from forum.markup.sentences import marked, sentences
from forum.worker import work_off

SENTENCE = "Sleep got longer by half an hour."
TEXT = f"""{SENTENCE} [supports @doi:10.5555/sleep]; not so here [disputes @doi:10.5555/awake].[^1]

| Who | Hours |
|-----|-------|
| all | 7     |

>! They slept.

[^1]: In summer.
"""
ENGLISH = (
    "supports: <",
    "disputes: <",
    'aria-label="Table"',
    "<summary>Spoiler<",
    'aria-label="Back to the text"',
)
FRENCH = (
    *("appuie&nbsp;: <", "conteste&nbsp;: <", 'aria-label="Tableau"', "<summary>Divulgâcheur<"),
    'aria-label="Retour au texte"',
)


@pytest.mark.parametrize("author", ["en", "fr"])
@pytest.mark.parametrize(("own", "words", "asks"), [
    ("en", ENGLISH, ">source needed<"), ("fr", FRENCH, ">source nécessaire<"),
])  # fmt: skip
def test_posts_speak_as_the_forum_does(own: str, words: tuple[str, ...], asks: str, author: str) -> None:
    with at_home(own), speaking(author):
        page = render(TEXT)
        html = marked(page.html, sentences(page.text)[:1], "/p/1/source-needed")
    assert [word for word in words if word not in page.html] == []
    assert asks in html


def test_what_is_wrong_is_said_to_the_author() -> None:
    with at_home("en"), speaking("fr"):
        assert render("[@ref:0]").problems[0].startswith("«\xa0[@ref:0]\xa0» reste tel que tapé.")


def test_a_picture_without_words_stays_no_statement() -> None:
    with at_home("fr"):
        page = render("![](/images/0123456789abcdef0123456789abcdef-800x600.webp)")
    assert sentences(page.text) == []


@pytest.mark.parametrize(("own", "reader", "asks"), [
    ("en", "fr", ">source needed<"), ("fr", "en", ">source nécessaire<"),
])  # fmt: skip
def test_who_saves_changes_no_language(database: Database, own: str, reader: str, asks: str) -> None:
    with database.writing() as db:
        asker = make_account(db)
        post_id = make_answer(db, make_thread(db), make_account(db), text=SENTENCE).id
    with Browser(make_app(database, language=own)) as browser:
        asked = {"accept-language": reader}
        browser.signed_in(asker)
        sent = browser.post(f"/p/{post_id}/source-needed", {"sentence": SENTENCE}, headers=asked)
        assert sent.status_code == 303
    with database.reading() as db:
        assert asks in (db.scalar(select(Post.html).where(Post.id == post_id)) or "")


def test_a_job_is_at_home_too(database: Database) -> None:
    seen = []
    with database.writing() as db:
        jobs.put(db, "look")
    work_off(database, Settings(language="fr"), {"look": lambda *_: seen.append(home())})
    assert (seen, home()) == (["fr"], "en")
