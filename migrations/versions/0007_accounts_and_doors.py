"""Accounts that are easy to keep and hard to take: factors, steps, mailed links, limits, trust, choices"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

RARE = (('role', "role <> 'member'"), ('standing', "standing <> 'active'"), ('tends', "tends <> ''"))


def upgrade() -> None:
    op.create_table('rate',
    sa.Column('key', sa.LargeBinary(length=16), nullable=False),
    sa.Column('free_at', sa.Float(precision=53), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_rate'))
    )
    op.create_index(op.f('ix_rate_free_at'), 'rate', ['free_at'])
    op.create_table('admin_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=False),
    sa.Column('act', sa.String(length=30), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_admin_entry_account_id')),
    sa.ForeignKeyConstraint(['actor_id'], ['account.id'], name=op.f('fk_admin_entry_actor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_admin_entry'))
    )
    op.create_index(op.f('ix_admin_entry_account_id'), 'admin_entry', ['account_id'])
    op.create_table('data_export',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_data_export_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_export'))
    )
    op.create_index(op.f('ix_data_export_account_id'), 'data_export', ['account_id'])
    op.create_table('former_name',
    sa.Column('name_key', sa.String(length=60), nullable=False),
    sa.Column('name', sa.String(length=30), nullable=False),
    sa.Column('likeness', sa.String(length=120), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_former_name_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('name_key', name=op.f('pk_former_name'))
    )
    op.create_index(op.f('ix_former_name_account_id'), 'former_name', ['account_id'])
    op.create_index(op.f('ix_former_name_likeness'), 'former_name', ['likeness'])
    op.create_table('invitation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('invited_by_id', sa.Integer(), nullable=False),
    sa.Column('note', sa.String(length=120), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_by_id', sa.Integer(), nullable=True),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['invited_by_id'], ['account.id'], name=op.f('fk_invitation_invited_by_id')),
    sa.ForeignKeyConstraint(['used_by_id'], ['account.id'], name=op.f('fk_invitation_used_by_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_invitation_token_hash'))
    )
    op.create_index(op.f('ix_invitation_invited_by_id'), 'invitation', ['invited_by_id'])
    op.create_index(op.f('ix_invitation_used_by_id'), 'invitation', ['used_by_id'])
    op.create_table('mail_token',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('email_key', sa.String(length=254), nullable=False),
    sa.Column('wanted', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(length=32), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_mail_token_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_mail_token_token_hash'))
    )
    op.create_index(op.f('ix_mail_token_account_id'), 'mail_token', ['account_id'])
    op.create_index(op.f('ix_mail_token_email_key'), 'mail_token', ['email_key'])
    op.create_index(op.f('ix_mail_token_expires_at'), 'mail_token', ['expires_at'])
    op.create_table('one_time_code',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('secret', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_step', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_one_time_code_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_one_time_code'))
    )
    op.create_table('passkey',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('credential_id', sa.LargeBinary(length=1023), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('sign_count', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_passkey_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey')),
    sa.UniqueConstraint('credential_id', name=op.f('uq_passkey_credential_id'))
    )
    op.create_index(op.f('ix_passkey_account_id'), 'passkey', ['account_id'])
    op.create_table('provider_account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('issuer', sa.String(length=255), nullable=False),
    sa.Column('subject', sa.String(length=255), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_provider_account_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_provider_account')),
    sa.UniqueConstraint('issuer', 'subject', name=op.f('uq_provider_account_issuer_subject'))
    )
    op.create_index(op.f('ix_provider_account_account_id'), 'provider_account', ['account_id'])
    op.create_table('recovery_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('code_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_recovery_code_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_recovery_code_code_hash'))
    )
    op.create_index(op.f('ix_recovery_code_account_id'), 'recovery_code', ['account_id'])
    op.create_table('security_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('device', sa.String(length=60), nullable=False),
    sa.Column('detail', sa.String(length=200), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_security_event_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_security_event'))
    )
    op.create_index('ix_security_event_account', 'security_event', ['account_id', 'id'])
    op.create_table('setting_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=30), nullable=False),
    sa.Column('before', sa.Text(), nullable=False),
    sa.Column('after', sa.Text(), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['account.id'], name=op.f('fk_setting_change_actor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_setting_change'))
    )
    op.create_index('ix_setting_change_key', 'setting_change', ['key', 'id'])
    op.create_table('step',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('facts', sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_step_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_step')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_step_token_hash'))
    )
    op.create_index(op.f('ix_step_account_id'), 'step', ['account_id'])
    op.create_index(op.f('ix_step_expires_at'), 'step', ['expires_at'])
    op.create_table('thread_read',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('thread_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_thread_read_account_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_thread_read_thread_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', 'thread_id', name=op.f('pk_thread_read'))
    )
    op.create_table('anonymous_post',
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_anonymous_post_account_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_anonymous_post_post_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('post_id', name=op.f('pk_anonymous_post'))
    )
    op.create_index(op.f('ix_anonymous_post_account_id'), 'anonymous_post', ['account_id'])
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.add_column(sa.Column('likeness', sa.String(length=120), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('handle', sa.LargeBinary(length=32), nullable=True))
        batch_op.add_column(sa.Column('level', sa.String(length=10), nullable=False, server_default='newcomer'))
        batch_op.add_column(sa.Column('is_level_fixed', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('tends', sa.String(length=400), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_unique_constraint(op.f('uq_account_handle'), ['handle'])
    op.create_index(op.f('ix_account_likeness'), 'account', ['likeness'])
    for name, rare in RARE:
        op.create_index(f'ix_account_{name}', 'account', [name, 'id'], sqlite_where=sa.text(rare), postgresql_where=sa.text(rare))
    op.execute("UPDATE account SET level = 'trusted' WHERE shown_posts >= 20")
    op.execute("UPDATE account SET level = 'member' WHERE shown_posts BETWEEN 2 AND 19")
    with op.batch_alter_table('setting', schema=None) as batch_op:
        batch_op.alter_column('value', existing_type=sa.String(length=200), type_=sa.Text(), existing_nullable=False)
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.add_column(sa.Column('used_at', sa.DateTime(timezone=True), nullable=False, server_default='2000-01-01 00:00:00'))
        batch_op.add_column(sa.Column('proved_at', sa.DateTime(timezone=True), nullable=False, server_default='2000-01-01 00:00:00'))
        batch_op.add_column(sa.Column('method', sa.String(length=10), nullable=False, server_default='password'))
        batch_op.add_column(sa.Column('device', sa.String(length=60), nullable=False, server_default=''))
    op.execute('UPDATE sign_in SET used_at = created_at, proved_at = created_at')
    with op.batch_alter_table('tag', schema=None) as batch_op:
        batch_op.add_column(sa.Column('allows_anonymous', sa.Boolean(), nullable=False, server_default=sa.false()))
    # Names that look alike are compared from now on; the worker says of the old ones what they look like.
    if op.get_bind().scalar(sa.text('SELECT count(*) FROM account')):
        op.execute("INSERT INTO job (name, key, payload, run_at, attempts, buried, last_error)"
                   " VALUES ('accounts.liken', 'accounts.liken', '{}', '2000-01-01 00:00:00', 0, false, '')")


def downgrade() -> None:
    op.execute("DELETE FROM job WHERE name IN ('accounts.liken', 'accounts.tidy', 'accounts.export', 'trust.settle', 'mail.link')")
    with op.batch_alter_table('tag', schema=None) as batch_op:
        batch_op.drop_column('allows_anonymous')
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        for name in ('device', 'method', 'proved_at', 'used_at'):
            batch_op.drop_column(name)
    op.execute("DELETE FROM setting WHERE length(value) > 200")
    with op.batch_alter_table('setting', schema=None) as batch_op:
        batch_op.alter_column('value', existing_type=sa.Text(), type_=sa.String(length=200), existing_nullable=False)
    for name, _ in RARE:
        op.drop_index(f'ix_account_{name}', table_name='account')
    op.drop_index(op.f('ix_account_likeness'), table_name='account')
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('uq_account_handle'), type_='unique')
        for name in ('closed_at', 'tends', 'is_level_fixed', 'level', 'handle', 'likeness'):
            batch_op.drop_column(name)
    op.drop_index(op.f('ix_anonymous_post_account_id'), table_name='anonymous_post')
    op.drop_table('anonymous_post')
    op.drop_table('thread_read')
    op.drop_index(op.f('ix_step_expires_at'), table_name='step')
    op.drop_index(op.f('ix_step_account_id'), table_name='step')
    op.drop_table('step')
    op.drop_index('ix_setting_change_key', table_name='setting_change')
    op.drop_table('setting_change')
    op.drop_index('ix_security_event_account', table_name='security_event')
    op.drop_table('security_event')
    op.drop_index(op.f('ix_recovery_code_account_id'), table_name='recovery_code')
    op.drop_table('recovery_code')
    op.drop_index(op.f('ix_provider_account_account_id'), table_name='provider_account')
    op.drop_table('provider_account')
    op.drop_index(op.f('ix_passkey_account_id'), table_name='passkey')
    op.drop_table('passkey')
    op.drop_table('one_time_code')
    op.drop_index(op.f('ix_mail_token_expires_at'), table_name='mail_token')
    op.drop_index(op.f('ix_mail_token_email_key'), table_name='mail_token')
    op.drop_index(op.f('ix_mail_token_account_id'), table_name='mail_token')
    op.drop_table('mail_token')
    op.drop_index(op.f('ix_invitation_used_by_id'), table_name='invitation')
    op.drop_index(op.f('ix_invitation_invited_by_id'), table_name='invitation')
    op.drop_table('invitation')
    op.drop_index(op.f('ix_former_name_likeness'), table_name='former_name')
    op.drop_index(op.f('ix_former_name_account_id'), table_name='former_name')
    op.drop_table('former_name')
    op.drop_index(op.f('ix_data_export_account_id'), table_name='data_export')
    op.drop_table('data_export')
    op.drop_index(op.f('ix_admin_entry_account_id'), table_name='admin_entry')
    op.drop_table('admin_entry')
    op.drop_index(op.f('ix_rate_free_at'), table_name='rate')
    op.drop_table('rate')
