"""Small questions to a record, each tested by itself: what cases are judged by."""
