"""Judgement of results: targets, measurements, verdicts."""
