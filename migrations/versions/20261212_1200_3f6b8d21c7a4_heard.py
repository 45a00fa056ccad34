"""heard"""

import sqlalchemy as sa
from alembic import op

revision = '3f6b8d21c7a4'
down_revision = 'b7f0c1d2a935'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('heard',
    sa.Column('step_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['step_id'], ['case_steps.id'], name=op.f('fk_heard_step_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('step_id', name=op.f('pk_heard'))
    )


def downgrade() -> None:
    op.drop_table('heard')
