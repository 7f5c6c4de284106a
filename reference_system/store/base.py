"""What all tables share: names of constraints, types of columns, ids."""

import secrets
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, MetaData, String
from sqlalchemy.orm import DeclarativeBase, mapped_column

Id = Annotated[str, mapped_column(String(64))]
"""The id of a row, of our own making or a peer's."""

Code = Annotated[str, mapped_column(String(32))]
"""A code, a role, a state: short text from a fixed set."""

Name = Annotated[str, mapped_column(String(300))]
Moment = Annotated[int, mapped_column(BigInteger)]
"""An instant in milliseconds since the epoch, or a length in milliseconds."""

Data = Annotated[dict[str, Any], mapped_column(JSON)]
Items = Annotated[list[Any], mapped_column(JSON)]


class Table(DeclarativeBase):
    """The parent of every table."""

    # Named constraints, so that migrations can speak of them on every database.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def new_id(now_ms: int) -> str:
    """A new id that nobody can guess; ids sort by the moment they were made."""
    return f"{now_ms:011x}{secrets.token_hex(8)}"
