"""Our HAR through Chromium DevTools' own importer: the front end that ships in the browser, asked over the protocol.

``devtools://devtools/bundled/`` is an ordinary target; its modules can be imported in it, so what is tested is the very
code behind "Import HAR file" in the Network panel, without its buttons.
"""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from fetcher.record import PageLoad
from fetcher.record.har.writer import har_text
from tests.support.chromium import Chromium, executable, running
from tests.support.loads import eager_http1, failed, many, shop
from tests.support.servers import Missing, require_or_skip

FRONT_END = "devtools://devtools/bundled/devtools_app.html"
IMPORT = """
(async () => {
  const HAR = await import('./models/har/har.js');
  const log = new HAR.HARFormat.HARRoot(JSON.parse(%s)).log;
  return HAR.Importer.Importer.requestsFromHARLog(log).map((request) => ({
    url: request.url(), status: request.statusCode, type: request.resourceType().name(), priority: request.priority(),
    initiator: request.initiator(), protocol: request.protocol, transferred: request.transferSize,
    size: request.resourceSize, timing: request.timing,
    start: request.startTime, head: request.responseReceivedTime, end: request.endTime,
  }));
})()
"""
ROUNDING = 1.1  # ms: JavaScript's Date, by which DevTools reads a start, has no finer unit


def imported(browser: Chromium, loads: list[PageLoad]) -> list[list[dict[str, Any]]]:
    """What the importer makes of each."""
    target = browser.call("Target.createTarget", url=FRONT_END)["targetId"]
    session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    deadline = time.monotonic() + 20
    while evaluate(browser, session, "location.href + document.readyState") != FRONT_END + "complete":
        assert time.monotonic() < deadline, "the DevTools front end did not load"
    return [evaluate(browser, session, IMPORT % json.dumps(har_text(load))) for load in loads]


def evaluate(browser: Chromium, session: str, expression: str) -> Any:
    answer = browser.call("Runtime.evaluate", session, expression=expression, awaitPromise=True, returnByValue=True)
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    return answer["result"].get("value")


@pytest.mark.chromium
def test_devtools_imports_it() -> None:
    """Every request, with its type, priority, initiator, sizes and times: a hinted one starts with its 103."""
    loads = [shop(), eager_http1(), failed(), many(300)]
    try:
        executable()
    except Missing as missing:
        require_or_skip("chromium", missing)
    with running() as browser:
        tables = imported(browser, loads)
    for load, table in zip(loads, tables, strict=True):
        assert [row["url"] for row in table] == [request.url for request in load.requests]
        assert [row["status"] for row in table] == [request.status or 0 for request in load.requests]
        begin = table[0]["start"] * 1000
        for row, request in zip(table, load.requests, strict=True):
            times = request.times
            assert abs(row["start"] * 1000 - begin - times.discovered) < ROUNDING
            if times.response_end is not None:
                assert abs(row["end"] * 1000 - begin - times.response_end) < ROUNDING
                assert row["size"] == request.sizes.decoded
    document, style, script, font = tables[0][:4]
    assert [row["type"] for row in (document, style, script, font)] == ["document", "stylesheet", "script", "font"]
    assert [row["priority"] for row in (document, style, script)] == ["VeryHigh", "VeryHigh", "High"]
    assert style["initiator"] == {"type": "early-hints", "url": shop().url}
    assert (style["protocol"], style["transferred"]) == ("h2", 48_331)
    phases = document["timing"]
    assert round(phases["dnsEnd"] - phases["dnsStart"], 3) == 1.2
    assert round(phases["connectEnd"] - phases["connectStart"], 3) == 10.8
    assert round(phases["sslEnd"] - phases["sslStart"], 3) == 5.8
