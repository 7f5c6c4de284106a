"""Devices that are broken in one respect each: what shows that a clause's checks can fail."""
