"""``fetcher diff``: its forms, what makes it fail, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fetcher.analysis.compare import saved_comparison
from fetcher.audits.saved import dumps
from fetcher.cli import app
from fetcher.record import save_har, save_record
from tests.cli.conftest import Cli
from tests.support.audits import blocked, result
from tests.support.command_line import Listening
from tests.support.comparisons import noisy
from tests.support.deployments import NEW, OLD, deployed
from tests.support.loads import shop


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a load before and after a deployment that forgot its hint, and results of other kinds."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    save_record(deployed(), "before.json")
    save_record(deployed(NEW, hinted=OLD), "after.json")
    save_record(deployed(NEW, status=503), "wall.json")
    save_har(shop(), "shop.har")
    Path("comparison.json").write_text(saved_comparison.dumps(noisy()))
    Path("audit.json").write_text(dumps(result(blocked())))
    Path("exchange.json").write_text('{"schema": 1, "kind": "exchange"}')
    return tmp_path


def test_every_form(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Printed, as JSON and as Markdown, in one run."""
    assert app.run(["diff", "--json", "d.json", "--md", "d.md", "before.json", "after.json"]) == 0
    said = capsys.readouterr()
    assert f"✗ hint stale  /site.{OLD}.css  the page uses /site.{NEW}.css instead" in said.out
    assert said.err == ""
    data = json.loads((saved / "d.json").read_text())
    assert (data["kind"], data["of"]) == ("difference", "load")
    assert [one["what"] for one in data["pages"][0]["changes"] if one["trend"] == "worse"] == ["hint-stale"]
    assert (saved / "d.md").read_text(encoding="utf-8").startswith("## fetcher diff: 1 worse, ")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ("before.json after.json", 0, ""),
        ("--fail-on worse before.json after.json", 1, "1 worse, 1 other difference: hint stale /site."),
        ("--fail-on worse after.json before.json", 0, ""),
        ("--fail-on any after.json before.json", 1, "1 better"),
        ("--fail-on any before.json before.json", 0, ""),
        ("before.json wall.json", 3, "not compared: after: blocked: it answered 503"),
        ("audit.json audit.json", 3, "not compared: before: blocked: "),
        ("comparison.json comparison.json", 0, ""),
        ("shop.har before.json", 0, ""),
    ],
)
def test_exit_codes(saved: Path, arguments: str, code: int, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With one sentence that names what is worse."""
    assert app.run(["diff", *arguments.split()]) == code
    said = capsys.readouterr()
    assert told in said.err
    assert said.err.count("\n") == (1 if told else 0)
    assert said.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("before.json comparison.json", "before.json holds a saved load and comparison.json a saved comparison"),
        ("before.json nothing.json", "nothing.json is no file; name a saved record"),
        ("before.json https://a.test/", "diff loads nothing, and https://a.test/ is a URL"),
        ("exchange.json before.json", "one exchange of fetcher get"),
        ("--json - --md - before.json after.json", "both want standard output"),
        ("--json same --md same before.json after.json", "both name same"),
        ("--fail-on slower before.json after.json", "--fail-on"),
        ("before.json", "AFTER"),
    ],
)
def test_what_cannot_be(saved: Path, arguments: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Usage, one sentence."""
    assert app.run(["diff", *arguments.split()]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert told in said.err


def test_secrets_are_left_out(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of what the pages ask for, in each form."""
    save_record(deployed(markup="<img src='/i.png?token=s3cret'>"), "secret.json", redact=False)
    assert app.run(["diff", "--fail-on", "any", "--json", "d.json", "--md", "d.md", "before.json", "secret.json"]) == 1
    said = capsys.readouterr()
    for text in (said.out, said.err, (saved / "d.json").read_text(), (saved / "d.md").read_text()):
        assert "s3cret" not in text
    assert app.run(["diff", "--no-redact", "before.json", "secret.json"]) == 0
    assert "s3cret" in capsys.readouterr().out


def test_two_saved_checks(cli: Cli, origin: Listening, tmp_path: Path) -> None:
    """As ``check --json`` writes them, of one URL and of several; a loop of two runs each is compared with itself."""
    one, several = tmp_path / "one.json", tmp_path / "several.json"
    common = ["check", "-q", "-n", "2", "--pause", "0", "--cacert", origin.ca_file, "--json"]
    assert cli(*common, str(one), f"{origin.https}/").code == 0
    assert cli(*common, str(several), f"{origin.https}/", f"{origin.https}/?again").code == 0
    same = cli("diff", str(one), str(one))
    assert (same.code, same.err) == (0, "")
    assert same.out.startswith("no difference\n")
    assert "2 loads as chromium over h2" in " ".join(same.out.split())
    assert "scripts" not in same.out
    assert "Medians of loads made at different times" in " ".join(same.out.split())
    more = cli("diff", "--fail-on", "any", str(one), str(several))
    assert more.code == 1
    assert f"page added  {origin.https}/?again" in more.out
