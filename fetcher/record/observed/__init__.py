"""What a browser was seen to request, read from its own files: HARs and DevTools protocol logs. Pure but for reading
the file it is given; like the rest of the record it imports no room that decides."""

from __future__ import annotations

from fetcher.record.observed.files import read_observed
from fetcher.record.observed.values import Observed, ObservedRequest, for_page

__all__ = ["Observed", "ObservedRequest", "for_page", "read_observed"]
