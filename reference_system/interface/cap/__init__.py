"""Alerts to and from others in the Common Alerting Protocol, CAP 1.2 (OASIS, 1 July 2010).

`read` and `write` change bytes into a typed `Alert` and back; `bulletin_draft` and `alert_of`
change an alert into the bulletin that an operator sees and back.
"""

from reference_system.interface.cap.alert import Alert, AlertArea, Info, Reference, Resource
from reference_system.interface.cap.bulletins import (
    CapDraft,
    CapText,
    NoBulletin,
    Note,
    alert_of,
    bulletin_draft,
)
from reference_system.interface.cap.xml import MAX_BYTES, BadCap, read, write

__all__ = [
    "MAX_BYTES",
    "Alert",
    "AlertArea",
    "BadCap",
    "CapDraft",
    "CapText",
    "Info",
    "NoBulletin",
    "Note",
    "Reference",
    "Resource",
    "alert_of",
    "bulletin_draft",
    "read",
    "write",
]
