"""A rollout plan held against the targets of the planning documents: how surely each is met."""
