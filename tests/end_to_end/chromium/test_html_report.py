"""The HTML report in a real browser: no error, no request, keys and filter, contrast, and nothing a server said acts.

axe-core (npm) judges accessibility; its file is named by FETCHER_AXE.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fetcher.report.html import html_report
from tests.report.html.test_page import hostile_load
from tests.support.chromium import Chromium, Tab, executable, running
from tests.support.loads import failed, many, shop
from tests.support.servers import Missing, require_or_skip

pytestmark = pytest.mark.chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    try:
        executable()
    except Missing as missing:
        require_or_skip("chromium", missing)
    with running() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a page of each kind."""
    folder = tmp_path_factory.mktemp("pages")
    two = html_report([replace(shop(), early_hints=False), shop()], names=["hints off", "hints on"])
    made = {"one": html_report([shop()]), "two": two, "failed": html_report([failed()])}
    made |= {"many": html_report([many(1_000)]), "hostile": html_report([hostile_load()])}
    for name, text in made.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return folder


def opened(tab: Tab, page: Path, *, dark: bool = False) -> list[str]:
    """Open the page; gives what the console and the network had to say of it."""
    tab.call("Runtime.enable")
    tab.call("Log.enable")
    tab.call("Network.enable")
    tab.call("Emulation.setDeviceMetricsOverride", width=1400, height=900, deviceScaleFactor=1, mobile=False)
    scheme = "dark" if dark else "light"
    tab.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    tab.events()
    tab.call("Page.navigate", url=page.as_uri())
    said: list[str] = []
    deadline = time.monotonic() + 20
    loaded = False
    while not loaded:
        assert time.monotonic() < deadline, f"{page.name} did not load"
        for event in tab.events():
            loaded = loaded or event["method"] == "Page.loadEventFired"
            said += _faults(event, page)
        time.sleep(0.01)
    tab.evaluate("document.body.offsetHeight")
    return said + [fault for event in tab.events() for fault in _faults(event, page)]


def _faults(event: dict[str, Any], page: Path) -> list[str]:
    of = event["params"]
    match event["method"]:
        case "Runtime.exceptionThrown":
            return [str(of["exceptionDetails"].get("exception", {}).get("description", of))]
        case "Log.entryAdded" if of["entry"]["level"] in ("error", "warning"):
            return [of["entry"]["text"]]
        case "Runtime.consoleAPICalled":
            return [f"console: {of['args']}"]
        case "Network.requestWillBeSent" if of["request"]["url"] != page.as_uri():
            return [] if of["request"]["url"].startswith("data:") else [f"asked for {of['request']['url']}"]
        case _:
            return []


@pytest.mark.parametrize("name", ["one", "two", "failed", "many", "hostile"])
def test_it_opens_quietly(browser: Chromium, pages: Path, name: str) -> None:
    """No exception, no console message, no policy violation, no request of any kind."""
    with browser.tab() as tab:
        assert opened(tab, pages / f"{name}.html") == []
        assert tab.evaluate("document.querySelectorAll('script').length") == 2
        assert tab.evaluate(
            "window.hacked === undefined && document.querySelector('main img, iframe, object') === null"
        )


def test_keys_and_filter(browser: Chromium, pages: Path) -> None:
    """Arrow keys walk the rows and show details, "/" goes to the filter, which hides rows and draws arrows anew."""
    with browser.tab() as tab:
        opened(tab, pages / "one.html")

        def press(key: str, **more: Any) -> None:
            for kind in ("keyDown", "keyUp"):
                tab.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, **more)

        tab.evaluate("document.querySelector('tr[tabindex=\"0\"]').focus()")
        press("ArrowDown", windowsVirtualKeyCode=40)
        press("ArrowDown", windowsVirtualKeyCode=40)
        assert tab.evaluate("document.activeElement.id") == "w0-r2"
        detail = tab.evaluate("document.getElementById('detail').textContent")
        assert detail.startswith("#2 https://shop.test/js/app.js")
        assert "hinted by </js/app.js>" in detail
        arrows = tab.evaluate("document.querySelectorAll('svg.arrows path').length")
        assert arrows >= 4
        tab.call("Input.dispatchKeyEvent", type="keyDown", key="/", text="/")
        assert tab.evaluate("document.activeElement.id") == "filter"
        tab.call("Input.insertText", text="fonts")
        told = "new Promise(done => requestAnimationFrame(() => done(document.getElementById('told').textContent)))"
        answer = tab.call("Runtime.evaluate", expression=told, awaitPromise=True, returnByValue=True)
        assert answer["result"]["value"] == "2 of 15 rows"
        assert tab.evaluate("document.querySelectorAll('svg.arrows path').length") < arrows
        tab.evaluate("document.getElementById('axis').selectedIndex = 2")
        tab.evaluate("document.getElementById('axis').dispatchEvent(new Event('change'))")
        assert tab.evaluate("document.querySelector('table.wf').style.getPropertyValue('--z')") == "4"


def test_two_loads_speak_of_the_same_resource(browser: Chromium, pages: Path) -> None:
    """The row pointed at in one is marked in the other."""
    with browser.tab() as tab:
        opened(tab, pages / "two.html")
        tab.evaluate("document.getElementById('w0-r2').dispatchEvent(new MouseEvent('mouseover', {bubbles: true}))")
        assert tab.evaluate("[...document.querySelectorAll('tr.twin')].map(row => row.id).join()") == "w1-r2"


def test_a_thousand_requests_stay_smooth(browser: Chromium, pages: Path) -> None:
    """Filtering all rows and drawing again is over in the time of a blink; the figures are printed."""
    with browser.tab() as tab:
        opened(tab, pages / "many.html")
        took = tab.evaluate(
            "(() => { const field = document.getElementById('kind'), start = performance.now();"
            " for (const word of ['image', 'hinted', 'script', '']) { field.value = word;"
            " field.dispatchEvent(new Event('change')); document.body.offsetHeight }"
            " return (performance.now() - start) / 4 })()"
        )
        ready = tab.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
        print(f"1,000 requests: ready after {ready:.0f} ms, a filter step takes {took:.0f} ms")
        assert tab.evaluate("document.querySelectorAll('table.wf tbody tr').length") >= 1_000


def axe() -> str:
    """axe-core's source."""
    name = os.environ.get("FETCHER_AXE")
    if name is None or not Path(name).is_file():
        require_or_skip("axe-core", Missing("axe-core: FETCHER_AXE names no file (npm install axe-core)"))
    return Path(str(name)).read_text(encoding="utf-8")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["one", "two", "failed"])
def test_everybody_can_read_it(browser: Chromium, pages: Path, name: str, dark: bool) -> None:
    """axe-core finds no violation: contrast, names, roles, focus, tables; in light and in dark."""
    source = axe()
    with browser.tab() as tab:
        tab.call("Page.setBypassCSP", enabled=True)
        opened(tab, pages / f"{name}.html", dark=dark)
        tab.call("Runtime.evaluate", expression=source)
        answer = tab.call(
            "Runtime.evaluate",
            expression="axe.run(document, {resultTypes: ['violations']}).then(found => JSON.stringify("
            "found.violations.map(each => [each.id, each.nodes.slice(0, 5).map(node => node.target.join(' ') + "
            "' ' + node.any.map(one => one.message).join('; '))])))",
            awaitPromise=True,
            returnByValue=True,
        )
    assert json.loads(answer["result"]["value"]) == []


@pytest.mark.parametrize("width", [400, 700, 1300, 1800])
@pytest.mark.parametrize("name", ["one", "two"])
def test_ticks_and_labels_stand_apart(browser: Chromium, pages: Path, name: str, width: int) -> None:
    """No tick touches another, no label is cut at the chart's edge, and two loads stand beside each other only where
    both charts have room."""
    with browser.tab() as tab:
        assert opened(tab, pages / f"{name}.html") == []
        tab.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        deadline = time.monotonic() + 20
        while tab.evaluate("innerWidth") != width:
            assert time.monotonic() < deadline
        tab.evaluate("dispatchEvent(new Event('resize'))")
        found = json.loads(tab.evaluate(_APART))
    assert found["touching"] == []
    assert found["cut"] == []
    assert found["narrowest"] >= {400: 150, 700: 60}.get(width, 250)  # on a phone without the columns beside it
    assert found["beside"] is (name == "two" and width >= 1700)


_APART = """
(() => {
  const touching = [], cut = [], lefts = new Set(), widths = [];
  for (const table of document.querySelectorAll("table.wf")) {
    const chart = table.querySelector("thead .bar").getBoundingClientRect();
    lefts.add(Math.round(chart.left)); widths.push(chart.width);
    const ticks = [...table.querySelectorAll("thead .bar > b.a")];
    const boxes = ticks.filter((each) => getComputedStyle(each).visibility !== "hidden")
      .map((each) => each.getBoundingClientRect());
    boxes.forEach((box, place) => { if (place && box.left < boxes[place - 1].right) touching.push(box.left); });
    for (const label of table.querySelectorAll("tbody .bar > s")) {
      const box = label.getBoundingClientRect();
      if (box.right > chart.right + 7 && chart.width > 250) cut.push(label.textContent);
    }
  }
  return JSON.stringify({touching, cut, narrowest: Math.min(...widths), beside: lefts.size > 1});
})()
"""
