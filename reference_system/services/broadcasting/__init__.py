"""What stations are told to play: orders, programmes, and what of them is due."""
