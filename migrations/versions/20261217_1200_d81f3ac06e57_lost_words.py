"""lost words"""

import sqlalchemy as sa
from alembic import op

revision = 'd81f3ac06e57'
down_revision = 'c4e5a1d07b92'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('posts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('lost_words', sa.Boolean(), server_default=sa.false(), nullable=False))

    # Which of them repeated words that were taken out is not known any more: rather too many than too few.
    op.execute(
        "UPDATE posts SET lost_words = true WHERE thread_id IN "
        "(SELECT here.thread_id FROM posts AS here JOIN redactions ON redactions.post_id = here.id)"
    )
    with op.batch_alter_table('posts', schema=None) as batch_op:
        batch_op.alter_column('lost_words', existing_type=sa.Boolean(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('posts', schema=None) as batch_op:
        batch_op.drop_column('lost_words')
