"""Refresh values as browsers read them, in one table."""

from __future__ import annotations

import pytest

from fetcher.fields.refresh import Refresh, parse

CASES = [
    ("0", Refresh(0)),
    ("0; url=/next", Refresh(0, "/next")),
    ("0;URL='/next'", Refresh(0, "/next")),
    ('5, url = "/a b" trailing', Refresh(5, "/a b")),
    ("1 /next", Refresh(1, "/next")),
    ("1;/next", Refresh(1, "/next")),
    ("1;url", Refresh(1, "url")),
    ("1;ur=x", Refresh(1, "ur=x")),
    ("1;url /x", Refresh(1, "url /x")),
    ("1;'/a'b'", Refresh(1, "/a")),
    ('1;url="/open', Refresh(1, "/open")),
    ("  3.9 ; url=x ", Refresh(3, "x")),
    (".5;url=x", Refresh(0, "x")),
    ("1;", Refresh(1)),
    ("1;url=", Refresh(1)),
    ("1;url=''", Refresh(1)),
    ("1;;url=x", Refresh(1, ";url=x")),
    ("007;url=x", Refresh(7, "x")),
    ("9" * 5000 + ";url=x", Refresh(10**9, "x")),
    ("", None),
    ("url=x", None),
    ("x1", None),
    ("1x", None),
    ("-1;url=x", None),
    ("+1", None),
    ("1url=x", None),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_refresh_is_read_as_html_says(text: str, expected: Refresh | None) -> None:
    """HTML 4.2.5.3, quirk for quirk."""
    assert parse(text) == expected
