"""Response heads of HTTP/1.1: finding where one ends, and reading it (RFC 9112 2-5).

``HeadReader`` collects one head from reads of any size and remembers where its search stopped, so a head that comes
a byte at a time costs no more than one that comes whole. ``parse_head`` reads what it collected. Both follow one rule:
lenient where Chromium is and nothing can be smuggled through it, each leniency named as a ``Deviation``; otherwise a
``RemoteProtocolError``. Limits raise ``LimitExceeded``. The engine turns both into events.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from fetcher.errors import LimitExceeded, RemoteProtocolError
from fetcher.terms import Fields, Limits
from fetcher.wire.engine import field_too_large
from fetcher.wire.http1.names import KNOWN_NAMES, TOKEN


class Deviation(StrEnum):
    """What a peer did that the standard does not allow (or advises against) and that was read all the same."""

    LEADING_EMPTY_LINES = "leading-empty-lines"
    BARE_LF = "bare-lf"
    NO_SPACE_AFTER_STATUS = "no-space-after-status"
    STATUS_LINE_SPACES = "status-line-spaces"
    STATUS_LINE_CASE = "status-line-case"
    HTTP_VERSION = "http-version"
    OBS_FOLD = "obs-fold"
    LINE_WITHOUT_COLON = "line-without-colon"
    SPACE_BEFORE_COLON = "space-before-colon"
    FIELD_NAME = "field-name"
    CONTROL_CHARACTER = "control-character"
    REPEATED_CONTENT_LENGTH = "repeated-content-length"
    LENGTH_AND_CHUNKED = "length-and-chunked"
    REPEATED_CHUNKED = "repeated-chunked"
    TRANSFER_CODING_IDENTITY = "transfer-coding-identity"
    TRANSFER_CODING_HTTP_1_0 = "transfer-coding-http-1.0"
    UNTIL_CLOSE = "until-close"
    CHUNK_SIZE_SPACES = "chunk-size-spaces"


@dataclass(frozen=True, slots=True)
class ParsedHead:
    """One head, interim or final, before anybody asks what it means."""

    version: str
    status: int
    reason: str
    fields: Fields
    deviations: tuple[str, ...]


def excerpt(text: bytes | str, size: int = 40) -> str:
    """At most ``size`` characters of what a peer sent, escaped, for an error sentence."""
    raw = text.encode("latin-1") if isinstance(text, str) else bytes(text[: size + 1])
    return repr(raw[:size])[1:] + ("..." if len(raw) > size else "")


# Chromium looks for "HTTP" behind at most four bytes of junk. Only empty lines are junk here: a server that wrote one
# line end too many after the last body is common, one that wrote four stray bytes of content is a smuggler's friend.
MAX_LEADING = 4
_ENOUGH = 8  # bytes after which, as in Chromium, it is certain that what comes is or is not a status line


class HeadReader:
    """Collects one head. ``offset`` is the position of the status line's first byte on the connection."""

    __slots__ = ("_buffer", "_limits", "_recognised", "leading", "offset")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buffer = bytearray()
        self._recognised = False
        self.leading = 0
        self.offset = 0

    @property
    def partial(self) -> int:
        """Bytes of an unfinished head."""
        return len(self._buffer)

    def read(self, data: bytes, pos: int, received: int) -> tuple[bytes | None, int]:
        """Take what belongs to this head from ``data[pos:]``; ``received`` is the connection position of ``data[0]``.
        Returns the whole head, its empty line included, or None while it goes on; and where reading stopped."""
        buffer = self._buffer
        if not buffer:
            # RFC 9112 2.2 grants servers this robustness; Chromium and others extend it to responses.
            while self.leading < MAX_LEADING and data[pos] in b"\r\n":
                self.leading += 1
                pos += 1
                if pos == len(data):
                    return None, pos
            self.offset = received + pos
            end = _end_of_head(data, pos)
            if end != -1:  # the common case: one read, one head, one copy
                self._recognise(data[pos : pos + _ENOUGH])
                self._within(end - pos)
                return data[pos:end], end
            buffer += data[pos:] if pos else data
            searched = 0
        else:
            searched = max(len(buffer) - 2, 0)  # a terminator is at most three bytes: two may be here already
            buffer += data[pos:] if pos else data
        if not self._recognised:
            self._recognise(bytes(buffer[:_ENOUGH]))
        end = _end_of_head(buffer, searched)
        self._within(end if end != -1 else len(buffer))
        if end == -1:
            return None, len(data)
        return bytes(buffer[:end]), len(data) - (len(buffer) - end)

    def _recognise(self, start: bytes) -> None:
        """Refuse what is not HTTP/1 as soon as that is certain; HTTP/0.9, where the body is all, among it."""
        if start[:2] == b"\x15\x03":  # RFC 8446 5.1: a record of type alert
            raise RemoteProtocolError("The server answered with a TLS alert; is this port https?")
        if len(start) < _ENOUGH and b"\n" not in start:
            return
        self._recognised = True
        start = start[: start.find(b"\n") + 1] or start  # what is said must not depend on how the bytes came
        if start[:5].upper() == b"HTTP/":
            return
        if start[0] == 0 and start[3:4] in (b"\x04", b"\x07"):  # SETTINGS or GOAWAY
            raise RemoteProtocolError("The server answered an HTTP/1.1 request with HTTP/2 frames.")
        raise RemoteProtocolError(f"The server's answer does not begin with a status line but with {excerpt(start)}.")

    def _within(self, size: int) -> None:
        if size > self._limits.head_bytes:
            raise LimitExceeded(f"The response head is larger than {self._limits.head_bytes} bytes.", "head_bytes")


def _end_of_head(data: bytes | bytearray, start: int) -> int:
    """Where the first empty line after ``start`` ends, or -1. LF alone ends a line as CRLF does (RFC 9112 2.2)."""
    with_cr = data.find(b"\n\r\n", start)
    bare = data.find(b"\n\n", start) if with_cr == -1 else data.find(b"\n\n", start, with_cr + 1)
    if bare != -1:
        return bare + 2
    return with_cr + 3 if with_cr != -1 else -1


_STATUS_LINE = re.compile(r"(HTTP)/([0-9])\.([0-9])( +)([0-9]{3})(?: (.*))?", re.IGNORECASE | re.DOTALL)


def parse_head(raw: bytes, limits: Limits, leading: int = 0) -> ParsedHead:
    """Read one whole head. Raises ``RemoteProtocolError`` or ``LimitExceeded``."""
    deviations: list[str] = [Deviation.LEADING_EMPTY_LINES] if leading else []
    text = _line_text(raw, "head", deviations)
    first, _, rest = text.partition("\n")
    match = _STATUS_LINE.fullmatch(first)
    if match is None:
        raise RemoteProtocolError(f"The status line {excerpt(first)} cannot be read.")
    name, major, minor, spaces, code, reason = match.groups()
    # RFC 9110 2.5: a higher minor version is read as the highest we know; another major version is another protocol.
    if major != "1":
        raise RemoteProtocolError(f"The status line {excerpt(first)} names a version other than HTTP/1.")
    status = int(code)
    if status < 100:
        raise RemoteProtocolError(f"The status line {excerpt(first)} has a status code below 100.")
    if name != "HTTP":
        deviations.append(Deviation.STATUS_LINE_CASE)
    if minor > "1":
        deviations.append(Deviation.HTTP_VERSION)
    if len(spaces) > 1:
        deviations.append(Deviation.STATUS_LINE_SPACES)
    if reason is None:  # RFC 9112 4: the space stays even when there is no phrase; many servers drop both
        deviations.append(Deviation.NO_SPACE_AFTER_STATUS)
    fields = parse_fields(rest, limits, deviations)
    version = "HTTP/1.0" if minor == "0" else "HTTP/1.1"
    return ParsedHead(version, status, (reason or "").strip(" \t"), fields, tuple(deviations))


def parse_trailers(raw: bytes, limits: Limits, deviations: list[str]) -> Fields:
    """Read a trailer section with its line ends but without the empty line (RFC 9112 7.1.2)."""
    return parse_fields(_line_text(raw, "trailer section", deviations), limits, deviations)


_CONTROLS = bytes(c for c in (*range(1, 32), 127) if c not in b"\t\r\n")


def _line_text(raw: bytes, what: str, deviations: list[str]) -> str:
    """The section as text with LF line ends, refusing what could hide a line end (RFC 9112 2.2, RFC 9110 5.5)."""
    if b"\0" in raw:
        raise RemoteProtocolError(f"The response {what} contains a NUL byte.")
    ends = raw.count(b"\r\n")
    if raw.count(b"\r") != ends:
        raise RemoteProtocolError(f"The response {what} contains a CR that does not end a line.")
    if raw.count(b"\n") != ends:
        deviations.append(Deviation.BARE_LF)
    if len(raw.translate(None, _CONTROLS)) != len(raw):
        deviations.append(Deviation.CONTROL_CHARACTER)
    return raw.decode("latin-1").replace("\r\n", "\n")


_FOLD = re.compile(r"\n[ \t]+")


def parse_fields(text: str, limits: Limits, deviations: list[str]) -> Fields:
    """Field lines to fields. A line that is no field is dropped, as Chromium does, and named in ``deviations``."""
    if "\n " in text or "\n\t" in text:
        # RFC 9112 5.2: one space for each fold. A folded line after a line that is no field goes where that one goes.
        text = _FOLD.sub(" ", text)
        deviations.append(Deviation.OBS_FOLD)
    fields: list[tuple[str, str]] = []
    known = KNOWN_NAMES.get
    for line in text.split("\n"):
        if not line:
            continue
        name, colon, value = line.partition(":")
        lower = known(name) if colon else None
        if lower is None:
            lower = _field_name(name, colon, deviations)
        if lower:
            fields.append((lower, value.strip(" \t")))
    if len(text) > limits.field_bytes:  # otherwise no line can be too long
        for line in text.split("\n"):
            if len(line) > limits.field_bytes:
                raise field_too_large(line.partition(":")[0], len(line), limits)
    return tuple(fields)


def _field_name(name: str, colon: str, deviations: list[str]) -> str | None:
    """The lower-case name of a line that is not one of the well-known fields, or None when it is to be dropped."""
    if colon and TOKEN.fullmatch(name):
        return name.lower()
    kind = Deviation.FIELD_NAME
    if not colon:
        kind = Deviation.LINE_WITHOUT_COLON
    elif name != (bare := name.rstrip(" \t")) and TOKEN.fullmatch(bare):
        # RFC 9112 5.1: no space is allowed here, and readers that disagree on one disagree on framing. Chromium trims
        # it; we drop the field, and refuse the response where it would have decided how long the content is.
        if bare.lower() in ("content-length", "transfer-encoding"):
            raise RemoteProtocolError(f"There is a space between {bare} and its colon, so its framing is not certain.")
        kind = Deviation.SPACE_BEFORE_COLON
    if kind not in deviations:
        deviations.append(kind)
    return None
