"""samples/hints_report.py on a local origin, run as a reader of the README runs it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from fetcher.origin import Origin, asset, page

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}
STYLE = "</style.css>; rel=preload; as=style"
SCRIPT = "</script.js>; rel=preload; as=script"
HTML = '<!doctype html><link rel="stylesheet" href="/style.css"><script src="/script.js" defer></script>'
ROUTES = {
    "/good": page(HTML, hints=[STYLE, SCRIPT], think_ms=30),
    "/odd": page(HTML, hints=[STYLE, "</other.js>; rel=preload; as=script", f"{SCRIPT}; nopush", "</\x1b[2J>; rel=x"]),
    "/none": page(HTML),
    "/style.css": asset(b"body{}", "text/css"),
    "/script.js": asset(b"1", "text/javascript"),
    "/other.js": asset(b"2", "text/javascript"),
}


async def run(*arguments: str) -> tuple[int, str, str]:
    """The sample's exit code and what it printed."""
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, str(ROOT / "samples/hints_report.py"), *arguments)
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe, env=ENVIRONMENT)
    out, problems = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode is not None
    return process.returncode, out.decode(), problems.decode()


async def test_every_hint_acted_and_used_and_once_more_without() -> None:
    """JSON over HTTP/2: both hints sent before the final headers, used, with a head start; nothing of that when off."""
    async with Origin(ROUTES, tls=True) as origin:
        arguments = ("--json", "--off", "--cacert", str(origin.ca_file), f"{origin.url}/good")
        code, out, problems = await run(*arguments)
    assert (code, problems) == (0, "")
    on, off = json.loads(out)
    assert [hint["link"] for hint in on["hints"]] == [STYLE, SCRIPT]
    for hint in on["hints"]:
        assert (hint["acted"], hint["used"], hint["rule"]) == (True, True, "EH 4.6")
        assert on["first_interim_response_start"] <= hint["sent"] < on["final_response_headers_start"]
        assert hint["sent"] < hint["ended"]
        assert hint["head_start"] > 0
    assert (on["version"], on["browser"], off["early_hints"]) == ("HTTP/2", "chromium", False)
    assert [hint["sent"] for hint in off["hints"]] == [None, None]


async def test_a_hint_in_vain_is_said_and_told_by_the_exit_code() -> None:
    """A table over HTTP/1.1: used, unused, refused with its reason; a server's escape code does not reach the terminal;
    1 for that and for a page without hints, 3 for none at all."""
    async with Origin(ROUTES) as origin:
        odd = await run("--browser", "eager", f"{origin.url}/odd")
        none = await run("--browser", "eager", f"{origin.url}/none")
    gone = await run(f"{origin.url}/good")
    assert (odd[0], odd[2]) == (1, "")
    lines = odd[1].splitlines()
    verdicts = [line.split(")")[0].split()[0] + (" yes" if " yes " in line else "") for line in lines if ") " in line]
    assert verdicts == ["acted yes", "acted", "refused", "refused"]
    assert any("nopush" in line for line in lines)
    assert "\x1b" not in odd[1]
    assert (none[0], none[2]) == (1, "")
    assert gone[0] == 3
    assert gone[2].startswith("hints_report: cannot connect to 127.0.0.1:")
