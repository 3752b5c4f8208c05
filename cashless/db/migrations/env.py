"""Run the migrations on the connection that ``cashless.db.migrate`` brings.

Alembic loads this file. Everything happens in one transaction, so a migration
that fails leaves the database as it was.
"""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
