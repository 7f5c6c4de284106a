"""Simulated networks of stations: it measures and judges nothing."""
