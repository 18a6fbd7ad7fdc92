"""``fetcher audit`` and ``why`` with --discoveries: what a browser requested of the page."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fetcher.record import save_record
from tests.support.command_line import Cli, Listening
from tests.support.loads import shop
from tests.support.netlog_site import with_netlog


def test_discoveries_answer_what_scripts_hide(cli: Cli, tmp_path: Path) -> None:
    """By the page's URL; a file of another page is said to be one, and one that tells nothing is refused."""
    data = Path(__file__).parents[1] / "record/data"
    save_record(replace(shop(), scripts=1), tmp_path / "shop.json")
    log = tmp_path / "log.json"
    log.write_text(
        (data / "devtoolslog-scripts.json").read_text().replace("https://a.test/", "https://shop.test/product/42")
    )
    asked = ("audit", "--fail-on", "never", "--only", "hint-unused", str(tmp_path / "shop.json"))
    assert "unknown: hint-unused" in cli(*asked).out
    said = cli(*asked, "--discoveries", str(log))
    assert "unknown" not in said.out
    assert "banner-old.jpg" in said.out
    other = cli(*asked, "--discoveries", str(data / "devtoolslog-scripts.json"))
    assert "--discoveries tell of https://a.test/, which is no page of this audit" in other.err
    assert cli(*asked, "--discoveries", str(data / "producer-firefox54-h2.har")).code == 2


def test_an_audit_that_was_saved_has_them_and_is_judged_by_them_again(cli: Cli, tmp_path: Path) -> None:
    """``audit`` and ``why`` of the saved file answer as the first did; without the file of discoveries."""
    data = Path(__file__).parents[1] / "record/data"
    save_record(replace(shop(), scripts=1), tmp_path / "shop.json")
    log = tmp_path / "log.json"
    log.write_text(
        (data / "devtoolslog-scripts.json").read_text().replace("https://a.test/", "https://shop.test/product/42")
    )
    kept = str(tmp_path / "audit.json")
    only = ("audit", "--fail-on", "never", "--only", "hint-unused")
    first = cli(*only, "--discoveries", str(log), "--json", kept, str(tmp_path / "shop.json"))
    again = cli(*only, kept)
    for said in (first, again):
        assert "banner-old.jpg" in said.out
        assert "unknown" not in said.out
    log.unlink()
    assert cli("report", kept).out
    assert "scripts did not run" not in cli("why", kept, "banner-old.jpg").out


def test_a_page_of_a_configuration_names_its_own(
    cli: Cli, origin: Listening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of another page is refused before anything is loaded, with the place that names it."""
    monkeypatch.chdir(tmp_path)
    data = Path(__file__).parents[1] / "record/data/devtoolslog-scripts.json"
    (tmp_path / "log.json").write_text(data.read_text())
    config = tmp_path / "fetcher.toml"
    config.write_text(f'[[page]]\nurl = "{origin.https}/"\ndiscoveries = "log.json"\n')
    asked = ("audit", "--fail-on", "never", "-n", "1", "--cacert", origin.ca_file, "--json", "audit.json")
    said = cli(*asked)
    assert said.code == 2
    assert "fetcher.toml, line 2: discoveries of" in said.err
    assert "tell of another page, https://a.test/" in said.err
    (tmp_path / "log.json").write_text(data.read_text().replace("https://a.test/", f"{origin.https}/"))
    assert cli(*asked).code == 0
    (page,) = json.loads((tmp_path / "audit.json").read_text())["pages"]
    assert page["observed"]["recorded_by"] == "DevTools protocol log"


def test_load_requests_what_a_browsers_scripts_did(cli: Cli, origin: Listening, tmp_path: Path) -> None:
    """Of the page that the file tells of; of another it is refused before anything is asked for."""
    log = Path(__file__).parents[1] / "record/data/devtoolslog-scripts.json"
    (tmp_path / "log.json").write_text(log.read_text().replace("https://a.test/", f"{origin.https}/"))
    out = tmp_path / "load.json"
    page = f"{origin.https}/"
    said = cli(
        "load", "--cacert", origin.ca_file, "--discoveries", str(tmp_path / "log.json"), "--json", str(out), page
    )
    assert said.code == 0, said
    assert '"script (observed)"' in out.read_text()
    refused = cli("load", "--discoveries", str(log), page)
    assert refused.code == 2
    assert "tells of https://a.test/" in refused.err


# -- a NetLog of Chromium

NETLOG = Path(__file__).parents[1] / "record/data/netlog-hints.json"


def netlog_of(page: str, to: Path) -> str:
    """The NetLog as if it were of ``page``, which hints at the sample's sheet first."""
    text = NETLOG.read_text().replace("https://a.test/", page).replace("/a.css", "/styles/site.css")
    to.write_text(text)
    return str(to)


def test_a_netlog_stands_beside_what_is_loaded(cli: Cli, origin: Listening, tmp_path: Path) -> None:
    """``load`` and ``check`` say of each hint what Chromium did, and so do their files; nothing here is a script's."""
    page = f"{origin.https}/"
    log = netlog_of(page, tmp_path / "net.json")
    trust = ("--cacert", origin.ca_file, "--discoveries", log)
    html = tmp_path / "load.html"
    said = cli("load", *trust, "--json", str(tmp_path / "load.json"), "--html", str(html), "-v", page)
    assert said.code == 0, said
    assert "In Chromium  by its NetLog, 103 read at 155, 417 ms" in said.out
    assert "✓ /styles/site.css  fetched at 161 ms, used at 482 ms" in said.out
    assert "103 read at 155 ms, fetched at 161 ms, used at 482 ms" in html.read_text()
    record = (tmp_path / "load.json").read_text()
    assert '"initiator unknown (observed)"' in record
    assert '"script (observed)"' not in record
    shown = cli("report", str(tmp_path / "load.json"))
    assert "fetched at 161 ms, used at 482 ms" in shown.out

    said = cli("check", "-n", "2", *trust, "--json", str(tmp_path / "check.json"), page)
    assert said.code == 0, said
    assert "Chromium: 103 read at 155 ms, fetched at 161 ms, used at 482 ms" in " ".join(said.out.split())
    assert json.loads((tmp_path / "check.json").read_text())["hints_in_chromium"][0]["used_at"] == 482.0
    other = cli("check", "-n", "1", *trust, f"{origin.https}/no-hints")
    assert f"--discoveries tell of https://warm.a.test/warm, {page}, not of {origin.https}/no-hints" in other.err
    log = str(Path(__file__).parents[1] / "record/data/devtoolslog-scripts.json")
    refused = cli("check", "--discoveries", log, page)
    assert refused.code == 2
    assert "does not show what became of hints" in refused.err


def test_a_netlog_answers_audit_and_why(cli: Cli, tmp_path: Path) -> None:
    """An unused hint is one although scripts did not run, a used one has its instants; other pages of the log are not
    worth a note where one was audited."""
    save_record(replace(with_netlog(), in_chromium=None), tmp_path / "load.json")
    saved, log = str(tmp_path / "load.json"), str(NETLOG)
    result = tmp_path / "audit.json"
    said = cli(
        "audit", "--fail-on", "never", "--discoveries", log, "--only", "hint-unused", "--json", str(result), saved
    )
    assert said.code == 0, said
    assert said.err == ""
    assert "unused.png" in said.out
    assert "✓ /a.css  103 read at 155 ms, fetched at 161 ms, used at 482 ms" in said.out
    assert cli("audit", "--fail-on", "never", "--only", "hint-unused", str(result)).out.count("In Chromium") == 1
    assert json.loads(result.read_text())["pages"][0]["hints_in_chromium"][0]["fate"] == "used"
    told = cli("why", "--discoveries", log, "--json", str(tmp_path / "why.json"), saved, "/data.json")
    assert told.code == 0, told
    assert "Chromium read it at 155 ms" in told.out
    assert "in Chromium, the page asked for it at 888 ms" in " ".join(told.out.split())
    assert json.loads((tmp_path / "why.json").read_text())["hints"][0]["in_chromium"]["used_at"] == 888.0
    save_record(shop(), tmp_path / "shop.json")
    alone = cli("audit", "--fail-on", "never", "--discoveries", log, str(tmp_path / "shop.json"))
    assert alone.err.count("which is no page of this audit") == 2


def test_load_says_that_a_log_is_not_whole(cli: Cli, origin: Listening, tmp_path: Path) -> None:
    """What ``discover`` wrote down about what ended it early, made safe for a terminal."""
    page = f"{origin.https}/"
    request = {"url": page, "method": "GET", "headers": {}}
    sent = {"requestId": "d", "loaderId": "d", "type": "Document", "timestamp": 1.0, "request": request}
    log = tmp_path / "log.json"
    for whole in (False, True):
        about = {"whole": whole, "notes": ["stopped after 60 s\x1b[2J", 7]}
        messages = [
            {"method": "Fetcher.discovered", "params": about},
            {"method": "Network.requestWillBeSent", "params": sent},
        ]
        log.write_text(json.dumps(messages))
        said = cli("load", "--cacert", origin.ca_file, "--discoveries", str(log), page)
        assert said.code == 0, said
        assert ("log.json is not whole: stopped after 60 s" in said.err) is not whole
        assert "log.json tells of no request that the page made, so nothing is requested for it" in said.err
        assert "\x1b" not in said.err
