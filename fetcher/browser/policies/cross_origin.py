"""What crosses origins: the CORS check (Fetch 4.9), Cross-Origin-Resource-Policy with what an embedder policy adds to
it (Fetch 3.7), and the part of opaque response blocking that a response's head decides (Fetch 3.8).

No preflight can occur here: only GET is ever sent for a page, and the only fields besides the browser's own are the
caller's (``-H``), which are added beneath the page, as a proxy or an extension adds them, and are none of its doing.
"""

from __future__ import annotations

from fetcher.browser.policies.blocked import Blocked
from fetcher.browser.policies.container import EmbedderPolicy
from fetcher.fields import mime
from fetcher.terms import Fields, field_value, field_values
from fetcher.urls import URL, is_ip, registrable_domain

_NEVER_SNIFFED = frozenset(
    [
        *(f"application/{name}" for name in ("gzip", "x-gzip", "x-protobuf", "zip", "msword", "dash+xml")),
        *(f"application/vnd.{name}" for name in ("ms-excel", "ms-powerpoint", "ms-word", "apple.mpegurl")),
        *("audio/mpegurl", "multipart/byteranges", "multipart/signed", "text/csv", "text/event-stream", "text/vtt"),
    ]
)
_XML = frozenset(["text/xml", "application/xml"])
_JSON = frozenset(["text/json", "application/json"])


def cors_check(fields: Fields, origin: str, *, with_credentials: bool) -> Blocked | None:
    """Whether a response lets a page of ``origin`` ("null" when opaque or tainted by redirects) read it."""
    allowed = field_value(fields, "access-control-allow-origin")
    if allowed is None:
        return Blocked("CORS", "its response has no Access-Control-Allow-Origin")
    allowed = allowed.strip(" \t")
    if allowed == "*" and not with_credentials:
        return None
    told = allowed if len(allowed) <= 100 else f"{allowed[:100]}..."
    if allowed == "*":
        return Blocked(
            "CORS", "its response allows any origin (*), which does not count for a request with credentials"
        )
    if allowed != origin:
        which = "several origins" if "," in allowed else f"the origin {told!r}"
        return Blocked("CORS", f"its response allows {which}, and the page is {origin}")
    if with_credentials and (field_value(fields, "access-control-allow-credentials") or "").strip(" \t") != "true":
        return Blocked("CORS", "its response has no Access-Control-Allow-Credentials: true")
    return None


def resource_policy_check(
    fields: Fields, url: URL, client: URL, embedder: EmbedderPolicy, *, with_credentials: bool, opaque: bool = False
) -> Blocked | None:
    """Whether a response at ``url`` may be used by a document at ``client`` that did not ask for it by CORS."""
    if client.origin == url.origin and not opaque:
        return None
    said = (field_value(fields, "cross-origin-resource-policy") or "").strip(" \t")
    if said == "same-origin":
        return Blocked("CORP", "its Cross-Origin-Resource-Policy is same-origin, and the page is of another")
    if said == "same-site":
        if not opaque and _is_same_site(url, client):
            return None
        return Blocked("CORP", "its Cross-Origin-Resource-Policy is same-site, and the page is of another site")
    if said == "cross-origin" or embedder is EmbedderPolicy.UNSAFE_NONE:
        return None
    if embedder is EmbedderPolicy.CREDENTIALLESS and not with_credentials:
        return None
    return Blocked(
        "COEP",
        f"the page's Cross-Origin-Embedder-Policy is {embedder}, and the response has no Cross-Origin-Resource-Policy "
        "that lets another origin use it",
    )


def opaque_response_check(fields: Fields, status: int, url: URL, client: URL) -> Blocked | None:
    """Of a no-cors response from another origin: whether its type alone keeps it from a page. What its first bytes
    would say (an image that is really HTML) is not looked at."""
    if client.origin == url.origin:
        return None
    found = mime.extract(field_values(fields, "content-type"))
    essence = found.essence if found is not None else ""
    if essence in _NEVER_SNIFFED or "openxmlformats-officedocument" in essence:
        return Blocked("ORB", f"a response of another origin of type {essence}, which no element uses")
    guarded = essence in _XML or essence in _JSON or essence == "text/html" or essence.endswith(("+json", "+xml"))
    if guarded and essence != "image/svg+xml" and mime.is_nosniff(fields):
        return Blocked("ORB", f"a response of another origin of type {essence} that says nosniff")
    return None


def _is_same_site(url: URL, client: URL) -> bool:
    """Without regard to scheme, but what came over https: does not go to an http: page."""
    if client.scheme != "https" and url.scheme == "https":
        return False
    if is_ip(url.host) or is_ip(client.host):
        return url.host == client.host
    return registrable_domain(url.host) == registrable_domain(client.host)
