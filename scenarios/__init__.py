"""What a scenario says: territory, fleet, profiles, links, programme, bulletins, faults, targets."""
