"""Reads whichever file tells what a browser requested: a HAR, a DevTools protocol log or a Chromium NetLog."""

from __future__ import annotations

from pathlib import Path

from fetcher.errors import RecordError
from fetcher.record.observed.devtools import observed_pages
from fetcher.record.observed.har import observed_in
from fetcher.record.observed.messages import read_messages
from fetcher.record.observed.values import Observed

_NETLOGS = (b'"constants"', b'"events"')
"""What a NetLog's first member may be called."""


def read_observed(name: str) -> list[Observed]:
    """Each page in the file ``name``. Raises ``RecordError`` with one sentence that names it."""
    path = Path(name)
    try:
        with path.open("rb") as file:
            start = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
            if start.startswith(b"{") and start[1:].lstrip().startswith(b'"log"'):
                from fetcher.record.har.reader import pages_from_har

                return [observed_in(load) for load in pages_from_har(path)]
            is_netlog = start.startswith(b"{") and start[1:].lstrip().startswith(_NETLOGS)
            file.seek(0)
            if is_netlog:
                from fetcher.record.observed.netlog import netlog_pages

                return netlog_pages(file)
            return observed_pages(read_messages(file))
    except OSError as error:
        raise RecordError(f"{name} cannot be read: {error.strerror or error}") from error
    except RecordError as error:
        said = str(error)
        raise (error if said.startswith(name) else RecordError(f"{name}: {said}")) from error
