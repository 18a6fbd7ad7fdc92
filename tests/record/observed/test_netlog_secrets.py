"""What is taken out of a Chromium NetLog before it is kept: secrets, and nothing that makes it a NetLog."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fetcher.record.observed.written import netlog_without_secrets


def written(line: str, *secret: str) -> str:
    (told,) = netlog_without_secrets([line], secret)
    return told


def event(*headers: str) -> dict[str, Any]:
    return {"params": {"headers": list(headers)}, "phase": 0, "source": {"id": 1, "type": 1}, "type": 3}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            'report-to: {"url":"https://r.test/?sentry_key=abc"}',
            'report-to: {"url":"https://r.test/?sentry_key=[redacted]"}',
        ),
        ('x: "a?token=s\\"', 'x: "a?token=[redacted]"'),
        ("location: https://u:p@a.test/?a=1&sig=abc", "location: https://[redacted]@a.test/?a=1&sig=[redacted]"),
        ('x-api-key: se"cret', "x-api-key: [redacted]"),
        ("X-Own: secret", "X-Own: [redacted]"),
        ("link: </a.css?v=2>; rel=preload", "link: </a.css?v=2>; rel=preload"),
    ],
)
def test_an_event_is_still_an_event(said: str, told: str) -> None:
    """A secret beside an escaped quote, as in fields that hold JSON, takes no escape with it."""
    line = json.dumps(event("HTTP/1.1 200", said), separators=(",", ":")) + ",\n"
    assert json.loads(written(line, "x-own").removesuffix(",\n")) == event("HTTP/1.1 200", told)


def test_what_has_no_secret_is_as_it_was() -> None:
    line = json.dumps(event("server: ü", "a\\b"), ensure_ascii=False) + ",\n"
    assert written(line) == line


@pytest.mark.parametrize(
    "line",
    ['{"params":{"url":"https://a.test/?token=abc', '{"params":{"headers":["x-api-key: abc', '{"url":"/?token=abc\\'],
)
def test_a_line_that_was_cut_off_gives_no_secret_away(line: str) -> None:
    assert "abc" not in written(line)
