"""What became of each hint of a page's 103: one line per hint, both clocks, and an exit code for a script to act on.

    python samples/hints_report.py https://shop.example/
    python samples/hints_report.py --cacert ca.pem --off --json https://localhost:8443/ > hints.json

Exit codes: 0 every hint acted and was used; 1 one was refused or used by nobody, or no 103 came; 2 a wrong option;
3 the page could not be loaded. Times are milliseconds from the start of the navigation.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from typing import Any

import fetcher
from fetcher.net import NetOptions

COLUMNS = (("verdict", 18), ("sent", 9), ("ended", 9), ("used", 5), ("head start", 11))


def report(load: fetcher.PageLoad) -> dict[str, Any]:
    """The answer as plain values; unknown is None."""
    document = load.document_request
    return {
        "url": load.final_url,
        "status": document.status if document else None,
        "version": document.version if document else None,
        "browser": load.profile,
        "early_hints": load.early_hints,
        "first_interim_response_start": load.first_interim_response_start,
        "final_response_headers_start": load.final_response_headers_start,
        "finished_at": load.finished_at,
        "hints": [
            {
                "link": hint.raw,
                "acted": hint.acted,
                "rule": hint.rule,
                "reason": hint.reason,
                "used": hint.used,
                "head_start": hint.head_start,
                **span(load, hint.request, hint.connection),
            }
            for hint in load.hints
        ],
        "notes": list(load.notes),
    }


def span(load: fetcher.PageLoad, request: int | None, connection: int | None) -> dict[str, float | None]:
    """When a hinted request was sent and its response complete; for a preconnect, when it began and stood."""
    if request is not None:
        times = load.requests[request].times
        return {"sent": times.request_start, "ended": times.response_end}
    if connection is not None:
        opened = load.connections[connection]
        return {"sent": opened.connect_start, "ended": opened.connect_end}
    return {"sent": None, "ended": None}


def show(found: dict[str, Any]) -> None:
    state = "on" if found["early_hints"] else "off"
    print(f"{safe(found['url'])}  {found['status']} over {found['version']}, as {found['browser']}, hints {state}")
    clocks = ("first_interim_response_start", "final_response_headers_start", "finished_at")
    print(f"  103 {ms(found[clocks[0]])}, final headers {ms(found[clocks[1]])}, all done {ms(found[clocks[2]])}")
    if not found["early_hints"] or not found["hints"]:
        return
    print("  " + "".join(f"{name:{width}}" for name, width in COLUMNS) + "link")
    for hint in found["hints"]:
        verdict = f"{'acted' if hint['acted'] else 'refused'} ({hint['rule']})"
        used = {True: "yes", False: "no", None: "-"}[hint["used"]]
        cells = (verdict, ms(hint["sent"]), ms(hint["ended"]), used, ms(hint["head_start"]))
        row = "".join(f"{cell:{width}}" for cell, (_, width) in zip(cells, COLUMNS, strict=True))
        print(f"  {row}{safe(hint['link'])}")
        if not hint["acted"]:
            print(f"    {safe(hint['reason'])}")


def ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def safe(text: object) -> str:
    """A server wrote this; a terminal must not obey it."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))


def is_good(found: dict[str, Any]) -> bool:
    """Hints came, and none was in vain."""
    return bool(found["hints"]) and all(hint["acted"] and hint["used"] is not False for hint in found["hints"])


async def look(url: str, browser: str, cacert: str | None, *, off: bool) -> list[dict[str, Any]]:
    options = NetOptions(ca_file=cacert)
    turns = (True, False) if off else (True,)
    return [
        report(await fetcher.load_page(url, browser=browser, early_hints=hints, options=options)) for hints in turns
    ]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("url")
    options.add_argument("--browser", choices=("chromium", "eager"), default="chromium")
    options.add_argument("--cacert", metavar="FILE", help="trust this authority instead of the system's")
    options.add_argument("--off", action="store_true", help="load it a second time with hints off")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    try:
        found = asyncio.run(look(given.url, given.browser, given.cacert, off=given.off))
    except fetcher.FetcherError as error:
        print(f"hints_report: {safe(error)}", file=sys.stderr)
        return error.exit_code
    if given.json:
        json.dump(found, sys.stdout, indent=2)
        print()
    else:
        for each in found:
            show(each)
    return 0 if is_good(found[0]) else 1


if __name__ == "__main__":
    sys.exit(main())
