"""The picture in the README: `make waterfall`, or `python samples/waterfall.py FILE`.

Serves the sample shop over HTTP/2 (300 ms of thought, a 103 after 20 ms, 40 ms for each subresource), loads it as
Chromium would and writes the waterfall as SVG. What is drawn is a load that took place; times differ from run to run.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import fetcher
from fetcher.net import NetOptions
from fetcher.origin import Origin
from fetcher.origin.sample import sample_site
from fetcher.report.svg import svg

THINK_MS, INTERIM_MS, ASSET_MS = 300, 20, 40
FILE = Path(__file__).with_name("waterfall.svg")


async def loaded() -> fetcher.PageLoad:
    """The second of two loads: the first of a process is slower."""
    async with Origin(sample_site(THINK_MS, INTERIM_MS, ASSET_MS), tls=True) as origin:
        options = NetOptions(ca_file=str(origin.ca_file), http="2")
        for _ in range(2):
            load = await fetcher.load_page(f"{origin.url}/", browser="chromium", options=options)
    return load


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("file", nargs="?", type=Path, default=FILE, metavar="FILE", help="where the SVG goes")
    to = options.parse_args().file
    to.write_text(svg(asyncio.run(loaded())), encoding="utf-8")
    print(to)
