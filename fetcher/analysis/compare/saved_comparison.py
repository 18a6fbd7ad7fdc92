"""The saved form of a comparison: what ``fetcher compare --json`` writes, and what other commands read again.

``loads(dumps(comparison, redact=False)) == comparison``, every load of every pair in it. Two members in front say what
the file is; the rest is ``Comparison`` in field order, described by the published ``comparison.schema.json``. Reading
trusts nothing (``RecordError``).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fetcher.analysis.compare.comparison import Comparison
from fetcher.errors import RecordError
from fetcher.record.codec import decode, encode
from fetcher.record.json_faults import why_not_json
from fetcher.record.json_schema import schema_of
from fetcher.record.redaction import redacted
from fetcher.record.saved import check

KIND, SCHEMA_VERSION = "comparison", 1

PUBLISHED = Path(__file__).with_name("comparison.schema.json")


def to_json(comparison: Comparison, *, redact: bool = True) -> dict[str, Any]:
    """``comparison`` as JSON values, secrets replaced unless ``redact`` is False."""
    return {"kind": KIND, "schema": SCHEMA_VERSION, **encode(redacted(comparison) if redact else comparison)}


def dumps(comparison: Comparison, *, redact: bool = True) -> str:
    """``to_json`` as ASCII text that ends in a newline. Raises ``RecordError`` for a number that is not finite."""
    try:
        return json.dumps(to_json(comparison, redact=redact), indent=1, allow_nan=False) + "\n"
    except ValueError as error:
        raise RecordError(f"This comparison cannot be saved: {error}") from error


def is_comparison(data: object) -> bool:
    """Whether JSON values are a saved comparison, of whatever schema."""
    return isinstance(data, dict) and data.get("kind") == KIND


def from_json(data: object) -> Comparison:
    """The comparison that ``to_json`` gave. Raises ``RecordError``."""
    if not isinstance(data, dict) or not is_comparison(data):
        raise RecordError("This is not a saved comparison; save one with fetcher compare --json FILE")
    if data.get("schema") != SCHEMA_VERSION or isinstance(data.get("schema"), bool):
        found = ascii(data.get("schema"))[:20]
        raise RecordError(f"This comparison has schema {found}; this version of fetcher reads schema {SCHEMA_VERSION}")
    comparison = decode(Comparison, {name: value for name, value in data.items() if name not in ("kind", "schema")})
    for pair in comparison.pairs:
        for load in (pair.first, pair.second):
            if load is not None:
                check(load)
    return comparison


def loads(text: str) -> Comparison:
    """The comparison that ``dumps`` wrote. Raises ``RecordError``."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"This is not a saved comparison: {why_not_json(error)}") from error
    return from_json(data)


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the saved form."""
    return schema_of(
        Comparison,
        f"urn:fetcher:comparison:{SCHEMA_VERSION}",
        "A comparison made by fetcher",
        {"kind": KIND, "schema": SCHEMA_VERSION},
    )


def write() -> None:
    """Renew the published copy after a part of the form has changed."""
    PUBLISHED.write_text(json.dumps(schema(), indent=1) + "\n", encoding="ascii", newline="\n")
