"""``fetcher why``: of a live page and of files, its exit codes, and what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from fetcher.record import dumps, save_har, save_record
from tests.support.command_line import Cli, Listening
from tests.support.loads import shop, shop_without_hints


def test_a_live_page(cli: Cli, origin: Listening, tmp_path: Path) -> None:
    """Loaded once over HTTP/2; the file has what is shown."""
    to = tmp_path / "why.json"
    said = cli("why", "--cacert", origin.ca_file, "--json", str(to), origin.https + "/", "/styles/*.css")
    assert said.code == 0, said
    assert "it works from the wire to its use" in said.out
    assert json.loads(to.read_text())["hints"][0]["failed"] is None


def test_a_record_and_a_har(cli: Cli, tmp_path: Path) -> None:
    """A hint that is lost is exit code 1, with the step."""
    save_record(shop(), tmp_path / "shop.json")
    save_har(shop(), tmp_path / "shop.har")
    for name in ("shop.json", "shop.har"):
        said = cli("why", str(tmp_path / name), "/api/cart")
        assert said.code == 1
        assert "it fails at parse: as='cart' drops the link in a 103" in said.out


def test_a_page_without_hints(cli: Cli, tmp_path: Path) -> None:
    save_record(replace(shop_without_hints(), interim=(), hints=()), tmp_path / "plain.json")
    said = cli("why", str(tmp_path / "plain.json"), "/css/main.css")
    assert said.code == 1
    assert "fails at wire" in said.out


def test_what_cannot_be_answered(cli: Cli, tmp_path: Path) -> None:
    """Each in one sentence."""
    (tmp_path / "no.json").write_text("[]")
    assert cli("why", "https://a.test/", "").code == 2
    assert cli("why", "nowhere.json", "/a.css").code == 2
    assert cli("why", "--json", "x", "-o", "x", "nowhere.json", "/a.css").err.endswith(
        "both name x; give each a file of its own\n"
    )
    assert cli("why", str(tmp_path / "no.json"), "/a.css").code == 2
    assert cli("why", "--browser", "netscape", "https://a.test/", "/a.css").code == 2
    failed = cli("why", "http://127.0.0.1:1/", "/a.css")
    assert failed.code == 3
    assert failed.err.count("\n") == 1


def test_a_file_of_many_pages(cli: Cli, tmp_path: Path) -> None:
    """Each is answered for, however many there are."""
    pages = [replace(shop(), url=f"https://shop.test/{number}") for number in range(21)]
    (tmp_path / "many.json").write_text(f"[{','.join(map(dumps, pages))}]")
    said = cli("why", "--json", "-", str(tmp_path / "many.json"), "/api/cart")
    assert said.code == 1, said
    assert len(json.loads(said.out)["hints"]) == 21
