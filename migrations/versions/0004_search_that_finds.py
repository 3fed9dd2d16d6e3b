"""Search that finds: tokens made by the forum itself, and in how many posts each stands"""

from datetime import UTC, datetime

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

TOKEN = sa.Text().with_variant(postgresql.TEXT(collation='C'), 'postgresql')
JOB = sa.table(
    'job',
    sa.column('name', sa.String),
    sa.column('key', sa.String),
    sa.column('payload', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')),
    sa.column('run_at', sa.DateTime(timezone=True)),
    sa.column('attempts', sa.Integer),
    sa.column('buried', sa.Boolean),
    sa.column('last_error', sa.Text),
)


def upgrade() -> None:
    _empty()
    with op.batch_alter_table('search_document', schema=None) as batch_op:
        batch_op.add_column(sa.Column('length', sa.Integer(), nullable=False))
    op.create_table('search_token',
    sa.Column('token', TOKEN, nullable=False),
    sa.Column('documents', sa.BigInteger(), nullable=False),
    sa.Column('word', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('token', name=op.f('pk_search_token'))
    )
    op.create_table('search_token_change',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('token', TOKEN, nullable=False),
    sa.Column('change', sa.BigInteger(), nullable=False),
    sa.Column('word', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_token_change'))
    )
    with op.batch_alter_table('search_token_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_search_token_change_token'), ['token'], unique=False)
    # Words are parted, folded and stemmed before they come here: what is not ASCII is a letter, and that is all.
    _words("ascii")
    _without_waiting("SET (fastupdate = off)")
    _fill_meanwhile()


def downgrade() -> None:
    _empty()
    with op.batch_alter_table('search_token_change', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_search_token_change_token'))

    op.drop_table('search_token_change')
    op.drop_table('search_token')
    with op.batch_alter_table('search_document', schema=None) as batch_op:
        batch_op.drop_column('length')
    _words("porter unicode61 remove_diacritics 2")
    _without_waiting("RESET (fastupdate)")
    op.execute("DELETE FROM job WHERE name IN ('search.reindex', 'search.fold')")


def _empty() -> None:
    """No post is in the index, which the versions before and after write differently."""
    if op.get_bind().dialect.name == 'sqlite':
        op.execute("DROP TABLE search_fts")
    op.execute("DELETE FROM search_document")


def _words(tokenizer: str) -> None:
    if op.get_bind().dialect.name == 'sqlite':
        op.execute(
            "CREATE VIRTUAL TABLE search_fts USING fts5(title, body, tags, sources, content='search_document',"
            f" content_rowid='post_id', tokenize='{tokenizer}')"
        )


def _without_waiting(change: str) -> None:
    """New posts go straight into PostgreSQL's index, for a millisecond each.

    Else they wait in a list that every search reads from end to end, for each of its words: ten times slower.
    """
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(f"ALTER INDEX ix_search_document_vector {change}")


def _fill_meanwhile() -> None:
    """The worker fills the index while the forum is open; one without posts needs nothing."""
    if not op.get_bind().scalar(sa.text("SELECT EXISTS (SELECT 1 FROM post)")):
        return
    # Any moment that is past: at once.
    past = datetime(2026, 11, 1, tzinfo=UTC)
    job = {'name': 'search.reindex', 'key': 'search.reindex', 'payload': {}, 'run_at': past}
    op.bulk_insert(JOB, [{**job, 'attempts': 0, 'buried': False, 'last_error': ''}])
    print("The search index is made anew while the forum is open: search fills up by and by.")
