"""Which work in which year: found by a solver under the limits of a plan."""
