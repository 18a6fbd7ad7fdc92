"""Comparisons of a page whose hint is known to win 100 ms, made in virtual time and held against the schema."""

from __future__ import annotations

import asyncio
import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from fetcher.analysis.compare import saved_comparison
from fetcher.analysis.compare.comparison import Comparison
from fetcher.record.page_load import PageLoad
from fetcher.runs.compare import Comparing, off_and_on
from tests.support.noisy_pages import NoisyPage


@cache
def noisy(pairs: int = 10, **page: Any) -> Comparison:
    """Hints off against on, in ``pairs`` pairs of a ``NoisyPage``."""
    make = NoisyPage(**page)

    async def load(url: str, options: dict[str, Any]) -> PageLoad:
        return make(url, options)

    ways = off_and_on("https://a.test/", {"browser": "chromium"})
    return valid(asyncio.run(Comparing(ways, wanted=pairs, pause=0, load=load).run()))


@cache
def validator() -> Any:
    """A validator of the published file, itself checked against the dialect."""
    published = json.loads(saved_comparison.PUBLISHED.read_text(encoding="ascii"))
    Draft202012Validator.check_schema(published)
    return Draft202012Validator(published)


def faults(text: str) -> list[str]:
    """What the schema has against a saved comparison."""
    return [f"{error.json_path}: {error.message}" for error in validator().iter_errors(json.loads(text))][:5]


def valid(comparison: Comparison) -> Comparison:
    """``comparison``, after its saved form was found to satisfy the schema and to lose nothing."""
    text = saved_comparison.dumps(comparison, redact=False)
    assert faults(text) == []
    assert saved_comparison.loads(text) == comparison
    return comparison
