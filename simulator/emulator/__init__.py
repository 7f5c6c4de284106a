"""Devices as network programs: thousands in a process, over real sockets, one event loop."""
