from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from reconcile.register.migrations import configuration, upgrade
from reconcile.register.tables import REVISION, alembic_version, metadata


def test_the_migrations_make_the_tables_that_the_code_has():
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        upgrade(connection)
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == REVISION
        differences = compare_metadata(context, metadata)
        names = [difference[1] for difference in differences if difference[0] == "add_table"]
        assert [difference for difference in differences if difference[0] != "add_table"] == []
        assert [table.name for table in names] in ([], [alembic_version.name])
        head = ScriptDirectory.from_config(configuration(connection)).get_current_head()
        assert head == REVISION
    engine.dispose()


def test_every_table_is_explained(root):
    text = (root / "docs" / "reference" / "register-tables.md").read_text(encoding="utf-8")
    assert [name for name in metadata.tables if f"| `{name}` |" not in text] == []
