"""One process that reads one large body and says what memory it took: ``read_once SMALL_URL LARGE_URL CA_FILE``.

The small URL is fetched first, so that imports and first buffers are not counted. Prints JSON, sizes in bytes.
"""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import sys
from pathlib import Path

import fetcher
from fetcher.net import NetOptions


def resident(what: str) -> int:
    """VmRSS (now) or VmHWM (highest so far) of this process; elsewhere than on Linux the highest for both."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(what))


def forget_peak() -> None:
    """Make VmHWM count from now (proc(5), clear_refs)."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return


async def main(small: str, large: str, ca_file: str) -> None:
    options = NetOptions(ca_file=ca_file)
    await (await fetcher.fetch(small, options=options)).read()
    gc.collect()
    forget_peak()
    before = resident("VmRSS")
    size = 0
    async for piece in await fetcher.fetch(large, options=options):
        size += len(piece)
    print(json.dumps({"before": before, "peak": resident("VmHWM"), "bytes": size}))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
