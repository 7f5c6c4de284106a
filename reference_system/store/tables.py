"""Every table of the system, loaded."""

from reference_system.store import (  # noqa: F401 (each describes tables when it is loaded)
    content,
    devices,
    installation,
    orders,
    people,
)
from reference_system.store.base import Table

METADATA = Table.metadata
"""All tables; administration and the other rooms of the store are in it."""
