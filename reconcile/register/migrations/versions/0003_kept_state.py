"""Where matching and resolving stood is kept; what the counter asks for is found by indexes."""

from alembic import op
import sqlalchemy as sa

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

SOUGHT = (
    ('mentions', 'name_plain', ''),
    ('mentions', 'cmnd', "cmnd <> ''"),
    ('mentions', 'cccd', "cccd <> ''"),
    ('entries', 'entry_key', ''),
    ('occurrences', 'occurrence', ''),
)


def upgrade() -> None:
    op.create_table('kept_state',
    sa.Column('part', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('signature', sa.Text(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('run', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('part', 'name', name=op.f('pk_kept_state'))
    )
    for table, column, filled in SOUGHT:
        held = sa.text(' AND '.join(filter(None, ('to_run IS NULL', filled))))
        op.create_index(
            f'ix_{table}_{column}_now', table, [column],
            sqlite_where=held, postgresql_where=held,
        )


def downgrade() -> None:
    for table, column, _ in SOUGHT:
        op.drop_index(f'ix_{table}_{column}_now', table)
    op.drop_table('kept_state')
