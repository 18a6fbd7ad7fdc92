"""``fetcher check``: what it says, what --json holds, and every exit code."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from fetcher.errors import Interrupted
from tests.support.command_line import Cli, Listening, Outcome, sentence

Check = Callable[..., Outcome]


@pytest.fixture
def check(cli: Cli, origin: Listening) -> Check:
    """``check(path, *options)`` over HTTP/2, two runs without a pause."""

    def run(path: str, *options: str) -> Outcome:
        line = ["check", "-n", "2", "--pause", "0", "--cacert", origin.ca_file, *options]
        return cli(*line, *[f"{origin.https}{one}" for one in path.split()])

    return run


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_costs_the_file_alone(check: Check) -> None:
    outcome = check("/", "--json", "/dev/full")
    assert outcome.code == 74
    assert "cannot write /dev/full: No space left on device" in sentence(outcome)
    assert "✓ passed" in outcome.out


def test_a_url_that_is_none_costs_no_load_of_another(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fetcher.runs.repeat", None)
    outcome = cli("check", "http://a.test/", "ftp://a.test/")
    assert outcome.code == 2
    assert "only http and https URLs can be fetched" in sentence(outcome)


def test_a_good_page(check: Check) -> None:
    """The first line answers at a glance, a row for each link follows, and the check passes."""
    outcome = check("/")
    lines = outcome.out.splitlines()
    assert (outcome.code, outcome.err) == (0, "")
    assert re.fullmatch(
        r"✓ 103 in 2 of 2 runs over h2, after [\d.]+ ms( \(.*\))?, \d+ ms before the final head",
        f"{lines[1]} {lines[2].strip()}" if not lines[1].endswith("head") else lines[1],
    )
    assert "chromium firefox safari standard eager" in outcome.out
    assert "/styles/site.css" in outcome.out
    assert "\x1b" not in outcome.out
    assert lines[-1].startswith("✓ passed")


@pytest.mark.parametrize(
    ("path", "options", "code", "says"),
    [
        ("/no-hints", (), 0, "! no 103 in 2 runs over h2"),
        ("/no-hints", (), 0, "✓ passed (no 103 came, and nothing was expected)"),
        ("/error", ("--expect-status", "404"), 0, "✓ --expect-status 404: it answered 404"),
        ("/", ("--expect-status", "404"), 1, "✗ --expect-status 404 is not met: it answered 200"),
        ("/sometimes", (), 0, "! 103 in 1 of 2 runs over h2"),
        ("/sometimes", ("--delivery", "80%"), 1, "✗ --delivery 80% is not met: 1 of 2 runs brought a 103 (50%)"),
        ("/sometimes", ("--delivery", "50%"), 0, "✓ --delivery 50%: 1 of 2 runs brought a 103 (50%)"),
        ("/", ("--expect-hints", "99"), 1, "✗ --expect-hints 99 is not met: 6 acted on in each run with a 103"),
        ("/", ("--expect-hint", "*.css", "--expect-hint", "/styles/*"), 0, "✓ --expect-hint /styles/*"),
        ("/", ("--expect-hint", "*.cobol"), 1, "✗ --expect-hint *.cobol is not met"),
        ("/nopush", (), 0, "(EH 3.2)"),
        ("/two-103s", (), 0, "! more than one 103 came"),
        ("/double", (), 0, "(EH 9.3)"),
        ("/stale", (), 1, "✗ 1  answered 404 in 2 of 2 runs"),
        ("/error", (), 1, "✗ the document answered 404 in 2 of 2 runs: the page itself is not there"),
        ("/wall", (), 3, "✗ blocked: it answered 403; nothing is judged"),
        ("/", ("--expect-text", "Lowtide"), 0, "✓ passed"),
        (
            "/",
            ("--expect-text", "Somebody else's page"),
            3,
            "✗ blocked: it answered 200, but the text that was expected",
        ),
        ("/", ("--http", "1.1"), 0, "--browser eager"),
        ("/", ("--http", "1.1", "--browser", "eager"), 0, "eager acts on all"),
        ("/", ("--http", "1.1", "--expect-hints", "1"), 1, "✗ --expect-hints 1 is not met: 0 acted on"),
        ("/cut", (), 3, "✗"),
        (
            "/cut",
            (),
            3,
            "! stopped after run 1 of 2\n! seen before it failed, and not judged: 103 in 1 of 1 run, after",
        ),
        ("/cut", (), 3, "1  /"),
        ("/", (), 0, "Other browsers, for information: 1-"),
        ("/ /wall", (), 4, "2 URLs: 1 passed, 1 blocked"),
        ("/stale /wall", (), 1, "2 URLs: 1 with findings, 1 blocked"),
        ("/wall /wall", (), 3, "2 URLs: 2 blocked"),
    ],
)
def test_exit_codes(check: Check, path: str, options: tuple[str, ...], code: int, says: str) -> None:
    """0 passed, 1 findings, 3 nothing could be judged, 4 not everything could."""
    outcome = check(path, *options)
    assert says in re.sub(r"\n +", " ", outcome.out)
    assert outcome.code == code


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--delivery", "0.8"), "write --delivery 80%"),
        (("--expect-text", ""), "--expect-text is empty"),
        (("--storage", "no-such-file.db"), "--storage no-such-file.db: there is no such file; fetcher load --storage"),
        (("--expect-hint", ""), "--expect-hint is empty"),
        (("--pause", "nan"), "--pause"),
        (("--pause", "inf"), "--pause"),
        (("-n", "0"), "-n"),
        (("--browser", "netscape"), "no browser profile 'netscape' can drive a load"),
        (("--json", "/no/such/folder/x.json"), "there is no folder"),
    ],
)
def test_usage(check: Check, options: tuple[str, ...], says: str) -> None:
    """Exit code 2 and one sentence; nothing is loaded."""
    outcome = check("/", *options)
    assert (outcome.code, outcome.out) == (2, "")
    assert says in sentence(outcome)


def test_json_of_one_and_of_several(check: Check, tmp_path: Path) -> None:
    """One object for one URL, a list for several; each run with its whole record; only JSON on standard output."""
    one = json.loads(check("/", "--json", "-").out)
    assert (one["schema"], one["outcome"], len(one["runs"])) == (1, "passed", 2)
    assert one["runs"][1]["load"]["only_hints"]
    assert len(one["survey"]["hints"][0]["verdicts"]) == 5
    name = tmp_path / "check.json"
    outcome = check("/ /wall", "--json", str(name))
    assert [each["outcome"] for each in json.loads(name.read_text())] == ["passed", "blocked"]
    assert "2 URLs" in outcome.out


def test_quiet_says_only_what_is_wrong(check: Check) -> None:
    """-q: nothing for a page that passes, one line for each thing that does not."""
    outcome = check("/", "-q")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    outcome = check("/stale /wall", "-q")
    assert (outcome.code, outcome.out) == (1, "")
    assert [line.partition(": ")[2].partition(": ")[2][:21] for line in outcome.err.splitlines()] == [
        "hint 1 answered 404 i",
        "blocked: it answered ",
    ]


def test_verbose_and_colour(check: Check) -> None:
    """-v adds a line for each run and each link's text; --color always colours a pipe."""
    outcome = check("/", "-v", "--color", "always")
    assert "run 2" in outcome.out
    assert "rel=preload" in outcome.out
    assert "\x1b[" in outcome.out


def test_what_a_server_sends_cannot_act_on_the_terminal(check: Check) -> None:
    """Control characters of links and fields are escaped."""
    outcome = check("/hostile", "-v", "--http", "1.1", "--browser", "eager")
    assert {character for character in outcome.out if not character.isprintable()} <= {"\n"}


def test_the_progress_line_is_for_terminals(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal on standard error gets it, wiped at the end; -q silences it."""
    monkeypatch.setattr("fetcher.cli.check.is_terminal", lambda _: True)
    said = check("/no-hints").err
    assert "run 2 of 2" in said
    assert said.endswith("\r\x1b[K")
    assert check("/no-hints", "-q").err == ""


def test_ctrl_c_shows_the_runs_before_it(origin: Listening, tmp_path: Path) -> None:
    """Interrupted in its second run: exit code 130, the first run is judged, shown and saved."""
    name = tmp_path / "partial.json"
    command = [sys.executable, "-c", INTERRUPT_AFTER_ONE, "check", "--pause", "30", "--json", str(name)]
    done = subprocess.run([*command, f"{origin.http}/no-hints"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 130, done.stderr
    assert done.stderr == "fetcher: interrupted\n"
    assert "no 103 in 1 run over HTTP/1.1" in done.stdout
    assert [run["outcome"] for run in json.loads(name.read_text())["runs"]] == ["counted"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("before", [0, 1])
def test_a_stop_in_the_first_run_saves_what_was_seen(
    origin: Listening, tmp_path: Path, number: signal.Signals, code: int, before: int
) -> None:
    """Ctrl-C or SIGTERM after the 103, of the first URL or the last: the file has the partial record, never null."""
    name = tmp_path / "partial.json"
    urls = [f"{origin.http}/no-hints"] * before + [f"{origin.http}/late"]
    program = STOP_AFTER_103.replace("NUMBER", str(int(number)))
    command = [sys.executable, "-c", program, "check", "-n", "1", "--browser", "eager", "--json", str(name), *urls]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == code, done.stderr
    saved = json.loads(name.read_text())
    last = saved[-1] if before else saved
    assert (last["outcome"], last["why"]) == ("failed", "it was interrupted")
    assert last["runs"][0]["load"]["interim"][0]["status"] == 103
    assert "seen before it failed, and not judged: 103" in " ".join(done.stdout.split())


def test_a_stop_before_anything_was_seen_leaves_the_file(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An earlier result is worth more than nothing, and that there is no new one is said."""

    def stop(work: Coroutine[Any, Any, None], about: str) -> None:
        work.close()
        raise Interrupted("interrupted")

    for command in ("check", "audit", "compare"):
        monkeypatch.setattr(f"fetcher.cli.{'auditing.judging' if command == 'audit' else command}.run", stop)
        name = tmp_path / f"{command}.json"
        name.write_text("earlier")
        outcome = cli(command, "--json", str(name), "https://a.test/")
        assert (outcome.code, outcome.out) == (130, "")
        assert outcome.err == "fetcher: interrupted before anything was measured; nothing is shown or saved\n"
        assert name.read_text() == "earlier"


def test_its_own_origin_however_the_url_is_written(cli: Cli, origin: Listening) -> None:
    """Capitals make no other origin: hints are shown by their path."""
    line = ("check", "-n", "1", "--cacert", origin.ca_file, origin.https.replace("127.0.0.1", "localhost").upper())
    outcome = cli(*line)
    assert outcome.code == 0, outcome.err
    assert "\n1  /styles/site.css " in outcome.out


STOP_AFTER_103 = """
import os
import fetcher.load as load
from fetcher.browser.events import Interim
from fetcher.cli.app import main

original = load.load_page

def watched(*arguments, **options):
    def watch(event, decided):
        if isinstance(event, Interim):
            os.kill(os.getpid(), NUMBER)
    return original(*arguments, watch=watch, **options)

load.load_page = watched
main()
"""

# Ctrl-C as a person would press it, but at a known moment: when the first run is over.
INTERRUPT_AFTER_ONE = f"""
import os
from fetcher.cli import check, progress
from fetcher.cli.app import main

class Interrupting(progress.Runs):
    def tick(self):
        pass
    def over(self):
        os.kill(os.getpid(), {int(signal.SIGINT)})
    def wipe(self):
        pass

progress.Runs = Interrupting
check.is_terminal = lambda stream: True
main()
"""


def test_a_page_and_markdown(cli: Cli, origin: Listening, tmp_path: Path) -> None:
    """Both hold the table of browsers and the verdict; the report itself is still printed."""
    page, pull = tmp_path / "c.html", tmp_path / "c.md"
    outcome = cli(
        "check", "-n", "1", "--cacert", origin.ca_file, "--html", str(page), "--md", str(pull), f"{origin.https}/",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    assert "✓ passed" in outcome.out
    for text in (page.read_text(encoding="utf-8"), pull.read_text(encoding="utf-8")):
        assert "passed" in text
        assert "Safari acts on rel=preconnect only" in text
    assert "<h3>run 1 of 1</h3>" in page.read_text(encoding="utf-8")
    assert page.read_text(encoding="utf-8").count("what browsers do with it</caption>") == 1  # the check's alone
