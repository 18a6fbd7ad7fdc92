"""HTTPConnection, HTTPSConnection and HTTPResponse: http.client's, which survive interim responses (bpo-28570).

Same constructors plus ``on_interim=``, same methods, same exceptions; ``response.interim`` holds what came before the
final response. Nothing here patches http.client: see ``install`` for that.
"""

from __future__ import annotations

import http.client
from typing import Any

from fetcher.stdlib.interim import (
    InterimError,
    InterimLimitExceeded,
    OnInterim,
    StatusLine,
    note_header,
    read_final_status,
    run_exchange,
)
from fetcher.wire.events import InterimResponse


class HTTPResponse(http.client.HTTPResponse):
    """The final response. ``interim`` are the 1xx responses before it, in order, each with ``at`` in milliseconds on
    ``fetcher.clock``'s line."""

    interim: tuple[InterimResponse, ...] = ()

    def _read_status(self) -> StatusLine:
        return read_final_status(self, super()._read_status)  # type: ignore[misc]


class _Surfacing(http.client.HTTPConnection):
    """What both connections add. ``on_interim`` is called with each InterimResponse as it arrives, on the thread that
    waits in ``getresponse`` and before it returns; an exception it raises comes out there, and closes the connection.
    """

    response_class = HTTPResponse

    def __init__(self, *args: Any, on_interim: OnInterim | None = None, **options: Any) -> None:
        self.on_interim = on_interim
        super().__init__(*args, **options)

    def connect(self) -> None:
        """Open the connection, through the tunnel where one is set; a proxy's interim responses are passed over."""
        try:
            super().connect()
        except (InterimError, InterimLimitExceeded):
            self.close()  # or the next request would go to the proxy as if it were the server
            raise

    def putheader(self, header: str | bytes, *argument: Any) -> None:
        note_header(self, header)
        super().putheader(header, *argument)

    def getresponse(self) -> HTTPResponse:
        """The final response, never an interim one. Raises what http.client raises, InterimError for a 101 nobody
        asked for, InterimLimitExceeded for a flood."""
        response: HTTPResponse = run_exchange(self, self.on_interim, super().getresponse)
        return response


class HTTPConnection(_Surfacing):
    """http.client.HTTPConnection that takes ``on_interim=`` and returns the final response."""


class HTTPSConnection(_Surfacing, http.client.HTTPSConnection):
    """http.client.HTTPSConnection that takes ``on_interim=`` and returns the final response."""
