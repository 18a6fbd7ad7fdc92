"""``fetcher audit`` and ``why`` with --discoveries: what a browser requested of the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fetcher.record import save_record
from tests.support.command_line import Cli, Listening
from tests.support.loads import shop


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
