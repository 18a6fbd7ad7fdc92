"""What Early Hints do for a page, seen on this machine in a few seconds: `make demo`, or `python samples/demo.py`.

Serves the sample shop (its server thinks for 300 ms and sends a 103 meanwhile; each subresource takes 40 ms), loads it
with hints off and on over HTTP/1.1 and over HTTP/2, and prints each waterfall and the difference.
"""

from __future__ import annotations

import asyncio

import fetcher
from fetcher.net import NetOptions
from fetcher.origin import Origin
from fetcher.origin.sample import sample_site
from fetcher.report.terminal import print_difference, print_load

THINK_MS, INTERIM_MS, ASSET_MS = 300, 20, 40


async def show(title: str, url: str, browser: str, options: NetOptions) -> None:
    """One pair of loads, hints off and then on."""
    await fetcher.load_page(url, browser=browser, options=options)  # the first load of a process is slower: not shown
    loads = []
    for early_hints in (False, True):
        print(f"=== {title}, hints {'on' if early_hints else 'off'}\n")
        loads.append(await fetcher.load_page(url, browser=browser, early_hints=early_hints, options=options))
        print_load(loads[-1])
        print()
    print(f"=== {title}: the difference\n")
    print_difference(*loads)
    print()


async def main() -> None:
    site = sample_site(THINK_MS, INTERIM_MS, ASSET_MS)
    async with Origin(site) as plain, Origin(site, tls=True) as secure:
        # No browser acts on hints over HTTP/1.1; the profile "eager" does, and is chromium otherwise.
        await show("HTTP/1.1 as eager", f"{plain.url}/", "eager", NetOptions())
        trusting = NetOptions(ca_file=str(secure.ca_file), http="2")
        await show("HTTP/2 as chromium", f"{secure.url}/", "chromium", trusting)


if __name__ == "__main__":
    asyncio.run(main())
