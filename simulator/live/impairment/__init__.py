"""Links that delay, lose, limit and part: one description, carried by what the machine can do."""
