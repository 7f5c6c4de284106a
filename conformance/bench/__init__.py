"""What a case is tried on: a device, the wire to it, and what switches and hears it."""
