"""What a browser was seen to request, read from its own files: HARs, DevTools protocol logs, NetLogs. Pure but for
reading the file it is given; like the rest of the record it imports no room that decides."""

from __future__ import annotations

from fetcher.record.observed.files import read_observed
from fetcher.record.observed.values import Observed, ObservedRequest, all_for_page, for_page, named

__all__ = ["Observed", "ObservedRequest", "all_for_page", "for_page", "named", "read_observed"]
