"""Posts are rendered again when the version of our Markdown has risen, and only then."""

from makers import make_account, make_answer, make_thread
from sqlalchemy import select, update

from forum.actions import editing, rendering
from forum.config import Settings
from forum.db import Database
from forum.discussion.tables import Post
from forum.jobs import Job
from forum.languages.speaking import at_home
from forum.markup import MARKUP_VERSION

LINK = "See [https://forum.test](https://evil.test), please."


def walked(database: Database, settings: Settings | None = None, most: int = 100) -> int:
    """Does the waiting jobs, so many at most; answers how many there were."""
    for count in range(most):
        with database.writing() as db:
            job = db.scalars(select(Job).where(Job.name == rendering.JOB)).first()
            if job is None:
                return count
            payload = dict(job.payload)
            db.delete(job)
        settings = settings or Settings()
        with at_home(settings.language):
            rendering.go_on(database, settings, **payload)
    assert most < 100, "the walk does not end"
    return most


def test_old_posts_come_out_as_new_ones(database: Database, monkeypatch) -> None:
    monkeypatch.setattr(rendering, "BATCH", 2)
    with database.writing() as db:
        author = make_account(db)
        thread = make_thread(db, author, text=LINK)
        answers = [make_answer(db, thread, author, f"{LINK} {number}") for number in range(4)]
        db.execute(update(Post).values(html="<p>old</p>", plain="old", markup_version=MARKUP_VERSION - 1))
        editing.edit(db, author, answers[0].id, "Edited meanwhile.", 1)
    rendering.begin(database, "en")
    assert walked(database) == 4
    with database.reading() as db:
        found = list(db.execute(select(Post.html, Post.plain, Post.markup_version).order_by(Post.id)))
        assert {version for *_, version in found} == {MARKUP_VERSION}
        assert sum("(evil.test)" in html and "(evil.test)" in plain for html, plain, _ in found) == 4
        assert sum("Edited meanwhile" in html for html, *_ in found) == 1
    rendering.begin(database, "en")
    assert walked(database) == 0


def test_posts_follow_the_forum_into_its_language(database: Database) -> None:
    """The words that rendering adds are the forum's; when that changes its language, all posts do."""
    with database.writing() as db:
        make_thread(db, text="Sleep got longer [supports @doi:10.5555/sleep].")
    rendering.begin(database, "en")
    walked(database)
    rendering.begin(database, "fr")
    assert walked(database, Settings(language="fr")) == 2
    with database.reading() as db:
        html = db.scalar(select(Post.html))
        assert html is not None and ">appuie&nbsp;: </span>" in html
    rendering.begin(database, "fr")
    assert walked(database) == 0


def test_a_walk_begins_anew_when_the_language_changes_on_its_way(database: Database, monkeypatch) -> None:
    monkeypatch.setattr(rendering, "BATCH", 1)
    with database.writing() as db:
        for _ in range(3):
            make_thread(db, text="Sleep got longer [supports @doi:10.5555/sleep].")
    rendering.begin(database, "en")
    walked(database)
    rendering.begin(database, "fr")
    walked(database, Settings(language="fr"), most=2)
    rendering.begin(database, "en")
    walked(database)
    with database.reading() as db:
        assert all(">supports: </span>" in html for html in db.scalars(select(Post.html)))
