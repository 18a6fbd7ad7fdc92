"""``fetcher report``: saved loads in other forms, and what cannot be one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from fetcher.analysis import Expectations
from fetcher.analysis.compare import saved_comparison
from fetcher.analysis.fetched_twice import double_fetches
from fetcher.analysis.links import verdicts
from fetcher.audits.saved import dumps
from fetcher.cli import app
from fetcher.record import dumps as dumps_load
from fetcher.record import save_har, save_record
from fetcher.report.audit.junit import junit
from fetcher.report.audit.markdown import markdown
from fetcher.report.audit.sarif import sarif
from fetcher.report.check.markdown import check_markdown
from fetcher.report.check.saved import check_json
from fetcher.report.comparison.markdown import comparison_markdown
from fetcher.report.html.check import check_section
from fetcher.report.html.comparison import comparison_section
from fetcher.report.html.markup import text as markup
from fetcher.report.markdown.load import load_markdown
from fetcher.report.terminal import render_check
from fetcher.terms import ProfileName
from tests.support.audits import blocked, page, result
from tests.support.checks import checked, load
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
        ("report nothing.json", "nothing.json is no file; name a saved record, HAR, check, audit or comparison"),
        ("diff shop.json nothing.json", "nothing.json is no file; name a saved record, HAR, check"),
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


@pytest.mark.parametrize("command", ["report", "audit", "diff shop.json"])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"kind": "difference", "schema": 1}', "this is what fetcher diff found between two results"),
        ('{"schema": 1, "kind": "discoveries"}', "fetcher load --discoveries FILE URL takes the log it was read from"),
        (
            '{"constants": {}, "events": []}',
            "this is a Chromium NetLog, which holds no load; fetcher load --discoveries",
        ),
        ('[{"method": "Network.requestWillBeSent", "params": {}}]', "this is a DevTools protocol log, which holds no"),
        ('{"method": "Page.frameNavigated", "params": {}}\n{"method": "x"}', "this is a DevTools protocol log"),
        ('{"schema": 1, "kind": "of tomorrow"}', "this is of the kind 'of tomorrow'"),
    ],
)
def test_files_of_other_commands_are_known(
    saved: Path, capsys: pytest.CaptureFixture[str], command: str, content: str, told: str
) -> None:
    """Each by what it is and what takes it, not by a member that is not known."""
    (saved / "other.json").write_text(content)
    assert app.run([*command.split(), "other.json"]) in (2, 3)
    assert f"other.json: {told}" in (said := capsys.readouterr().err) or told in said
    assert "a member" not in said


def test_a_saved_check(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The check as it was printed, and its table and verdict in the page and as Markdown; not a waterfall alone."""
    links = ("</a.css>; rel=preload; as=style", "</b.js>; rel=preload; as=script; nopush")
    made = checked(load(*links), load(*links, late=2), expected=Expectations(hints=2))
    (saved / "check.json").write_text(json.dumps(check_json(made)))
    assert app.run(["report", "check.json"]) == 0
    assert capsys.readouterr().out == render_check([made], width=80, color=False)
    assert app.run(["report", "--html", "c.html", "--md", "c.md", "check.json"]) == 0
    assert capsys.readouterr() == ("", "")
    pages = (saved / "c.html").read_text(encoding="utf-8"), (saved / "c.md").read_text(encoding="utf-8")
    assert check_section(made) in pages[0]
    assert pages[0].index("Check · ") < pages[0].index("<h3>run 1 of 2</h3>") < pages[0].index('<ul class="facts">')
    assert pages[1] == check_markdown([made])
    for text in pages:
        for told in ("103 in 2 of 2 runs", "1 finding", "--expect-hints 2", "safari", "Safari acts on rel=preconnect"):
            assert told in text
    assert "/b.js" in pages[1]


def test_both_views_of_a_repeat_view(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In every form that can hold two; a picture says which it is of."""
    first = shop()
    second = replace(first, repeat_view=True)
    (saved / "rv.json").write_text(f"[{dumps_load(first)},{dumps_load(second)}]")
    assert app.run(["report", "rv.json"]) == 0
    said = capsys.readouterr().out
    assert said.index("First view") < said.index("Repeat view") < said.index("content the cache saved")
    command = "report --html rv.html --md rv.md --har rv.har --svg rv.svg rv.json"
    assert app.run(command.split()) == 0
    assert capsys.readouterr().err == "fetcher: note: of rv.json --svg shows the repeat view alone\n"
    page = (saved / "rv.html").read_text(encoding="utf-8")
    assert "<h3>rv.json, first view</h3>" in page
    assert "<h3>rv.json, repeat view</h3>" in page
    titles = [line for line in (saved / "rv.md").read_text(encoding="utf-8").splitlines() if line.startswith("## ")]
    assert [title.rpartition(": ")[2] for title in titles] == ["first view", "repeat view"]
    assert len(json.loads((saved / "rv.har").read_text())["log"]["pages"]) == 2


@pytest.mark.parametrize("option", ["--svg", "--trace", "--har"])
def test_what_can_hold_one_page_is_given_no_two(saved: Path, capsys: pytest.CaptureFixture[str], option: str) -> None:
    """Refused with a word, and nothing written."""
    assert app.run(["report", option, "out", "shop.json", "other.har"]) == 2
    assert f"{option} can hold one page, and these files have 2" in capsys.readouterr().err
    assert not (saved / "out").exists()


def test_of_several_runs_the_first_is_shown_and_said(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (saved / "runs.json").write_text(f"[{dumps_load(shop())},{dumps_load(shop())}]")
    assert app.run(["report", "--md", "runs.md", "runs.json"]) == 0
    assert "runs.json holds 2 runs of https://shop.test/product/42; the first is shown" in capsys.readouterr().err


def test_several_audits_on_one_page_are_told_apart(saved: Path) -> None:
    """Each section names its page and says whether it passed; each waterfall says which run it is of."""
    for name in ("shop.json", "other.har"):
        app.run(["audit", "-q", "--json", f"{name}.audit", name])
    assert app.run(["report", "--html", "both.html", "shop.json.audit", "other.har.audit"]) == 0
    page = (saved / "both.html").read_text(encoding="utf-8")
    urls = [shop().final_url or shop().url, eager_http1().final_url or eager_http1().url]
    for url in urls:
        assert re.search(
            rf"<h2[^>]*>Findings · {re.escape(url)}</h2><p><strong class=\"(yes|no)\">(passed|failed): ", page
        )
    assert f"<h1>{urls[0]} and {urls[1]}</h1>" in page
    assert page.count('id="findings"') == 1
    assert "the one run, which the findings are of" in page


def test_a_browser_that_refuses_as_another_names_it(saved: Path) -> None:
    """In the page's table of hints a reason is told once for each link."""
    save_record(load("</b.js>; rel=preload; as=script; nopush"), "nopush.json")
    assert app.run(["report", "--html", "page.html", "nopush.json"]) == 0
    page = (saved / "page.html").read_text(encoding="utf-8")
    why = (
        "Chromium drops a link of a 103 for any parameter it does not know, here &#x27;nopush&#x27;; remove it (EH 3.2)"
    )
    assert page.count(f"</span> {why}</td>") == 1
    assert '<span class="no">✗</span> as chromium</td>' in page


def test_the_mended_link_stands_beside_what_was_refused(saved: Path) -> None:
    """In the page's table of hints, as after the terminal's arrow: of a link refused, and of one fetched twice."""
    made = load("</b.js>; rel=preload; as=script; nopush")
    save_record(made, "nopush.json")
    assert app.run(["report", "--html", "page.html", "nopush.json"]) == 0
    page = (saved / "page.html").read_text(encoding="utf-8")
    fixes = [fix for link in verdicts(made) if (fix := link.by(ProfileName.CHROMIUM).fix) is not None]
    assert fixes
    for fix in fixes:
        assert f'→ as it should be</span><code class="raw">{markup(fix)}</code>' in page
    twice = [one.link for one in double_fetches(shop()) if one.link is not None]
    assert twice
    assert app.run(["report", "--html", "page.html", "shop.json"]) == 0
    page = (saved / "page.html").read_text(encoding="utf-8")
    for fix in twice:
        assert f'→ as it should be</span><code class="raw">{markup(fix)}</code>' in page
