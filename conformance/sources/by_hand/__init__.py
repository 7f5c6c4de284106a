"""Source systems at which people act by hand, or a script in their place: what both share."""
