"""``compare --in chromium``: a page whose hint covers its think time is shown sooner, equal arms are not.

Judged from the origin's log, too: in the arm without hints every 103 was sent, and nothing that it names was asked for
before the final head. A machine that is busy scatters paints by more than the hint wins, so a comparison that shows
nothing has two more chances.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from fetcher.analysis.compare.comparison import Comparison
from fetcher.cli import app
from fetcher.net import NetOptions
from fetcher.origin import Origin, Site, throw_away
from fetcher.origin.script import asset, page
from fetcher.runs.compare import Comparing, Way, off_and_on, run_in_chromium
from tests.support.chromium import executable
from tests.support.comparisons import valid
from tests.support.servers import Missing

pytestmark = pytest.mark.chromium

THINK_MS, SHEET_MS, PAIRS, CHANCES = 400, 350, 8, 3
HTML = "<!doctype html><link rel=stylesheet href=/site.css><h1>Largest and first</h1>"
HINT = "</site.css>; rel=preload; as=style"


@pytest.fixture(autouse=True)
def _needs_chromium() -> None:
    try:
        executable()
    except Missing as missing:
        pytest.skip(str(missing))


def origin(**options: Any) -> Origin:
    document = page(HTML, hints=[HINT], think_ms=THINK_MS, interim_delay_ms=50)
    sheet = asset(b"h1 { color: green }", "text/css", delay_ms=SHEET_MS)
    return Origin(Site({"/": document, "/site.css": sheet}), tls=True, **options)


def compared(served: Origin, *, differs: bool, pairs: int = PAIRS) -> tuple[Comparison, Comparing]:
    async def run() -> tuple[Comparison, Comparing]:
        async with served:
            url = f"https://localhost:{served.port}/"
            options = {"options": NetOptions(insecure=True)}
            ways = off_and_on(url, options) if differs else (Way("one", url, options), Way("other", url, options))
            comparing = Comparing(ways, wanted=pairs, pause=0)
            return await run_in_chromium(comparing), comparing

    return asyncio.run(run())


def test_a_hint_that_covers_the_think_time() -> None:
    """LCP and load are sooner, by about what the sheet takes; and the arm without hints is what it says."""
    found = None
    for _ in range(CHANCES):
        served = origin()
        found, _ = compared(served, differs=True)
        for number, pair in enumerate(found.pairs, 1):
            order = ("on", "off") if pair.second_first else ("off", "on")
            for place, arm in enumerate(order):
                early = served.log.before_head("/", visit=2 * number + place)  # the first pair is the warm-up
                assert early == (["/site.css"] if arm == "on" else []), (number, arm)
        assert len([sent for sent in served.log.sent("/") if sent.status == 103]) == 2 * (PAIRS + 1)
        assert {one.authority for one in served.log.requests()} == {f"localhost:{served.port}"}
        shown = {one.name for one in found.measures if one.shift.is_shown and (one.shift.value or 0) < 0}
        if {"lcp", "load"} <= shown:
            break
    assert found is not None
    assert (found.counted, found.arms[0].acted, found.arms[1].acted) == (PAIRS, 0, PAIRS)
    assert found.by.startswith("Chrome/")
    assert any("a relay on this machine" in note for note in found.notes)
    for name in ("lcp", "load"):
        measure = valid(found).of(name)
        assert measure is not None
        assert measure.shift.is_shown, measure.shift
        assert measure.shift.low is not None
        assert measure.shift.low <= -SHEET_MS / 2


def test_equal_arms() -> None:
    """The same page twice, hints acted on in both: no difference of LCP is claimed."""
    for _ in range(CHANCES):
        found, _ = compared(origin(), differs=False)
        lcp = found.of("lcp")
        assert lcp is not None
        if not lcp.shift.is_shown:
            return
    pytest.fail(f"claimed {CHANCES} times: {lcp.shift}")


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each form; over HTTP/1.1 that nothing was acted on is said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    (tmp_path / "ca.pem").write_bytes(throw_away().authority)
    command = "compare --in chromium -n 1 --warm-up 0 --pause 0 --cacert ca.pem --json c.json --md c.md --html c.html"

    async def run(served: Origin) -> int:
        async with served:
            return await asyncio.to_thread(app.run, [*command.split(), f"https://localhost:{served.port}/"])

    assert asyncio.run(run(origin(http=["http/1.1"]))) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "hints off against hints on, Chrome/" in said
    assert "no 103 was acted on in any load with hints" in said
    assert "where of the browsers only Firefox acts" in said
    assert "first contentful paint" in said
    assert (tmp_path / "c.md").read_text().startswith("## fetcher compare: largest contentful paint")
    assert '<h2 id="comparison">' in (tmp_path / "c.html").read_text()
    assert app.run(["report", "c.json"]) == 0
    assert app.run(["diff", "c.json", "c.json"]) == 0
    assert "too few pairs to say" in capsys.readouterr().out
