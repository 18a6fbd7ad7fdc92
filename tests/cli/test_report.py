"""``fetcher report``: saved loads in other forms, and what cannot be one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fetcher.audits.saved import dumps
from fetcher.cli import app
from fetcher.record import save_har, save_record
from fetcher.report.audit.junit import junit
from fetcher.report.audit.markdown import markdown
from fetcher.report.audit.sarif import sarif
from tests.support.audits import blocked, page, result
from tests.support.loads import eager_http1, many, shop


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a record of a shop and the HAR of another load."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    save_record(shop(), "shop.json")
    save_har(eager_http1(), "other.har")
    return tmp_path


def test_a_record_in_every_form(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Page, picture, trace and HAR are files; nothing is printed when files were asked for."""
    command = "report --html page.html --svg page.svg --trace page.trace --har page.har shop.json"
    assert app.run(command.split()) == 0
    assert capsys.readouterr().out == ""
    assert (saved / "page.html").read_text().startswith("<!doctype html>")
    assert (saved / "page.svg").read_text().startswith("<svg ")
    assert json.loads((saved / "page.trace").read_text())["traceEvents"]
    assert json.loads((saved / "page.har").read_text())["log"]["version"] == "1.2"


def test_without_a_form_the_waterfall_is_shown(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As ``load`` shows it; of a HAR too."""
    assert app.run(["report", "shop.json", "other.har"]) == 0
    said = capsys.readouterr().out
    assert "https://shop.test/product/42" in said
    assert eager_http1().url in said


def test_two_loads_stand_side_by_side(saved: Path) -> None:
    """Titled by their files."""
    assert app.run(["report", "--html", "both.html", "other.har", "shop.json"]) == 0
    page = (saved / "both.html").read_text()
    assert "<h3>other.har</h3>" in page
    assert "<h3>shop.json</h3>" in page


def test_a_saved_audit_brings_its_findings(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the waterfall of its load below them, and nothing a server said as markup."""
    assert app.run(["audit", "-q", "--json", "audit.json", "shop.json"]) == 1
    assert app.run(["report", "--html", "audit.html", "audit.json"]) == 0
    page = (saved / "audit.html").read_text()
    assert '<h2 id="findings">' in page
    assert "font-hint-crossorigin" in page
    assert "Waterfall of https://shop.test/product/42" in page


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("report https://a.test/", "report loads nothing, and https://a.test/ is a URL"),
        ("report nothing.json", "neither an http or https URL nor a file"),
        ("report broken.json", "not JSON"),
        ("report --html none/page.html shop.json", "there is no folder none"),
        ("report --html same --svg same shop.json", "both name same"),
        ("report --html - --svg - shop.json", "only one of"),
        ("report --html page.html shop.json shop.json shop.json shop.json shop.json", "shows 4 loads at the most"),
    ],
)
def test_what_cannot_be(saved: Path, arguments: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence, and no file half made."""
    (saved / "broken.json").write_text("{")
    code = app.run(arguments.split())
    assert code in (2, 3)
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert not (saved / "page.html").exists()


def test_load_writes_the_same_forms(saved: Path) -> None:
    """A large record's page stays small."""
    save_record(many(1_000), "many.json")
    assert app.run(["report", "--html", "many.html", "many.json"]) == 0
    assert (saved / "many.html").stat().st_size < 1_000_000


def test_a_saved_audit(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it found is shown below its waterfall, and written for other tools as ``audit`` writes it."""
    (saved / "audit.json").write_text(dumps(result(page(), blocked())))
    assert app.run(["report", "audit.json"]) == 0
    said = capsys.readouterr().out
    assert said.index("first interim response") < said.index("✗ error  hero-hinted")
    assert said.endswith("2 pages: 1 failed, 1 blocked\n")
    assert (
        app.run(["report", "--md", "a.md", "--junit", "a.xml", "--sarif", "a.sarif", "--html", "a.html", "audit.json"])
        == 0
    )
    assert capsys.readouterr().out == ""
    assert (saved / "a.md").read_text(encoding="utf-8") == markdown(result(page(), blocked()))
    assert (saved / "a.xml").read_text(encoding="utf-8") == junit(result(page(), blocked()))
    assert (saved / "a.sarif").read_text(encoding="utf-8") == sarif(result(page(), blocked()))
    assert "the hero image waits for its style sheet" in (saved / "a.html").read_text(encoding="utf-8")
    assert app.run(["report", "--md", "b.md", "shop.json"]) == 2
    assert "are of one saved audit" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--svg", "--trace", "--har"])
def test_a_picture_of_no_load_is_refused(saved: Path, capsys: pytest.CaptureFixture[str], option: str) -> None:
    """And not left unwritten without a word."""
    (saved / "audit.json").write_text(dumps(result(blocked())))
    assert app.run(["report", option, "out", "audit.json"]) == 2
    assert "made of loads" in capsys.readouterr().err
    assert not (saved / "out").exists()
