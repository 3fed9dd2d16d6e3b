"""Search by meaning: the vectors of posts, where the setting for them is on"""

from alembic import op
import sqlalchemy as sa

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('search_vector',
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('numbers', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_search_vector_post_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('post_id', name=op.f('pk_search_vector'))
    )


def downgrade() -> None:
    op.execute("DELETE FROM job WHERE name IN ('search.embed', 'search.embed_all')")
    op.drop_table('search_vector')
