"""What a report tells beside the results, worked out from the tables of a bundle."""
