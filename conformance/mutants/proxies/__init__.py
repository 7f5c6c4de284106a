"""Proxies that stand before a real source system and make it wrong in one respect."""
