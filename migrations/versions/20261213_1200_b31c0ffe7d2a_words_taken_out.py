"""words taken out"""

import sqlalchemy as sa
from alembic import op

revision = 'b31c0ffe7d2a'
down_revision = '7d3b51c8e0a6'
branch_labels = None
depends_on = None

OLD_KINDS = (
    'reply', 'quote', 'named', 'grant', 'warning', 'relabelled', 'opened', 'group_invited', 'group_joined',
    'group_refused', 'group_removed', 'group_role', 'join_asked', 'passkey_added', 'passkey_removed', 'vouch_asked',
    'vouched', 'activated', 'revouching', 'answered_for', 'newcomer', 'proposed', 'appointed', 'dismissed',
    'recovery_opened', 'recovery_asked', 'leaver_reported', 'organization', 'post_guided', 'post_warned', 'post_removed',
    'post_restored', 'appeal_decided', 'request_answered', 'flag_handled', 'renamed', 'analysis_asked', 'analysis_answered',
    'promotion_asked', 'promotion_answered', 'promotion_followed',
)
OLD_STEPS = (
    'opened', 'joined', 'taken', 'given_back', 'noted', 'dismissed', 'guided', 'warned', 'narrowed', 'removed', 'restored',
    'locked', 'upheld', 'overturned', 'consented', 'accepted', 'changes_asked', 'refused', 'lapsed',
)
# What people wrote: PostgreSQL must not keep samples of it for its planner.
WORDS = (
    ('posts', 'body', sa.Text()), ('posts', 'html', sa.Text()), ('posts', 'attribution', sa.String(500)),
    ('threads', 'title', sa.String(200)), ('revisions', 'title', sa.String(200)), ('revisions', 'body', sa.Text()),
    ('case_steps', 'words', sa.String(2000)), ('submissions', 'words', sa.String(1000)),
    ('moderator_readings', 'reason', sa.String(500)), ('analysis_requests', 'question', sa.String(1000)),
    ('analysis_requests', 'answer', sa.String(4000)), ('promotions', 'title', sa.String(200)),
    ('promotions', 'body', sa.Text()), ('promotions', 'said', sa.String(1000)),
)


def choose(table: str, column: str, check: str, values: tuple[str, ...]) -> None:
    """What may stand in a column of a table."""
    with op.batch_alter_table(table) as batch_op:
        name = op.f(f'ck_{table}_{check}')
        batch_op.drop_constraint(name, type_='check')
        batch_op.create_check_constraint(name, f"{column} IN ({', '.join(repr(value) for value in values)})")


def sample(most: int) -> None:
    """How much of the words PostgreSQL keeps for its planner; what it has is forgotten."""
    if op.get_bind().dialect.name == 'postgresql':
        for table, column, kind in WORDS:
            op.alter_column(table, column, type_=kind)
            op.execute(f'ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS {most}')


def upgrade() -> None:
    op.create_table('purges',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_purges'))
    )
    op.create_table('redactions',
    sa.Column('post_id', sa.BigInteger(), nullable=False),
    sa.Column('by_author', sa.Boolean(), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=True),
    sa.Column('destroyed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_redactions_post_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_redactions'))
    )
    with op.batch_alter_table('redactions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_redactions_post_id'), ['post_id'], unique=False)

    choose('notifications', 'kind', 'notificationkind', (*OLD_KINDS, 'post_redacted'))
    choose('cases', 'outcome', 'stepkind', (*OLD_STEPS, 'redacted'))
    choose('case_steps', 'what', 'stepkind', (*OLD_STEPS, 'redacted'))
    sample(0)


def downgrade() -> None:
    sample(-1)
    op.execute("DELETE FROM notifications WHERE kind = 'post_redacted'")
    op.execute("UPDATE case_steps SET what = 'noted' WHERE what = 'redacted'")
    op.execute("UPDATE cases SET outcome = 'dismissed' WHERE outcome = 'redacted'")
    choose('case_steps', 'what', 'stepkind', OLD_STEPS)
    choose('cases', 'outcome', 'stepkind', OLD_STEPS)
    choose('notifications', 'kind', 'notificationkind', OLD_KINDS)
    with op.batch_alter_table('redactions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_redactions_post_id'))

    op.drop_table('redactions')
    op.drop_table('purges')
