"""Look-up, TCP, TLS and connections: the sockets. Stamps each event with the time its bytes were read.

May import wire, clock, urls, errors and terms.
"""
