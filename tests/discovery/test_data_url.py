"""data: URLs, as the Fetch standard reads them."""

from __future__ import annotations

import pytest

from fetcher.discovery.data_url import decoded

ROWS = [
    ("data:text/html,<p>x", ("text/html", b"<p>x")),
    ("DATA:text/html,%3Cp%3ex%zz", ("text/html", b"<p>x%zz")),
    ("data:,x", ("", b"x")),
    ("data:;charset=utf-8,x", ("text/plain;charset=utf-8", b"x")),
    ("data:text/html;base64,PHA+eA==", ("text/html", b"<p>x")),
    ("data:text/html;base64,PHA+eA", ("text/html", b"<p>x")),
    ("data:text/html;BASE64 ,PH%41+%0AeA", ("text/html", b"<p>x")),
    ("data:text/html;charset=x;base64,eA==", ("text/html;charset=x", b"x")),
    ("data:text/html;base64,P", None),
    ("data:text/html;base64,=PHA", None),
    ("data:text/html;base64,%%%", None),
    ("data:text/html", None),
    ("data:text/html,a#b,c", ("text/html", b"a")),
    ("data:text/html,\u20ac", ("text/html", b"\xe2\x82\xac")),
    ("http://a.test/,x", None),
]


@pytest.mark.parametrize(("url", "found"), ROWS)
def test_what_a_data_url_holds(url: str, found: tuple[str, bytes] | None) -> None:
    """Its type as written, its content decoded; nothing where the standard gives none."""
    assert decoded(url) == found


@pytest.mark.parametrize(
    ("url", "first"), [("data:;base64,d09GMgABAAAAAA", b"wOF2\0\1"), ("data:,OTTO....", b"OTTO....")]
)
def test_the_beginning_of_one(url: str, first: bytes) -> None:
    """Enough of it to tell what it is."""
    found = decoded(url, begins=8)
    assert found is not None
    assert found[1] == first
