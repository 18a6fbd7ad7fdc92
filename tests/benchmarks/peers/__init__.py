"""Whom we are measured against, and the servers that both sides ask: none of this is ours to be fast."""
