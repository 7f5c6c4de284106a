"""What a scenario says: territory, fleet, profiles, links, bulletins, faults, targets."""
