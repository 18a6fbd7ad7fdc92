"""``fetcher discover`` in a real Chromium, then ``load --discoveries``: what the origin was asked for is the same."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from fetcher.cli import app
from fetcher.net import NetOptions
from fetcher.net.proxy import from_environment
from fetcher.origin import Answer, Body, Head, Interim, Origin, RequestSeen, Site, Wait, asset, links
from fetcher.record.observed import read_observed
from fetcher.runs.chromium import ChromiumOptions
from fetcher.runs.discover import Discovering
from tests.end_to_end.chromium.test_hint_flags import served
from tests.support.chromium import executable, key_hash
from tests.support.loopback import serving
from tests.support.proxies import ScriptedProxy
from tests.support.servers import Missing, require_or_skip

pytestmark = pytest.mark.chromium

HTML = (("content-type", "text/html"), ("cache-control", "max-age=600"))
HEAD = (
    '<!doctype html><title>x</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/a.css">'
    '<script src="/app.js"></script>'
)
SCRIPT = b"""
addEventListener('load', () => {
  fetch('/data.json').then(() => import('/chunk.js'));
  new Image().src = '/made.png';
  const sheet = document.createElement('link');
  sheet.rel = 'stylesheet'; sheet.href = '/late.css';
  document.head.append(sheet);
  const script = document.createElement('script');
  script.src = '/inserted.js';
  document.head.append(script);
  new Worker('/worker.js');
});
"""
SCRIPTS = {"/data.json", "/chunk.js", "/late.css", "/inserted.js", "/worker.js", "/in-worker.json"}
TRIES = 3


def document(markup: str, hints: str) -> Answer:
    return (Wait(50), Interim(103, links(hints)), Wait(100), Head(200, HTML), Body(markup.encode()))


def site() -> Site:
    script = "text/javascript"
    return Site(
        {
            "/": document(HEAD, "</made.png>; rel=preload; as=image"),
            "/a.css": asset(b"body{background:url(/back.png)}", "text/css"),
            "/back.png": asset(2_000, "image/png"),
            "/app.js": asset(SCRIPT, script),
            "/data.json": asset(b"{}", "application/json"),
            "/chunk.js": asset(b"import './deep.js';", script),
            "/deep.js": asset(b"", script),
            "/made.png": asset(2_000, "image/png"),
            "/late.css": asset(b"title{display:none;background:url(/behind.png)}body{color:red}", "text/css"),
            "/inserted.js": asset(b"", script),
            "/worker.js": asset(b"fetch('/in-worker.json')", script),
            "/in-worker.json": asset(b"{}", "application/json"),
        }
    )


def asked(origin: Origin, start: int) -> Counter[str]:
    """What the origin was asked for since its log had ``start`` entries."""
    return Counter(one.target for one in origin.log.requests()[start:])


@pytest.fixture(autouse=True)
def _chromium() -> None:
    try:
        executable()
    except Missing as missing:
        require_or_skip("chromium", missing)


def common(origin: Origin, folder: Path) -> list[str]:
    assert origin.certificate is not None
    origin.certificate.write(folder)
    return ["--resolve", f"a.test:{origin.port}:127.0.0.1", "--cacert", str(folder / "ca.pem")]


def test_a_load_with_discoveries_asks_for_what_chromium_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same URLs, as often, by the origin's own log; each that a script made is labelled for what it is."""
    with served(site()) as (origin,):
        options = common(origin, tmp_path)
        url = f"{origin.url_of('a.test')}/"
        log, record, net = tmp_path / "log.json", tmp_path / "load.json", tmp_path / "net.json"
        for attempt in range(TRIES):  # a machine that is busy may show a load event before all has come
            start = len(origin.log.requests())
            more = ["--netlog", str(net), "--json", str(tmp_path / "said.json")]
            assert app.run(["discover", *options, "-o", str(log), *more, url]) == 0
            theirs = asked(origin, start)
            said = capsys.readouterr().out
            start = len(origin.log.requests())
            loading = ["load", "--browser", "chromium", *options, "--discoveries", str(log), "--json", str(record), url]
            assert app.run(loading) == 0
            ours = asked(origin, start)
            if ours == theirs or attempt == TRIES - 1:
                break
        assert ours == theirs
        assert set(theirs) >= SCRIPTS
    assert f"next: fetcher load --discoveries {log}" in said
    facts = json.loads((tmp_path / "said.json").read_text())
    assert facts["browser"].startswith("Chrome/")
    assert facts["whole"] is True
    paths = {one["url"].removeprefix(url[:-1]) for one in facts["by_scripts"]}
    assert paths >= SCRIPTS
    load = json.loads(record.read_text())
    labelled = {
        one["url"].removeprefix(url[:-1])
        for one in load["requests"]
        if one["initiator"]["element"] == "script (observed)"
    }
    assert labelled >= SCRIPTS
    (made,) = [one for one in load["hints"] if one["url"].endswith("/made.png")]
    assert made["used"] is True  # by a picture that the script made
    assert json.loads(net.read_text())["events"]
    shown = capsys.readouterr().out
    assert "script (observed)" in shown or "observed" in shown


FRAME = '<script src="/frame.js"></script>'
ODD = (
    '<!doctype html><title>x</title><link rel="icon" href="data:,"><script src="/odd.js"></script>'
    '<iframe src="https://b.test:PORT/frame"></iframe>'
)
ODD_SCRIPT = b"""
alert('nobody is there');
fetch('/moved.json');
fetch('/gone.json').catch(() => {});
new EventSource('/events');
setTimeout(() => fetch('/later.json'), 300);
addEventListener('load', () => {
  const a = document.createElement('a');
  a.href = '/file.zip'; a.download = 'x'; a.click();
});
"""


def test_frames_dialogs_streams_and_a_phone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A frame of another site and what its script asks for are seen; an alert, a download and an endless stream hold
    nothing up; redirects are followed; every request says that it comes from a phone, hinted ones too. A load with
    that log asks for the same, but for the download and the stream."""
    script = "text/javascript"
    routes: dict[str, Any] = {
        "/": (Wait(50), Interim(103, links("</odd.js>; rel=preload; as=script")), Wait(50), Head(200, HTML)),
        "/odd.js": asset(ODD_SCRIPT, script),
        "/frame": (Head(200, HTML), Body(FRAME.encode())),
        "/frame.js": asset(b"fetch('/in-frame.json')", script),
        "/in-frame.json": asset(b"{}", "application/json"),
        "/later.json": asset(b"{}", "application/json"),
        "/moved.json": (Head(302, (("location", "/data.json"),)),),
        "/data.json": asset(b"{}", "application/json"),
        "/events": (Head(200, (("content-type", "text/event-stream"),)), Body(b"data: 1\n\n"), Wait(60_000)),
        "/file.zip": asset(b"PK", "application/zip"),
    }
    with served(Site(routes)) as (origin,):
        routes["/"] = (*routes["/"], Body(ODD.replace("PORT", str(origin.port)).encode()))
        origin.site = Site(routes)
        options = [*common(origin, tmp_path), "--resolve", f"b.test:{origin.port}:127.0.0.1", "--device", "mobile"]
        log = tmp_path / "log.json"
        assert app.run(["discover", *options, "-o", str(log), f"{origin.url_of('a.test')}/"]) == 0
        said = capsys.readouterr().out
        (page,) = read_observed(str(log))
        seen = {one.url.rpartition("/")[2]: one for one in page.requests}
        assert {"frame", "frame.js", "in-frame.json", "later.json", "moved.json", "events"} <= set(seen)
        assert seen["in-frame.json"].initiator == f"https://b.test:{origin.port}/frame.js"
        assert seen["events"].script is True
        assert page.notes == (), said
        agents = {dict(one.fields)["user-agent"] for one in origin.log.requests()}
        assert len(agents) == 1
        assert "Mobile" in agents.pop()
        start = len(origin.log.requests())
        load = ["load", "--frames", "--browser", "chromium", *options, "--discoveries", str(log)]
        assert app.run([*load, f"{origin.url_of('a.test')}/"]) == 0
        ours, both = asked(origin, start), asked(origin, 0)
        assert ours == both - ours - Counter(["/file.zip", "/events"])  # a navigation, and what has no end


def test_credentials_answer_the_challenge_of_the_pages_origin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once; what its scripts ask for has them too, and no other origin is told. Wrong ones are no loop."""

    def walled(seen: RequestSeen) -> Answer:
        if dict(seen.fields).get("authorization") != "Basic bWU6aHVzaA==":
            return (Head(401, (*HTML, ("www-authenticate", 'Basic realm="x"'))), Body(b"who are you"))
        if seen.path == "/":
            port = seen.authority.rpartition(":")[2]
            script = f"fetch('/data.json');fetch('https://b.test:{port}/open.json',{{mode:'no-cors'}})"
            return (Head(200, HTML), Body(f'<link rel="icon" href="data:,"><script>{script}</script>'.encode()))
        return asset(b"{}", "application/json")

    routes: dict[str, Any] = {"/": walled, "/data.json": walled, "/open.json": asset(b"{}", "application/json")}
    with served(Site(routes)) as (origin,):
        options = [*common(origin, tmp_path), "--resolve", f"b.test:{origin.port}:127.0.0.1"]
        log, url = str(tmp_path / "log.json"), f"{origin.url_of('a.test')}/"
        assert app.run(["discover", *options, "-u", "me:hush", "-o", log, url]) == 0
        told = {one.target: dict(one.fields).get("authorization") for one in origin.log.requests()}
        assert told == {"/": "Basic bWU6aHVzaA==", "/data.json": "Basic bWU6aHVzaA==", "/open.json": None}
        assert "aHVzaA" not in Path(log).read_text()
        assert "needs -u as well" in " ".join(capsys.readouterr().out.split())
        assert app.run(["discover", *options, "-u", "me:wrong", "-o", log, url]) == 0
        assert "answered with status 401" in capsys.readouterr().out


def test_secrets_stay_out_of_what_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Cookies that were given and those that came, fields, credentials and secrets in URLs; --no-redact keeps them."""
    cookie: tuple[Any, ...] = (
        Head(200, (*HTML, ("set-cookie", "session=hush-set; Path=/"))),
        Body(b"<script src=/s.js></script>"),
    )
    routes = {
        "/": cookie,
        "/s.js": asset(
            b"fetch('/x?token=hush-query');fetch('/post',{method:'POST',body:'hush-body'})", "text/javascript"
        ),
        "/x?token=hush-query": asset(b"{}", "application/json"),
    }  # fmt: skip
    with served(Site(routes)) as (origin,):
        options = common(origin, tmp_path)
        log, net = tmp_path / "log.json", tmp_path / "net.json"
        given = ["-b", "a=hush-cookie", "-H", "x-team: hush-field", "--header-scope", "all"]
        command = ["discover", *options, *given, "-o", str(log), "--netlog", str(net), f"{origin.url_of('a.test')}/"]
        assert app.run(command) == 0
        said = " ".join(capsys.readouterr().out.split())
        sent = [one for one in origin.log.requests() if one.target == "/"]
        assert ("x-team", "hush-field") in sent[-1].fields
        assert ("cookie", "a=hush-cookie") in sent[-1].fields
        for text in (log.read_text(), net.read_text(), said):
            assert "hush" not in text
            assert text
        assert "with a secret left out of the URL" in said
        assert "1 not GET" in said
        assert app.run([*command, "--no-redact"]) == 0
        for secret in ("hush-cookie", "hush-field", "hush-query", "hush-set"):
            assert secret in log.read_text(), secret
        assert "hush-cookie" in net.read_text()


def test_every_way_to_the_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--connect-to, -k, HTTP/1.1 and a viewport as with a load; with -k the page's answers are still cached."""
    script = (
        b"fetch('/data.json').then(() => fetch('/data.json'))"
        b".then(() => fetch('/size/' + innerWidth + '/' + devicePixelRatio))"
    )
    routes: dict[str, Any] = {
        "/": (Head(200, HTML), Body(b'<link rel="icon" href="data:,"><script src="/s.js"></script>')),
        "/s.js": asset(script, "text/javascript"),
        "/data.json": (
            Head(200, (("content-type", "application/json"), ("cache-control", "max-age=600"))),
            Body(b"{}"),
        ),
    }
    with served(Site(routes)) as (origin,):
        way = ["-k", "--connect-to", f"shop.test:443:127.0.0.1:{origin.port}", "--viewport", "600x400", "--dpr", "2"]
        log = str(tmp_path / "log.json")
        assert app.run(["discover", *way, "-o", log, "https://shop.test/"]) == 0
        assert asked(origin, 0) == Counter(["/", "/s.js", "/data.json", "/size/600/2"])
        assert {one.protocol for one in origin.log.requests()} == {"h2"}
        assert {one.authority for one in origin.log.requests()} == {"shop.test"}
        start = len(origin.log.requests())
        assert app.run(["discover", *way, "--http", "1.1", "-o", log, "https://shop.test/"]) == 0
        assert {one.protocol for one in origin.log.requests()[start:]} == {"http/1.1"}
        assert "certificate errors are ignored (-k)" in " ".join(capsys.readouterr().out.split())
        assert app.run(["discover", *way[1:], "-o", log, "https://shop.test/"]) == 3
        assert "its certificate is not trusted" in capsys.readouterr().err


async def test_through_a_proxy(tmp_path: Path) -> None:
    """Every connection is to the page's server: Chromium asks nobody for the time, for updates, or about a form."""
    script = b"fetch('/data.json')"
    markup = b'<link rel="icon" href="data:,"><form><input type="password"></form><script src="/s.js"></script>'
    site = Site(
        {
            "/": (Head(200, HTML), Body(markup)),
            "/s.js": asset(script, "text/javascript"),
            "/data.json": asset(b"{}", "application/json"),
        }
    )
    proxy = ScriptedProxy()
    async with Origin(site, tls=True) as origin, serving(proxy) as port:
        assert origin.certificate is not None
        origin.certificate.write(tmp_path)
        net = NetOptions(proxies=from_environment({}, f"http://127.0.0.1:{port}"))
        options = ChromiumOptions(net=net, trust=(key_hash(tmp_path / "server.pem"),))
        discovering = Discovering(f"{origin.url_of('a.test')}/", options, wait=6.0)
        await discovering.run()
        assert [one.target for one in origin.log.requests()] == ["/", "/s.js", "/data.json"]
        assert proxy.heads
        assert {head.split(b" ")[1] for head in proxy.heads} == {f"a.test:{origin.port}".encode()}
    assert [one.url.rpartition("/")[2] for one in discovering.found().missed] == ["data.json"]
