"""What a source system and its peers exchange: messages, logs and their schemas."""
