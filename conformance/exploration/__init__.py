"""Conversations that nobody wrote: drawn within limits, judged by what must hold."""
