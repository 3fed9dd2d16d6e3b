"""The migrations: up, down, up again with data in the tables, and nothing that the models know otherwise."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from makers import make_answer, make_thread
from sqlalchemy import inspect, text

from forum import schema
from forum.db import Database

_NOW = "'2026-11-01 12:00:00'"
#: A post under review that cites a source, in the words of the first schema.
WRITTEN_BEFORE = (
    "INSERT INTO account (id, name, name_key, role, about, is_sample, created_at, shown_posts, unread)"
    f" VALUES (1, 'ada', 'ada', 'member', '', false, {_NOW}, 1, 0)",
    "INSERT INTO thread (id, kind, title, slug, tag_names, state, closed_reason, author_id, created_at,"
    " active_at, active_by_id, shown, is_unanswered, is_accepted, answer_count, score) VALUES"
    f" (1, 'question', 'Why?', 'why', '', 'open', '', 1, {_NOW}, {_NOW}, 1, true, true, false, 0, 0)",
    "INSERT INTO post (id, thread_id, kind, author_id, state, visible, text, html, plain, mentions,"
    " markup_version, score, revision, created_at) VALUES"
    f" (1, 1, 'opening', 1, 'shown', true, 'Why?', 'Why?', 'Why?', '[]', 1, 0, 1, {_NOW})",
    "INSERT INTO reference (id, status, type, title, slug, label, container, csl, html, words, source,"
    " citation_count, created_at) VALUES"
    f" (1, 'pending', 'book', 'A book', '', '', '', '{{}}', '', '', '', 1, {_NOW})",
    "INSERT INTO reference_identifier (reference_id, scheme, value) VALUES (1, 'isbn', '9780306406157')",
    "INSERT INTO citation (post_id, reference_id, ordinal, locator, stance) VALUES (1, 1, 1, '', '')",
    "INSERT INTO review_item (post_id, state, held_because, urgency, flag_count, version, happened,"
    f" happened_at, opened_at) VALUES (1, 'open', '', 3, 1, 1, 'flagged', {_NOW}, {_NOW})",
)


def test_up_down_up(database: Database) -> None:
    schema.migrate(database, "base")
    assert set(inspect(database.engine).get_table_names()) == {"alembic_version"}
    schema.migrate(database)
    assert schema.present(database) == schema.newest()


def test_down_and_up_with_data(database: Database) -> None:
    with database.writing() as db:
        make_answer(db, make_thread(db), text="See 10.1371/journal.pone.0211023 for that.")
    schema.migrate(database, "base")
    schema.migrate(database)
    with database.reading() as db:
        assert db.scalar(text("SELECT count(*) FROM post")) == 0


def test_models_and_migrations_agree(database: Database) -> None:
    with database.engine.connect() as connection:
        options = {"compare_type": True, "include_name": schema.is_modelled}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, schema.metadata) == []


def test_each_step_keeps_what_is_there(database: Database) -> None:
    schema.migrate(database, "base")
    schema.migrate(database, "0001")
    with database.writing() as db:
        for line in WRITTEN_BEFORE:
            db.execute(text(line))
    for revision in ("head", "0001", "head"):
        schema.migrate(database, revision)
        with database.reading() as db:
            assert db.scalar(text("SELECT count(*) FROM reference_identifier")) == 1
            assert db.scalar(text("SELECT title FROM reference")) == "A book"
            assert db.scalar(text("SELECT count(*) FROM citation JOIN post ON post.id = post_id")) == 1
            assert db.scalar(text("SELECT urgency FROM review_item JOIN post ON post.id = post_id")) == 3
