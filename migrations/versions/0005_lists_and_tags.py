"""Lists worth reading, and tags with synonyms that can become one"""

import math
from datetime import UTC, datetime, timedelta

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

BATCH = 5000
#: As in forum/discussion/ranking.py when this was written.
AGES = (timedelta(days=7), timedelta(days=30), timedelta(days=365))
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
TENFOLD = timedelta(days=730)
WRITTEN = {'sqlite_where': sa.text("visible = 1 AND kind != 'opening'"), 'postgresql_where': sa.text("visible AND kind != 'opening'")}


def upgrade() -> None:
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.add_column(sa.Column('hot', sa.Double(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('age', sa.Integer(), nullable=False, server_default='0'))
    with op.batch_alter_table('thread_tag', schema=None) as batch_op:
        batch_op.add_column(sa.Column('created_at', sa.DateTime(timezone=True), nullable=False, server_default='2000-01-01 00:00:00'))
        batch_op.add_column(sa.Column('is_unanswered', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('hot', sa.Double(), nullable=False, server_default='0'))
    _fill()
    op.drop_index('ix_thread_author', table_name='thread')
    op.create_index('ix_thread_author', 'thread', ['author_id', 'shown', 'active_at', 'id'])
    op.create_index('ix_thread_newest', 'thread', ['shown', 'created_at', 'id'])
    op.create_index('ix_thread_best', 'thread', ['shown', 'age', 'score', 'answer_count', 'active_at', 'id'])
    op.create_index('ix_thread_hot', 'thread', ['shown', 'hot', 'id'])
    op.create_index('ix_thread_age', 'thread', ['age', 'created_at'])
    op.create_index('ix_thread_tag_newest', 'thread_tag', ['tag_id', 'shown', 'created_at', 'thread_id'])
    op.create_index('ix_thread_tag_unanswered', 'thread_tag', ['tag_id', 'shown', 'is_unanswered', 'active_at', 'thread_id'])
    op.create_index('ix_thread_tag_hot', 'thread_tag', ['tag_id', 'shown', 'hot', 'thread_id'])
    op.create_index('ix_post_written', 'post', ['author_id', 'created_at', 'id'], **WRITTEN)
    op.create_table('tag_synonym',
    sa.Column('name', sa.String(length=35), nullable=False),
    sa.Column('tag_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['tag_id'], ['tag.id'], name=op.f('fk_tag_synonym_tag_id')),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_tag_synonym'))
    )
    op.create_index(op.f('ix_tag_synonym_tag_id'), 'tag_synonym', ['tag_id'])
    op.create_table('tag_merge',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('from_id', sa.Integer(), nullable=False),
    sa.Column('into_id', sa.Integer(), nullable=False),
    sa.Column('took', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['actor_id'], ['account.id'], name=op.f('fk_tag_merge_actor_id')),
    sa.ForeignKeyConstraint(['from_id'], ['tag.id'], name=op.f('fk_tag_merge_from_id')),
    sa.ForeignKeyConstraint(['into_id'], ['tag.id'], name=op.f('fk_tag_merge_into_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tag_merge'))
    )
    op.create_index(op.f('ix_tag_merge_from_id'), 'tag_merge', ['from_id'])
    op.create_index(op.f('ix_tag_merge_into_id'), 'tag_merge', ['into_id'])
    op.create_table('tag_merge_thread',
    sa.Column('merge_id', sa.Integer(), nullable=False),
    sa.Column('thread_id', sa.Integer(), nullable=False),
    sa.Column('tag_names', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['merge_id'], ['tag_merge.id'], name=op.f('fk_tag_merge_thread_merge_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_tag_merge_thread_thread_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('merge_id', 'thread_id', name=op.f('pk_tag_merge_thread'))
    )


def downgrade() -> None:
    for table in ('tag_merge_thread', 'tag_merge', 'tag_synonym'):
        op.drop_table(table)
    op.execute("DELETE FROM follow WHERE kind = 'tag'")
    op.execute("DELETE FROM job WHERE name IN ('lists.grow_older', 'tags.go_on')")
    op.drop_index('ix_post_written', table_name='post')
    for name in ('hot', 'unanswered', 'newest'):
        op.drop_index(f'ix_thread_tag_{name}', table_name='thread_tag')
    for name in ('author', 'age', 'hot', 'best', 'newest'):
        op.drop_index(f'ix_thread_{name}', table_name='thread')
    op.create_index('ix_thread_author', 'thread', ['author_id', 'id'])
    with op.batch_alter_table('thread_tag', schema=None) as batch_op:
        for name in ('hot', 'is_unanswered', 'created_at'):
            batch_op.drop_column(name)
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.drop_column('age')
        batch_op.drop_column('hot')


def _fill() -> None:
    """What lists are ordered by, for the threads that are there."""
    thread = sa.table('thread', sa.column('id', sa.Integer), sa.column('score', sa.Integer), sa.column('created_at', sa.DateTime(timezone=True)), sa.column('hot', sa.Double), sa.column('age', sa.Integer))
    db, last, now = op.get_bind(), 0, datetime.now(UTC)
    wanted = sa.select(thread.c.id, thread.c.score, thread.c.created_at).order_by(thread.c.id).limit(BATCH)
    change = thread.update().where(thread.c.id == sa.bindparam('key')).values(hot=sa.bindparam('heat'), age=sa.bindparam('years'))
    while found := db.execute(wanted.where(thread.c.id > last)).all():
        db.execute(change, [_ranked(*row, now) for row in found])
        last = found[-1].id
    for name in ('created_at', 'is_unanswered', 'hot'):
        op.execute(f"UPDATE thread_tag SET {name} = (SELECT {name} FROM thread WHERE thread.id = thread_tag.thread_id)")


def _ranked(key: int, score: int, begun_at: datetime, now: datetime) -> dict[str, object]:
    begun = begun_at if begun_at.tzinfo else begun_at.replace(tzinfo=UTC)
    heat = math.copysign(math.log10(1 + abs(score)), score) + (begun - EPOCH) / TENFOLD
    return {'key': key, 'heat': heat, 'years': sum(now - begun >= span for span in AGES)}
