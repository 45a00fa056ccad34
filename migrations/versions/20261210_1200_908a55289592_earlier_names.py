"""earlier names"""

import sqlalchemy as sa
from alembic import op

revision = '908a55289592'
down_revision = '4c1d07a9be52'
branch_labels = None
depends_on = None

OLD_KINDS = (
    'reply', 'quote', 'named', 'grant', 'warning', 'relabelled', 'opened', 'group_invited', 'group_joined',
    'group_refused', 'group_removed', 'group_role', 'join_asked', 'passkey_added', 'passkey_removed', 'vouch_asked',
    'vouched', 'activated', 'revouching', 'answered_for', 'newcomer', 'proposed', 'appointed', 'dismissed',
    'recovery_opened', 'recovery_asked', 'leaver_reported', 'organization', 'post_guided', 'post_warned', 'post_removed',
    'post_restored', 'appeal_decided', 'request_answered', 'flag_handled',
)


def choose_kinds(kinds: tuple[str, ...]) -> None:
    """What may stand in notifications.kind."""
    with op.batch_alter_table('notifications') as batch_op:
        name = op.f('ck_notifications_notificationkind')
        batch_op.drop_constraint(name, type_='check')
        batch_op.create_check_constraint(name, f"kind IN ({', '.join(repr(kind) for kind in kinds)})")


def upgrade() -> None:
    op.create_table('earlier_names',
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_earlier_names_member_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_earlier_names'))
    )
    with op.batch_alter_table('earlier_names', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_earlier_names_member_id'), ['member_id'], unique=False)

    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.add_column(sa.Column('earlier_name_id', sa.BigInteger(), nullable=True))
        batch_op.create_index(batch_op.f('ix_notifications_earlier_name_id'), ['earlier_name_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_notifications_earlier_name_id'), 'earlier_names', ['earlier_name_id'], ['id'], ondelete='CASCADE')

    choose_kinds((*OLD_KINDS, 'renamed'))


def downgrade() -> None:
    op.execute("DELETE FROM notifications WHERE kind = 'renamed'")
    choose_kinds(OLD_KINDS)
    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_notifications_earlier_name_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_notifications_earlier_name_id'))
        batch_op.drop_column('earlier_name_id')

    with op.batch_alter_table('earlier_names', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_earlier_names_member_id'))

    op.drop_table('earlier_names')
