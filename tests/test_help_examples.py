"""The help teaches by example, so each command line of each ``--help`` is run, against the local origin."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fetcher.cli import app
from tests.support.command_line import Listening
from tests.support.examples import ROOT, SITE, localised, missing, prepare, serving, unshown
from tests.support.fake_chromium import fake

COMMANDS = {"": app.command_line(None)} | {name: app.command_line(name).commands[name] for name in app.COMMANDS}


def examples(epilog: str) -> list[str]:
    """The command lines in an epilog, without the remark after them, continued lines joined."""
    joined = re.sub(r"\\\n\s*", "", epilog)
    lines = [line.strip() for line in joined.splitlines() if line.startswith("  fetcher ")]
    return [re.split(r"\s{2,}", line)[0] for line in lines]


EXAMPLES = [(name, line) for name, command in COMMANDS.items() for line in examples(command.epilog or "")]
ONES = sorted({line for _, line in EXAMPLES if not line.startswith("fetcher serve")})


@pytest.fixture(scope="module")
def origin() -> Iterator[Listening]:
    with serving(SITE) as listening:
        yield listening


@pytest.fixture
def folder(tmp_path: Path, origin: Listening, monkeypatch: pytest.MonkeyPatch) -> Path:
    prepare(tmp_path, origin)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FETCHER_CHROMIUM", fake(tmp_path))  # a real one is end_to_end's
    monkeypatch.setenv("STAGING_PASSWORD", "hush")
    for name in ("NO_COLOR", "FETCHER_DEBUG", "FORCE_COLOR", "SSLKEYLOGFILE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_examples_of_its_own(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At least two, each of the command itself, shown as they were written, and no line wraps in a narrow terminal."""
    own = [line for command, line in EXAMPLES if command == name and line.startswith(f"fetcher {name}")]
    assert len(own) >= 2
    monkeypatch.setenv("COLUMNS", "80")
    assert app.run([*name.split(), "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if len(line) > 80] == []
    shown = " ".join(" ".join(lines).replace(" \\ ", " ").split())
    assert all(" ".join(line.split()) in shown for line in own)


@pytest.mark.parametrize("line", ONES)
def test_each_example_runs(line: str, origin: Listening, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It ends well, says something, and writes the files it names."""
    arguments = localised(line, origin)
    judges = "--fail-on" in arguments or arguments[0] == "why"
    well = (0, 1) if judges else (0,)  # findings are an answer, too
    assert app.run(arguments) in well, capsys.readouterr()
    assert capsys.readouterr().out or "-o" in arguments or arguments[0] == "report"  # whose files are its result
    for at, word in enumerate(arguments):
        if word in ("-o", "--json", "--har", "--html", "--svg", "--trace"):
            assert (folder / arguments[at + 1]).stat().st_size > 0


@pytest.mark.parametrize("line", [line for _, line in EXAMPLES if line.startswith("fetcher serve")])
def test_each_serve_example_starts(line: str, folder: Path) -> None:
    """It listens and says so; on free ports, as the examples' own may be taken."""
    command = [sys.executable, "-m", *line.split(), "--port", "0", "--tls-port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline().startswith("http://127.0.0.1:")
        finally:
            process.terminate()


def test_a_sentence_may_wrap_elsewhere() -> None:
    """A figure with one digit more moves a line's end; words that are missing are still found to be."""
    shown = ("✓ 103 in 5 of 5 runs, after 26 ms (26-45), 287 ms before the final head", "  2 links, all good")
    real = "✓ 103 in 5 of 5 runs, after 5.2 ms\n(4.9-5.3), 287.1 ms before the final\nhead\n  2 links, all good\n"
    assert list(missing(shown, real)) == []
    assert unshown(shown, real) == []
    assert list(missing(shown, real.replace("before", "after"))) != []
    assert unshown(shown, real.replace("before", "after")) != []
