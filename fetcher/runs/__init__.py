"""How many loads, and in what order: repeated loads of one page for a check.

May import load, audits, analysis, record, urls, errors and terms.
"""

from fetcher.runs.check import check, repeat

__all__ = ["check", "repeat"]
