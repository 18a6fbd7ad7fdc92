"""How long commands take to begin, in fresh processes beside a Python that does nothing and other clients.

``--help`` is bounded in wall time as a person sees it, interpreter start included; the import without it (the
difference within each round). Of ``load``, ``check`` and ``get`` it is the processor's time up to their
connection to a server here, which a least program with aiohttp opens too: by then a load has loaded all that it needs,
since what is loaded later would be counted as the network's time.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from fetcher import clock
from tests.benchmarks.children import ENVIRONMENT, ROOT
from tests.benchmarks.measuring import WARM_UP, Row

ROUNDS = 15
SCRIPT = Path(sys.executable).with_name("fetcher")
FETCHER = [str(SCRIPT)] if SCRIPT.exists() else [sys.executable, "-m", "fetcher"]
AIOHTTP = """
import asyncio, sys, aiohttp
async def main():
    async with aiohttp.ClientSession() as session, session.get(sys.argv[1]) as answer:
        await answer.read()
asyncio.run(main())
"""


def wall(*command: str) -> float:
    start = clock.now()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT, cwd=ROOT)
    return clock.now() - start


def until_connected(*command: str) -> float:
    """Processor time of ``command``, which gets a URL as its last word, up to its connection; then it is ended."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)
        where = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        process = subprocess.Popen(
            [*command, where], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT, cwd=ROOT
        )
        try:
            listener.accept()[0].close()
        finally:
            process.kill()
            _, process.returncode, used = os.wait4(process.pid, 0)
    return (used.ru_utime + used.ru_stime) * 1000


async def measure(rounds: int | None) -> list[Row]:
    helps: list[float] = []
    imports: list[float] = []
    bare: list[float] = []
    clients: list[float] = []
    parsers: list[float] = []
    commands = {
        "load": [*FETCHER, "load"],
        "check": [*FETCHER, "check"],
        "get": [*FETCHER, "get"],
        "aiohttp": [sys.executable, "-c", AIOHTTP],
    }
    if curl := shutil.which("curl"):
        commands["curl"] = [curl, "-s"]
    connected: dict[str, list[float]] = {name: [] for name in commands}
    for number in range((rounds or ROUNDS) + WARM_UP):
        nothing = wall(sys.executable, "-c", "pass")
        alone = wall(sys.executable, "-c", "import fetcher") - nothing
        client = wall(sys.executable, "-c", "import fetcher; fetcher.fetch, fetcher.load_page") - nothing
        typer = wall(sys.executable, "-c", "import typer")
        shown = wall(*FETCHER, "--help")
        begun = {name: until_connected(*command) for name, command in commands.items()}
        if number >= WARM_UP:
            parsers.append(typer)
            for name, took in begun.items():
                connected[name].append(took)
            bare.append(nothing)
            imports.append(alone)
            clients.append(client)
            helps.append(shown)
    return [
        Row(
            "fetcher --help",
            helps,
            "import typer",
            parsers,
            at_most=150.0,
            ratio_at_most=1.5,
            note="interpreter included",
        ),
        *(
            Row(
                f"fetcher {name} to its connection, CPU",
                connected[name],
                "aiohttp",
                connected["aiohttp"],
                ratio_at_most=most,
            )
            for name, most in (("get", 1.0), ("load", 2.0), ("check", 2.0))
        ),
        *(Row("  curl to its connection, CPU", connected[name], detail=True) for name in connected if name == "curl"),
        Row("import fetcher", imports, at_most=40.0, note="on top of a bare python"),
        Row("  with fetch and load_page asked for", clients, detail=True, note="on top of a bare python"),
        Row("  python -c pass", bare, detail=True),
    ]
