"""How a request goes out: its fields, its priority, the device it is made for (EH 5).

Part of ``browser``: no I/O, no clock; may import what that room may.
"""
