"""Pages worth an evening: images, drafts, bookmarks, how far a thread was read"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('image',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('weight', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=2000), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_image_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_image')),
    sa.UniqueConstraint('name', name=op.f('uq_image_name'))
    )
    op.create_index('ix_image_account', 'image', ['account_id', 'created_at'])
    op.create_index(op.f('ix_image_created_at'), 'image', ['created_at'])
    op.create_index('uq_image_source', 'image', ['source'], unique=True,
                    sqlite_where=sa.text('source IS NOT NULL'), postgresql_where=sa.text('source IS NOT NULL'))
    op.create_table('image_file',
    sa.Column('image_id', sa.Integer(), nullable=False),
    sa.Column('size', sa.String(length=5), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['image_id'], ['image.id'], name=op.f('fk_image_file_image_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('image_id', 'size', name=op.f('pk_image_file'))
    )
    op.create_table('post_image',
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('image_id', sa.Integer(), nullable=False),
    sa.Column('current', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['image_id'], ['image.id'], name=op.f('fk_post_image_image_id')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_post_image_post_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('post_id', 'image_id', name=op.f('pk_post_image'))
    )
    op.create_index(op.f('ix_post_image_image_id'), 'post_image', ['image_id'])
    op.create_table('draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.String(length=30), nullable=False),
    sa.Column('fields', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_draft_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft')),
    sa.UniqueConstraint('account_id', 'place', name=op.f('uq_draft_account_id_place'))
    )
    op.create_index(op.f('ix_draft_saved_at'), 'draft', ['saved_at'])
    op.create_table('bookmark',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_bookmark_account_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_bookmark_post_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', 'post_id', name=op.f('pk_bookmark'))
    )
    op.create_index('ix_bookmark_account', 'bookmark', ['account_id', 'at', 'post_id'])
    op.create_index(op.f('ix_bookmark_post_id'), 'bookmark', ['post_id'])
    op.add_column('thread_read', sa.Column('post_id', sa.Integer(), server_default='0', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('thread_read', schema=None) as batch_op:
        batch_op.drop_column('post_id')
    for table in ('bookmark', 'draft', 'post_image', 'image_file', 'image'):
        op.drop_table(table)
