"""How many loads, in what order, and in which browser: repeated loads of one page, and loads in a Chromium.

May import load, audits, analysis, record, urls, errors, clock and terms; for a Chromium also the options of a load
(net.options, net.proxy, browser.storage) and the names browsers go by (browser.profiles, browser.requests).
"""

from fetcher.runs.check import check, repeat

__all__ = ["check", "repeat"]
