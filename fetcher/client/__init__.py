"""One exchange for library users: fetch, Connection, Response, the event iterator.

May import net, wire, fields, urls, clock, errors and terms.
"""
