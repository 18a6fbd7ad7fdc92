"""Set-Cookie as text: names, values, attributes and the date that reads nearly anything (RFC 6265bis 5.1.1, 5.6)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fetcher.fields.link import Finding
from fetcher.fields.set_cookie import SameSite, SetCookie, parse, parse_date

COOKIES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("a=b", "a", "b", {}),
    ("  a \t=  b  ", "a", "b", {}),
    ("a=b=c", "a", "b=c", {}),
    ("a=", "a", "", {}),
    ("lonely", "", "lonely", {}),
    ("=value", "", "value", {}),
    ('a="b c"', "a", '"b c"', {}),
    ("a=b,c", "a", "b,c", {}),
    ("n\xc3\xa4me=\xc3\xbc", "n\xc3\xa4me", "\xc3\xbc", {}),
    ("a=b; Secure", "a", "b", {"secure": True}),
    ("a=b;SECURE;httponly", "a", "b", {"secure": True, "http_only": True}),
    ("a=b; secure=false", "a", "b", {"secure": True}),
    ("a=b; Path=/x", "a", "b", {"path": "/x"}),
    ("a=b; Path=x", "a", "b", {}),
    ("a=b; Path=/x; Path=", "a", "b", {}),
    ("a=b; Path=/x; Path=/y", "a", "b", {"path": "/y"}),
    ("a=b; Domain=.Shop.Test", "a", "b", {"domain": "shop.test"}),
    ("a=b; Domain=", "a", "b", {}),
    ("a=b; Domain=a.test; Domain=b.test", "a", "b", {"domain": "b.test"}),
    ("a=b; Max-Age=60", "a", "b", {"max_age": 60}),
    ("a=b; Max-Age=-1", "a", "b", {"max_age": -1}),
    ("a=b; Max-Age=1e3", "a", "b", {}),
    ("a=b; Max-Age=+5", "a", "b", {}),
    ("a=b; Max-Age=", "a", "b", {}),
    ("a=b; Max-Age=" + "9" * 500, "a", "b", {"max_age": 10**12}),
    ("a=b; SameSite=lax", "a", "b", {"same_site": SameSite.LAX}),
    ("a=b; SameSite=NONE", "a", "b", {"same_site": SameSite.NONE}),
    ("a=b; SameSite=strict", "a", "b", {"same_site": SameSite.STRICT}),
    ("a=b; SameSite=whatever", "a", "b", {}),
    ("a=b; Partitioned", "a", "b", {"partitioned": True}),
    ("a=b; Priority=High; Unknown", "a", "b", {}),
    ("a=b; Path=/" + "x" * 1024, "a", "b", {}),
    ("a=b; Expires=Wed, 21 Oct 2015 07:28:00 GMT", "a", "b", {"expires": 1445412480.0}),
    ("a=b; Expires=Wed, 21 Oct 2015 07:28:00 GMT; Expires=never", "a", "b", {"expires": 1445412480.0}),
    ("a=b; Expires=tomorrow", "a", "b", {}),
    ("a=" + "b" * 4095, "a", "b" * 4095, {}),
]


@pytest.mark.parametrize(("text", "name", "value", "rest"), COOKIES, ids=[row[0][:40] for row in COOKIES])
def test_a_cookie(text: str, name: str, value: str, rest: dict[str, Any]) -> None:
    """What each value says, and nothing else."""
    assert parse(text) == SetCookie(name, value, **rest)


REFUSED = [
    ("", "empty"),
    (" = ; Secure", "empty"),
    ("a=b\x01", "control"),
    ("a=b; Path=/\x7f", "control"),
    ("a=b\r\nSet-Cookie: c=d", "control"),
    ("a=" + "b" * 4096, "too-large"),
]


@pytest.mark.parametrize(("text", "code"), REFUSED, ids=[repr(row[0][:20]) for row in REFUSED])
def test_no_cookie(text: str, code: str) -> None:
    """Dropped whole, with the reason; the value is never in it."""
    finding = parse(text)
    assert isinstance(finding, Finding)
    assert finding.code == code


DATES = [
    ("Wed, 21 Oct 2015 07:28:00 GMT", 1445412480.0),
    ("Wednesday, 21-Oct-15 07:28:00 GMT", 1445412480.0),
    ("Wed Oct 21 07:28:00 2015", 1445412480.0),
    ("21 October 2015, 7:28:0", 1445412480.0),
    ("2015 Oct 21 07:28:00", 1445412480.0),
    ("07:28:00 21oct 2015th", None),
    ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
    ("Thu, 01 Jan 70 00:00:00 GMT", 0.0),
    ("Fri, 31 Dec 9999 23:59:59 GMT", 253402300799.0),
    ("Mon, 30 Feb 2015 00:00:00 GMT", None),
    ("Mon, 01 Jan 1600 00:00:00 GMT", -11_644_473_600.0),
    ("Mon, 01 Jan 2015 24:00:00 GMT", None),
    ("01 Jan 2015", None),
    ("00:00:00 Jan 2015", None),
    ("01 2015 00:00:00", None),
    ("01 Jan 00:00:00", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "seconds"), DATES)
def test_a_date(text: str, seconds: float | None) -> None:
    """In any order, with any delimiters; incomplete or impossible ones are no date."""
    assert parse_date(text) == seconds


@given(st.text(alphabet=st.characters(max_codepoint=255)))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_nothing_a_server_sends_raises(text: str) -> None:
    """Any latin-1 text is a cookie or a finding."""
    assert isinstance(parse(text), SetCookie | Finding)
    parse_date(text)
