"""One exchange for library users: fetch, Connection, Response, the event iterator.

May import net, wire, fields, urls, clock, errors and terms.
"""

from fetcher.client.connection import Connecting, Connection
from fetcher.client.events import Events
from fetcher.client.exchange import OnInterim
from fetcher.client.fetching import connect, fetch
from fetcher.client.headers import Headers
from fetcher.client.response import Response, ResponseTimes
from fetcher.client.sending import Content, HeadersLike

__all__ = [
    "Connecting",
    "Connection",
    "Content",
    "Events",
    "Headers",
    "HeadersLike",
    "OnInterim",
    "Response",
    "ResponseTimes",
    "connect",
    "fetch",
]
