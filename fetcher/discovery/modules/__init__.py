"""JavaScript modules: what their text imports, told by a lexer that runs nothing.

Part of ``discovery``: no I/O, no clock; may import what that room may.
"""
