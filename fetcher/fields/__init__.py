"""One file per header field: text in, value and findings out. No I/O.

May import urls, errors and terms.
"""
