"""the moderator queue"""

import sqlalchemy as sa
from alembic import op

revision = 'c09435bd8f5b'
down_revision = '5c1e7a90b3d4'
branch_labels = None
depends_on = None

OLD_KINDS = (
    'reply', 'quote', 'named', 'grant', 'warning', 'relabelled', 'opened', 'group_invited', 'group_joined',
    'group_refused', 'group_removed', 'group_role', 'join_asked', 'passkey_added', 'passkey_removed', 'vouch_asked',
    'vouched', 'activated', 'revouching', 'answered_for', 'newcomer', 'proposed', 'appointed', 'dismissed',
    'recovery_opened', 'recovery_asked', 'leaver_reported', 'organization',
)
NEW_KINDS = (
    'post_guided', 'post_warned', 'post_removed', 'post_restored', 'appeal_decided', 'request_answered', 'flag_handled',
)


def choose(table: str, column: str, check: str, values: tuple[str, ...]) -> None:
    """What may stand in a column of a table."""
    with op.batch_alter_table(table) as batch_op:
        name = op.f(f'ck_{table}_{check}')
        batch_op.drop_constraint(name, type_='check')
        batch_op.create_check_constraint(name, f"{column} IN ({', '.join(repr(value) for value in values)})")


def upgrade() -> None:
    choose('posts', 'state', 'poststate', ('published', 'withdrawn', 'removed'))
    choose('notifications', 'kind', 'notificationkind', OLD_KINDS + NEW_KINDS)
    op.create_table('cases',
    sa.Column('kind', sa.Enum('flag', 'redaction', 'appeal', name='casekind', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('group_id', sa.BigInteger(), nullable=False),
    sa.Column('post_id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('open', 'closed', name='casestate', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('assignee_id', sa.BigInteger(), nullable=True),
    sa.Column('outcome', sa.Enum('opened', 'joined', 'taken', 'given_back', 'noted', 'dismissed', 'guided', 'warned', 'narrowed', 'removed', 'restored', 'locked', 'upheld', 'overturned', name='stepkind', native_enum=False, create_constraint=True, length=20), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['assignee_id'], ['members.id'], name=op.f('fk_cases_assignee_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['group_id'], ['groups.id'], name=op.f('fk_cases_group_id')),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_cases_post_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cases'))
    )
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.create_index('ix_cases_group_state', ['group_id', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_cases_post_id'), ['post_id'], unique=False)
        batch_op.create_index('ix_cases_state_due', ['state', 'due_at'], unique=False)
        batch_op.create_index('uq_cases_open', ['post_id', 'kind'], unique=True, postgresql_where=sa.text("state = 'open' AND kind <> 'appeal'"), sqlite_where=sa.text("state = 'open' AND kind <> 'appeal'"))

    op.create_table('case_steps',
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('what', sa.Enum('opened', 'joined', 'taken', 'given_back', 'noted', 'dismissed', 'guided', 'warned', 'narrowed', 'removed', 'restored', 'locked', 'upheld', 'overturned', name='stepkind', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('by_id', sa.BigInteger(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('standard', sa.String(length=40), nullable=False),
    sa.Column('words', sa.String(length=2000), nullable=False),
    sa.Column('facts', sa.String(length=40), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['members.id'], name=op.f('fk_case_steps_by_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_steps_case_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_steps'))
    )
    with op.batch_alter_table('case_steps', schema=None) as batch_op:
        batch_op.create_index('ix_case_steps_case_at', ['case_id', 'at'], unique=False)

    op.create_table('submissions',
    sa.Column('case_id', sa.BigInteger(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Enum('label', 'identifies', 'personal', 'wrong', 'off_topic', 'conduct', 'other', name='flagreason', native_enum=False, create_constraint=True, length=20), nullable=True),
    sa.Column('words', sa.String(length=1000), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('step_id', sa.BigInteger(), nullable=True),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_submissions_case_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_submissions_member_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['step_id'], ['case_steps.id'], name=op.f('fk_submissions_step_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submissions')),
    sa.UniqueConstraint('case_id', 'member_id', name=op.f('uq_submissions_case_id_member_id')),
    sa.UniqueConstraint('step_id', name=op.f('uq_submissions_step_id'))
    )
    with op.batch_alter_table('submissions', schema=None) as batch_op:
        batch_op.create_index('ix_submissions_member_at', ['member_id', 'at'], unique=False)


def downgrade() -> None:
    # The older program knows no post that is hidden from most: its words must not come back.
    op.execute("DELETE FROM revisions WHERE post_id IN (SELECT id FROM posts WHERE state = 'removed')")
    op.execute("UPDATE threads SET title = '' WHERE id IN (SELECT id FROM posts WHERE state = 'removed')")
    op.execute("UPDATE posts SET state = 'withdrawn', body = '', html = '' WHERE state = 'removed'")
    choose('posts', 'state', 'poststate', ('published', 'withdrawn'))
    op.execute(f"DELETE FROM notifications WHERE kind IN ({', '.join(repr(kind) for kind in NEW_KINDS)})")
    choose('notifications', 'kind', 'notificationkind', OLD_KINDS)
    with op.batch_alter_table('submissions', schema=None) as batch_op:
        batch_op.drop_index('ix_submissions_member_at')

    op.drop_table('submissions')
    with op.batch_alter_table('case_steps', schema=None) as batch_op:
        batch_op.drop_index('ix_case_steps_case_at')

    op.drop_table('case_steps')
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.drop_index('uq_cases_open', postgresql_where=sa.text("state = 'open' AND kind <> 'appeal'"), sqlite_where=sa.text("state = 'open' AND kind <> 'appeal'"))
        batch_op.drop_index('ix_cases_state_due')
        batch_op.drop_index(batch_op.f('ix_cases_post_id'))
        batch_op.drop_index('ix_cases_group_state')

    op.drop_table('cases')
