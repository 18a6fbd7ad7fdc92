"""Every record a test makes can be held against the published JSON Schema: ``validate(load)`` gives it back."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from fetcher.record import PageLoad, dumps
from fetcher.record.json_schema import PUBLISHED


@cache
def validator() -> Any:
    """A validator of the published file, itself checked against the dialect."""
    published = json.loads(PUBLISHED.read_text(encoding="ascii"))
    Draft202012Validator.check_schema(published)
    return Draft202012Validator(published)


def validate(load: PageLoad) -> PageLoad:
    """``load``, after its saved form (as text, read again) was found to satisfy the schema."""
    faults = [f"{error.json_path}: {error.message}" for error in validator().iter_errors(json.loads(dumps(load)))]
    assert not faults, faults[:5]
    return load
