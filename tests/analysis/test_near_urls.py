"""What counts as another spelling of one URL, and how it is named."""

from __future__ import annotations

import pytest

from fetcher.analysis.near_urls import spelled, spelling_differs

USED = "https://a.test/img/Hero%20one.png?w=1&h=2"


@pytest.mark.parametrize(
    ("hinted", "used", "told"),
    [
        ("https://a.test/x?w=1&amp;h=2", "https://a.test/x?w=1&h=2", "character references of HTML"),
        ("https://a.test/x?w=1&#38;h=2", "https://a.test/x?w=1&h=2", "character references of HTML"),
        ("http://a.test/x", "https://a.test/x", "http: for https:"),
        ("https://www.a.test/x", "https://a.test/x", "the host www.a.test for a.test"),
        ("https://a.test:8443/x", "https://a.test/x", "port 8443 for 443"),
        ("https://a.test/x/", "https://a.test/x", "a slash at the end"),
        ("https://a.test/x", "https://a.test/x/", "no slash at the end"),
        ("https://a.test//x", "https://a.test/x", "a doubled slash"),
        ("https://a.test/X.png", "https://a.test/x.png", "upper and lower case of the path"),
        ("https://a.test/%c3%a9", "https://a.test/%C3%A9", "percent-encoding of the path"),
        ("https://a.test/%7Ea", "https://a.test/~a", "percent-encoding of the path"),
        ("https://a.test/x?b=1&a=2", "https://a.test/x?a=2&b=1", "the order of the query"),
        ("https://a.test/x?q=%2f", "https://a.test/x?q=%2F", "percent-encoding of the query"),
        ("https://a.test/x?a=1&", "https://a.test/x?a=1", "empty parts of the query"),
    ],
)
def test_spellings(hinted: str, used: str, told: str) -> None:
    """Each difference by its name, and alone."""
    assert spelled(hinted) == spelled(used)
    (found,) = spelling_differs(hinted, used)
    assert found.startswith(told)


def test_several_differences_are_all_named() -> None:
    """A scheme, a host and a slash."""
    assert spelling_differs("http://www.a.test/x/", "https://a.test/x") == (
        "http: for https:",
        "the host www.a.test for a.test",
        "a slash at the end",
    )


@pytest.mark.parametrize(
    "other",
    [
        USED,
        USED.replace("w=1", "w=3"),
        USED.replace("?w=1&h=2", ""),
        USED.replace("one", "two"),
        USED.replace("a.test", "b.test"),
        "mailto:a@a.test",
        "not a URL",
    ],
)
def test_what_is_no_other_spelling(other: str) -> None:
    """The same URL, another version, another query, another host, and what is fetched by nobody."""
    assert spelling_differs(other, USED) == ()
