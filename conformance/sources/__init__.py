"""Source systems under test: what is asked of one, the fleet around it, and the bench of both."""
