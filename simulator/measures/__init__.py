"""What a run shows, counted chunk by chunk as it goes on."""
