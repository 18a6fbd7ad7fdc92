"""http.client's connections with every 1xx surfaced or skipped: the client of bpo-28570 by changing one import.

    from fetcher.stdlib import HTTPConnection      # was: from http.client import HTTPConnection

``install()`` makes the same true for programs that reach http.client through urllib3 or requests. May import client,
net, wire, fields, urls, clock, errors and terms; needs only the standard library.
"""

from fetcher.stdlib.connection import HTTPConnection, HTTPResponse, HTTPSConnection
from fetcher.stdlib.install import install, installed, uninstall
from fetcher.stdlib.interim import InterimError, InterimLimitExceeded

__all__ = [
    "HTTPConnection",
    "HTTPResponse",
    "HTTPSConnection",
    "InterimError",
    "InterimLimitExceeded",
    "install",
    "installed",
    "uninstall",
]
