"""Pages made to hurt, loaded whole in virtual time: an end, a bound, and an outcome in the record that says so.

The seconds are processor time and stand well above what was measured (a second or two for each here on a busy
two-core machine): they catch what grows with the square of its input, not a slow day.
"""

from __future__ import annotations

import time
from collections import Counter

import pytest

from fetcher.origin import Answer, Body, Head, Repeat, Route, Site
from fetcher.record import PageLoad
from fetcher.terms import Fields, Limits
from tests.support.virtual_time import virtual_load

HTML: Fields = (("content-type", "text/html"),)
CSS: Fields = (("content-type", "text/css"),)
PICTURE: Answer = (Head(200, (("content-type", "image/png"),)), Body(b"x"))
MEGABYTE = 1_000_000


def load(
    html: bytes, files: dict[str, Route] | None = None, *, seconds: float, limits: Limits | None = None
) -> PageLoad:
    site = Site({"/": (Head(200, HTML), Body(html)), **(files or {})}, default=lambda _: PICTURE)
    start = time.process_time()
    options = {} if limits is None else {"limits": limits}
    visit = virtual_load("https://a.test/", site, browser="chromium", frames=True, **options)
    assert visit.error is None
    assert time.process_time() - start < seconds
    return visit.load


def paths(record: PageLoad) -> list[str]:
    return [request.url.removeprefix("https://a.test") for request in record.requests]


def test_an_import_cycle() -> None:
    """Each sheet is asked for once; who asks again joins it, and what is no sheet is blocked."""
    files: dict[str, Route] = {
        "/a.css": (Head(200, CSS), Body(b"@import 'b.css';@import 'a.css';")),
        "/b.css": (Head(200, CSS), Body(b"@import 'a.css';@import '/';")),
    }
    record = load(b"<link rel=stylesheet href=a.css>", files, seconds=5)
    assert paths(record) == ["/", "/a.css", "/b.css", "/"]
    assert Counter(str(each.outcome) for each in record.discoveries) == {"fetched": 3, "joined": 2}


def test_a_sheet_of_fifty_megabytes() -> None:
    """It is read up to the limit of things named, which the record says, and then only counted."""
    rules = b".a{color:red;background:url(b.png)}\n" * 1_400
    files: dict[str, Route] = {"/a.css": (Head(200, CSS), Repeat((Body(rules),), 50 * MEGABYTE // len(rules)))}
    record = load(b"<p class=a><link rel=stylesheet href=a.css>", files, seconds=30)
    assert paths(record) == ["/", "/a.css", "/b.png"]
    sheet = record.requests[1]
    assert sheet.sizes.decoded is not None
    assert sheet.sizes.decoded > 49 * MEGABYTE
    assert sum("discoveries was reached" in (each.reason or "") for each in record.discoveries) == 1
    assert len(record.discoveries) == Limits().discoveries + 1


def test_a_hundred_thousand_pictures() -> None:
    """The limit of requests, then that of discoveries; each is said once for what it leaves out."""
    html = b"".join(b"<img src=%d.png>" % number for number in range(100_000))
    record = load(html, seconds=60, limits=Limits(requests=500))
    assert len(record.requests) == 500
    reasons = Counter(each.reason for each in record.discoveries if str(each.outcome) == "refused")
    assert reasons["the limit of 500 requests was reached"] == Limits().discoveries - 499
    assert sum("discoveries was reached" in (reason or "") for reason in reasons) == 1


def test_ten_megabytes_of_attributes() -> None:
    """A tag of more than 1 MiB is passed over, told of where it could have named something, and the page goes on."""
    many = b" a='1'" * (10 * MEGABYTE // 6)
    record = load(b"<p" + many + b"><img" + many + b" src=no.png><img src=yes.png>", seconds=20)
    assert paths(record) == ["/", "/yes.png"]
    told = [(each.candidate.kind.value, str(each.outcome), each.reason) for each in record.discoveries]
    assert told[0] == ("oversized", "no-request", "a tag of more than 1 MiB: what it names is not looked for")


@pytest.mark.parametrize("unit", [b"<div>", b"<svg><foreignObject>", b"<template>", b"<object>", b"<picture>"])
def test_endless_nesting(unit: bytes) -> None:
    """What stands a hundred thousand elements deep is found, or nothing is where it stands in templates."""
    record = load(unit * 100_000 + b"<img src=a.png>", seconds=20)
    assert paths(record) == (["/"] if unit == b"<template>" else ["/", "/a.png"])


def test_frames_in_one_another() -> None:
    """Frames that hold themselves and each other end with the depth that is looked into, and say so."""
    html = b"<iframe src=/></iframe><iframe src=/?1></iframe>"
    record = load(html, {"/?1": (Head(200, HTML), Body(html))}, seconds=10)
    assert len(record.requests) < 20
    assert any("recursion" in (each.reason or "") for each in record.discoveries)
