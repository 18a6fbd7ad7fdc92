"""From what a document and its style sheets name to what is requested (EH 8, 9; HTML).

Part of ``browser``: no I/O, no clock; may import what that room may.
"""
