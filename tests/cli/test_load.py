"""``fetcher load``: the waterfall on standard output, the record in --json, and what an interruption leaves."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from fetcher.browser import events
from fetcher.cli.progress import Busy, LoggedLine, MovingLine, Progress, Runs
from fetcher.record import from_har, load_record
from tests.support.command_line import Cli, Listening


def test_the_waterfall_is_the_result(cli: Cli, origin: Listening) -> None:
    """Standard output has the waterfall and the hints, standard error nothing."""
    outcome = cli("load", f"{origin.http}/")
    assert (outcome.code, outcome.err) == (0, "")
    assert "/styles/site.css" in outcome.out
    assert "first interim response" in outcome.out
    assert "eager" in outcome.out
    assert "Scripts did not run" in outcome.out
    assert "\x1b" not in outcome.out


@pytest.mark.parametrize(
    ("options", "profile", "early_hints", "acted"),
    [
        ((), "eager", True, True),
        (("--no-early-hints",), "eager", False, False),
        (("--browser", "chromium"), "chromium", True, False),  # no browser acts over HTTP/1.1 (EH 4.4)
    ],
)
def test_who_acts_on_a_103_over_http1(
    cli: Cli, origin: Listening, options: tuple[str, ...], profile: str, early_hints: bool, acted: bool
) -> None:
    """eager acts, chromium does not, and --no-early-hints sees the 103 and acts on nothing."""
    record = json.loads(cli("load", *options, "--json", "-", f"{origin.http}/").out)
    assert (record["profile"], record["early_hints"]) == (profile, early_hints)
    assert [one["acted"] for one in record["interim"]] == [acted]
    before = [
        request["url"]
        for request in record["requests"][1:]
        if request["times"]["request_start"] < record["requests"][0]["times"]["final_response_headers_start"]
    ]
    assert bool(before) is acted


def test_chromium_acts_over_http2(cli: Cli, origin: Listening, tmp_path: Path) -> None:
    """Over HTTP/2 the hinted requests leave before the final head, and the record is one that can be read again."""
    name = tmp_path / "load.json"
    line = ["--browser", "chromium", "--http", "2", "--cacert", origin.ca_file, "--json", str(name)]
    assert cli("load", *line, f"{origin.https}/").code == 0
    record = load_record(name)
    final = record.final_response_headers_start
    assert final is not None
    early = [request for request in record.requests if (request.times.request_start or final) < final]
    assert len(early) == 6
    assert all(request.outcome == "complete" for request in record.requests)


def test_quiet_prints_nothing(cli: Cli, origin: Listening) -> None:
    """-q with a good load: only the exit code speaks."""
    assert cli("load", "-q", f"{origin.http}/plain-page") == cli("load", "-q", f"{origin.http}/plain-page")
    outcome = cli("load", "-q", f"{origin.http}/plain-page")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_colour_when_asked_for(cli: Cli, origin: Listening) -> None:
    """--color always colours a pipe too."""
    assert "\x1b[" in cli("load", "--color", "always", f"{origin.http}/plain-page").out


def test_fail(cli: Cli, origin: Listening) -> None:
    """--fail makes a 404 exit code 22, after the page and its hints were loaded all the same."""
    outcome = cli("load", "--fail", f"{origin.http}/error")
    assert outcome.code == 22
    assert outcome.err == f"fetcher: {origin.http}/error answered with status 404\n"
    assert "/styles/site.css" in outcome.out


def test_headers_and_user_agent_are_sent(cli: Cli, origin: Listening) -> None:
    """-H and -A go with the page's requests, and secrets do not go into the record."""
    line = ["-H", "X-Team: blue", "-H", "Authorization: Basic aHVzaA==", "-A", "tester/1", "--json", "-"]
    outcome = cli("load", *line, f"{origin.http}/plain-page")
    sent = json.loads(outcome.out)["requests"][0]["fields"]
    assert ["x-team", "blue"] in sent
    assert ["user-agent", "tester/1"] in sent
    assert "aHVzaA==" not in outcome.out


def test_what_a_server_sends_cannot_act_on_the_terminal(cli: Cli, origin: Listening) -> None:
    """Control characters of URLs, fields and text are escaped in the report."""
    outcome = cli("load", f"{origin.http}/hostile")
    assert outcome.code == 0
    assert {character for character in outcome.out if not character.isprintable()} <= {"\n"}


def test_a_record_that_cannot_be_written_is_said_first(cli: Cli, origin: Listening, tmp_path: Path) -> None:
    """Before anything is loaded: exit code 2 and the file's name."""
    outcome = cli("load", "--json", str(tmp_path / "no" / "such.json"), f"{origin.http}/")
    assert (outcome.code, outcome.out) == (2, "")
    assert "such.json" in outcome.err


@pytest.mark.parametrize(
    ("number", "code", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_a_stop_keeps_the_partial_record(
    origin: Listening, tmp_path: Path, number: signal.Signals, code: int, word: str
) -> None:
    """Stopped while the server thinks: exit code 130 or 143, what was seen is saved and shown, no traceback."""
    name = tmp_path / "partial.json"
    command = [
        sys.executable,
        "-c",
        INTERRUPT_AFTER_103.replace("SIGINT", number.name),
        "load",
        "--json",
        str(name),
        f"{origin.http}/late",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == code, done.stderr
    assert done.stderr == f"fetcher: {word}\n"
    assert "/styles/site.css" in done.stdout
    record = load_record(name)
    assert (record.outcome, record.document) == ("interrupted", None)
    assert [one.status for one in record.interim] == [103]
    assert record.hints[0].acted


# Ctrl-C as a person would press it, but at a known moment: when the hinted sheet has arrived.
INTERRUPT_AFTER_103 = """
import os, signal
from fetcher.browser.events import FetchEnded
from fetcher.cli import load, progress
from fetcher.cli.app import main

class Interrupting(progress.Progress):
    def __call__(self, event, decided):
        if isinstance(event, FetchEnded):
            os.kill(os.getpid(), signal.SIGINT)
    def tick(self):
        pass
    def wipe(self):
        pass

progress.Progress = Interrupting
load.is_terminal = lambda stream: True
main()
"""


def test_progress_counts_what_happens() -> None:
    """The moving line tells requests, interim responses, bytes and time, draws no faster than anybody reads, and is
    wiped at the end."""
    stream = io.StringIO()
    progress = Progress(MovingLine(stream))
    progress(events.NavigationStarted(1_000.0, 0.0, "http://a.test/"), [])
    progress(events.Interim(1_010.0, 0, 103, "Early Hints", (), b"", None), [])
    progress(events.BodyProgress(1_050.0, 1, 34_000, 34_000), [])
    progress(events.FetchEnded(1_400.0, 1, 34_000, 34_000), [])
    assert stream.getvalue().count("\r") == 2
    assert stream.getvalue().endswith("1 of 0 requests done, 1 interim response, 34 kB, 0.4 s")
    progress.wipe()
    assert stream.getvalue().endswith("\r\x1b[K")


async def test_the_clock_moves_while_a_server_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """No event comes, and the line is drawn all the same: by a timer, never in a loop; after the wipe by nothing."""
    monkeypatch.setattr("fetcher.cli.progress.TICK_S", 0.001)
    moved = asyncio.Event()

    class Screen(io.StringIO):
        def flush(self) -> None:
            if self.getvalue().count("\r") >= 5:
                moved.set()

    stream = Screen()
    progress = Progress(MovingLine(stream))
    progress(events.NavigationStarted(0.0, 0.0, "http://a.test/"), [])
    progress.tick()
    await asyncio.wait_for(moved.wait(), 10)
    progress.wipe()
    drawn = stream.getvalue()
    await asyncio.sleep(0.01)
    assert stream.getvalue() == drawn
    assert drawn.endswith(" s\r\x1b[K")


def test_the_moving_line_keeps_to_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a narrow terminal it is cut: a wrapped line could not be wiped."""
    monkeypatch.setenv("COLUMNS", "20")
    stream = io.StringIO()
    Progress(MovingLine(stream))(events.NavigationStarted(0.0, 0.0, "http://a.test/"), [])
    assert len(stream.getvalue().removeprefix("\r\x1b[K")) == 19


class Heard(io.StringIO):
    """A log that says when something was written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.written = threading.Event()

    def flush(self) -> None:
        self.written.set()


def test_a_log_hears_of_work_that_no_loop_runs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long file is read and judged without a pause in which a timer could tell: a thread does, and ends with it."""
    monkeypatch.setattr("fetcher.cli.progress.TICK_S", 0.001)
    monkeypatch.setattr("fetcher.cli.progress.EVERY_S", 0.0)
    stream = Heard()
    with Busy(LoggedLine(stream), "reading a.har") as busy:
        assert stream.written.wait(20)
        busy.doing = "judging by a-rule"
        stream.written.clear()
        assert stream.written.wait(20)
        stream.written.clear()
        assert stream.written.wait(20)
    said = stream.getvalue()
    assert said.startswith("fetcher: reading a.har, 0.")
    assert "\nfetcher: judging by a-rule, 0." in said
    assert "busy" not in [thread.name for thread in threading.enumerate()]


def test_nothing_is_said_of_short_work() -> None:
    """Nor where nobody wants to hear."""
    stream = io.StringIO()
    with Busy(MovingLine(stream), "reading a.har"), Busy(None, "reading b.har"):
        pass
    assert stream.getvalue() == ""


def test_progress_is_for_terminals(cli: Cli, origin: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal on standard error gets the moving line, unless -q says no."""
    monkeypatch.setattr("fetcher.cli.load.is_terminal", lambda _: True)
    assert "requests done" in cli("load", f"{origin.http}/").err
    assert cli("load", "-q", f"{origin.http}/").err == ""


def test_a_terminal_is_told_of_a_failure_once(cli: Cli, origin: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the report; who has standard error somewhere else, or gave the report a file, finds it there, too."""
    failed = ("load", f"{origin.http}/cut")
    apart = cli(*failed)
    assert "without a final response" in apart.err
    sentence = apart.err.strip().removeprefix("fetcher: ")
    monkeypatch.setattr("fetcher.cli.load.is_terminal", lambda _: True)
    once = cli(*failed)
    assert (apart.code, once.code) == (3, 3)
    assert "fetcher: " not in once.err
    reason = sentence.removeprefix(f"{origin.http}/cut: ")
    assert reason != sentence
    assert reason in " ".join(once.out.split())  # which has the address above it
    assert sentence in cli(*failed, "-o", os.devnull).err


def test_serve_says_where_and_ends_with_ctrl_c() -> None:
    """``fetcher serve`` prints its addresses, serves, and Ctrl-C ends it with exit code 0."""
    command = [sys.executable, "-m", "fetcher", "serve", "--port", "0", "--tls-port", "0", "--think", "5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        guard = threading.Timer(20, process.kill)
        guard.start()
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("Stop with Ctrl-C."):
                process.send_signal(signal.SIGINT)
        guard.cancel()
    assert process.returncode == 0
    assert [line.partition(":")[0] for line in said[:2]] == ["http", "https"]
    assert said[-1] == "Stop with Ctrl-C.\n"


def test_serve_on_a_port_in_use(cli: Cli, origin: Listening) -> None:
    """Exit code 2 and which port."""
    outcome = cli("serve", "--port", origin.http.rpartition(":")[2], "--no-tls")
    assert outcome.code == 2
    assert "cannot listen on 127.0.0.1" in outcome.err


def test_har_for_other_tools(cli: Cli, origin: Listening, tmp_path: Path) -> None:
    """--har beside --json: both tell of the same load, and what the HAR cannot say comes back from it too."""
    json_file, har_file = tmp_path / "load.json", tmp_path / "load.har"
    assert cli("load", "-q", "--json", str(json_file), "--har", str(har_file), f"{origin.http}/").code == 0
    saved, read = load_record(json_file), from_har(har_file)
    assert (read.requests, read.hints, read.interim) == (saved.requests, saved.hints, saved.interim)


def test_har_on_standard_output(cli: Cli, origin: Listening) -> None:
    """- is stdout, alone on it; two results cannot share it."""
    outcome = cli("load", "--har", "-", f"{origin.http}/")
    assert json.loads(outcome.out)["log"]["version"] == "1.2"
    both = cli("load", "--har", "-", "--json", "-", f"{origin.http}/")
    assert (both.code, both.out) == (2, "")
    assert "can have standard output, not --har and --json" in both.err


def test_report_in_a_file(cli: Cli, origin: Listening, tmp_path: Path) -> None:
    """-o takes the waterfall, also beside -q and --json -; standard output is then the JSON's."""
    name = tmp_path / "waterfall.txt"
    outcome = cli("load", "-q", "-o", str(name), "--json", "-", f"{origin.http}/")
    assert json.loads(outcome.out)["outcome"] == "loaded"
    assert "/styles/site.css" in name.read_text(encoding="utf-8")


@pytest.mark.parametrize(("option", "shown"), [((), False), (("--no-redact",), True)])
def test_secrets_stay_out_unless_asked_for(
    cli: Cli, origin: Listening, tmp_path: Path, option: tuple[str, ...], shown: bool
) -> None:
    """Query values, credentials and cookies: neither in the waterfall, nor in JSON or HAR, without --no-redact."""
    url = f"{origin.http}/plain-page?token=hush"
    har = tmp_path / "load.har"
    said = cli("load", *option, "-u", "user:hushed", "--har", str(har), url).out
    saved = cli("load", *option, "-u", "user:hushed", "--json", "-", url).out
    exchange = cli("get", "-q", *option, "--head-only", "--json", "-", url).out
    checked = cli("check", "-n", "1", *option, url).out
    for text in (said, saved, har.read_text(encoding="utf-8"), exchange, checked):
        assert ("hush" in text) is shown


def test_both_transports_bring_the_same(cli: Cli, origin: Listening) -> None:
    """--transport aiohttp asks for the same resources, and the record says who fetched them."""

    def loaded(*options: str) -> tuple[set[str], str]:
        record = json.loads(cli("load", *options, "--json", "-", f"{origin.http}/").out)
        return {request["url"] for request in record["requests"]}, json.dumps(record["notes"])

    ours, _ = loaded()
    theirs, notes = loaded("--transport", "aiohttp")
    assert ours == theirs
    assert "aiohttp" in notes


async def test_a_log_hears_of_long_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where standard error is no terminal: a whole line now and then, none of what is over sooner, no cursor moved; and
    many short pages are heard of as one long one is."""
    now = [0.0]
    monkeypatch.setattr("fetcher.clock.now", lambda: now[0])
    stream = io.StringIO()
    line = LoggedLine(stream)
    for page in range(30):
        shown = Runs(line, f"page {page + 1} of 30: https://a.test/?token=hush", 2)
        shown.tick()
        for _ in range(2):
            now[0] += 400.0
            shown.over()
        shown.wipe()
    told = stream.getvalue().splitlines()
    assert told == [
        "fetcher: page 13 of 30: https://a.test/?token=[redacted]: run 2 of 2, 0.4 s",
        "fetcher: page 25 of 30: https://a.test/?token=[redacted]: run 2 of 2, 0.8 s",
    ]
