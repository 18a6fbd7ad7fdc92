"""``fetcher report``: saved loads in other forms, and what cannot be one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fetcher.analysis import saved_comparison
from fetcher.audits.saved import dumps
from fetcher.cli import app
from fetcher.record import save_har, save_record
from fetcher.report.audit.junit import junit
from fetcher.report.audit.markdown import markdown
from fetcher.report.audit.sarif import sarif
from fetcher.report.comparison.markdown import comparison_markdown
from fetcher.report.html.comparison import comparison_section
from fetcher.report.markdown.load import load_markdown
from tests.support.audits import blocked, page, result
from tests.support.comparisons import noisy
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
    assert app.run(["report", "--junit", "b.xml", "shop.json"]) == 2
    assert "are of one saved audit" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--svg", "--trace", "--har"])
def test_a_picture_of_no_load_is_refused(saved: Path, capsys: pytest.CaptureFixture[str], option: str) -> None:
    """And not left unwritten without a word."""
    (saved / "audit.json").write_text(dumps(result(blocked())))
    assert app.run(["report", option, "out", "audit.json"]) == 2
    assert "made of loads" in capsys.readouterr().err
    assert not (saved / "out").exists()


def test_a_saved_comparison(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is what ``compare`` itself showed, in each form; a picture is of a load of its second arm."""
    found = noisy()
    (saved / "c.json").write_text(saved_comparison.dumps(found, redact=False))
    assert app.run(["report", "c.json"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("https://a.test/\nhints off against hints on, fetcher")
    assert "sooner with hints on" in " ".join(said.split())
    assert "waiting" not in said
    command = "report --html c.html --md c.md --svg c.svg --har c.har c.json"
    assert app.run(command.split()) == 0
    assert capsys.readouterr().out == ""
    page_text = (saved / "c.html").read_text(encoding="utf-8")
    assert comparison_section(found) in page_text
    assert "<h3>hints off</h3>" in page_text
    assert (saved / "c.md").read_text(encoding="utf-8") == comparison_markdown(found)
    assert (saved / "c.svg").read_text(encoding="utf-8").startswith("<svg ")
    entries = json.loads((saved / "c.har").read_text())["log"]["entries"]
    assert len(entries) == 2


def test_markdown_of_loads(saved: Path) -> None:
    """One after the other, of a HAR too."""
    assert app.run(["report", "--md", "loads.md", "shop.json", "other.har"]) == 0
    text = (saved / "loads.md").read_text(encoding="utf-8")
    assert text.startswith(load_markdown(shop()))
    assert text.count("## fetcher load of ") == 2


def test_what_holds_no_load_says_what_it_is(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An exchange of ``get`` is not "JSON without a 'schema' member"."""
    (saved / "exchange.json").write_text('{"schema": 1, "kind": "exchange", "url": "https://a.test/"}')
    assert app.run(["report", "exchange.json"]) == 2
    said = capsys.readouterr().err
    assert "exchange.json: this is one exchange of fetcher get, which is no page load" in said
    assert "fetcher load --json FILE" in said
