"""Chromium NetLogs: ``events`` reads the file one event at a time, ``sources`` folds events into what became of each
request, ``pages`` sorts the requests by page. Nothing here is a number of one Chromium version: every event, phase and
error is known by the name that the file's own constants give it.
"""

from __future__ import annotations

from fetcher.record.observed.netlog.pages import netlog_pages

__all__ = ["netlog_pages"]
