"""What a browser refuses, and why: a document's policies, asked before each request and about each response.

Part of ``browser``: no I/O, no clock; may import what that room may.
"""
