"""The published JSON Schema: up to date, true of every record, and strict enough to notice a wrong one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fetcher.record import PageLoad, schema, to_json
from fetcher.record.codec import encode
from fetcher.record.json_schema import DIALECT, PUBLISHED, text
from tests.support.loads import eager_http1, failed, hostile, many, shop, shop_without_hints
from tests.support.schema import validate, validator

LOADS = [shop, shop_without_hints, eager_http1, failed, hostile, lambda: many(60)]


def test_the_published_file_is_up_to_date() -> None:
    """Renew it with: python -c 'from fetcher.record.json_schema import write; write()'."""
    assert PUBLISHED.read_text(encoding="ascii") == text()
    assert json.loads(text()) == schema()
    assert schema()["$schema"] == DIALECT


@pytest.mark.parametrize("build", LOADS)
def test_realistic_records_satisfy_it(build: Callable[[], PageLoad]) -> None:
    """Loads of every kind the tests know."""
    assert validate(build()) == build()


@given(st.from_type(PageLoad))
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_any_record_satisfies_it(load: PageLoad) -> None:
    """Values drawn from the type hints alone, so that schema and codec cannot drift apart."""
    data = json.loads(json.dumps({**encode(load), "schema": 1}))
    assert validator().is_valid(data), next(validator().iter_errors(data)).message


WRONG: list[tuple[str, Callable[[dict[str, Any]], object]]] = [
    ("another schema version", lambda d: d.update(schema=2)),
    ("a missing member", lambda d: d.pop("url")),
    ("a missing member inside", lambda d: d["requests"][0]["times"].pop("failed_at")),
    ("an unknown member", lambda d: d["hints"][0].update(extra=1)),
    ("a word that is none", lambda d: d["requests"][0].update(destination="tea")),
    ("text for a number", lambda d: d["requests"][0]["times"].update(discovered="0")),
    ("a pair of three", lambda d: d["requests"][0]["fields"].append(["a", "b", "c"])),
    ("a pair of one", lambda d: d["requests"][0]["fields"].append(["a"])),
    ("null where something must be", lambda d: d["requests"][0].update(url=None)),
]


@pytest.mark.parametrize("spoil", [row[1] for row in WRONG], ids=[row[0] for row in WRONG])
def test_wrong_records_do_not(spoil: Callable[[dict[str, Any]], object]) -> None:
    """One thing wrong is enough."""
    data = json.loads(json.dumps(to_json(shop())))
    assert validator().is_valid(data)
    spoil(data)
    assert not validator().is_valid(data)


def test_it_says_what_things_mean() -> None:
    """The words of the dataclasses reach the readers of the schema."""
    definitions = schema()["$defs"]
    assert "request_start" in definitions["Times"]["description"]
    assert definitions["NetPriority"]["enum"][0] == "throttled"
