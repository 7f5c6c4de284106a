"""Vendors' wires and the one neutral device: each dialect translates one wire, and does no I/O."""
