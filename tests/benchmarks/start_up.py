"""How long ``fetcher --help`` and ``import fetcher`` take, in fresh processes beside a Python that does nothing.

``--help`` is bounded in wall time as a person sees it, interpreter start included; the import without it (the
difference within each round).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from fetcher import clock
from tests.benchmarks.children import ENVIRONMENT, ROOT
from tests.benchmarks.measuring import WARM_UP, Row

ROUNDS = 15
SCRIPT = Path(sys.executable).with_name("fetcher")
HELP = [str(SCRIPT)] if SCRIPT.exists() else [sys.executable, "-m", "fetcher"]


def wall(*command: str) -> float:
    start = clock.now()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT, cwd=ROOT)
    return clock.now() - start


async def measure(rounds: int | None) -> list[Row]:
    helps: list[float] = []
    imports: list[float] = []
    bare: list[float] = []
    clients: list[float] = []
    for number in range((rounds or ROUNDS) + WARM_UP):
        nothing = wall(sys.executable, "-c", "pass")
        alone = wall(sys.executable, "-c", "import fetcher") - nothing
        client = wall(sys.executable, "-c", "import fetcher; fetcher.fetch, fetcher.load_page") - nothing
        shown = wall(*HELP, "--help")
        if number >= WARM_UP:
            bare.append(nothing)
            imports.append(alone)
            clients.append(client)
            helps.append(shown)
    return [
        Row("fetcher --help", helps, at_most=150.0, note="interpreter included"),
        Row("import fetcher", imports, at_most=40.0, note="on top of a bare python"),
        Row("  with fetch and load_page asked for", clients, detail=True, note="on top of a bare python"),
        Row("  python -c pass", bare, detail=True),
    ]
