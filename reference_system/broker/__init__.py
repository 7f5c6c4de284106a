"""The message broker between source system and devices: started, looked after, and spoken to."""
