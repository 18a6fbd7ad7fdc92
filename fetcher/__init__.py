"""fetcher: loads a page as a browser does on the network, acts on 103 Early Hints, and records what happened.

The public names, lazily: importing this package imports nothing else until a name is asked for. It may import any
room, to re-export.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fetcher import sync
    from fetcher.analysis import Checked, Expectations
    from fetcher.analysis.compare.comparison import Comparison
    from fetcher.audits.auditing import Audit, audit
    from fetcher.audits.finding import Finding
    from fetcher.audits.rule import rule
    from fetcher.client import Connection, Response, connect, fetch
    from fetcher.errors import (
        ConnectFailed,
        ConnectionLost,
        ContentError,
        DeadlineExceeded,
        FetcherError,
        InvalidURL,
        LimitExceeded,
        LookupFailed,
        NetworkError,
        ProtocolError,
        RemoteProtocolError,
        TLSFailed,
        UsageError,
    )
    from fetcher.load import load_page
    from fetcher.net import NetOptions
    from fetcher.record import PageLoad, from_har, load_record, save_har, save_record
    from fetcher.runs.check import check
    from fetcher.runs.compare import compare
    from fetcher.terms import Limits
    from fetcher.wire.events import InterimResponse

__version__ = "0.1.0"

_HOMES = {
    "fetcher.analysis": ("Checked", "Expectations"),
    "fetcher.audits.auditing": ("Audit", "audit"),
    "fetcher.audits.finding": ("Finding",),
    "fetcher.audits.rule": ("rule",),
    "fetcher.client": ("Connection", "Response", "connect", "fetch"),
    "fetcher.load": ("load_page",),
    "fetcher.net": ("NetOptions",),
    "fetcher.record": ("PageLoad", "from_har", "load_record", "save_har", "save_record"),
    "fetcher.analysis.compare.comparison": ("Comparison",),
    "fetcher.runs.check": ("check",),
    "fetcher.runs.compare": ("compare",),
    "fetcher.terms": ("Limits",),
    "fetcher.wire.events": ("InterimResponse",),
    "fetcher.errors": (
        "ConnectFailed",
        "ConnectionLost",
        "ContentError",
        "DeadlineExceeded",
        "FetcherError",
        "InvalidURL",
        "LimitExceeded",
        "LookupFailed",
        "NetworkError",
        "ProtocolError",
        "RemoteProtocolError",
        "TLSFailed",
        "UsageError",
    ),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [  # noqa: RUF022 - grouped by what a reader looks for
    "fetch",
    "connect",
    "Connection",
    "Response",
    "InterimResponse",
    "load_page",
    "PageLoad",
    "load_record",
    "save_record",
    "from_har",
    "save_har",
    "check",
    "Checked",
    "compare",
    "Comparison",
    "Expectations",
    "audit",
    "Audit",
    "Finding",
    "rule",
    "sync",
    "NetOptions",
    "Limits",
    "FetcherError",
    "UsageError",
    "InvalidURL",
    "NetworkError",
    "LookupFailed",
    "ConnectFailed",
    "TLSFailed",
    "ConnectionLost",
    "ProtocolError",
    "RemoteProtocolError",
    "LimitExceeded",
    "DeadlineExceeded",
    "ContentError",
]


def __getattr__(name: str) -> Any:
    if name == "sync":
        return import_module("fetcher.sync")
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'fetcher' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
