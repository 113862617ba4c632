"""Where matching and resolving stood is kept."""

from alembic import op
import sqlalchemy as sa

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('kept_state',
    sa.Column('part', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('signature', sa.Text(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('run', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('part', 'name', name=op.f('pk_kept_state'))
    )


def downgrade() -> None:
    op.drop_table('kept_state')
