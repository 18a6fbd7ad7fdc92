"""http.client's connections with every 1xx surfaced or skipped: the client of bpo-28570 by changing one import.

May import client, net, wire, fields, urls, clock, errors and terms; needs only the standard library.
"""
