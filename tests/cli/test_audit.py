"""``fetcher audit``: what it says of live pages and of files, its forms, and every exit code."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fetcher.analysis.compare.saved_comparison import dumps as dumps_comparison
from fetcher.audits import Finding, Page, catalogue, rule
from fetcher.audits import saved as form
from fetcher.audits.result import AuditedPage, PageOutcome
from fetcher.cli.auditing.audit_forms import AuditForms
from fetcher.cli.progress import Busy
from fetcher.errors import Interrupted
from fetcher.record import PageLoad, save_har, save_record
from fetcher.runs.compare import Comparing, off_and_on
from fetcher.terms import ProfileName
from tests.support.audits import page, result
from tests.support.command_line import Cli, Listening, Outcome, sentence
from tests.support.loads import shop, shop_without_hints
from tests.support.noisy_pages import NoisyPage

Audit = Callable[..., Outcome]


@rule("no-early-hints", title="There are hints", severity="error", fix="Send some.", family="made")
def no_early_hints(page: Page) -> Iterator[Finding]:
    """A page without a 103."""
    if not page.early_hints:
        yield Finding("no 103 came", seen=page.seen(lambda load: not load.interim))


@rule("two-hints-at-least", severity="warning", family="made")
def two_hints_at_least(page: Page) -> Iterator[Finding]:
    """Fewer than two hints."""
    if len(page.hints) < 2:
        yield Finding(f"{len(page.hints)} hints")


@rule("broken", family="made")
def broken(page: Page) -> Iterator[Finding]:
    """Breaks on pages that answered an error."""
    if page.document.status == 404:
        raise ZeroDivisionError("by a page")
    return iter(())


@pytest.fixture(autouse=True)
def rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three made-up rules in place of ours."""
    made = (no_early_hints, two_hints_at_least, broken)
    monkeypatch.setattr(catalogue, "built_in", lambda: made)
    monkeypatch.setattr("fetcher.audits.auditing.built_in", lambda: made)


@pytest.fixture
def audit(cli: Cli, origin: Listening) -> Audit:
    """``audit(path, *options)`` over HTTP/2, two runs without a pause."""

    def run(path: str, *options: str) -> Outcome:
        line = ["audit", "-n", "2", "--pause", "0", "--cacert", origin.ca_file, *options]
        return cli(*line, *[f"{origin.https}{one}" for one in path.split()])

    return run


@pytest.mark.parametrize(
    ("path", "options", "code", "says"),
    [
        ("/", (), 0, "✓ passed: nothing found; judged as chromium, from 2 runs"),
        ("/no-hints", (), 1, "✗ failed: 1 error, 1 warning; judged as chromium, from 2 runs"),
        ("/no-hints", ("--fail-on", "never"), 0, "! 1 error, 1 warning"),
        ("/no-hints", ("--skip", "no-early-hints"), 0, "! passed: 1 warning"),
        ("/no-hints", ("--skip", "no-early-hints", "--fail-on", "warning"), 1, "✗ failed: 1 warning"),
        ("/no-hints", ("--only", "two-hints-at-least"), 0, "! passed: 1 warning"),
        ("/wall", (), 3, "✗ blocked: it answered 403; not judged"),
        ("/cut", (), 3, "✗ could not be loaded: "),
        (
            "/",
            ("--expect-text", "Somebody else's page"),
            3,
            "✗ blocked: it answered 200, but the text that was expected",
        ),
        ("/ /wall", (), 4, "2 pages: 1 passed, 1 blocked"),
        ("/no-hints /wall", (), 1, "2 pages: 1 failed, 1 blocked"),
        ("/error", ("--only", "broken"), 70, "✗ crashed: broken: ZeroDivisionError: by a page"),
    ],
)
def test_exit_codes(audit: Audit, path: str, options: tuple[str, ...], code: int, says: str) -> None:
    """0 passed, 1 findings that fail, 3 nothing could be judged, 4 not everything could, 70 a rule of ours crashed."""
    outcome = audit(path, *options)
    assert says in " ".join(outcome.out.split())
    assert outcome.code == code


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "name a URL, a saved record or a HAR file"),
        (("nothing.json",), "nothing.json is neither an http or https URL nor a file"),
        (("http://localhost:1/", "--browser", "netscape"), "no browser profile is called 'netscape'"),
        (("--only", "no-erly-hints", "http://localhost:1/"), "did you mean no-early-hints"),
        (("--explain", "nothing-like-it"), "no rule is called 'nothing-like-it'"),
        (("http://localhost:1/", "--json", "-", "-o", "-"), "all want standard output"),
    ],
)
def test_usage(cli: Cli, arguments: tuple[str, ...], says: str) -> None:
    """Exit code 2 and one sentence; nothing is loaded."""
    outcome = cli("audit", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert says in sentence(outcome)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_costs_the_file_alone(cli: Cli, tmp_path: Path) -> None:
    """The report is shown, and the other files are written."""
    save_record(shop(), tmp_path / "on.json")
    outcome = cli("audit", str(tmp_path / "on.json"), "--json", "/dev/full", "--md", str(tmp_path / "audit.md"))
    assert outcome.code == 74
    assert "cannot write /dev/full: No space left on device" in outcome.err
    assert "passed" in outcome.out
    assert "fetcher audit" in (tmp_path / "audit.md").read_text()


def test_files(cli: Cli, tmp_path: Path) -> None:
    """Records, HARs, lists of records and saved audits are judged as live loads are, for any browser."""
    save_record(shop(), tmp_path / "on.json")
    save_har(replace(shop_without_hints(), interim=(), hints=()), tmp_path / "off.har")
    name = str(tmp_path / "audit.json")
    outcome = cli("audit", str(tmp_path / "on.json"), str(tmp_path / "off.har"), "--browser", "safari", "--json", name)
    assert outcome.code == 1
    assert "judged as safari, from 1 run" in outcome.out
    assert "2 pages: 1 passed, 1 failed" in outcome.out
    again = cli("audit", name, "--browser", "safari")
    assert again.code == 1
    assert "2 pages: 1 passed, 1 failed" in again.out
    runs = tmp_path / "runs.json"
    runs.write_text(f"[{(tmp_path / 'on.json').read_text()}, {(tmp_path / 'on.json').read_text()}]")
    assert "from 2 runs" in cli("audit", str(runs)).out  # one URL: two runs of one page


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{}", "without a 'schema' member"),
        ("nothing", "it is not JSON"),
        ("[]", "holds no load"),
        ('{"log": 1}', "log"),
        ('{"kind": "audit", "schema": 7}', "has schema 7"),
    ],
)
def test_files_that_are_none(cli: Cli, tmp_path: Path, content: str, says: str) -> None:
    """One sentence that names the file."""
    (tmp_path / "x.json").write_text(content)
    outcome = cli("audit", str(tmp_path / "x.json"))
    assert outcome.code == 2
    assert says in sentence(outcome)
    assert "x.json" in sentence(outcome)


def test_json(audit: Audit, tmp_path: Path) -> None:
    """Only JSON on standard output, and why it fails on standard error; what is saved can be read."""
    outcome = audit("/no-hints", "--json", "-")
    found = form.from_json(json.loads(outcome.out))
    assert [one.finding.rule for one in found.pages[0].reported] == ["no-early-hints", "two-hints-at-least"]
    assert len(found.pages[0].loads) == 2
    assert not found.pages[0].loads[0].only_hints
    assert "error: no-early-hints: no 103 came" in sentence(outcome)


def test_quiet_and_verbose(audit: Audit) -> None:
    """-q says only what fails; -v names what passed."""
    assert audit("/", "-q") == Outcome(0, "", "")
    outcome = audit("/wall", "-q")
    assert (outcome.code, outcome.out) == (3, "")
    assert "blocked: it answered 403" in sentence(outcome)
    assert "3 rules passed: no-early-hints, two-hints-at-least, broken" in " ".join(audit("/", "-v").out.split())


def test_the_catalogue(cli: Cli) -> None:
    """--list and --explain."""
    assert "no-early-hints      error     There are hints" in cli("audit", "--list").out
    assert "A page without a 103." in cli("audit", "--explain", "no-early-hints").out


def test_what_a_server_sends_cannot_act_on_the_terminal(audit: Audit) -> None:
    """Control characters of links and fields are escaped."""
    outcome = audit("/hostile", "-v", "--http", "1.1", "--browser", "eager")
    assert {character for character in outcome.out if not character.isprintable()} <= {"\n"}


MINE = """\
import fetcher

@fetcher.rule("hero-hinted", title="The hero is hinted", severity="error", fix="Hint it.")
def hero_hinted(page):
    if not any("hero" in (hint.url or "") for hint in page.hints):
        yield fetcher.Finding("no hint names the hero image")
"""


def test_rules_of_ones_own(audit: Audit, tmp_path: Path) -> None:
    """They are asked, listed and explained like ours; a crash in one is not ours, and says where."""
    mine = tmp_path / "mine.py"
    mine.write_text(MINE)
    assert audit("/", "--rules", str(mine)).code == 0
    outcome = audit("/no-hints", "--rules", str(mine), "--skip", "no-early-hints")
    assert outcome.code == 1
    assert "✗ error  hero-hinted\n  no hint names the hero image\n" in outcome.out
    assert "hero-hinted         error     The hero is hinted" in audit("", "--list", "--rules", str(mine)).out
    mine.write_text("import fetcher\n@fetcher.rule('mine')\ndef mine(page):\n    return [1 / 0]\n")
    outcome = audit("/", "--rules", str(mine), "-q")
    assert outcome.code == 2
    assert sentence(outcome).endswith("rule mine crashed: ZeroDivisionError: division by zero (mine.py, line 4)")


def test_a_baseline(audit: Audit, tmp_path: Path) -> None:
    """Written once, then only what is new fails; a wall writes none."""
    name = str(tmp_path / "known.json")
    assert audit("/wall", "--baseline", name, "--write-baseline").code == 3
    assert not Path(name).exists()
    outcome = audit("/no-hints", "--baseline", name, "--write-baseline", "--only", "two-hints-at-least")
    assert outcome.code == 0
    assert outcome.err == f"fetcher: {name} knows 1 finding now\n"
    outcome = audit("/no-hints", "--baseline", name)
    assert outcome.code == 1
    assert "1 error, 1 warning (1 new, 1 known)" in outcome.out
    assert audit("/no-hints", "--baseline", name, "--write-baseline").code == 0
    assert audit("/no-hints", "--baseline", name).code == 0
    before = Path(name).read_bytes()
    assert audit("/wall", "--baseline", name, "--write-baseline").code == 3
    assert Path(name).read_bytes() == before


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--write-baseline",), "--write-baseline needs a file"),
        (("--baseline", "nothing.json"), "there is no such file; --write-baseline makes it"),
        (("--rules", "nothing.py"), "--rules nothing.py: the file cannot be read"),
    ],
)
def test_files_that_are_not_there(audit: Audit, options: tuple[str, ...], says: str) -> None:
    """Said before anything is loaded."""
    outcome = audit("/", *options)
    assert (outcome.code, outcome.out) == (2, "")
    assert says in sentence(outcome)


def test_every_form(audit: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One file each, GitHub's commands after the report, and the step summary grows."""
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    names = {form: str(tmp_path / f"audit.{form}") for form in ("json", "junit", "sarif", "md", "html")}
    files = [word for form, name in names.items() for word in (f"--{form}", name)]
    outcome = audit("/no-hints", "--github", *files)
    assert outcome.code == 1
    commands = [line for line in outcome.out.splitlines() if line.startswith("::")]
    assert [line.partition("::https")[0] for line in commands] == [
        "::error title=no-early-hints", "::warning title=two-hints-at-least"
    ]  # fmt: skip
    assert summary.read_text().startswith("before\n## fetcher audit: 1 error, 1 warning\n")
    starts = [Path(name).read_text().splitlines()[:2][-1] for name in names.values()]
    assert starts[0] == ' "kind": "audit",'
    assert starts[1].startswith('<testsuites name="fetcher audit"')
    assert starts[2].startswith(' "$schema": "https:')
    shown = Path(names["html"]).read_text(encoding="utf-8")
    assert '<h2 id="findings">' in shown
    assert "no 103 came" in shown
    assert '<h2 id="waterfall">' in shown
    assert Path(names["md"]).read_text() == summary.read_text().removeprefix("before\n")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--md", "-", "--sarif", "-"), "--sarif - and --md - all want standard output"),
        (("--md", "-", "--github"), "--md - and --github all want standard output"),
        (("--md", "x", "--junit", "x"), "--junit and --md both name x"),
        (("--sarif", "/no/such/folder/x"), "there is no folder"),
    ],
)
def test_forms_that_cannot_be(audit: Audit, options: tuple[str, ...], says: str) -> None:
    """Said before anything is loaded."""
    outcome = audit("/", *options)
    assert (outcome.code, outcome.out) == (2, "")
    assert says in sentence(outcome)


def test_a_budget(audit: Audit, tmp_path: Path) -> None:
    """Over it is a finding that fails."""
    budget = tmp_path / "budget.toml"
    budget.write_text("hints = 1\nrequests = 1000\n")
    outcome = audit("/", "--budget", str(budget))
    assert outcome.code == 1
    said = " ".join(outcome.out.split())
    assert "✗ error budget-hints the 103 has 6 links (median of 2 runs); the budget is at most 1 link seen" in said


def test_a_list_of_pages(audit: Audit, origin: Listening, tmp_path: Path) -> None:
    """--urls: findings by template, annotated at the line that names the page; --max-pages ends it and says so."""
    urls = tmp_path / "urls.txt"
    urls.write_text("".join(f"{origin.https}{path}\n" for path in ("/no-hints", "/", "/wall")))
    outcome = audit("", "--urls", str(urls), "-n", "1", "--github", "--rps", "5000")
    assert outcome.code == 1
    assert "template /no-hints, 1 page\n" in outcome.out
    assert f"::error file={urls},line=1,title=no-early-hints::" in outcome.out
    assert outcome.out.count("3 pages: 1 passed, 1 failed, 1 blocked") == 1
    outcome = audit("", "--urls", str(urls), "-n", "1", "--max-pages", "1")
    assert "note: 3 pages are listed; the first 1 are audited" in outcome.err
    assert "/wall" not in outcome.out


def test_pages_of_two_servers_are_not_alike(audit: Audit, origin: Listening, tmp_path: Path) -> None:
    """Where a list has several origins, templates name them."""
    urls = tmp_path / "urls.txt"
    urls.write_text(f"{origin.https}/wall\n{origin.http}/wall\n")
    outcome = audit("", "--urls", str(urls), "-n", "1", "--rps", "5000")
    assert f"template {origin.https}/wall, 1 page\n" in outcome.out
    assert f"template {origin.http}/wall, 1 page\n" in outcome.out


def test_a_sitemap(audit: Audit, origin: Listening) -> None:
    """Its pages; what is none is one sentence."""
    outcome = audit("", "--sitemap", f"{origin.https}/sitemap.xml", "-n", "1")
    assert outcome.code == 1
    assert "template /no-hints, 1 page\n" in outcome.out
    assert "2 pages: 1 passed, 1 failed" in outcome.out
    outcome = audit("", "--sitemap", f"{origin.https}/")
    assert (outcome.code, outcome.out) == (3, "")
    assert "the sitemap" in sentence(outcome)
    assert "answered 404" in sentence(audit("", "--sitemap", f"{origin.https}/nowhere.xml"))


def test_a_configuration(
    cli: Cli, origin: Listening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """fetcher.toml of the working directory gives pages and settings; what is typed counts more."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(MINE)
    (tmp_path / "fetcher.toml").write_text(f"""\
[audit]
runs = 1
fail-on = "never"
cacert = "staging.pem"
only = ["hero-hinted", "no-early-hints"]
rules = ["mine.py"]

[[page]]
url = "{origin.https}/no-hints"
template = "bare"
device = "mobile"
headers = {{ x-team = "blue" }}

[[page]]
url = "{origin.https}/"
expect = {{ text = "Lowtide" }}
""")
    (tmp_path / "staging.pem").write_bytes(Path(origin.ca_file).read_bytes())
    outcome = cli("audit", "--json", "audit.json")
    assert (outcome.code, outcome.err) == (0, "")
    assert f"template bare, 1 page\n  {origin.https}/no-hints\n! 2 errors\n" in outcome.out
    bare, _ = form.from_json(json.loads((tmp_path / "audit.json").read_text())).pages
    assert (bare.template, bare.file, bare.line, bare.runs) == ("bare", "fetcher.toml", 9, 1)
    sent = dict(bare.loads[0].requests[0].fields)
    assert (sent["x-team"], sent["sec-ch-ua-mobile"]) == ("blue", "?1")
    assert cli("audit", "--cacert", origin.ca_file, "--fail-on", "error").code == 1
    (tmp_path / "other.toml").write_text("[[page]]\nurl = 3\n")
    assert "other.toml, line 2: url of a page is a text" in sentence(cli("audit", "--config", "other.toml"))


def test_what_is_expected(audit: Audit) -> None:
    """--expect-hints and --expect-hint are judged like a rule, and only where they are given."""
    outcome = audit("/", "--expect-hints", "99", "--expect-hint", "*.css")
    assert outcome.code == 1
    assert "--expect-hints 99 is not met: 6 acted on in each run with a 103" in " ".join(outcome.out.split())
    assert "expected-hints" not in audit("/", "-v").out


def test_a_comparison(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its loads with hints are the runs, and rules are given what it measured; beside a saved load too."""
    seen: list[object] = []

    @rule("measured")
    def measured(page: Page) -> None:
        seen.append((page.comparison is not None, len(page.loads)))

    monkeypatch.setattr("fetcher.audits.auditing.built_in", lambda: (measured,))
    monkeypatch.setattr(catalogue, "built_in", lambda: (measured,))
    compared = asyncio.run(Comparing(off_and_on("https://a.test/", {}), pause=0, load=_noisy(), wanted=6).run())
    (tmp_path / "compared.json").write_text(dumps_comparison(compared))
    (pair, *_) = compared.pairs
    assert pair.second is not None
    save_record(pair.second, tmp_path / "one.json")
    name = str(tmp_path / "compared.json")
    assert cli("audit", name, "--json", str(tmp_path / "audit.json")).code == 0
    assert cli("audit", str(tmp_path / "audit.json")).code == 0
    assert cli("audit", str(tmp_path / "one.json"), "--comparison", name).code == 0
    assert cli("audit", str(tmp_path / "one.json")).code == 0
    assert seen == [(True, 6), (True, 6), (True, 1), (False, 1)]
    assert "is not a saved comparison" in sentence(cli("audit", name, "--comparison", str(tmp_path / "one.json")))


def _noisy() -> Callable[..., Coroutine[Any, Any, PageLoad]]:
    make = NoisyPage()

    async def load(url: str, given: dict[str, Any]) -> PageLoad:
        return make(url, given)

    return load


def test_an_interruption(
    audit: Audit, origin: Listening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """What was made until then is judged and shown, the exit code is 130, and no baseline is written."""
    from fetcher.runs import audit as module

    real = module.load_runs
    calls: list[str] = []

    async def once(url: str, **given: Any) -> Any:
        calls.append(url)
        if len(calls) == 2:
            raise Interrupted("interrupted")
        return await real(url, **given)

    monkeypatch.setattr(module, "load_runs", once)
    known = tmp_path / "known.json"
    outcome = audit("/no-hints / /wall", "--baseline", str(known), "--write-baseline")
    assert (outcome.code, len(calls)) == (130, 2)
    assert "1 error, 1 warning" in outcome.out
    assert not known.exists()
    assert "known" not in outcome.out


def test_the_titles_of_the_html_have_no_secrets(tmp_path: Path) -> None:
    """Each page's waterfall is titled by its URL, as it may be shown."""
    pages = [replace(page(), url=f"https://shop.test/{number}?token=s3cret") for number in range(2)]
    for redact in (True, False):
        AuditForms(html=str(tmp_path / "a.html")).write_files(result(*pages), redact=redact)
        assert ("s3cret" in (tmp_path / "a.html").read_text()) is not redact


def test_the_html_of_several_pages_says_whose_findings_they_are(tmp_path: Path) -> None:
    """Each heading names its page, and no two elements have one id."""
    pages = [replace(page(), url=f"https://shop.test/{number}") for number in range(2)]
    AuditForms(html=str(tmp_path / "a.html")).write_files(result(*pages), redact=True)
    html = (tmp_path / "a.html").read_text()
    assert [html.count(f"Findings · https://shop.test/{number}</h2>") for number in range(2)] == [1, 1]
    ids = re.findall(r'<[^>]* id="([^"]*)"', html)
    assert len(ids) == len(set(ids))
    assert re.findall(r'href="#([^"]+)"', html)
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_the_html_of_several_pages_begins_with_what_became_of_each(tmp_path: Path) -> None:
    """What could not be judged first, then what failed, then what passed; coloured so, counted, and linked."""
    one = ProfileName.CHROMIUM
    pages = [
        replace(page(), url="https://shop.test/failed"),
        AuditedPage("https://shop.test/passed", "", PageOutcome.JUDGED, one, 1, 1),
        AuditedPage("https://shop.test/gone", "", PageOutcome.FAILED, one, 0, 1, "connection refused"),
        AuditedPage("https://shop.test/wall", "", PageOutcome.BLOCKED, one, 0, 1, "it answered 403"),
    ]
    AuditForms(html=str(tmp_path / "a.html")).write_files(result(*pages), redact=True)
    html = (tmp_path / "a.html").read_text()
    assert html.index("4 pages: 1 passed, 1 failed, 1 blocked, 1 could not be loaded") < html.index("<table")
    rows = re.findall(r"<tr><th.*?</tr>", html.partition("<tbody>")[2].partition("</tbody>")[0])
    cells = [re.sub(r"</t[dh]>", "|", row) for row in rows]
    assert [re.sub(r"<[^>]*>", "", row) for row in cells] == [
        "https://shop.test/gone|could not be loaded||||",
        "https://shop.test/wall|blocked||||",
        "https://shop.test/failed|failed|1|1|1|",
        "https://shop.test/passed|passed|0|0|0|",
    ]
    assert [re.findall(r'<span class="(yes|no)">', row) for row in rows] == [["no"], ["no"], ["no"], ["yes"]]
    for row in rows:
        (place,), (url,) = re.findall(r'href="#([^"]+)"', row), re.findall(r">(https:[^<]*)<", row)
        assert re.search(f'<h2[^>]* id="{place}">Findings · {url}</h2>', html)
    assert '<strong class="no">could not be loaded: connection refused</strong>' in html
    assert '<strong class="no">blocked: it answered 403; not judged</strong>' in html


def test_what_fails_is_no_command_to_a_runner(capsys: pytest.CaptureFixture[str]) -> None:
    """Of what a server said, on standard error too."""
    wall = AuditedPage(
        "https://a.test/", "https://a.test/", PageOutcome.BLOCKED, ProfileName.CHROMIUM, 0, 1, "##vso[task.complete]"
    )
    AuditForms(output="/dev/null").write(result(wall), quiet=False, verbose=False, colour=False, redact=True)
    said = capsys.readouterr().err
    assert "vso[task.complete]" in said
    assert "##vso[" not in said


@pytest.mark.parametrize("quiet", [False, True])
def test_a_long_file_is_heard_of(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quiet: bool) -> None:
    """What is read, then by which rule which page is judged, without the secrets of its URL; with -q nothing."""
    told: list[tuple[bool, str]] = []

    class Told(Busy):
        def __setattr__(self, name: str, value: object) -> None:
            super().__setattr__(name, value)
            if name == "doing":
                told.append((self._line is None, str(value)))

    monkeypatch.setattr("fetcher.cli.progress.Busy", Told)
    name = str(tmp_path / "page.json")
    load = shop()
    save_record(replace(load, url=f"{load.url}?token=hush", final_url=f"{load.url}?token=hush"), name, redact=False)
    outcome = cli("audit", *(("-q",) if quiet else ()), "--only", "no-early-hints", name)
    assert outcome.code in (0, 1), outcome.err
    said = [what for silent, what in told if silent is quiet]
    assert len(said) == len(told)
    assert said[0] == f"reading {name}"
    assert said[-1].startswith("judging https://")
    assert said[-1].endswith(" by no-early-hints")
    assert "hush" not in "".join(said)
