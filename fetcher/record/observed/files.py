"""Reads whichever of the files that tell what a browser requested: a HAR, or a DevTools protocol log."""

from __future__ import annotations

from pathlib import Path

from fetcher.errors import RecordError
from fetcher.record.observed.devtools import observed_pages
from fetcher.record.observed.har import observed_in
from fetcher.record.observed.messages import read_messages
from fetcher.record.observed.values import Observed

_NETLOG = b'"constants"'


def read_observed(name: str) -> list[Observed]:
    """Each page in the file ``name``. Raises ``RecordError`` with one sentence that names it."""
    path = Path(name)
    try:
        with path.open("rb") as file:
            start = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
            if start.startswith(b"{") and start[1:].lstrip().startswith(b'"log"'):
                from fetcher.record.har.reader import pages_from_har

                return [observed_in(load) for load in pages_from_har(path)]
            if start.startswith(b"{") and start[1:].lstrip().startswith(_NETLOG):
                raise RecordError("this is a Chromium NetLog, which does not say what made a request; give a HAR of "
                                  "DevTools or a DevTools protocol log")  # fmt: skip
            file.seek(0)
            return observed_pages(read_messages(file))
    except OSError as error:
        raise RecordError(f"{name} cannot be read: {error.strerror or error}") from error
    except RecordError as error:
        said = str(error)
        raise (error if said.startswith(name) else RecordError(f"{name}: {said}")) from error
