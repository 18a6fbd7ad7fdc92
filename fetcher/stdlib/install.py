"""install() and uninstall(): interim responses read rightly in programs that use http.client through others.

urllib3 and requests subclass http.client's classes, so three methods of those are replaced in place: the reader of
status lines, ``getresponse`` and ``putheader``. ``uninstall`` puts the very same functions back; where somebody has
patched over ours in the meantime theirs stays, and ours under it does nothing any more.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from fetcher.stdlib.interim import Exchange, StatusLine, note_header, read_final_status, run_exchange
from fetcher.wire.events import InterimResponse

OnAnyInterim = Callable[[InterimResponse, http.client.HTTPConnection | None], object]

_lock = threading.Lock()
_Patch = tuple[type, str, Any, Any]
_patches: tuple[_Patch, ...] = ()
_on_interim: OnAnyInterim | None = None


def install(on_interim: OnAnyInterim | None = None) -> None:
    """Make every http.client connection of this process read past interim responses, and keep them in
    ``response.interim`` (urllib3: ``response._original_response.interim``).

    ``on_interim(interim, connection)`` is called for each as it arrives, on the thread that waits for the response;
    ``connection`` is the http.client.HTTPConnection (its ``host`` and ``port`` say who answered), None for a proxy's
    answer to CONNECT. Installing again only replaces ``on_interim``. Safe to call from any thread.
    """
    global _patches, _on_interim
    with _lock:
        _on_interim = on_interim
        if not _patches:
            _patches = _apply()


def uninstall() -> None:
    """Put http.client back exactly as it was. Does nothing when nothing is installed."""
    global _patches, _on_interim
    with _lock:
        patches, _patches, _on_interim = _patches, (), None
        for owner, name, ours, original in patches:
            if owner.__dict__.get(name) is ours:
                if original is _ABSENT:
                    delattr(owner, name)
                else:
                    setattr(owner, name, original)


def installed() -> bool:
    return bool(_patches)


_ABSENT = object()


def _apply() -> tuple[_Patch, ...]:
    response, connection = http.client.HTTPResponse, http.client.HTTPConnection
    read_status = response.__dict__["_read_status"]
    getresponse = connection.__dict__["getresponse"]
    putheader = connection.__dict__["putheader"]

    @wraps(read_status)
    def patched_read_status(self: http.client.HTTPResponse) -> StatusLine:
        if not _patches:
            status: StatusLine = read_status(self)
            return status
        return read_final_status(self, partial(read_status, self), _report)

    @wraps(getresponse)
    def patched_getresponse(self: http.client.HTTPConnection, *args: Any, **options: Any) -> Any:
        call = partial(getresponse, self, *args, **options)
        return run_exchange(self, None, call) if _patches else call()

    @wraps(putheader)
    def patched_putheader(self: http.client.HTTPConnection, header: str | bytes, *values: Any) -> Any:
        if _patches:
            note_header(self, header)
        return putheader(self, header, *values)

    patches: tuple[_Patch, ...] = (
        (response, "interim", (), response.__dict__.get("interim", _ABSENT)),
        (response, "_read_status", patched_read_status, read_status),
        (connection, "getresponse", patched_getresponse, getresponse),
        (connection, "putheader", patched_putheader, putheader),
    )
    for owner, name, ours, _ in patches:
        setattr(owner, name, ours)
    return patches


def _report(interim: InterimResponse, exchange: Exchange | None) -> None:
    callback = _on_interim
    if callback is not None:
        callback(interim, exchange.connection if exchange is not None else None)
