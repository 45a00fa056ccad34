"""they trust"""

import sqlalchemy as sa
from alembic import op

revision = '9859cd05f77b'
down_revision = '000000000001'
branch_labels = None
depends_on = None

OLD_KINDS = (
    'reply', 'quote', 'named', 'grant', 'warning', 'relabelled', 'opened', 'group_invited', 'group_joined',
    'group_refused', 'group_removed', 'group_role', 'join_asked', 'passkey_added', 'passkey_removed',
)
KINDS = (
    *OLD_KINDS, 'vouch_asked', 'vouched', 'activated', 'revouching', 'answered_for', 'newcomer', 'proposed',
    'appointed', 'dismissed', 'recovery_opened', 'recovery_asked', 'leaver_reported', 'organization',
)


def choose_kinds(kinds: tuple[str, ...]) -> None:
    """What may stand in notifications.kind."""
    with op.batch_alter_table('notifications') as batch_op:
        name = op.f('ck_notifications_notificationkind')
        batch_op.drop_constraint(name, type_='check')
        batch_op.create_check_constraint(name, f"kind IN ({', '.join(repr(kind) for kind in kinds)})")


def upgrade() -> None:
    op.create_table('letters',
    sa.Column('kind', sa.Enum('invitation', 'active', 'revouching', 'pending', 'suspended', 'reinstated', 'recovery_link', 'recovery_opened', 'recovery_ready', 'recovery_stopped', 'recovered', 'passkey_added', 'departed', name='letterkind', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('subject_id', sa.BigInteger(), nullable=False),
    sa.Column('queued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('error', sa.String(length=200), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letters'))
    )
    with op.batch_alter_table('letters', schema=None) as batch_op:
        batch_op.create_index('ix_letters_next', ['next_at'], unique=False)

    op.create_table('organization_networks',
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('network', sa.String(length=43), nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_organization_networks_organization_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('organization_id', 'network', name=op.f('pk_organization_networks'))
    )
    op.create_table('invitations',
    sa.Column('sponsor_id', sa.BigInteger(), nullable=False),
    sa.Column('mail', sa.String(length=254), nullable=True),
    sa.Column('locale', sa.String(length=5), nullable=False),
    sa.Column('knows', sa.String(length=500), nullable=False),
    sa.Column('organization_id', sa.BigInteger(), nullable=True),
    sa.Column('organization_name', sa.String(length=200), nullable=False),
    sa.Column('state', sa.Enum('open', 'used', 'withdrawn', name='invitationstate', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('invited_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('own_organization', sa.String(length=200), nullable=False),
    sa.Column('accepted_terms', sa.String(length=20), nullable=False),
    sa.Column('settled', sa.Boolean(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=True),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_invitations_member_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_invitations_organization_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['sponsor_id'], ['members.id'], name=op.f('fk_invitations_sponsor_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitations')),
    sa.UniqueConstraint('member_id', name=op.f('uq_invitations_member_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_invitations_token_hash'))
    )
    with op.batch_alter_table('invitations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invitations_organization_id'), ['organization_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_invitations_sponsor_id'), ['sponsor_id'], unique=False)

    op.create_table('leaver_reports',
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('by_id', sa.BigInteger(), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['members.id'], name=op.f('fk_leaver_reports_by_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_leaver_reports_member_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', name=op.f('pk_leaver_reports'))
    )
    op.create_table('proposals',
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('appoint', 'dismiss', 'suspend', name='proposalkind', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('by_id', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('misuse', sa.Boolean(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['members.id'], name=op.f('fk_proposals_by_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_proposals_member_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposals')),
    sa.UniqueConstraint('member_id', 'kind', name=op.f('uq_proposals_member_id_kind'))
    )
    op.create_table('recoveries',
    sa.Column('mail', sa.String(length=254), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.Enum('asked', 'opened', 'waiting', 'granted', name='recoverystate', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ready_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_recoveries_member_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recoveries')),
    sa.UniqueConstraint('mail', name=op.f('uq_recoveries_mail')),
    sa.UniqueConstraint('member_id', name=op.f('uq_recoveries_member_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_recoveries_token_hash'))
    )
    op.create_table('suspensions',
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('by_id', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('misuse', sa.Boolean(), nullable=False),
    sa.Column('was', sa.Enum('invited', 'pending', 'active', 'dormant', 'revouching', 'suspended', 'left', name='memberstate', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lifted_by_id', sa.BigInteger(), nullable=True),
    sa.Column('lift_reason', sa.String(length=500), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['members.id'], name=op.f('fk_suspensions_by_id')),
    sa.ForeignKeyConstraint(['lifted_by_id'], ['members.id'], name=op.f('fk_suspensions_lifted_by_id')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_suspensions_member_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suspensions'))
    )
    with op.batch_alter_table('suspensions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_suspensions_member_id'), ['member_id'], unique=False)

    op.create_table('vouch_requests',
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('asked_id', sa.BigInteger(), nullable=False),
    sa.Column('asker_id', sa.BigInteger(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['asked_id'], ['members.id'], name=op.f('fk_vouch_requests_asked_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['asker_id'], ['members.id'], name=op.f('fk_vouch_requests_asker_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['members.id'], name=op.f('fk_vouch_requests_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', 'asked_id', name=op.f('pk_vouch_requests'))
    )
    with op.batch_alter_table('vouch_requests', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_vouch_requests_asked_id'), ['asked_id'], unique=False)

    op.create_table('vouches',
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('voucher_id', sa.BigInteger(), nullable=False),
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('sponsor', sa.Boolean(), nullable=False),
    sa.Column('as_moderator', sa.Boolean(), nullable=False),
    sa.Column('noted', sa.Boolean(), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('given_on', sa.Date(), nullable=False),
    sa.Column('void_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_vouches_organization_id')),
    sa.ForeignKeyConstraint(['person_id'], ['members.id'], name=op.f('fk_vouches_person_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['voucher_id'], ['members.id'], name=op.f('fk_vouches_voucher_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vouches')),
    sa.UniqueConstraint('person_id', 'voucher_id', name=op.f('uq_vouches_person_id_voucher_id'))
    )
    with op.batch_alter_table('vouches', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_vouches_organization_id'), ['organization_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_vouches_voucher_id'), ['voucher_id'], unique=False)

    op.create_table('recovery_consents',
    sa.Column('recovery_id', sa.BigInteger(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('as_moderator', sa.Boolean(), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_recovery_consents_member_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['recovery_id'], ['recoveries.id'], name=op.f('fk_recovery_consents_recovery_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('recovery_id', 'member_id', name=op.f('pk_recovery_consents'))
    )
    with op.batch_alter_table('recovery_consents', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recovery_consents_member_id'), ['member_id'], unique=False)

    with op.batch_alter_table('members', schema=None) as batch_op:
        batch_op.add_column(sa.Column('founder', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('engagement_noted', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('contact', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('terms', sa.String(length=20), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column('seen_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('revouch_until', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('appointed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('recovered_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.alter_column('mail',
               existing_type=sa.VARCHAR(length=254),
               nullable=True)

    # How those who are here already work for their organizations was said by whoever put them in; nobody could vouch for
    # them, so they need none as long as they stay there.
    op.execute("UPDATE members SET mail = lower(mail)")  # as addresses are compared from now on
    op.execute("UPDATE members SET engagement_noted = true WHERE state <> 'invited'")
    op.execute(
        "INSERT INTO suspensions (id, member_id, by_id, reason, misuse, was, began_at, lift_reason) "
        "SELECT id, id, id, '', false, 'active', CURRENT_TIMESTAMP, '' FROM members WHERE state = 'suspended'"
    )
    op.execute("UPDATE members SET founder = true WHERE state IN ('active', 'dormant', 'revouching', 'suspended')")

    choose_kinds(KINDS)
    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.add_column(sa.Column('about_id', sa.BigInteger(), nullable=True))
        batch_op.create_index(batch_op.f('ix_notifications_about_id'), ['about_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_notifications_about_id'), 'members', ['about_id'], ['id'], ondelete='CASCADE')

    with op.batch_alter_table('sign_ins', schema=None) as batch_op:
        batch_op.add_column(sa.Column('used_at', sa.DateTime(timezone=True), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('sign_ins', schema=None) as batch_op:
        batch_op.drop_column('used_at')

    known = ', '.join(repr(kind) for kind in OLD_KINDS)
    op.execute(f'DELETE FROM notifications WHERE kind NOT IN ({known})')
    choose_kinds(OLD_KINDS)
    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_notifications_about_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_notifications_about_id'))
        batch_op.drop_column('about_id')

    op.execute("UPDATE members SET mail = 'left-' || id || '@invalid' WHERE mail IS NULL")
    with op.batch_alter_table('members', schema=None) as batch_op:
        batch_op.alter_column('mail',
               existing_type=sa.VARCHAR(length=254),
               nullable=False)
        batch_op.drop_column('recovered_at')
        batch_op.drop_column('appointed_at')
        batch_op.drop_column('revouch_until')
        batch_op.drop_column('seen_on')
        batch_op.drop_column('terms')
        batch_op.drop_column('contact')
        batch_op.drop_column('engagement_noted')
        batch_op.drop_column('founder')

    with op.batch_alter_table('recovery_consents', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_recovery_consents_member_id'))

    op.drop_table('recovery_consents')
    with op.batch_alter_table('vouches', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_vouches_voucher_id'))
        batch_op.drop_index(batch_op.f('ix_vouches_organization_id'))

    op.drop_table('vouches')
    with op.batch_alter_table('vouch_requests', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_vouch_requests_asked_id'))

    op.drop_table('vouch_requests')
    with op.batch_alter_table('suspensions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_suspensions_member_id'))

    op.drop_table('suspensions')
    op.drop_table('recoveries')
    op.drop_table('proposals')
    op.drop_table('leaver_reports')
    with op.batch_alter_table('invitations', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_invitations_sponsor_id'))
        batch_op.drop_index(batch_op.f('ix_invitations_organization_id'))

    op.drop_table('invitations')
    op.drop_table('organization_networks')
    with op.batch_alter_table('letters', schema=None) as batch_op:
        batch_op.drop_index('ix_letters_next')

    op.drop_table('letters')
