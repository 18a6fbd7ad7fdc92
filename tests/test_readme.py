"""The README is run: each command against the local origin, with its exit code and the output it shows; each Python
block as a program; and its tables against the code."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import signal
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

import fetcher
from fetcher.cli import app, check, get
from fetcher.terms import Limits, ProfileName
from tests.support.command_line import Listening
from tests.support.examples import (
    ROOT,
    SITE,
    Shown,
    blocks,
    localised,
    missing,
    prepare,
    serving,
    shown_in,
    structure,
    unshown,
)
from tests.support.fake_chromium import fake

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONSOLE = [one for block in blocks(README, "console") for one in shown_in(block)]
COMMANDS = [
    (one, CONSOLE[at + 1].output[0] if at + 1 < len(CONSOLE) and CONSOLE[at + 1].command == "echo $?" else "0")
    for at, one in enumerate(CONSOLE)
    if one.command.startswith("fetcher ") and not one.command.startswith("fetcher serve")
]
OTHERS = [one for one in CONSOLE if not one.command.startswith("fetcher ")]
PROGRAMS = blocks(README, "python")


@pytest.fixture(scope="module")
def origin() -> Iterator[Listening]:
    with serving(SITE) as listening:
        yield listening


@pytest.fixture
def folder(tmp_path: Path, origin: Listening, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of a reader, with what the examples name in it and in the environment."""
    prepare(tmp_path, origin)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FETCHER_CHROMIUM", fake(tmp_path))  # a real one is end_to_end's
    for name in ("NO_COLOR", "FETCHER_DEBUG", "FORCE_COLOR", "SSLKEYLOGFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("STAGING_PASSWORD", "hush")
    return tmp_path


@pytest.mark.parametrize(("shown", "code"), COMMANDS, ids=lambda value: getattr(value, "command", value))
def test_each_command_runs_and_says_what_is_shown(
    shown: Shown, code: str, origin: Listening, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends with the code shown (0 where none is), and what the README shows of its output is what it prints."""
    ended = app.run(localised(shown.command, origin))
    said = capsys.readouterr()
    assert str(ended) == code, said.out + said.err
    if shown.output:
        assert list(missing(shown.output, said.out + said.err)) == [], said.out
        assert unshown(shown.output, said.out) == []


def test_serve(folder: Path) -> None:
    """The server's block: what it prints, and that Ctrl-C ends it."""
    (shown,) = [one for one in CONSOLE if one.command.startswith("fetcher serve")]
    command = [sys.executable, "-m", *shown.command.split(), "--port", "0", "--tls-port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        guard = threading.Timer(20, process.kill)
        guard.start()
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if line.startswith("Stop with"):
                process.send_signal(signal.SIGINT)
        guard.cancel()
    assert process.returncode == 0
    assert structure(said) == structure("\n".join(shown.output))
    assert (folder / "ca.pem").is_file()


@pytest.mark.parametrize("shown", OTHERS, ids=lambda one: one.command)
def test_commands_that_are_not_ours(shown: Shown) -> None:
    """What pip installs is this distribution with extras it has; what make is told is a target."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    words = shown.command.partition("#")[0].replace("'", "").split()
    match words:
        case ["pip", "install", what]:
            name, _, extra = what.rstrip("]").partition("[")
            assert name in (project["name"], ".")  # a checkout is this distribution, too
            assert not extra or extra in project["optional-dependencies"]
        case ["make", target]:
            assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
        case _:
            assert words == ["echo", "$?"]


@pytest.mark.parametrize("block", PROGRAMS, ids=lambda block: block.split("\n", 1)[0])
def test_each_program_runs(block: str, origin: Listening, folder: Path) -> None:
    """Against the origin, which the system's trust store is told to trust; the output shown is what it prints."""
    program, _, shown = block.partition("\0")
    host = origin.https.rpartition("/")[2].replace("127.0.0.1", "localhost")
    program = program.replace("https://example.com/", f"https://{host}/")
    name, _, port = host.partition(":")
    program = program.replace('HTTPSConnection("example.com")', f'HTTPSConnection("{name}", {port})')
    assert "example.com" not in program
    trust = {"SSL_CERT_FILE": origin.ca_file, "REQUESTS_CA_BUNDLE": origin.ca_file}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True, text=True, timeout=30, env={**os.environ, **trust, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
    if shown:
        assert done.stdout == shown


def test_the_ci_recipes(origin: Listening, folder: Path) -> None:
    """The workflow's command and the shell's script run: the first passes, the second says so, and says the
    right thing for a page without hints, for one that breaks off and for one that cannot be reached: each of them stops
    the release."""
    workflow = next(block for block in blocks(README, "yaml") if "fetcher check" in block)
    (script,) = blocks(README, "sh")
    command = re.sub(r"\\\n\s*", "", workflow)
    (line,) = [line.strip() for line in command.splitlines() if line.strip().startswith("fetcher ")]
    assert app.run(localised(line, origin)) == 0
    assert (folder / "check.json").is_file()

    def told(path: str, code: int, said: str) -> None:
        (wanted,) = [line for line in script.splitlines() if line.startswith("fetcher ")]
        there = "http://localhost:1/" if path == "nowhere" else "https://localhost:8443" + path
        arguments = localised(wanted.partition(" ||")[0].replace("https://example.com/", there), origin)
        if path == "nowhere":
            arguments = [one if not one.startswith("http") else there for one in arguments]
        ours = " ".join(f"'{one}'" for one in [sys.executable, "-m", "fetcher", *arguments, "-k", "-q"])
        run = script.replace(wanted.partition(" ||")[0], ours)
        done = subprocess.run(
            ["sh", "-e", "-c", run], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
        assert (done.returncode, done.stdout) == (code, said + "\n"), done.stderr

    told("/", 0, "the hints arrive")
    told("/no-hints", 1, "the 103 is not what it should be")
    unjudged = "not judged: the page could not be loaded, or a wall was in the way"
    told("/cut", 3, unjudged)
    told("nowhere", 3, unjudged)


def test_the_workflow_that_audits(
    origin: Listening, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its command runs as on GitHub: it passes, annotates what is new, fills the summary and leaves what the next step
    uploads."""
    (workflow,) = [block for block in blocks(README, "yaml") if "fetcher audit" in block]
    joined = re.sub(r"\\\n\s*", "", workflow)
    (line,) = [line.strip() for line in joined.splitlines() if line.strip().startswith("fetcher ")]
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "summary.md"))
    assert app.run(localised(line, origin)) == 0
    said = capsys.readouterr().out
    assert [
        one for one in said.splitlines() if one.startswith("::") and not re.match(r"::(notice|warning) title=", one)
    ] == []
    assert (folder / "summary.md").read_text(encoding="utf-8").startswith("## fetcher audit: ")
    uploaded = re.search(r"sarif_file: (\S+)", workflow)
    assert uploaded is not None
    assert json.loads((folder / uploaded[1]).read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert ElementTree.parse(folder / "audit.xml").getroot().get("failures") == "0"


def table(title: str) -> list[list[str]]:
    """The rows of the table under the heading ``title``, cells without back-ticks."""
    section = README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip().replace("`", "") for cell in row] for row in rows[2:]]


def test_the_exit_codes() -> None:
    """The table has each code that a command can end with, and no other."""
    codes = {error.exit_code for error in _tree(fetcher.FetcherError)} | {app.DONE, app.OUR_FAULT, app.INTERRUPTED}
    codes |= {check.FINDINGS, check.NOT_LOADED, check.SOME_NOT_LOADED, get.HTTP_ERROR, app.NOT_WRITTEN}
    assert {int(row[0]) for row in table("Exit codes")} == codes


def _tree(base: type[fetcher.FetcherError]) -> Iterator[type[fetcher.FetcherError]]:
    yield base
    for one in base.__subclasses__():
        yield from _tree(one)


def test_the_limits() -> None:
    """Every limit with its default."""
    shown = {row[0]: row[1] for row in table("Limits and deadlines")}
    assert shown == {
        one.name: str(one.default if not isinstance(one.default, float) else int(one.default))
        for one in dataclasses.fields(Limits)
    }


def test_the_profiles() -> None:
    """Every profile, and whether ``--browser`` takes it."""
    from fetcher.browser.profiles import DRIVING

    drives = {name.strip(): row[2] for row in table("Profiles: who decides") for name in row[0].split(",")}
    assert drives == {name.value: "yes" if name in DRIVING else "no" for name in ProfileName}


def test_every_command_is_named() -> None:
    """Each sub-command has a place in the README, and check comes first."""
    assert app.COMMANDS
    assert all(f"fetcher {name} " in README for name in app.COMMANDS)
    assert CONSOLE[0].command.startswith("fetcher check ")


def test_every_sample_is_named_and_there() -> None:
    """The table of samples: each file exists, and none is left out."""
    named = set(re.findall(r"`samples/([\w./]+)`", README))
    there = {path.name + ("/" if path.is_dir() else "") for path in (ROOT / "samples").iterdir()}
    assert named == {name for name in there if not name.startswith("__")}
