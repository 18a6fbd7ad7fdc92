"""Field names on an HTTP/1.1 wire: what is a name, the well-known ones, and how browsers spell them.

Names are case-insensitive (RFC 9110 5.1), yet a head is mostly names we know: looking one up is cheaper than checking
and lowering it. The table is fixed, so no server can make it grow.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from fetcher.errors import LocalProtocolError

TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
"""RFC 9110 5.6.2."""

_COMMON = """
Accept-CH Accept-Ranges Access-Control-Allow-Credentials Access-Control-Allow-Headers Access-Control-Allow-Methods
Access-Control-Allow-Origin Access-Control-Expose-Headers Access-Control-Max-Age Age Allow Alt-Svc Cache-Control
CDN-Cache-Control CF-Cache-Status CF-RAY Cache-Status Clear-Site-Data Connection Content-Disposition Content-Encoding
Content-Language Content-Length Content-Location Content-Range Content-Security-Policy
Content-Security-Policy-Report-Only Content-Type Critical-CH Cross-Origin-Embedder-Policy Cross-Origin-Opener-Policy
Cross-Origin-Resource-Policy Date ETag Expect-CT Expires Keep-Alive Last-Modified Link Location NEL Origin-Agent-Cluster
P3P Permissions-Policy Pragma Priority Proxy-Authenticate Proxy-Connection Referrer-Policy Refresh Report-To
Reporting-Endpoints Retry-After Server Server-Timing Service-Worker-Allowed Set-Cookie SourceMap
Strict-Transport-Security Surrogate-Key Timing-Allow-Origin Trailer Transfer-Encoding Upgrade Vary Via WWW-Authenticate
Warning X-Amz-Cf-Id X-Amz-Cf-Pop X-Amz-Request-Id X-Cache X-Cache-Hits X-Content-Type-Options X-DNS-Prefetch-Control
X-Frame-Options X-Powered-By X-Request-Id X-Robots-Tag X-Served-By X-Timer X-UA-Compatible X-XSS-Protection
"""

KNOWN_NAMES: Final[dict[str, str]] = {
    spelling: name.lower() for name in _COMMON.split() for spelling in (name, name.lower(), name.title())
}
"""Each usual spelling of a response field's name -> its lower-case form."""


@lru_cache(maxsize=512)
def request_name(name: str) -> str:
    """How ``name`` is written in a request. Our fields are lower case as HTTP/2 wants them; over HTTP/1.1 browsers
    capitalise every name but the client hints, and some servers and firewalls look. A name that already has a capital
    is the caller's own spelling. Raises ``LocalProtocolError`` when it is not a token."""
    if not TOKEN.fullmatch(name):
        raise LocalProtocolError(f"{name!r} cannot be a field name: only letters, digits and !#$%&'*+-.^_`|~ may be.")
    if name != name.lower() or name.startswith("sec-ch-"):
        return name
    return {"te": "TE", "dnt": "DNT", "etag": "ETag"}.get(name) or name.title()
