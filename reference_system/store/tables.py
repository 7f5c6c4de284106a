"""Every table of the system, loaded."""

from reference_system.store import (  # noqa: F401 (each describes tables when it is loaded)
    administration,
    content,
    devices,
    exchange,
    installation,
    orders,
    people,
)
from reference_system.store.base import Table

METADATA = Table.metadata
"""All tables."""
