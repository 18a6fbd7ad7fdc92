"""The HTML report as text: whole, self-contained, the same each time, and deaf to what servers say."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace

import pytest

from fetcher.record.page_load import PageLoad
from fetcher.report.bars import Phase, Span
from fetcher.report.html import html_report
from fetcher.report.lines import Style, moment
from fetcher.report.rows import label_place, rows
from fetcher.terms import InitiatorKind
from tests.support.loads import eager_http1, failed, many, shop, shop_without_hints

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&lt;\u202e</script><!--\x1b[31m"


def test_it_stands_alone() -> None:
    """No address outside the page is fetched: no src, no sheet, no import; the policy allows our script by its hash."""
    page = html_report([shop()])
    assert not re.findall(r"<(?:script|img|iframe|object|embed)[^>]*\ssrc=", page)
    assert re.findall(r"<link[^>]*>", page) == ['<link rel="icon" href="data:,">']
    assert "@import" not in page
    assert "url(" not in page
    script = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script[0].encode()).digest()).decode()
    assert len(script) == 1
    assert f"script-src 'sha256-{digest}'" in page
    assert "default-src 'none'" in page


def test_the_same_record_gives_the_same_page() -> None:
    """Byte for byte."""
    assert html_report([shop()]) == html_report([shop()])


def test_a_thousand_requests_stay_below_a_megabyte() -> None:
    """And each has its row, and its details for the script."""
    load = many(1_000)
    page = html_report([load])
    assert len(page.encode()) < 1_000_000
    assert page.count('<tr id="w0-r') + page.count("<tr id=w0-r") == len(load.requests)
    details = json.loads(re.findall(r'id="data">(.*?)</script>', page, re.DOTALL)[0])
    assert len(details["w0"]) == len(load.requests)


def test_server_text_is_only_text() -> None:
    """Markup in every text of a record appears escaped, controls and direction marks by number."""
    page = html_report([hostile_load()])
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert page.count("</script>") == 2
    assert "&lt;script&gt;alert(1)" in page
    assert "\\u202e" in page


def hostile_load() -> PageLoad:
    """A load whose every text would run a script, load a picture, or turn the reading direction."""
    load = shop()
    requests = tuple(
        replace(one, url=one.url + HOSTILE, error=HOSTILE, outcome=HOSTILE, response_fields=(("vary", HOSTILE),))
        for one in load.requests
    )
    hints = tuple(replace(one, raw=HOSTILE, href=HOSTILE, reason=HOSTILE) for one in load.hints)
    interim = tuple(replace(one, fields=(("link", f"<{HOSTILE}>; rel=preload; as=style"),)) for one in load.interim)
    connections = tuple(replace(one, host=HOSTILE, error=HOSTILE) for one in load.connections)
    return replace(
        load, requests=requests, hints=hints, interim=interim, connections=connections, notes=(HOSTILE,),
        error=HOSTILE, outcome=HOSTILE, final_url=HOSTILE, started_at=HOSTILE,
    )  # fmt: skip


def test_both_clocks_are_named() -> None:
    """The first interim response and the final head, never one figure for both; a 103 without a time is not called
    none."""
    page = html_report([shop()])
    assert "<b>21.3 ms</b>first interim response" in page
    assert "<b>322.9 ms</b>final response head" in page
    assert "<b>301.6 ms</b>hints can fill" in page
    timeless = replace(shop(), interim=tuple(replace(one, at=None) for one in shop().interim))
    first = timeless.requests[0]
    times = replace(first.times, first_interim_response_start=None)
    timeless = replace(timeless, requests=(replace(first, times=times), *timeless.requests[1:]))
    assert "<b>not in the file</b>first interim response" in html_report([timeless])
    requests = tuple(replace(one, hint=None) for one in timeless.requests)
    without = replace(timeless, recorded_by="Firefox 54.0", interim=(), hints=(), requests=requests)
    assert "<b>not in the file</b>first interim response" in html_report([without])
    off = shop_without_hints()
    untold = replace(off, recorded_by="X", interim=(), hints=(), requests=(timeless.requests[0], *off.requests[1:]))
    assert "<b>unknown</b>first interim response" in html_report([untold])
    assert "<b>none</b>first interim response" in html_report([replace(untold, recorded_by=None)])


def test_the_colour_of_hints_is_that_of_hints_acted_on() -> None:
    """Where they were switched off, how long they could have filled is a figure like others."""
    assert '<li class="i"><b>301.6 ms</b>hints can fill' in html_report([shop()])
    assert '<li class=""><b>301.6 ms</b>hints can fill' in html_report([replace(shop(), early_hints=False)])


def test_a_question_mark_is_explained_where_there_is_one() -> None:
    """What asked for a request is not seen by a relay, nor told by each HAR."""
    load = shop()
    told = "? in “from”: what asked for it was not seen"
    assert told not in html_report([load])
    unknown = replace(load.requests[5], initiator=replace(load.requests[5].initiator, kind=InitiatorKind.UNKNOWN))
    assert told in html_report([replace(load, requests=(*load.requests[:5], unknown, *load.requests[6:]))])


def test_details_that_say_nothing_yet_stand_in_front_of_no_row() -> None:
    """The bar sticks to the window's bottom once a row was pointed at; before, it is a line below the table."""
    page = html_report([shop()])
    assert re.findall(r"(#detail[^{},]*)\{position:sticky", page) == ["#detail.on"]
    assert 'detail.classList.add("on")' in page


def test_two_loads_share_one_axis() -> None:
    """Both tables end at the same instant, titled by name, each with rows of its own ids."""
    page = html_report([eager_http1(), shop()], names=["hints off", "hints on"])
    ends = re.findall(r'data-end="([0-9.]+)"', page)
    assert len(ends) == 2
    assert ends[0] == ends[1]
    assert "<h3>hints off</h3>" in page
    assert "<h3>hints on</h3>" in page
    assert "w1-r0" in page


def test_links_that_two_loads_share_stand_once() -> None:
    """With what became of each in either; links that differ have a table for each load."""
    off = replace(shop(), early_hints=False)
    page = html_report([off, shop()], names=["hints off", "hints on"])
    assert page.count("what browsers do with it</caption>") == 1
    assert '<th scope="col">hints off</th><th scope="col">hints on</th>' in page
    apart = html_report([eager_http1(), shop()], names=["one", "other"])
    assert apart.count("what browsers do with it</caption>") == 2
    assert "<h2>Hints · one</h2>" in apart
    assert "<h2>Hints · other</h2>" in apart


def test_times_are_written_for_people() -> None:
    assert moment("2026-11-26T22:26:24.868+00:00") == "2026-11-26 22:26:24 UTC"
    assert moment("2026-11-26T22:26:24+02:00") == "2026-11-26 22:26:24 +02:00"
    assert moment("yesterday") == "yesterday"


def test_a_failed_load_has_a_page_too() -> None:
    """With its error in words."""
    load = failed()
    assert load.error is not None
    assert load.error.split(":")[0] in html_report([load])


@pytest.mark.parametrize(
    ("start", "bar", "asked", "place"),
    [
        (100.0, 200.0, None, (200.0, False)),
        (100.0, 200.0, 500.0, (500.0, False)),
        (20.0, 40.0, 990.0, (990.0, True)),
        (800.0, 900.0, 990.0, (800.0, True)),
        (5.0, 990.0, None, (990.0, False)),
    ],
)
def test_a_label_stands_where_there_is_room(
    start: float, bar: float, asked: float | None, place: tuple[float, bool]
) -> None:
    """An early hint that the page asks for at the end has all of it between the two, and next to none before."""
    row = rows(shop(), all_rows=True)[1]
    marks = () if asked is None else ((asked, ("◆", Style.PLAIN)),)
    row = replace(row, at=start, spans=(Span(start, bar, Phase.WAITING),), marks=marks)
    assert label_place(row, 1_000.0) == place
