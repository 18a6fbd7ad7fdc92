"""An origin in a process of its own, and the command line in ours: a command runs in milliseconds, errors and all."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fetcher.cli.app import run
from tests.support.command_line import Cli, Listening, Outcome

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def origin() -> Iterator[Listening]:
    """The sample site and ``tests.support.command_line_site``'s pages, listening on free ports."""
    command = [sys.executable, "-m", "fetcher.origin", "--json", "--port", "0"]
    command += ["--site", "tests.support.command_line_site:site"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            where = json.loads(process.stdout.readline())
            yield Listening(where["http"], where["https"], where["ca_file"])
        finally:
            process.terminate()


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Runs one command line in this process: exit code, standard output, standard error. No traceback is ever seen."""
    proxies = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
    for name in ("NO_COLOR", "FETCHER_DEBUG", "SSLKEYLOGFILE", "COLUMNS", *proxies):
        monkeypatch.delenv(name, raising=False)

    def command(*arguments: str) -> Outcome:
        code = run(arguments)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Outcome(code, captured.out, captured.err)

    return command
