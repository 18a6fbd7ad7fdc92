"""Link fields as Firefox 153 was seen to read them: each row is one that it takes apart otherwise than Chromium."""

from __future__ import annotations

import time

import pytest

from fetcher.fields.link import Link
from fetcher.fields.link_in_firefox import parse

# field, then each member: target and parameters, or None where there is no target
ROWS = [
    ("</a.js>; =x; rel=preload; as=script", [("/a.js", {"": "x", "rel": "preload", "as": "script"})]),
    (
        '</a.js>; rel=preload; title="x, </b.js>; rel=preload; as=script',
        [("/a.js", {"rel": "preload", "title": '"x'}), ("/b.js", {"rel": "preload", "as": "script"})],
    ),
    ('</a.js>; rel="preload"x; as=script', [("/a.js", {"rel": "preload", "as": "script"})]),
    ('</a.js>; rel=preload; title="a\\"; as=script', [("/a.js", {"rel": "preload", "title": "a\\", "as": "script"})]),
    ("</a.css></b.css>; rel=preload", [("/a.css", {"rel": "preload"})]),
    ("</a.css> x; rel=preload", [("/a.css", {"rel": "preload"})]),
    ("<a b.css>; rel=preload", [("ab.css", {"rel": "preload"})]),
    ("<x.css; rel=preload, </b.js>; as=script", [("x.css;rel=preload,</b.js", {"as": "script"})]),
    ("</a.css>; rel; rel=preload; rel=next; as= style ", [("/a.css", {"rel": "preload", "as": "style"})]),
    ("</a>; crossorigin; crossorigin=use-credentials", [("/a", {"crossorigin": None})]),
    ("rel=preload; </a>", [None]),
    ("<>; rel=preload", [None]),
    ("<></b>; rel=preload", [None]),
    (", ,</a>,, </b> ,", [("/a", {}), ("/b", {})]),
    ('</a>; title="x;y,z\\""; rel=preload', [("/a", {"title": 'x;y,z"', "rel": "preload"})]),
    ("", []),
]


@pytest.mark.parametrize(("field", "expected"), ROWS)
def test_one_field(field: str, expected: list[tuple[str, dict[str, str | None]] | None]) -> None:
    """Targets and parameters, in order."""
    read = parse([field])
    assert [(one.target, dict(one.params)) if isinstance(one, Link) else None for one in read] == expected


def test_lines_are_joined_and_places_told() -> None:
    """Two lines are one field; each member says where it stands."""
    first, second = parse(["</a>;rel=x", " </b>"])
    assert (first.offset, second.offset) == (0, 13)


@pytest.mark.parametrize("piece", ['"', "<", '\\"', '"\\"', "<x ", "a;", ",", '="', "> "])
def test_linear_time(piece: str) -> None:
    """Ten thousand of anything are read at once."""
    start = time.process_time()
    parse([piece * 20_000])
    assert time.process_time() - start < 1.0
