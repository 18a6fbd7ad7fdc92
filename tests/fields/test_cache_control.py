"""Freshness in tables: is a hinted response found in the HTTP cache by the document's own request (EH 9.3)?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fetcher.fields.cache_control import FOREVER_MS, CacheControl, freshness, parse
from fetcher.terms import Fields

DATE = ("date", "Sun, 06 Nov 1994 08:49:37 GMT")
AT = 784111777.0


def control(value: str, *more: tuple[str, str]) -> Fields:
    return (("cache-control", value), *more)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("", CacheControl()),
        ("max-age=60", CacheControl(max_age=60)),
        ("Max-Age= 60 ", CacheControl(max_age=60)),
        ('max-age="60"', CacheControl()),
        ("max-age = 60", CacheControl()),
        ("max-age=60; public", CacheControl()),
        ("max-age=60, max-age=5", CacheControl(max_age=60)),
        ("max-age=soon", CacheControl()),
        ("max-age=-1", CacheControl()),
        ("max-age", CacheControl()),
        ("max-age=soon, max-age=60", CacheControl(max_age=60)),
        ("max-age=" + "9" * 5000, CacheControl(max_age=2**31)),
        ("public,max-age=31536000 , immutable", CacheControl(max_age=31536000, immutable=True)),
        ('no-cache="set-cookie", private', CacheControl(private=True)),
        ('ext="no-store, a", must-revalidate', CacheControl(must_revalidate=True)),
        ("no-store", CacheControl(no_store=True)),
        ("stale-while-revalidate=30", CacheControl(stale_while_revalidate=30)),
        ('a="unclosed, no-store', CacheControl()),
    ],
)
def test_directives(value: str, wanted: CacheControl) -> None:
    """Directives are read whatever their case and company, by their exact spelling alone."""
    assert parse([value]) == wanted


@pytest.mark.parametrize(
    ("fields", "status", "now", "storable", "fresh_for", "why"),
    [
        (control("max-age=60"), 200, None, True, 60_000.0, "max-age=60"),
        (control("max-age=60"), 404, None, True, 60_000.0, "max-age=60"),
        (control("max-age=60", ("age", "20")), 200, None, True, 40_000.0, "max-age=60"),
        (control("max-age=60", ("age", "61")), 200, None, True, 0.0, "already 61 s old"),
        (control("max-age=60", DATE), 200, AT + 10, True, 50_000.0, "max-age=60"),
        (control("max-age=60", DATE), 200, AT - 10, True, 60_000.0, "max-age=60"),
        (control("max-age=0"), 200, None, True, 0.0, "max-age=0"),
        (control("no-store, max-age=60"), 200, None, False, None, "no-store"),
        (control("no-cache, max-age=60"), 200, None, True, 0.0, "no-cache"),
        (control("private, max-age=60"), 200, None, True, 60_000.0, "max-age=60"),
        (control("max-age=60", ("vary", "*")), 200, None, True, 0.0, "Vary"),
        (control("max-age=60", ("expires", "0")), 200, None, True, 60_000.0, "max-age=60"),
        ((("pragma", "no-cache"), DATE), 200, None, True, 0.0, "Pragma"),
        ((("expires", "Sun, 06 Nov 1994 08:50:37 GMT"), DATE), 200, None, True, 60_000.0, "Expires"),
        ((("expires", "Sunday, 06-Nov-94 08:50:37 GMT"), DATE), 200, None, True, 60_000.0, "Expires"),
        ((("expires", "Sun Nov  6 08:50:37 1994"), DATE), 200, None, True, 60_000.0, "Expires"),
        ((("expires", "Sun, 06 Nov 1994 08:48:37 GMT"), DATE), 200, None, True, 0.0, "Expires"),
        ((("expires", "0"), DATE), 200, None, True, 0.0, "not a date"),
        ((("expires", "Sun, 06 Nov 1994 08:50:37 GMT"),), 200, AT, True, 60_000.0, "Expires"),
        ((("expires", "Sun, 06 Nov 1994 08:50:37 GMT"),), 200, None, True, 0.0, "without a Date"),
        ((("last-modified", "Sun, 06 Nov 1994 08:48:37 GMT"), DATE), 200, None, True, 6_000.0, "a tenth"),
        ((("last-modified", "Sun, 06 Nov 1994 08:48:37 GMT"), DATE), 404, None, True, None, "no max-age"),
        ((("last-modified", "soon"), DATE), 200, None, True, None, "no max-age"),
        (
            control("must-revalidate", ("last-modified", "Sun, 06 Nov 1994 08:48:37 GMT"), DATE),
            200,
            None,
            True,
            None,
            "no",
        ),
        ((), 200, None, True, None, "no max-age"),
        ((), 301, None, True, FOREVER_MS, "301"),
        (control("must-revalidate"), 410, None, True, FOREVER_MS, "410"),
        (control("max-age=60", ("pragma", "no-cache")), 200, None, True, 0.0, "Pragma"),
        (control("max-age=60"), 206, None, False, None, "206"),
        (control("max-age=60"), 401, None, False, None, "401"),
        (control("max-age=60", ("vary", "accept, *")), 200, None, True, 0.0, "Vary"),
        ((("last-modified", "Sun, 06 Nov 1994 08:59:37 GMT"), DATE), 200, None, True, None, "no max-age"),
        ((), 302, None, True, None, "no max-age"),
    ],
)
def test_freshness(
    fields: Fields, status: int, now: float | None, storable: bool, fresh_for: float | None, why: str
) -> None:
    """Storable or not, for how long in milliseconds, and because of which field."""
    found = freshness(fields, status=status, now=now)
    assert found.storable is storable
    assert found.fresh_for == (None if fresh_for is None else pytest.approx(fresh_for))
    assert why in found.why
    assert found.reusable is (storable and bool(fresh_for))


def test_validators_are_told() -> None:
    """A stale copy with an ETag can be asked about; one without cannot."""
    assert freshness((("etag", '"a"'),)).validators
    assert not freshness(()).validators


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_any_fields_are_judged(cache: str, date: str, age: str, expires: str) -> None:
    """Nothing raises and no lifetime is negative."""
    found = freshness(
        (("cache-control", cache), ("date", date), ("age", age), ("expires", expires), ("last-modified", date))
    )
    assert found.fresh_for is None or found.fresh_for >= 0
