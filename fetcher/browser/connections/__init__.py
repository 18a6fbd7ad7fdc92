"""Which connection a request uses, and when it may leave.

Part of ``browser``: no I/O, no clock; may import what that room may.
"""
