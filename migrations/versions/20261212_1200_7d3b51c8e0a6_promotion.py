"""promotion"""

import sqlalchemy as sa
from alembic import op

revision = '7d3b51c8e0a6'
down_revision = '3f6b8d21c7a4'
branch_labels = None
depends_on = None

OLD_KINDS = (
    'reply', 'quote', 'named', 'grant', 'warning', 'relabelled', 'opened', 'group_invited', 'group_joined',
    'group_refused', 'group_removed', 'group_role', 'join_asked', 'passkey_added', 'passkey_removed', 'vouch_asked',
    'vouched', 'activated', 'revouching', 'answered_for', 'newcomer', 'proposed', 'appointed', 'dismissed',
    'recovery_opened', 'recovery_asked', 'leaver_reported', 'organization', 'post_guided', 'post_warned', 'post_removed',
    'post_restored', 'appeal_decided', 'request_answered', 'flag_handled', 'renamed',
    'analysis_asked', 'analysis_answered',
)
NEW_KINDS = ('promotion_asked', 'promotion_answered', 'promotion_followed')
OLD_CASES = ('flag', 'redaction', 'appeal')
NEW_CASES = ('promotion', 'copy')
OLD_STEPS = (
    'opened', 'joined', 'taken', 'given_back', 'noted', 'dismissed', 'guided', 'warned', 'narrowed', 'removed',
    'restored', 'locked', 'upheld', 'overturned',
)
NEW_STEPS = ('consented', 'accepted', 'changes_asked', 'refused', 'lapsed')
OPEN = sa.text("stage IN ('author', 'source', 'target', 'changes')")


def listed(values: tuple[str, ...]) -> str:
    return ', '.join(repr(value) for value in values)


def choose(table: str, column: str, check: str, values: tuple[str, ...]) -> None:
    """What may stand in a column of a table."""
    with op.batch_alter_table(table) as batch_op:
        name = op.f(f'ck_{table}_{check}')
        batch_op.drop_constraint(name, type_='check')
        batch_op.create_check_constraint(name, f'{column} IN ({listed(values)})')


def upgrade() -> None:
    choose('notifications', 'kind', 'notificationkind', OLD_KINDS + NEW_KINDS)
    choose('cases', 'kind', 'casekind', OLD_CASES + NEW_CASES)
    choose('cases', 'outcome', 'stepkind', OLD_STEPS + NEW_STEPS)
    choose('case_steps', 'what', 'stepkind', OLD_STEPS + NEW_STEPS)
    op.create_table('promotions',
    sa.Column('post_id', sa.BigInteger(), nullable=False),
    sa.Column('target_id', sa.BigInteger(), nullable=False),
    sa.Column('proposer_id', sa.BigInteger(), nullable=True),
    sa.Column('copy_id', sa.BigInteger(), nullable=True),
    sa.Column('stage', sa.Enum('author', 'source', 'target', 'changes', 'published', 'refused', 'expired', 'withdrawn', 'ended', name='promotionstage', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('tlp', sa.Enum('RED', 'AMBER+STRICT', 'AMBER', 'GREEN', 'CLEAR', name='tlp', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('kind', sa.Enum('discussion', 'question', 'incident', 'advisory', 'best_practice', 'analysis', name='postkind', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('severity', sa.Enum('warning', 'advisory', 'reference', name='severity', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('said', sa.String(length=1000), nullable=False),
    sa.Column('said_by', sa.Enum('author', 'source', 'target', name='side', native_enum=False, create_constraint=True, length=20), nullable=True),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['copy_id'], ['posts.id'], name=op.f('fk_promotions_copy_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_promotions_post_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['proposer_id'], ['members.id'], name=op.f('fk_promotions_proposer_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['target_id'], ['groups.id'], name=op.f('fk_promotions_target_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_promotions')),
    sa.UniqueConstraint('copy_id', name=op.f('uq_promotions_copy_id'))
    )
    with op.batch_alter_table('promotions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_promotions_due_at'), ['due_at'], unique=False)
        batch_op.create_index('ix_promotions_post', ['post_id'], unique=False)
        batch_op.create_index('uq_promotions_open', ['post_id'], unique=True, postgresql_where=OPEN, sqlite_where=OPEN)

    op.create_table('consents',
    sa.Column('promotion_id', sa.BigInteger(), nullable=False),
    sa.Column('side', sa.Enum('author', 'source', 'target', name='side', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=True),
    sa.Column('digest', sa.LargeBinary(length=32), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_consents_member_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['promotion_id'], ['promotions.id'], name=op.f('fk_consents_promotion_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('promotion_id', 'side', name=op.f('pk_consents'))
    )


def downgrade() -> None:
    # A copy that was never published is known to nobody whom the older program would show it to.
    unpublished = "SELECT copy_id FROM promotions WHERE stage = 'target' AND copy_id IS NOT NULL"
    op.execute(f'DELETE FROM cases WHERE post_id IN ({unpublished})')
    op.execute(f"DELETE FROM cases WHERE kind IN ({listed(NEW_CASES)})")
    op.execute("CREATE TEMPORARY TABLE unpublished_copies AS " + unpublished)
    op.drop_table('consents')
    with op.batch_alter_table('promotions', schema=None) as batch_op:
        batch_op.drop_index('uq_promotions_open', postgresql_where=OPEN, sqlite_where=OPEN)
        batch_op.drop_index('ix_promotions_post')
        batch_op.drop_index(batch_op.f('ix_promotions_due_at'))

    op.drop_table('promotions')
    op.execute('DELETE FROM posts WHERE id IN (SELECT copy_id FROM unpublished_copies)')
    op.execute('DELETE FROM threads WHERE id IN (SELECT copy_id FROM unpublished_copies)')
    op.execute('DROP TABLE unpublished_copies')
    op.execute(f'DELETE FROM case_steps WHERE what IN ({listed(NEW_STEPS)})')
    op.execute(f'DELETE FROM notifications WHERE kind IN ({listed(NEW_KINDS)})')
    choose('case_steps', 'what', 'stepkind', OLD_STEPS)
    choose('cases', 'outcome', 'stepkind', OLD_STEPS)
    choose('cases', 'kind', 'casekind', OLD_CASES)
    choose('notifications', 'kind', 'notificationkind', OLD_KINDS)
