"""requests for analysis"""

import sqlalchemy as sa
from alembic import op

revision = 'b7f0c1d2a935'
down_revision = '908a55289592'
branch_labels = None
depends_on = None

OLD_KINDS = (
    'reply', 'quote', 'named', 'grant', 'warning', 'relabelled', 'opened', 'group_invited', 'group_joined',
    'group_refused', 'group_removed', 'group_role', 'join_asked', 'passkey_added', 'passkey_removed', 'vouch_asked',
    'vouched', 'activated', 'revouching', 'answered_for', 'newcomer', 'proposed', 'appointed', 'dismissed',
    'recovery_opened', 'recovery_asked', 'leaver_reported', 'organization', 'post_guided', 'post_warned',
    'post_removed', 'post_restored', 'appeal_decided', 'request_answered', 'flag_handled', 'renamed',
)


def choose_kinds(kinds: tuple[str, ...]) -> None:
    """What may stand in notifications.kind."""
    with op.batch_alter_table('notifications') as batch_op:
        name = op.f('ck_notifications_notificationkind')
        batch_op.drop_constraint(name, type_='check')
        batch_op.create_check_constraint(name, f"kind IN ({', '.join(repr(kind) for kind in kinds)})")


def upgrade() -> None:
    with op.batch_alter_table('posts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('assessment', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.alter_column('assessment', server_default=None)

    op.create_table('analysis_requests',
    sa.Column('post_id', sa.BigInteger(), nullable=False),
    sa.Column('asker_id', sa.BigInteger(), nullable=False),
    sa.Column('openly', sa.Boolean(), nullable=False),
    sa.Column('question', sa.String(length=1000), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('open', 'answered', 'taken_back', name='analysisstate', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('analyst_id', sa.BigInteger(), nullable=True),
    sa.Column('answer', sa.String(length=4000), nullable=False),
    sa.Column('answer_id', sa.BigInteger(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['analyst_id'], ['members.id'], name=op.f('fk_analysis_requests_analyst_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['answer_id'], ['posts.id'], name=op.f('fk_analysis_requests_answer_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['asker_id'], ['members.id'], name=op.f('fk_analysis_requests_asker_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_analysis_requests_post_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_analysis_requests'))
    )
    with op.batch_alter_table('analysis_requests', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_analysis_requests_post_id'), ['post_id'], unique=False)
        batch_op.create_index('ix_analysis_requests_asker_asked', ['asker_id', 'asked_at'], unique=False)
        batch_op.create_index('ix_analysis_requests_state_asked', ['state', 'asked_at'], unique=False)
        batch_op.create_index('uq_analysis_requests_open', ['post_id', 'asker_id'], unique=True, postgresql_where=sa.text("state = 'open'"), sqlite_where=sa.text("state = 'open'"))

    choose_kinds((*OLD_KINDS, 'analysis_asked', 'analysis_answered'))


def downgrade() -> None:
    op.execute("DELETE FROM notifications WHERE kind IN ('analysis_asked', 'analysis_answered')")
    choose_kinds(OLD_KINDS)
    op.drop_table('analysis_requests')

    with op.batch_alter_table('posts', schema=None) as batch_op:
        batch_op.drop_column('assessment')
