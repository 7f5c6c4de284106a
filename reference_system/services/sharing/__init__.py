"""Exchange with other source systems: peers, what goes to them, what comes from them."""
