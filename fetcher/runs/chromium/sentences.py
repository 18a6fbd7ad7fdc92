"""What Chromium says of a load that failed, in words, and URLs as a sentence lists them."""

from __future__ import annotations

LISTED = 3

CERTIFICATE = "net::ERR_CERT_"
_PLAIN_WORDS = {
    "net::ERR_NAME_NOT_RESOLVED": "its name has no address",
    "net::ERR_CONNECTION_REFUSED": "the connection was refused",
    "net::ERR_TIMED_OUT": "it timed out",
    "net::ERR_CONNECTION_TIMED_OUT": "the connection timed out",
    "net::ERR_EMPTY_RESPONSE": "the server closed the connection without an answer",
    "net::ERR_CONNECTION_CLOSED": "the server closed the connection",
    "net::ERR_CONNECTION_RESET": "the server reset the connection",
    "net::ERR_TOO_MANY_REDIRECTS": "it redirects too often",
    "net::ERR_PROXY_CONNECTION_FAILED": "the proxy could not be reached",
    "net::ERR_ABORTED": "its answer is no page: a download, or nothing",
}


def in_words(error: str) -> str:
    if error.startswith(CERTIFICATE):
        return f"its certificate is not trusted ({error}); give --cacert FILE for its authority, or -k"
    return f"{_PLAIN_WORDS[error]} ({error})" if error in _PLAIN_WORDS else error


def some_of(urls: list[str]) -> str:
    shown = ", ".join(url if len(url) <= 100 else url[:99] + "…" for url in urls[:LISTED])
    return shown + (f" and {len(urls) - LISTED} more" if len(urls) > LISTED else "") if urls else "a stream"
