"""The real driver: carries the browser machine's commands out over our own connections.

May import net, wire, browser, record, discovery, fields, clock, urls, errors and terms.
"""

from fetcher.load.page import load_page

__all__ = ["load_page"]
