"""A comparison in words and figures: for the terminal, as Markdown, as a section of the HTML page.

Part of ``report``: values in, text out; may import what that room may.
"""
