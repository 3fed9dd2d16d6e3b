"""In their own words: messages that can be written again, pushes of one session, rules of the community"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.add_column(sa.Column('letter', sa.String(length=30), server_default='', nullable=False))
        batch_op.add_column(sa.Column('facts', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql'), nullable=True))
        batch_op.add_column(sa.Column('language', sa.String(length=8), server_default='', nullable=False))
    with op.batch_alter_table('push_subscription', schema=None) as batch_op:
        batch_op.add_column(sa.Column('session_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_push_subscription_session_id'), 'sign_in', ['session_id'], ['id'], ondelete='CASCADE')
        batch_op.create_index(op.f('ix_push_subscription_session_id'), ['session_id'])
    op.create_table('community_rule',
    sa.Column('key', sa.String(length=20), nullable=False),
    sa.Column('title', sa.String(length=80), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_community_rule'))
    )


def downgrade() -> None:
    op.drop_table('community_rule')
    with op.batch_alter_table('push_subscription', schema=None) as batch_op:
        batch_op.drop_index(op.f('ix_push_subscription_session_id'))
        batch_op.drop_constraint(batch_op.f('fk_push_subscription_session_id'), type_='foreignkey')
        batch_op.drop_column('session_id')
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_column('language')
        batch_op.drop_column('facts')
        batch_op.drop_column('letter')
