"""What Alembic runs first: it works in the connection, and so in the transaction, of `store.migrating`."""

from alembic import context

from geo_zhengzhi.store.schema_comparison import comparison_options
from geo_zhengzhi.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by making it anew
    **comparison_options(connection.dialect.name),
)
context.run_migrations()
