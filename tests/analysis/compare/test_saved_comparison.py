"""The saved form of a comparison and its published schema."""

from __future__ import annotations

import json

from fetcher.analysis.compare import saved_comparison
from fetcher.analysis.compare.saved_comparison import PUBLISHED, schema
from tests.support.comparisons import faults, noisy, valid, validator


def test_the_published_schema_is_up_to_date() -> None:
    """Renew it with: python -c 'from fetcher.analysis.compare.saved_comparison import write; write()'."""
    assert PUBLISHED.read_text(encoding="ascii") == json.dumps(schema(), indent=1) + "\n"
    assert schema()["$id"] == "urn:fetcher:comparison:1"


def test_what_is_written_satisfies_it() -> None:
    """With pairs that do not count, without any that does, and without secrets too."""
    for made in (noisy(pairs=2), noisy(pairs=8, fails_at=(6,)), noisy(pairs=8, fails_at=(0,))):
        assert faults(saved_comparison.dumps(valid(made))) == []
    data = json.loads(saved_comparison.dumps(noisy(pairs=2)))
    assert not validator().is_valid({**data, "kind": "audit"})
    assert not validator().is_valid({**data, "measures": [{}]})
