"""Devices: who they are, what they report, what they are handed, what they played."""
