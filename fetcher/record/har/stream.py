"""The pages and entries of a HAR file, one at a time, however large the file is (``json_stream``): a record keeps no
bodies, so that one of 200 MB inside an entry is passed over while it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from fetcher.errors import RecordError
from fetcher.record.json_stream import JsonStream


def read_har(source: BinaryIO) -> Iterator[tuple[str, Any]]:
    """("page", object), ("entry", object) and, for every other member of "log", (its name, value), in file order.
    Raises ``RecordError``."""
    window = JsonStream(source, "HAR file")
    log = False
    for name in window.members("the HAR file"):
        if name != "log":
            window.value(f"the member {name[:40]!a}")
            continue
        log = True
        if not window.peek():
            raise window.broken("log", "nothing stands here")
        if window.peek() != "{":
            raise RecordError('This is not a HAR file: its "log" is not an object')
        for member in window.members("log"):
            if member in ("pages", "entries") and window.peek() == "[":
                one = "page" if member == "pages" else "entry"
                for index in window.items(f"log.{member}"):
                    yield one, window.value(f"log.{member}[{index}]")
            else:
                yield member, window.value(f"log.{member[:40]}")
    if not log:
        raise RecordError('This is not a HAR file: it is JSON without a "log"')
    if window.peek():
        raise window.broken("the end of the HAR file", "more text follows")
