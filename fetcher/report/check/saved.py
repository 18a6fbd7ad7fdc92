"""A check as JSON."""

from __future__ import annotations

from typing import Any

from fetcher.analysis.check.judgement import Checked
from fetcher.record.codec import encode
from fetcher.record.redaction import redacted

SCHEMA_VERSION = 1


def check_json(checked: Checked, *, redact: bool = True) -> dict[str, Any]:
    """``checked`` as JSON values, each run with its whole record; secrets replaced as in every record."""
    return {"schema": SCHEMA_VERSION, **encode(redacted(checked) if redact else checked)}
