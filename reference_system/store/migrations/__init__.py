"""The tables of a database brought to what this version needs, step by step, by Alembic.

There is no way back: nobody's records are thrown away. Alembic is loaded only where there is a
step to take, as that takes longer than all the rest of opening a database.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from reference_system.store.database import BadAddress, Database

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = max(step.name[:4] for step in (Path(__file__).parent / "versions").glob("[0-9]*_*.py"))
"""The last step that this version knows: the files are named by their steps."""


def configuration(database: Database) -> "Config":
    """Alembic's view of this folder and of that database."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["engine"] = database.engine
    return config


def migrate(database: Database) -> None:
    """Bring the tables up to date, all steps or none.

    Raises `BadAddress` for a database that a later version of the program has used.
    """
    if _is_up_to_date(database):
        return
    from alembic import command
    from alembic.util import CommandError

    try:
        command.upgrade(configuration(database), "head")
    except CommandError:
        raise BadAddress(
            f"the database was made by a later version of ttcs (this one knows {HEAD})"
        ) from None


def _is_up_to_date(database: Database) -> bool:
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return connection.scalars(text("SELECT version_num FROM alembic_version")).all() == [HEAD]
