"""What one device plays, and when: the vectorised core and its readable SimPy twin."""
