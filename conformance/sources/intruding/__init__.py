"""An intruder at a source system under test: what is tried, and by which way."""
