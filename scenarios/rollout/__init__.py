"""Rollout plans: the stations a province has, and its money, crews and rules to convert them."""
