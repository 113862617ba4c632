"""How alembic reaches the register: through the connection that it is given, never by itself."""

from alembic import context

from reconcile.register.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
