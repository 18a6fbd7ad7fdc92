"""The saved form of a difference: what ``fetcher diff --json`` writes, for programs; ``fetcher`` reads none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fetcher.analysis.changes.values import Difference
from fetcher.record.codec import encode
from fetcher.record.json_schema import schema_of
from fetcher.record.redaction import redacted

KIND, SCHEMA_VERSION = "difference", 1

PUBLISHED = Path(__file__).with_name("difference.schema.json")


def to_json(difference: Difference, *, redact: bool = True) -> dict[str, Any]:
    """``difference`` as JSON values, secrets replaced unless ``redact`` is False."""
    return {"kind": KIND, "schema": SCHEMA_VERSION, **encode(redacted(difference) if redact else difference)}


def dumps(difference: Difference, *, redact: bool = True) -> str:
    """``to_json`` as ASCII text that ends in a newline."""
    return json.dumps(to_json(difference, redact=redact), indent=1, allow_nan=False) + "\n"


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the saved form."""
    return schema_of(
        Difference,
        f"urn:fetcher:difference:{SCHEMA_VERSION}",
        "What differs between two results saved by fetcher",
        {"kind": KIND, "schema": SCHEMA_VERSION},
    )


def write() -> None:
    """Renew the published copy after a part of the form has changed."""
    PUBLISHED.write_text(json.dumps(schema(), indent=1) + "\n", encoding="ascii", newline="\n")
