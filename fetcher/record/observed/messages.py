"""The messages of a DevTools protocol log, one at a time, however large the file is.

Three forms: a JSON array (Lighthouse's devtoolslog), one message a line, and ChromeDriver's performance log, whose
entries hold each message as a text. Memory is bounded by the largest message. A log that was cut off, as by a browser
that was killed, ends where it is cut; anything else that is no log is a ``RecordError`` with one sentence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from fetcher.errors import RecordError
from fetcher.record.json_faults import why_not_json

CHUNK = 256 * 1024
LARGEST = 32 * 1024 * 1024
"""Characters of one message beyond which the file is refused."""

_BLANK = " \t\r\n,"


def read_messages(source: BinaryIO) -> Iterator[dict[str, Any]]:
    """Each {"method": ..., "params": ...} in the file's order; other values are passed over."""
    for value in _values(source):
        if isinstance(value, dict) and isinstance(value.get("message"), str):
            value = _unwrapped(value["message"])
        if isinstance(value, dict) and isinstance(value.get("method"), str):
            yield value


def _unwrapped(text: str) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    inner = value.get("message") if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else value


def _values(source: BinaryIO) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    text, at, ended, first, count = "", 0, False, True, 0
    tail = b""
    while True:
        if not ended:
            data = source.read(max(CHUNK, min(len(text) - at, LARGEST)))
            ended = not data
            data, tail = _whole_characters(tail + data, ended)
            try:
                text = text[at:] + data.decode("utf-8-sig" if first else "utf-8")
            except UnicodeDecodeError:
                raise RecordError("this is no DevTools protocol log: it is not UTF-8 text") from None
            at = 0
        while True:
            at = _skip(text, at)
            if first and at < len(text):
                if text[at] not in "[{":
                    raise RecordError("this is no DevTools protocol log: it is not JSON")
                at, first = at + (text[at] == "["), False
                continue
            if at >= len(text) or text[at] == "]":
                break
            try:
                value, at = decoder.raw_decode(text, at)
            except RecursionError:
                raise RecordError(f"this log cannot be read: message {count + 1} is nested too deeply") from None
            except json.JSONDecodeError as error:
                rest = len(text) - at
                if _may_go_on(error, text) and not ended and rest <= LARGEST:
                    break
                if _may_go_on(error, text) and ended and count:
                    return  # cut off
                what = (
                    f"message {count + 1} is larger than {LARGEST >> 20} MB"
                    if rest > LARGEST
                    else (f"message {count + 1} is not JSON ({error.msg})")
                )
                raise RecordError(f"this is no DevTools protocol log: {what}") from None
            except ValueError as error:  # a number of thousands of digits
                raise RecordError(f"this log cannot be read: message {count + 1}, {why_not_json(error)}") from None
            count += 1
            yield value
        if ended:
            return


def _may_go_on(error: json.JSONDecodeError, text: str) -> bool:
    """Whether it may be nothing but the end of what was read so far."""
    return error.msg.startswith("Unterminated string") or error.pos >= len(text.rstrip()) - 16


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at


def _whole_characters(data: bytes, ended: bool) -> tuple[bytes, bytes]:
    """``data`` without the beginning of a character at its end, and that."""
    if ended:
        return data, b""
    for back in range(1, min(4, len(data)) + 1):
        lead = data[-back]
        if lead & 0xC0 == 0xC0:
            size = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
            return (data[:-back], data[-back:]) if back < size else (data, b"")
        if lead & 0x80 == 0:
            break
    return data, b""
