"""The steps, in order; Alembic reads them by their numbers."""
