"""Content: bulletins on their way, sounds and pictures, alerts, what communes choose."""
