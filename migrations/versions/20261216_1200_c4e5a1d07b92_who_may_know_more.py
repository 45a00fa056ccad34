"""who may know more"""

import sqlalchemy as sa
from alembic import op

revision = 'c4e5a1d07b92'
down_revision = '6a0d4c7be915'
branch_labels = None
depends_on = None

OLD_KINDS = (
    'reply', 'quote', 'named', 'grant', 'warning', 'relabelled', 'opened', 'group_invited', 'group_joined',
    'group_refused', 'group_removed', 'group_role', 'join_asked', 'passkey_added', 'passkey_removed', 'vouch_asked',
    'vouched', 'activated', 'revouching', 'answered_for', 'newcomer', 'proposed', 'appointed', 'dismissed',
    'recovery_opened', 'recovery_asked', 'leaver_reported', 'organization', 'post_guided', 'post_warned', 'post_removed',
    'post_restored', 'appeal_decided', 'request_answered', 'flag_handled', 'renamed', 'analysis_asked', 'analysis_answered',
    'promotion_asked', 'promotion_answered', 'promotion_followed',
    'post_redacted', 'unsealing',
)


def choose_kinds(kinds: tuple[str, ...]) -> None:
    """What may stand in notifications.kind."""
    with op.batch_alter_table('notifications') as batch_op:
        name = op.f('ck_notifications_notificationkind')
        batch_op.drop_constraint(name, type_='check')
        batch_op.create_check_constraint(name, f"kind IN ({', '.join(repr(kind) for kind in kinds)})")


def upgrade() -> None:
    op.create_table('expert_hints',
    sa.Column('post_id', sa.BigInteger(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('by_id', sa.BigInteger(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['members.id'], name=op.f('fk_expert_hints_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_expert_hints_member_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_expert_hints_post_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('post_id', 'member_id', name=op.f('pk_expert_hints'))
    )
    with op.batch_alter_table('expert_hints', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_expert_hints_member_id'), ['member_id'], unique=False)

    choose_kinds((*OLD_KINDS, 'pointed_out'))


def downgrade() -> None:
    op.execute("DELETE FROM notifications WHERE kind = 'pointed_out'")
    choose_kinds(OLD_KINDS)
    op.drop_table('expert_hints')
