"""Look-up, TCP, TLS and connections: the sockets. Stamps each event with the time its bytes were read.

May import wire, clock, urls, errors and terms.
"""

from fetcher.net.connection import Connection
from fetcher.net.opening import open_connection, prepare
from fetcher.net.options import NetOptions, parse_connect_to, parse_resolve

__all__ = ["Connection", "NetOptions", "open_connection", "parse_connect_to", "parse_resolve", "prepare"]
