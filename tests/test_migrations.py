"""The migrations: up, down, up again with data in the tables, and nothing that the models know otherwise."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from makers import make_answer, make_thread
from sqlalchemy import inspect, text

from forum import schema
from forum.db import Database


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
