"""How commands reach devices: random draws, attempts, outages."""
