"""Every error fetcher raises, in one tree.

Each message is one sentence for a person: what went wrong, where, and what to do where that is known.
Foreign exceptions are mapped to one of these at the door where they enter and chained with ``from``.
A failed navigation raises; a failed subresource is data in the record and carries ``kind``.
"""

from __future__ import annotations

from typing import Any, Self


class FetcherError(Exception):
    """Base of the tree. ``exit_code`` is what the command line ends with; ``kind`` is the word used in records.
    ``record`` is the partial PageLoad where a page load failed (typed loosely: this file imports nothing)."""

    exit_code = 3
    kind = "error"
    record: Any = None

    def placed(self, url: str) -> Self:
        """The same error with ``url`` in front of its sentence; itself where the sentence names the URL's host already.
        What reads bytes knows what went wrong, what asked for them knows where."""
        host = url.partition("://")[2].partition("/")[0]
        if host in str(self):
            return self
        error = type(self).__new__(type(self))
        error.__dict__.update(self.__dict__)
        error.args = (f"{url}: {self}",)
        error.__cause__ = self
        return error


class UsageError(FetcherError):
    """The caller asked for something that cannot be done: a bad URL, option or combination."""

    exit_code = 2
    kind = "usage"


class InvalidURL(UsageError):
    """A URL that the WHATWG URL parser refuses, or whose scheme is not http or https."""

    kind = "invalid-url"


class MissingExtra(UsageError):
    """An optional package is not installed; the message names the extra that brings it."""

    kind = "missing-extra"


class MissingChromium(UsageError):
    """No Chromium is installed here, or the one that was named cannot be run."""

    kind = "missing-chromium"


class ChromiumFailed(FetcherError):
    """The Chromium that was driven ended, did not answer in time, or could not do what was asked of it."""

    kind = "chromium"


class NetworkError(FetcherError):
    """Look-up, connect, TLS or transport failed."""

    kind = "network"


class LookupFailed(NetworkError):
    """The name has no address, or the resolver did not answer."""

    kind = "lookup-failed"


class ConnectFailed(NetworkError):
    """No address could be connected to, or a proxy refused to."""

    kind = "connect-failed"


class TLSFailed(NetworkError):
    """No TLS handshake, or a certificate that is not trusted."""

    kind = "tls-failed"


class ConnectionLost(NetworkError):
    """The peer closed or reset the connection while an answer was due."""

    kind = "connection-lost"


class StreamReset(NetworkError):
    """The peer ended one stream; the connection may go on. ``code`` is the HTTP/2 error code."""

    kind = "stream-reset"

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.code = code


class ProtocolError(FetcherError):
    """One side broke the protocol."""

    kind = "protocol"


class LocalProtocolError(ProtocolError):
    """We tried to send something the protocol forbids, such as a second request on a busy HTTP/1.1 connection."""

    exit_code = 2
    kind = "local-protocol"


class RemoteProtocolError(ProtocolError):
    """The peer broke the protocol in a way that cannot be read safely."""

    kind = "remote-protocol"


class LimitExceeded(FetcherError):
    """A limit of ``fetcher.terms.Limits`` was reached; ``limit`` is its name there."""

    kind = "limit"

    def __init__(self, message: str, limit: str) -> None:
        super().__init__(message)
        self.limit = limit


class DeadlineExceeded(FetcherError):
    """A phase, or the whole, took longer than allowed. ``phase`` is lookup, connect, tls, response, body or total."""

    kind = "deadline"

    def __init__(self, message: str, phase: str) -> None:
        super().__init__(message)
        self.phase = phase


class ContentError(FetcherError):
    """Content that does not decode as its Content-Encoding says, or is not what was needed (not HTML)."""

    kind = "content"


class RecordError(UsageError):
    """A saved record that cannot be read, or one that claims an impossible order of events."""

    kind = "record"


class Interrupted(FetcherError):
    """The person at the terminal stopped it; the partial record has been kept."""

    exit_code = 130
    kind = "interrupted"


class Terminated(Interrupted):
    """SIGTERM stopped it, as a scheduler does; the partial record has been kept."""

    exit_code = 143
