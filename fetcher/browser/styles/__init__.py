"""Which pictures and fonts the style sheets of a document ask for: rules matched to its elements and cascaded.

Imports discovery and the values of ``browser``; no I/O, no clock. Nothing is laid out: what only layout tells (the
width of a container) is estimated, and said so where it is.
"""
