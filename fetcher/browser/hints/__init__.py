"""What a 103 makes the driving browser do: the policy (from the fields alone) and the acting on it (EH 4 to 11).

Part of ``browser``: no I/O, no clock; may import what that room may.
"""
