"""samples/audit_in_ci.py on a local origin, run as a pipeline runs it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from xml.etree import ElementTree

from fetcher.origin import Origin, asset, page

ROOT = Path(__file__).resolve().parents[2]
STYLE = "</style.css>; rel=preload; as=style"
FONTS = [f"</{name}.woff2>; rel=preload; as=font; crossorigin" for name in ("a", "b", "c")]
HTML = '<!doctype html><link rel="stylesheet" href="/style.css"><p>words'
ROUTES = {
    "/good": page(HTML, hints=[STYLE], think_ms=30),
    "/fonts": page(HTML, hints=[STYLE, *FONTS], think_ms=30),
    "/wall": page(HTML, status=403),
    "/style.css": asset(b"body{}", "text/css"),
    **{f"/{name}.woff2": asset(b"wOF2", "font/woff2") for name in ("a", "b", "c")},
}


async def run(*arguments: str, **environment: str) -> tuple[int, str, str]:
    """The sample's exit code and what it printed."""
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, str(ROOT / "samples/audit_in_ci.py"), "--runs", "1", *arguments)
    given = {**os.environ, "PYTHONPATH": str(ROOT), "GITHUB_ACTIONS": "", "PYTHONIOENCODING": "utf-8", **environment}
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe, env=given)
    out, problems = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode(), problems.decode()


async def test_a_pipeline(tmp_path: Path) -> None:
    """A new finding fails and is annotated, with every form written; made the baseline it passes; a wall is 3 and
    leaves the baseline as it was."""
    known = tmp_path / "known.json"
    given = ("--baseline", str(known), "--out", str(tmp_path))
    async with Origin(ROUTES, tls=True) as origin:
        given = (*given, "--cacert", str(origin.ca_file))
        code, out, problems = await run(*given, f"{origin.url}/good", f"{origin.url}/fonts", GITHUB_ACTIONS="true")
        assert (code, problems) == (1, "")
        assert "::error title=fonts-few::" in out
        failures = ElementTree.parse(tmp_path / "audit.xml").getroot().findall(".//failure")
        assert [(one.get("message") or "").partition(":")[0] for one in failures] == ["3 fonts are hinted"]
        assert json.loads((tmp_path / "audit.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
        assert "fonts-few" in (tmp_path / "audit.md").read_text(encoding="utf-8")

        code, out, _ = await run(*given, "--write", f"{origin.url}/fonts")
        assert (code, out) == (0, "1 pages, 0 new findings that fail, 0 fixed\n")
        before = known.read_bytes()
        assert (await run(*given, f"{origin.url}/fonts"))[0] == 0
        assert (await run(*given, "--write", f"{origin.url}/wall"))[0] == 3
        assert known.read_bytes() == before
