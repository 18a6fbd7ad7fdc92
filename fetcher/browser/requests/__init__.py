"""Requests: made, whose they are and what they are given for it, then their priority and their fields (EH 5).

Part of ``browser``: no I/O, no clock; may import what that room may.
"""
