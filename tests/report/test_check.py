"""What ``fetcher check`` prints, whole, against golden files, and its JSON.

``GOLDEN=write pytest tests/report`` writes the files anew; read the diff before committing it.
"""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from fetcher.analysis import Checked, Expectations, Run, RunOutcome, judge
from fetcher.record import from_json
from fetcher.report.check.saved import check_json
from fetcher.report.escape import cells
from fetcher.report.terminal import print_check, render_check
from fetcher.terms import Fields, HttpVersion, ProfileName
from tests.support.checks import OK_FONT, OK_SCRIPT, Reply, checked, load

GOLDEN = Path(__file__).parent / "golden"
ANSI = re.compile(r"\x1b\[[0-9;]*m")

GOOD = (
    "</css/main.css>; rel=preload; as=style",
    "</js/app.js>; rel=preload; as=script",
    "</fonts/inter.woff2>; rel=preload; as=font; crossorigin",
)
REPLIES = {"/js/app.js": OK_SCRIPT, "/fonts/inter.woff2": OK_FONT}
MIXED = (
    "</css/main.css>; rel=preload; as=style",
    "</fonts/inter-latin-variable-with-a-long-name.woff2>; rel=preload; as=font",
    "</js/app.js>; rel=preload; as=script; nopush",
    "</js/old.js>; rel=preload; as=script",
    "</api/cart?token=abc>; rel=preload; as=fetch; crossorigin",
    "<https://cdn.test>; rel=preconnect",
    "<a.css; rel=preload",
)
MIXED_REPLIES = {
    "/fonts/inter-latin-variable-with-a-long-name.woff2": OK_FONT,
    "/js/old.js": Reply(404, (("content-type", "text/html"),), 900),
    "/api/cart": Reply(200, (("content-type", "application/json"), ("cache-control", "no-store")), 31),
}
HIT: Fields = (("age", "41"), ("x-cache", "HIT"))
MISS: Fields = (("x-cache", "MISS"),)
HOSTILE = "</\x1b[2J\x9b31m\u202e.css>; rel=preload; as=style; no\x07"


@cache
def good() -> Checked:
    expected = Expectations(hints=3, globs=("/css/*.css",), delivery=0.8)
    return checked(*[load(*GOOD, replies=REPLIES, late=late) for late in (1, 0, 4, 2, 1)], expected=expected)


@cache
def mixed() -> Checked:
    hinted = [load(*MIXED, replies=MIXED_REPLIES, fields=HIT, late=late) for late in (1, 9, 3)]
    plain = load(hints=False, fields=MISS, think=310)
    return checked(*hinted, plain, plain, expected=Expectations(hints=4, delivery=0.8))


@cache
def http1() -> Checked:
    return checked(*[load(*GOOD, http=HttpVersion.HTTP_1_1, url="http://shop.test/", late=late) for late in (0, 2)])


@cache
def none() -> Checked:
    return replace(checked(load(hints=False), load(hints=False)), url="https://shop.test/none")


@cache
def blocked() -> Checked:
    return checked(load(status=403, fields=(("cf-mitigated", "challenge"),)), asked=5)


@cache
def failed() -> Checked:
    return checked("shop.test has no address: the name does not exist", asked=5)


@cache
def cut() -> Checked:
    run = Run(1, RunOutcome.FAILED, "The server closed the connection after the 103", load(*GOOD, replies=REPLIES))
    return judge("https://shop.test/cut", [run], profile=ProfileName.CHROMIUM, asked=5)


@cache
def partly() -> Checked:
    return checked(
        load(*GOOD, more=("</late.css>; rel=preload; as=style",)), "the connection was lost", load(status=429), asked=5
    )


@cache
def many() -> Checked:
    names = [f"</gone/{number}.js>; rel=preload; as=script" for number in range(30)]
    return checked(load(*names, replies={f"/gone/{number}.js": Reply(404) for number in range(30)}))


@cache
def hostile() -> Checked:
    return checked(load(HOSTILE, fields=(("x-cache", "\x1b]0;owned\x07"),)))


RENDERED: dict[str, Callable[[], str]] = {
    "check-good-80.txt": lambda: render_check([good()], width=80, color=False),
    "check-mixed-80.txt": lambda: render_check([mixed()], width=80, color=False),
    "check-mixed-80.ansi": lambda: render_check([mixed()], width=80, color=True),
    "check-mixed-80-ascii.txt": lambda: render_check([mixed()], width=80, color=False, unicode=False),
    "check-mixed-200.txt": lambda: render_check([mixed()], width=200, color=False, all_rows=True),
    "check-http1-80.txt": lambda: render_check([http1()], width=80, color=False),
    "check-many-80.txt": lambda: render_check([many()], width=80, color=False),
    "check-cut-80.txt": lambda: render_check([cut()], width=80, color=False),
    "check-hostile-80.txt": lambda: render_check([hostile()], width=80, color=False, all_rows=True),
    "check-several-80.txt": lambda: render_check(
        [good(), none(), partly(), blocked(), failed()], width=80, color=False
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RENDERED)
def test_golden(name: str) -> None:
    """The text is the golden file's, byte for byte."""
    text = RENDERED[name]()
    path = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        path.write_bytes(text.encode())
    assert text == path.read_bytes().decode()


@pytest.mark.parametrize("build", [good, mixed, http1, none, blocked, failed, cut, partly, many, hostile])
@pytest.mark.parametrize("width", [60, 80, 132, 200])
def test_every_line_fits_and_is_plain(build: Callable[[], Checked], width: int) -> None:
    """No line is wider than the terminal, ends in a space or holds a control character."""
    for all_rows in (False, True):
        for line in render_check([build()], width=width, color=False, all_rows=all_rows).splitlines():
            assert cells(line) <= width
            assert line == line.rstrip()
            assert line.isprintable()


def test_ascii_is_ascii_and_colour_adds_nothing_but_colour() -> None:
    """For terminals without Unicode, and for those with colours."""
    assert render_check([mixed()], width=80, color=False, unicode=False).isascii()
    colored = render_check([mixed()], width=80, color=True)
    assert "\x1b[" in colored
    assert ANSI.sub("", colored) == render_check([mixed()], width=80, color=False)


def test_all_rows_show_every_link() -> None:
    """-v: thirty links and their findings, none left out."""
    short, whole = (render_check([many()], width=80, color=False, all_rows=rows) for rows in (False, True))
    assert "more; -v shows all" in short
    assert "more; -v shows all" not in whole
    assert all(f"/gone/{number}.js" in whole for number in range(30))


def test_print_check_writes_to_a_stream() -> None:
    """A stream that is no terminal gets plain text of its width."""
    stream = io.StringIO()
    print_check([none()], file=stream)
    assert "no 103 in 2 runs over h2" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_json_holds_everything() -> None:
    """Survey, verdicts, expectations, and each run's record as ``load --json`` writes it; secrets replaced."""
    text = json.dumps(check_json(mixed()))
    assert "token=abc" not in text
    value = json.loads(text)
    assert list(value)[:4] == ["schema", "url", "outcome", "profile"]
    assert (value["outcome"], value["survey"]["with_hints"], value["survey"]["runs"]) == ("findings", 3, 5)
    assert value["survey"]["window"]["count"] == 3
    first = value["survey"]["hints"][0]
    assert first["raw"] == MIXED[0]
    assert first["place"] == {"offset": 0, "length": len(MIXED[0]), "line": 0, "column": 0, "head": None}
    assert value["survey"]["hints"][2]["verdicts"][0]["fix"] == "</js/app.js>; rel=preload; as=script"
    assert [verdict["profile"] for verdict in first["verdicts"]] == [
        "chromium",
        "firefox",
        "safari",
        "standard",
        "eager",
    ]
    assert [run["outcome"] for run in value["runs"]] == ["counted"] * 5
    assert from_json(value["runs"][0]["load"]).only_hints
    assert "token=abc" in json.dumps(check_json(mixed(), redact=False))


def test_a_103_before_a_redirect_is_named_with_its_hop() -> None:
    """The 103 and its request are the first hop's, the final head the last one's, and the lines say so."""
    once = load(*GOOD, replies=REPLIES)
    first = replace(once.requests[0], redirect_to=1, status=302)
    times = replace(once.requests[0].times, discovered=320.0, request_start=321.0, final_response_headers_start=600.0)
    last = replace(once.requests[0], id=1, times=replace(times, first_interim_response_start=None))
    requests = (first, last, *(replace(one, id=one.id + 1) for one in once.requests[1:]))
    hints = tuple(replace(one, request=one.request and one.request + 1) for one in once.hints)
    hop = replace(once, requests=requests, hints=hints, navigations=(0, 1), document=1)
    said = render_check([checked(hop)], width=200, color=False, all_rows=True)
    sent, came = once.requests[0].times.request_start, once.interim[0].at
    assert f"103 in 1 of 1 run over h2, on the first hop, after {came:.0f} ms, {600 - came:.0f} ms before" in said
    assert f"request on the first hop sent after {sent:.0f} ms, on the last after 321 ms, its final head" in said
    assert f"103 at {came:.1f} ms on the first hop, final head at 600.0 ms" in said
