"""The real driver: carries the browser machine's commands out over our own connections.

May import net, wire, browser, record, discovery, fields, clock, urls, errors and terms.
"""
