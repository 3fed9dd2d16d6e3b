"""Told in time: levels of following, saved searches, choices of channels, sent mails, pushes, languages"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.add_column(sa.Column('language', sa.String(length=8), server_default='', nullable=False))
    with op.batch_alter_table('bookmark', schema=None) as batch_op:
        batch_op.add_column(sa.Column('note', sa.String(length=500), server_default='', nullable=False))
        batch_op.add_column(sa.Column('remind_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_bookmark_remind_at', 'bookmark', ['remind_at'],
                    sqlite_where=sa.text('remind_at IS NOT NULL'), postgresql_where=sa.text('remind_at IS NOT NULL'))
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.add_column(sa.Column('thread_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('post_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_message_thread_id'), 'thread', ['thread_id'], ['id'], ondelete='SET NULL')
        batch_op.create_foreign_key(batch_op.f('fk_message_post_id'), 'post', ['post_id'], ['id'], ondelete='SET NULL')
        batch_op.create_index('ix_message_post_id', ['post_id', 'account_id'])
    op.create_index('ix_message_entry', 'message', ['account_id', 'thread_id', 'id'],
                    sqlite_where=sa.text('thread_id IS NOT NULL'), postgresql_where=sa.text('thread_id IS NOT NULL'))
    with op.batch_alter_table('follow', schema=None) as batch_op:
        batch_op.add_column(sa.Column('level', sa.String(length=6), server_default='follow', nullable=False))
        batch_op.drop_index('ix_follow_target')
        batch_op.create_index('ix_follow_target', ['kind', 'target_id', 'account_id'])
    op.create_table('saved_search',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('query', sa.Text(), nullable=False),
    sa.Column('seen_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_saved_search_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_search'))
    )
    op.create_index(op.f('ix_saved_search_account_id'), 'saved_search', ['account_id'])
    op.create_table('inbox_choice',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=6), server_default='none', nullable=False),
    sa.Column('digest_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('digested_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('time_zone', sa.String(length=40), server_default='UTC', nullable=False),
    sa.Column('quiet_from', sa.Integer(), nullable=True),
    sa.Column('quiet_to', sa.Integer(), nullable=True),
    sa.Column('own_threads', sa.String(length=6), server_default='follow', nullable=False),
    sa.Column('bounces', sa.Integer(), server_default='0', nullable=False),
    sa.Column('bounced_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('paused_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_inbox_choice_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_inbox_choice'))
    )
    op.create_index('ix_inbox_choice_digest_at', 'inbox_choice', ['digest_at'],
                    sqlite_where=sa.text('digest_at IS NOT NULL'), postgresql_where=sa.text('digest_at IS NOT NULL'))
    op.create_index('ix_inbox_choice_paused_at', 'inbox_choice', ['paused_at'],
                    sqlite_where=sa.text('paused_at IS NOT NULL'), postgresql_where=sa.text('paused_at IS NOT NULL'))
    op.create_table('kind_choice',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('mail', sa.String(length=6), nullable=False),
    sa.Column('push', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_kind_choice_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', 'kind', name=op.f('pk_kind_choice'))
    )
    op.create_table('sent_mail',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('handed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_sent_mail_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sent_mail')),
    sa.UniqueConstraint('key', name=op.f('uq_sent_mail_key'))
    )
    op.create_index('ix_sent_mail_account', 'sent_mail', ['account_id', 'handed_at'])
    op.create_index(op.f('ix_sent_mail_handed_at'), 'sent_mail', ['handed_at'])
    op.create_index('ix_sent_mail_unsure', 'sent_mail', ['handed_at'],
                    sqlite_where=sa.text('sent_at IS NULL'), postgresql_where=sa.text('sent_at IS NULL'))
    op.create_table('push_subscription',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('endpoint', sa.Text(), nullable=False),
    sa.Column('p256dh', sa.String(length=120), nullable=False),
    sa.Column('auth', sa.String(length=60), nullable=False),
    sa.Column('device', sa.String(length=60), server_default='', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('failures', sa.Integer(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_push_subscription_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_push_subscription')),
    sa.UniqueConstraint('endpoint', name=op.f('uq_push_subscription_endpoint'))
    )
    op.create_index(op.f('ix_push_subscription_account_id'), 'push_subscription', ['account_id'])


def downgrade() -> None:
    for table in ('push_subscription', 'sent_mail', 'kind_choice', 'inbox_choice', 'saved_search'):
        op.drop_table(table)
    # What only this version knows: people, searches, and what was muted.
    op.execute("DELETE FROM follow WHERE kind IN ('person', 'search') OR level = 'mute'")
    with op.batch_alter_table('follow', schema=None) as batch_op:
        batch_op.drop_index('ix_follow_target')
        batch_op.create_index('ix_follow_target', ['kind', 'target_id'])
        batch_op.drop_column('level')
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_index('ix_message_entry')
        batch_op.drop_index('ix_message_post_id')
        batch_op.drop_constraint(batch_op.f('fk_message_post_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_message_thread_id'), type_='foreignkey')
        batch_op.drop_column('post_id')
        batch_op.drop_column('thread_id')
    op.drop_index('ix_bookmark_remind_at', 'bookmark')
    with op.batch_alter_table('bookmark', schema=None) as batch_op:
        batch_op.drop_column('remind_at')
        batch_op.drop_column('note')
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_column('language')
