"""The frame of the command line: help is cheap, errors are one sentence and an exit code, pipes may break."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys

import pytest

import fetcher
from fetcher.cli import app, get, streams
from fetcher.errors import ConnectionLost, Interrupted
from tests.support.start_up import bare_starts

HEAVY = ("aiohttp", "asyncio", "rich", "pydantic", "ssl", "jh2", "selectolax", "ada_url")


def test_help_imports_nothing_heavy() -> None:
    """``fetcher --help`` loads none of the packages that make a command slow to start."""
    command = [sys.executable, "-X", "importtime", "-m", "fetcher", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert "typer" in loaded
    assert loaded.isdisjoint(HEAVY)
    assert "get" in done.stdout


def test_one_exchange_waits_for_no_page() -> None:
    """``fetcher get`` loads nothing of what a page's load and its report are made of, which takes longer than it."""
    command = [sys.executable, "-X", "importtime", "-m", "fetcher", "get", "http://127.0.0.1:1/"]
    done = subprocess.run(command, capture_output=True, text=True)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "fetcher.client" in loaded
    assert loaded.isdisjoint({"fetcher.browser.machine", "fetcher.discovery.html.scanner", "fetcher.analysis"})


def test_help_is_quick() -> None:
    """Under 15 times the CPU of a bare interpreter (8, mostly); `make bench` has the time a person waits."""
    assert bare_starts("-m", "fetcher", "--help") < 15


@pytest.mark.parametrize("command", ["", "check", "get", "load", "serve"])
def test_every_help_shows_examples(cli, command: str) -> None:
    """Help teaches by example, and its example lines are not rewrapped."""
    outcome = cli(*command.split(), "--help")
    assert outcome.code == 0
    examples = [line for line in outcome.out.splitlines() if line.startswith(f"    fetcher {command}")]
    assert len(examples) >= 2
    assert not outcome.err


def test_version(cli) -> None:
    """--version says the package's own version."""
    assert cli("--version").out == f"fetcher {fetcher.__version__}\n"


def test_no_arguments_show_the_help(cli) -> None:
    """Called with nothing, fetcher says what it can do."""
    assert "Commands:" in cli().out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("lod http://a.test/", "lod"),
        ("load", "URL"),
        ("load --nonsense http://a.test/", "--nonsense"),
        ("load --http 3 http://a.test/", "'3' is not one of 'auto', '1.1', '2'"),
        ("load --max-time soon http://a.test/", "'soon' is not a valid float"),
        ("load --browser netscape http://a.test/", "netscape"),
        ("get -H nonsense http://a.test/", "-H 'Name: value'"),
        ("get --resolve a.test http://a.test/", "HOST:PORT:ADDRESS"),
        ("get --connect-to a:b http://a.test/", "HOST1:PORT1:HOST2:PORT2"),
        ("get --cacert /nowhere/ca.pem https://a.test/", "/nowhere/ca.pem"),
        ("get -o /nowhere/x http://a.test/", "/nowhere"),
        ("load --json / http://a.test/", "folder"),
        ("get --json - -o - http://a.test/", "standard output"),
        ("get -d @/nowhere/data http://a.test/", "/nowhere/data"),
    ],
)
def test_a_wrong_command_line_is_one_sentence_and_2(cli, line: str, words: str) -> None:
    """Each way to type it wrong is named, on standard error, with exit code 2."""
    outcome = cli(*line.split())
    assert outcome.code == 2
    assert not outcome.out
    assert words in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert outcome.err.startswith("fetcher: ")


def test_an_unexpected_error_is_our_fault(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug ends with 70 and a sentence, not with a traceback."""
    monkeypatch.setattr(get.o, "net_options", lambda **_: 1 / 0)
    outcome = cli("get", "http://a.test/")
    assert outcome.code == 70
    assert outcome.err.count("\n") == 1
    assert "ZeroDivisionError: division by zero" in outcome.err


@pytest.mark.parametrize("how", ["option", "environment"])
def test_debug_shows_the_traceback(
    how: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """--debug, or FETCHER_DEBUG, adds where it happened."""
    monkeypatch.setattr(get.o, "net_options", lambda **_: 1 / 0)
    if how == "environment":
        monkeypatch.setenv("FETCHER_DEBUG", "1")
    assert app.run(["get", *(["--debug"] if how == "option" else []), "http://a.test/"]) == 70
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ConnectionLost("the server left"), 3, "fetcher: the server left\n"),
        (ConnectionLost("it said \x1b[2J"), 3, "fetcher: it said \\x1b[2J\n"),
        (Interrupted("interrupted"), 130, "fetcher: interrupted\n"),
        (KeyboardInterrupt(), 130, "fetcher: interrupted\n"),
        (BrokenPipeError(), 0, ""),
        (
            OSError(28, "No space left on device"),
            74,
            "fetcher: cannot write to standard output: No space left on device\n",
        ),
    ],
)
def test_each_error_has_its_exit_code(
    cli, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, said: str
) -> None:
    """What a command raises becomes its exit code and sentence, escaped."""

    def fails(**_: object) -> None:
        raise error

    monkeypatch.setattr(app, "_forget_output", lambda: None)
    monkeypatch.setattr(get.o, "net_options", fails)
    outcome = cli("get", "http://a.test/")
    assert (outcome.code, outcome.err) == (code, said)


def test_a_reader_that_leaves_early_is_no_error(origin) -> None:
    """``fetcher get URL | head -c 1``: quiet, and exit code 0."""
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "fetcher", "get", "-q", f"{origin.http}/large"]
    with subprocess.Popen(command, stdout=writing, stderr=subprocess.PIPE) as process:
        os.close(writing)
        assert os.read(reading, 1) == b"<"
        os.close(reading)
        _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (0, b"")


@pytest.mark.parametrize(
    ("redirection", "code", "said"),
    [
        (">&-", 0, ""),
        ("2>&-", 0, ""),
        (">/dev/full", 74, "fetcher: cannot write to standard output: No space left on device\n"),
    ],
)
def test_an_output_that_takes_nothing(redirection: str, code: int, said: str) -> None:
    """A closed stream is no error of ours, a full disk is one sentence; neither is a traceback."""
    command = ["sh", "-c", f'exec "$0" -m fetcher --help {redirection}', sys.executable]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (code, said)


def test_ctrl_c_during_the_imports(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The console script imports nothing before it can be interrupted without a traceback, and says that it was."""
    import fetcher.__main__ as script

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.__import__", interrupted)
    with pytest.raises(SystemExit) as ended:
        script.main()
    monkeypatch.undo()
    assert ended.value.code == app.INTERRUPTED
    assert capsys.readouterr().err == "fetcher: interrupted\n"


def test_ctrl_c_while_the_loop_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes once that can be closed: no half of a loop, and no coroutine that nobody began, is told of."""
    made = asyncio.new_event_loop

    def interrupted() -> asyncio.AbstractEventLoop:
        signal.raise_signal(signal.SIGINT)  # for this thread, as where a command has no other yet
        return made()

    async def work() -> None:
        pytest.fail("it was begun")

    monkeypatch.setattr(asyncio.events, "new_event_loop", interrupted)
    with pytest.raises(Interrupted):
        streams.run(work())
    gc.collect()
