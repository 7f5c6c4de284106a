"""People: accounts, sessions, the second factor, the record of what was done."""
