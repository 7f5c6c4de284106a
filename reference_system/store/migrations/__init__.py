"""The tables of a database brought to what this version needs, step by step, by Alembic.

There is no way back: nobody's records are thrown away.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from reference_system.store.database import BadAddress, Database


def configuration(database: Database) -> Config:
    """Alembic's view of this folder and of that database."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["engine"] = database.engine
    return config


def migrate(database: Database) -> None:
    """Bring the tables up to date, all steps or none.

    Raises `BadAddress` for a database that a later version of the program has used.
    """
    config = configuration(database)
    try:
        command.upgrade(config, "head")
    except CommandError:
        known = ScriptDirectory.from_config(config).get_current_head()
        raise BadAddress(
            f"the database was made by a later version of ttcs (this one knows {known})"
        ) from None
