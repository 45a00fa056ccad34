"""the moderators of a group are found by an index"""

import sqlalchemy as sa
from alembic import op

revision = '5c1e7a90b3d4'
down_revision = '9859cd05f77b'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('memberships', schema=None) as batch_op:
        batch_op.create_index('ix_memberships_moderators', ['group_id'], unique=False, sqlite_where=sa.text("role = 'moderator'"), postgresql_where=sa.text("role = 'moderator'"))


def downgrade() -> None:
    with op.batch_alter_table('memberships', schema=None) as batch_op:
        batch_op.drop_index('ix_memberships_moderators', sqlite_where=sa.text("role = 'moderator'"), postgresql_where=sa.text("role = 'moderator'"))
