"""What differs between two saved results, in words: for the terminal and as Markdown.

Part of ``report``: values in, text out; may import what that room may.
"""
