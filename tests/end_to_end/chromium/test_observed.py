"""What scripts request, as Chromium's protocol log tells it: pictures, fetch(), dynamic import, inserted elements; and
that an audit with that log answers what is unknown without it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from fetcher.cli import app
from fetcher.origin import Origin, Site, asset
from fetcher.record import save_record
from fetcher.record.observed import read_observed
from fetcher.terms import Destination
from tests.audits.site.parts import final, html, interim, sound
from tests.end_to_end.chromium.test_hint_flags import chromium, served
from tests.support.virtual_time import virtual_load

pytestmark = pytest.mark.chromium

SCRIPT = b"""
new Image().src = '/late.png';
fetch('/data.json', {credentials: 'omit'});
import('/chunk.js');
const inserted = document.createElement('script');
inserted.src = '/inserted.js';
document.head.append(inserted);
const sheet = document.createElement('link');
sheet.rel = 'stylesheet';
sheet.href = '/inserted.css';
document.head.append(sheet);
"""
HINTED = "</late.png>; rel=preload; as=image"
UNUSED = "</unused.png>; rel=preload; as=image"
HEAD = '<link rel="stylesheet" href="/a.css"><script src="/app.js"></script>'
SETTLE_SECONDS = 5.0


def site() -> Site:
    script = "text/javascript"
    return Site(
        {
            **sound(),
            "/": (*interim(HINTED, UNUSED), *final(content=html(HEAD))),
            "/app.js": asset(SCRIPT, script),
            "/late.png": asset(2_000, "image/png"),
            "/unused.png": asset(2_000, "image/png"),
            "/data.json": asset(b"{}", "application/json"),
            "/chunk.js": asset(b"import '/deep.js';", script),
            "/deep.js": asset(b"", script),
            "/inserted.js": asset(b"", script),
            "/inserted.css": asset(b"body{background:url(/behind.png)}", "text/css"),
            "/behind.png": asset(2_000, "image/png"),
        }
    )


def captured(origin: Origin) -> list[dict[str, Any]]:
    """The Network domain's messages of one load, until the picture behind everything has come."""
    found: list[dict[str, Any]] = []
    with chromium(origin) as browser, browser.tab(watch_network=True) as tab:
        tab.call("Page.navigate", url=f"{origin.url_of('a.test')}/")
        deadline = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < deadline and '"/behind.png' not in json.dumps(found):
            found += [each for each in tab.events() if each["method"].startswith("Network.")]
            if any(
                "/behind.png" in json.dumps(each) and each["method"] == "Network.responseReceived" for each in found
            ):
                break
            time.sleep(0.05)
        time.sleep(0.3)
        found += [each for each in tab.events() if each["method"].startswith("Network.")]
    return found


def test_what_scripts_request_is_read_from_chromiums_log_and_answers_an_audit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each request by a script names the file that asked; an unused hint is no use for having been fetched."""
    with served(site()) as (origin,):
        messages = captured(origin)
    log = tmp_path / "devtoolslog.json"
    log.write_text(json.dumps(messages))
    (page,) = read_observed(str(log))
    by_path = {one.url.rpartition("/")[2]: one for one in page.requests}
    scripts = {name for name, one in by_path.items() if one.script}
    assert {"data.json", "chunk.js", "inserted.js", "inserted.css"} <= scripts
    assert (
        by_path["late.png"].initiator == page.url
    )  # a picture of code that runs while parsing is the parser's, it says
    assert "unused.png" not in by_path
    assert by_path["behind.png"].initiator is not None
    assert by_path["behind.png"].initiator.endswith("/inserted.css")
    for name, destination in (
        ("data.json", Destination.EMPTY), ("chunk.js", Destination.SCRIPT),
        ("inserted.js", Destination.SCRIPT), ("inserted.css", Destination.STYLE),
    ):  # fmt: skip
        one = by_path[name]
        assert one.destination is destination, name
        assert one.initiator is not None
        assert one.initiator.endswith("/app.js")
        assert one.delay is not None
        assert one.delay < 2_000

    url = page.url
    load = virtual_load(url, Site({}, {"a.test": site().routes}), browser="chromium").load
    save_record(load, tmp_path / "load.json")
    saved = str(tmp_path / "load.json")
    app.run(["audit", "--only", "hint-unused", "-v", saved])
    assert "unknown: hint-unused" in capsys.readouterr().out
    app.run(["audit", "--only", "hint-unused", "--discoveries", str(log), saved])
    said = capsys.readouterr().out
    assert "unused.png" in said
    assert "late.png" not in said
    assert app.run(["why", "--discoveries", str(log), saved, "/late.png"]) == 0
    assert "image (observed)" in capsys.readouterr().out
