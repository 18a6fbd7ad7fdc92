"""Values in, text out: the terminal waterfall and summary. Pure: the same record gives the same text.

May import record, urls and terms; rich only in terminal.
"""

from fetcher.report.terminal import print_difference, print_load, render_difference, render_load

__all__ = ["print_difference", "print_load", "render_difference", "render_load"]
