"""What people and devices may do in the source system, each act whole or not at all."""
