"""Strict-Transport-Security, value by value (RFC 6797 6.1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fetcher.fields.strict_transport_security import LONGEST, TransportSecurity, parse


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("max-age=31536000", TransportSecurity(31536000)),
        ("max-age=31536000; includeSubDomains", TransportSecurity(31536000, True)),
        ('MAX-AGE = "60" ;INCLUDESUBDOMAINS; preload', TransportSecurity(60, True)),
        ("includeSubDomains;max-age=1;", TransportSecurity(1, True)),
        (" ; max-age=0", TransportSecurity(0)),
        ("max-age=99999999999999999999", TransportSecurity(LONGEST)),
        ('max-age=1; other="x;y"', TransportSecurity(1)),
    ],
)
def test_rules(value: str, rule: TransportSecurity) -> None:
    assert parse(value) == rule


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("", "max-age is missing"),
        ("includeSubDomains", "max-age is missing"),
        ("max-age", "not a number"),
        ("max-age=-1", "not a number"),
        ("max-age=1x", "not a number"),
        ("max-age=1; max-age=2", "twice"),
        ("max-age=1 includeSubDomains", "not a list"),
        ("max-age=1; includeSubDomains=1", "takes no value"),
        ('max-age="1', "not a list"),
    ],
)
def test_what_is_no_rule(value: str, why: str) -> None:
    """The whole field is ignored, and the reason says why."""
    said = parse(value)
    assert isinstance(said, str)
    assert why in said


@given(st.text(max_size=60))
def test_any_value_is_answered(value: str) -> None:
    assert isinstance(parse(value), str | TransportSecurity)
