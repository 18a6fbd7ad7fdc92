"""Lossless, versioned JSON of a PageLoad: what ``--json`` writes and every other command can read again.

``loads(dumps(load, redact=False)) == load``, floats to the last bit. The text is ASCII (safe on a terminal, and lone
surrogates survive), one member a line in field order and short arrays on one line, so that two records diff well.
Reading trusts nothing: wrong schema, wrong types, ids that do not resolve and impossible orders (a response that ends
before its request starts) each raise ``RecordError`` with one sentence.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import Any

from fetcher.errors import RecordError
from fetcher.record.codec import decode, encode
from fetcher.record.json_faults import why_not_json
from fetcher.record.page_load import SCHEMA_VERSION, ConnectionRecord, PageLoad, RequestRecord
from fetcher.record.redaction import redacted

_INLINE = 110
"""Arrays of scalars no longer than this many characters stand on one line."""


def to_json(load: PageLoad, *, redact: bool = True) -> dict[str, Any]:
    """``load`` as JSON values (dicts, lists, text, numbers), ``schema`` first. Without ``redact=False`` secrets are
    replaced, see ``redaction``."""
    members = encode(redacted(load) if redact else load)
    return {"schema": members.pop("schema"), **members}


def dumps(load: PageLoad, *, redact: bool = True) -> str:
    """``to_json`` as text, ending in a newline. Raises ``RecordError`` for a time that is not a finite number."""
    try:
        return "".join(_write(to_json(load, redact=redact), "\n")) + "\n"
    except ValueError as error:
        raise RecordError(f"This record cannot be saved: {error}") from error


def loads(text: str) -> PageLoad:
    """The PageLoad that ``dumps`` wrote. Raises ``RecordError``."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"This is not a saved record: {why_not_json(error)}") from error
    return from_json(data)


def from_json(data: object) -> PageLoad:
    """The PageLoad that ``to_json`` gave. Raises ``RecordError``."""
    if not isinstance(data, dict) or "schema" not in data:
        what = "a HAR file" if isinstance(data, dict) and "log" in data else "JSON without a 'schema' member"
        raise RecordError(f"This is not a saved record but {what}; save one with --json")
    if data["schema"] != SCHEMA_VERSION or isinstance(data["schema"], bool):
        found = ascii(data["schema"])[:20]
        raise RecordError(f"This record has schema {found}; this version of fetcher reads schema {SCHEMA_VERSION}")
    load = decode(PageLoad, data)
    check(load)
    return load


def save_record(load: PageLoad, path: str | PathLike[str], *, redact: bool = True) -> None:
    """Write ``load`` to ``path``, replacing what is there. Raises ``RecordError`` when it cannot be written."""
    text = dumps(load, redact=redact)
    try:
        Path(path).write_text(text, encoding="ascii", newline="\n")
    except OSError as error:
        raise RecordError(f"The record cannot be written to {path}: {error.strerror or error}") from error


def load_record(path: str | PathLike[str]) -> PageLoad:
    """Read what ``save_record`` wrote. Raises ``RecordError``, naming ``path``."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RecordError(f"The record {path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise RecordError(f"{path} is not a saved record: it is not UTF-8 text") from error
    try:
        return loads(text)
    except RecordError as error:
        raise RecordError(f"{path}: {error}") from error


def check(load: PageLoad) -> None:
    """Refuse (``RecordError``) ids that are not indexes, ids that name nothing, and times out of order."""
    for name in ("requests", "hints", "connections", "interim"):
        for index, item in enumerate(getattr(load, name)):
            if item.id != index:
                raise RecordError(f"The record, at {name}[{index}], has the id {item.id}; ids are indexes")
    for where, size, ids in _references(load):
        for one in ids:
            if one is not None and not 0 <= one < size:
                raise RecordError(f"The record, at {where}, names the id {one}, and there is none")
    for request in load.requests:
        _ordered(f"requests[{request.id}]", _request_times(request))
        _rising(f"requests[{request.id}].chunks", [at for at, _ in request.chunks])
        _rising(f"requests[{request.id}].chunks", [size for _, size in request.chunks])
    for connection in load.connections:
        _ordered(f"connections[{connection.id}]", _connection_times(connection))
    _rising("interim", [interim.at for interim in load.interim if interim.at is not None])


def _request_times(request: RequestRecord) -> Iterator[tuple[str, float | None]]:
    for name in (
        "discovered",
        "request_start",
        "first_interim_response_start",
        "final_response_headers_start",
        "response_end",
        "failed_at",
    ):
        yield name, getattr(request.times, name)


def _connection_times(connection: ConnectionRecord) -> Iterator[tuple[str, float | None]]:
    for name in ("opened_at", "lookup_start", "lookup_end", "connect_start", "tcp_end"):
        yield name, getattr(connection, name)
    if (proxy := connection.proxy) is not None:
        yield "proxy.tls_start", proxy.tls_start
        yield "proxy.tls_end", proxy.tls_end
        yield "proxy.request_start", proxy.request_start
        for interim in proxy.interim:
            yield "proxy.interim", interim.at
        yield "proxy.response_start", proxy.response_start
    yield "tls_start", connection.tls_start
    yield "connect_end", connection.connect_end
    yield "closed_at", connection.closed_at


def _references(load: PageLoad) -> Iterator[tuple[str, int, Sequence[int | None]]]:
    """Every id in the record: where it stands, how many things there are of its kind, the ids."""
    requests, hints, connections = len(load.requests), len(load.hints), len(load.connections)
    yield "document", requests, [load.document]
    yield "navigations", requests, load.navigations
    yield "interim", requests, [interim.request for interim in load.interim]
    yield "lookups", connections, [lookup.connection for lookup in load.lookups]
    for hint in load.hints:
        yield f"hints[{hint.id}].interim", len(load.interim), [hint.interim]
        yield f"hints[{hint.id}].request", requests, [hint.request]
        yield f"hints[{hint.id}].connection", connections, [hint.connection]
    for request in load.requests:
        here = f"requests[{request.id}]"
        yield here, requests, [request.redirect_to, request.earlier, request.initiator.request]
        yield here, hints, [request.hint, request.initiator.hint]
        yield here, connections, [request.connection]
    for connection in load.connections:
        yield f"connections[{connection.id}].requests", requests, connection.requests
        yield f"connections[{connection.id}].hint", hints, [connection.hint]
    for index, discovery in enumerate(load.discoveries):
        yield f"discoveries[{index}]", requests, [discovery.source, discovery.request]


def _ordered(where: str, times: Iterable[tuple[str, float | None]]) -> None:
    known = [("navigation start", 0.0), *((name, at) for name, at in times if at is not None)]
    for (earlier, before), (later, after) in pairwise(known):
        if after < before:
            raise RecordError(f"The record, at {where}, is impossible: {later} {after} is before {earlier} {before}")


def _rising(where: str, values: Sequence[float]) -> None:
    for before, after in pairwise(values):
        if after < before:
            raise RecordError(f"The record, at {where}, is impossible: {after} comes after {before}")


def _write(value: Any, newline: str) -> Iterator[str]:
    """JSON with an indent of one, but arrays of scalars and short pairs on one line: fields and chunks stay legible."""
    inner = newline + " "
    if isinstance(value, dict) and value:
        for separator, (name, member) in zip(_separators("{"), value.items(), strict=False):
            yield f"{separator}{inner}{json.dumps(name)}: "
            yield from _write(member, inner)
        yield newline + "}"
    elif isinstance(value, list) and value:
        flat = not any(isinstance(item, dict | list) for item in value)
        line = json.dumps(value, allow_nan=False) if flat else ""
        if flat and len(line) <= max(_INLINE, 0 if len(value) > 2 else len(line)):
            yield line
            return
        for separator, item in zip(_separators("["), value, strict=False):
            yield separator + inner
            yield from _write(item, inner)
        yield newline + "]"
    else:
        yield json.dumps(value, allow_nan=False)


def _separators(first: str) -> Iterator[str]:
    yield first
    while True:
        yield ","
