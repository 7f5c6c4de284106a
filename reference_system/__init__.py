"""The provincial source system as real software."""
