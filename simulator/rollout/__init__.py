"""What a rollout plan leads to, in many replications: the vectorised core and the plain model."""
