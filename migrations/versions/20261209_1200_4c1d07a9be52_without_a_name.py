"""without a name"""

import sqlalchemy as sa
from alembic import op

revision = '4c1d07a9be52'
down_revision = 'c09435bd8f5b'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('sealed_acts',
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tag', sa.LargeBinary(length=32), nullable=False),
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sealed_acts')),
    sa.UniqueConstraint('tag', name=op.f('uq_sealed_acts_tag'))
    )
    with op.batch_alter_table('sealed_acts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sealed_acts_due_at'), ['due_at'], unique=False)

    with op.batch_alter_table('threads', schema=None) as batch_op:
        batch_op.add_column(sa.Column('scope', sa.LargeBinary(length=16), nullable=True))

    with op.batch_alter_table('posts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('author_tag', sa.LargeBinary(length=32), nullable=True))
        batch_op.add_column(sa.Column('pseudonym', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('shown_sector', sa.String(length=40), nullable=True))
        batch_op.create_index('ix_posts_author_tag', ['author_tag'], unique=False, postgresql_where=sa.text('author_tag IS NOT NULL'), sqlite_where=sa.text('author_tag IS NOT NULL'))
        batch_op.create_check_constraint(op.f('ck_posts_anonymous'), 'author_tag IS NULL OR (author_id IS NULL AND organization_id IS NULL)')

    with op.batch_alter_table('groups', schema=None) as batch_op:
        batch_op.add_column(sa.Column('anonymous', sa.Enum('off', 'allowed', name='anonymous', native_enum=False, create_constraint=True, length=20), server_default='off', nullable=False))
        batch_op.alter_column('anonymous', server_default=None)


def downgrade() -> None:
    # Nobody is named by this: what was posted without a name stays without.
    with op.batch_alter_table('groups', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_groups_anonymous'), type_='check')
        batch_op.drop_column('anonymous')

    with op.batch_alter_table('posts', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_posts_anonymous'), type_='check')
        batch_op.drop_index('ix_posts_author_tag')
        batch_op.drop_column('shown_sector')
        batch_op.drop_column('pseudonym')
        batch_op.drop_column('author_tag')

    with op.batch_alter_table('threads', schema=None) as batch_op:
        batch_op.drop_column('scope')

    op.drop_table('sealed_acts')
