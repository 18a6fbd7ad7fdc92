"""Values in, text out: the terminal waterfall and summary. Pure: the same record gives the same text.

May import record, urls and terms; rich only in terminal.
"""
