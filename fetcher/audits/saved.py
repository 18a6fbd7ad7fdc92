"""The saved form of an audit: what ``fetcher audit --json`` writes, and what every command that reads one is given.

``loads(dumps(result, redact=False)) == result``. Two members in front say what the file is; the rest is ``AuditResult``
in field order, described by the published ``audit.schema.json``. Reading trusts nothing (``RecordError``).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fetcher.audits.result import AuditResult
from fetcher.errors import RecordError
from fetcher.record.codec import decode, encode
from fetcher.record.json_faults import why_not_json
from fetcher.record.json_schema import schema_of
from fetcher.record.redaction import redacted
from fetcher.record.saved import check

KIND, SCHEMA_VERSION = "audit", 1

PUBLISHED = Path(__file__).with_name("audit.schema.json")


def to_json(result: AuditResult, *, redact: bool = True) -> dict[str, Any]:
    """``result`` as JSON values, secrets replaced unless ``redact`` is False."""
    return {"kind": KIND, "schema": SCHEMA_VERSION, **encode(redacted(result) if redact else result)}


def dumps(result: AuditResult, *, redact: bool = True) -> str:
    """``to_json`` as ASCII text that ends in a newline. Raises ``RecordError`` for a number that is not finite."""
    try:
        return json.dumps(to_json(result, redact=redact), indent=1, allow_nan=False) + "\n"
    except ValueError as error:
        raise RecordError(f"This audit cannot be saved: {error}") from error


def is_audit(data: object) -> bool:
    """Whether JSON values are a saved audit, of whatever schema."""
    return isinstance(data, dict) and data.get("kind") == KIND


def from_json(data: object) -> AuditResult:
    """The result that ``to_json`` gave. Raises ``RecordError``."""
    if not isinstance(data, dict) or not is_audit(data):
        raise RecordError("This is not a saved audit; save one with fetcher audit --json FILE")
    if data.get("schema") != SCHEMA_VERSION or isinstance(data.get("schema"), bool):
        found = ascii(data.get("schema"))[:20]
        raise RecordError(f"This audit has schema {found}; this version of fetcher reads schema {SCHEMA_VERSION}")
    members = {name: value for name, value in data.items() if name not in ("kind", "schema")}
    result = decode(AuditResult, members)
    for page in result.pages:
        for load in (*page.loads, *(probe.load for probe in page.probes), *([page.repeat] if page.repeat else [])):
            check(load)
    return result


def loads(text: str) -> AuditResult:
    """The result that ``dumps`` wrote. Raises ``RecordError``."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"This is not a saved audit: {why_not_json(error)}") from error
    return from_json(data)


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the saved form."""
    return schema_of(
        AuditResult,
        f"urn:fetcher:audit:{SCHEMA_VERSION}",
        "An audit made by fetcher",
        {"kind": KIND, "schema": SCHEMA_VERSION},
    )


def write() -> None:
    """Renew the published copy after a part of the form has changed."""
    PUBLISHED.write_text(json.dumps(schema(), indent=1) + "\n", encoding="ascii", newline="\n")
