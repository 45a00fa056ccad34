"""unsealing"""

from alembic import op

revision = '6a0d4c7be915'
down_revision = 'b31c0ffe7d2a'
branch_labels = None
depends_on = None

OLD_KINDS = ('flag', 'redaction', 'appeal', 'promotion', 'copy')
OLD_STEPS = (
    'opened', 'joined', 'taken', 'given_back', 'noted', 'dismissed', 'guided', 'warned', 'narrowed', 'removed',
    'restored', 'locked', 'upheld', 'overturned', 'consented', 'accepted', 'changes_asked', 'refused', 'lapsed', 'redacted',
)
NEW_STEPS = ('unsealed', 'taken_back')
OLD_NOTIFICATIONS = (
    'reply', 'quote', 'named', 'grant', 'warning', 'relabelled', 'opened', 'group_invited', 'group_joined',
    'group_refused', 'group_removed', 'group_role', 'join_asked', 'passkey_added', 'passkey_removed', 'vouch_asked',
    'vouched', 'activated', 'revouching', 'answered_for', 'newcomer', 'proposed', 'appointed', 'dismissed',
    'recovery_opened', 'recovery_asked', 'leaver_reported', 'organization', 'post_guided', 'post_warned', 'post_removed',
    'post_restored', 'appeal_decided', 'request_answered', 'flag_handled', 'renamed', 'analysis_asked', 'analysis_answered',
    'promotion_asked', 'promotion_answered', 'promotion_followed', 'post_redacted',
)


def choose(table: str, column: str, check: str, values: tuple[str, ...]) -> None:
    """What may stand in a column of a table."""
    with op.batch_alter_table(table) as batch_op:
        name = op.f(f'ck_{table}_{check}')
        batch_op.drop_constraint(name, type_='check')
        batch_op.create_check_constraint(name, f"{column} IN ({', '.join(repr(value) for value in values)})")


def choose_all(kinds: tuple[str, ...], steps: tuple[str, ...], notifications: tuple[str, ...]) -> None:
    choose('cases', 'kind', 'casekind', kinds)
    choose('cases', 'outcome', 'stepkind', steps)
    choose('case_steps', 'what', 'stepkind', steps)
    choose('notifications', 'kind', 'notificationkind', notifications)


def upgrade() -> None:
    choose_all((*OLD_KINDS, 'unsealing'), (*OLD_STEPS, *NEW_STEPS), (*OLD_NOTIFICATIONS, 'unsealing'))


def downgrade() -> None:
    op.execute("DELETE FROM notifications WHERE kind = 'unsealing'")
    op.execute("DELETE FROM heard WHERE step_id IN (SELECT id FROM case_steps WHERE what = 'unsealed')")
    for table in ('submissions', 'case_steps'):
        op.execute(f"DELETE FROM {table} WHERE case_id IN (SELECT id FROM cases WHERE kind = 'unsealing')")
    op.execute("DELETE FROM cases WHERE kind = 'unsealing'")
    choose_all(OLD_KINDS, OLD_STEPS, OLD_NOTIFICATIONS)
