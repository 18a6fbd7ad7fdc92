"""Declarations: which properties they set, and to which pictures and fonts."""
