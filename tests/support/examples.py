"""Command lines and programs from the README and the help, made to run against the local origin.

What a reader would see is kept: only hosts become the origin's, and long runs become short (the last of an option
counts). Outputs are compared by structure: figures, bars and column widths may differ, words may not.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from fetcher.analysis.compare import saved_comparison
from fetcher.audits import baseline, saved
from fetcher.audits.result import AuditResult
from fetcher.record import save_har, save_record
from fetcher.record.observed.written import LogLines, log_text
from tests.support.command_line import Listening
from tests.support.comparisons import noisy
from tests.support.loads import shop_without_hints

ROOT = Path(__file__).resolve().parents[2]
SITE = "tests.support.examples_site:site"

_LOCAL = re.compile(r"\b(https?)://(?:localhost|127\.0\.0\.1)(?::\d+)?(?=[/\s]|$)")
_BARS = re.compile(r"[·┄╌═░█▼▽◆┊│┴─]+")


@dataclass(frozen=True, slots=True)
class Shown:
    """A command as written, and the lines of output shown beneath it."""

    command: str
    output: tuple[str, ...] = ()


def shown_in(block: str) -> list[Shown]:
    """The commands of one console block, continued lines joined."""
    found: list[Shown] = []
    for line in re.sub(r"\\\n\s*", "", block).splitlines():
        if line.startswith("$ "):
            found.append(Shown(line[2:]))
        elif found:
            found[-1] = Shown(found[-1].command, (*found[-1].output, line))
    return found


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of ``language``, each with the text block right after it, if any, behind a NUL."""
    pattern = rf"^```{language}\n(.*?)^```\n(?:```text\n(.*?)^```\n)?"
    return [f"{body}\0{said}" if said else body for body, said in re.findall(pattern, text, re.M | re.S)]


def localised(command: str, origin: Listening) -> list[str]:
    """``command``'s arguments after "fetcher", with the origin's addresses. Hosts that are not this machine's keep
    their names and are connected to the origin."""
    words = shlex.split(command, comments=True)
    assert words[0] == "fetcher", command
    made: list[str] = []
    extra: list[str] = []
    for word in words[1:]:
        parts = urlsplit(word)
        if parts.scheme in ("http", "https") and parts.hostname:
            base = origin.https if parts.scheme == "https" else origin.http
            port = base.rpartition(":")[2]
            if parts.hostname in ("localhost", "127.0.0.1"):
                word = f"{parts.scheme}://localhost:{port}{parts.path}"
            else:
                extra = ["-k", "--connect-to", f"::127.0.0.1:{port}"]
        made.append(word)
    made += extra
    if "check" in words:
        made += ["--pause", "0", *(["-n", "2"] if "-n" in words else [])]
    if "compare" in words:  # what is printed is the same of few pairs
        made += ["--pause", "0", "--warm-up", "0", "-n", "2"]
    if "audit" in words and not {"--list", "--explain"} & set(words):
        made += ["--pause", "0", "-n", "1"]
        made += ["-k", "--connect-to", f"::127.0.0.1:{origin.https.rpartition(':')[2]}"] if not extra else []
    return made


def structure(text: str) -> list[str]:
    """The lines of an output without what differs from run to run: addresses, figures, spreads, bars, widths."""
    lines: list[str] = []
    for line in text.splitlines():
        if "▼ 103" in line:  # the rule under the axis: what fits on it depends on the figures
            continue
        line = _LOCAL.sub(r"\1://HOST", line)
        line = re.sub(r"(?:localhost|127\.0\.0\.1):\d+", "HOST", line)
        line = re.sub(r"[^\s]*ca\.pem", "ca.pem", line)
        line = re.sub(r"after #\d+", "after #N", line)  # which of two that end together was the last
        line = _BARS.sub(" ", line)
        line = re.sub(r"(?:^| +)\([\d.]+-[\d.]+\)", "", line)
        line = re.sub(r"(?<![\w#/.-])[+−-]?\d+(?:\.\d+)?(?= |$)", "N", line)
        line = re.sub(r"(?:N )+ms\b", "N ms", " ".join(line.split()))
        lines.append(line)
    return [" ".join(line.split()) for line in lines if line.strip()]


def _running(lines: list[str]) -> str:
    """Lines as running text, wherever they were wrapped."""
    return " ".join(lines).replace(" ,", ",")


def missing(shown: tuple[str, ...], real: str) -> Iterator[str]:
    """The shown lines that the real output does not have, in the order shown; "..." stands for any lines."""
    wanted = structure("\n".join(line for line in shown if line.strip() != "..."))
    has = structure(real)
    whole = _running(has)
    at = 0
    for line in wanted:
        if line in has[at:]:
            at = has.index(line, at) + 1
        elif line not in whole:  # a figure with more digits may have wrapped its sentence elsewhere
            yield line


def unshown(shown: tuple[str, ...], real: str) -> list[str]:
    """Where nothing is left out of ``shown``: the real lines that it does not have."""
    if any(line.strip() == "..." for line in shown):
        return []
    wanted = structure("\n".join(shown))
    whole = _running(wanted)
    return [line for line in structure(real) if line not in wanted and line not in whole]


def prepare(folder: Path, origin: Listening) -> None:
    """The files that examples name."""
    (folder / "ca.pem").write_bytes(Path(origin.ca_file).read_bytes())
    (folder / "known.json").write_text(baseline.dumps(baseline.Baseline()))
    (folder / "my_rules.py").write_text("import fetcher\n\n@fetcher.rule('mine')\ndef mine(page):\n    return []\n")
    (folder / "budget.toml").write_text("requests = 100\n")
    (folder / "urls.txt").write_text("https://example.com/\nhttps://example.com/product/42  product\n")
    (folder / "fetcher.toml").write_text('[[page]]\nurl = "https://example.com/"\nexpect = { hints = 2 }\n')
    plain = replace(shop_without_hints(), interim=(), hints=())  # what has nothing wrong that fails an audit
    save_record(plain, folder / "load.json")
    save_har(plain, folder / "page.har")
    (folder / "chrome.har").write_bytes((ROOT / "tests/record/data/portal-no-hints.har").read_bytes())
    netlog = (ROOT / "tests/record/data/netlog-hints.json").read_text()
    (folder / "net.json").write_text(netlog.replace("https://a.test", "https://example.com"))
    for name in ("before.json", "after.json"):
        save_record(plain, folder / name)
    (folder / "audit.json").write_text(saved.dumps(AuditResult("0", "error", (), ())))
    (folder / "comparison.json").write_text(saved_comparison.dumps(noisy(pairs=2)))
    request = {"url": "https://example.com/", "method": "GET", "headers": {}}
    page = {"requestId": "d", "loaderId": "d", "type": "Document", "timestamp": 1.0, "request": request}
    (folder / "discoveries.json").write_text(log_text([LogLines().about({}), *LogLines().take(sent(page))]))
    (folder / "cookies.txt").write_text("example.com\tFALSE\t/\tTRUE\t0\tsession\t1\n")


def sent(params: dict[str, object]) -> dict[str, object]:
    return {"method": "Network.requestWillBeSent", "params": params}


@contextmanager
def serving(site: str) -> Iterator[Listening]:
    """The site in a process of its own, listening on free ports."""
    command = [sys.executable, "-m", "fetcher.origin", "--json", "--port", "0", "--site", site]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            where = json.loads(process.stdout.readline())
            yield Listening(where["http"], where["https"], where["ca_file"])
        finally:
            process.terminate()
