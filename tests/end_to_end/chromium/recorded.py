"""What a browser asked for, kept in the repository: one JSON file for each file of cases, renewed by ``--renew``.

A file has the browser's version, a table of the field lines it heard, and per case its requests as
[url, "before" or "", [indexes into the table]] (method first where it is not GET), the connections, and a digest of the
case, so that a case changed since is noticed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fetcher.terms import Fields
from tests.end_to_end.chromium.case import Case
from tests.end_to_end.chromium.comparing import Asked, Heard

FOLDER = Path(__file__).parent / "recorded"


@dataclass(frozen=True, slots=True)
class Recording:
    """``version`` is the product that was asked, ``digest`` the case's when it was."""

    version: str
    digest: str
    heard: Heard


def digest(case: Case) -> str:
    """Changes when what the case serves does; functions in its site count by their names."""
    served: tuple[object, ...] = (
        case.url, case.html, tuple(case.hints), case.interim, case.fields, case.status, case.visits,
        case.viewport, case.dpr, case.mobile, sorted((name, _told(each)) for name, each in case.files.items()),
    )  # fmt: skip
    if case.counted:
        served = (*served, "counted")
    site = case.site
    routes = [] if site is None else sorted(
        (host, target, _told(route))
        for host, table in {"": site.routes, **site.hosts}.items() for target, route in table.items()
    )  # fmt: skip
    return hashlib.sha256(repr((served, routes)).encode()).hexdigest()[:12]


def _told(route: Any) -> str:
    return getattr(route, "__qualname__", type(route).__name__) if callable(route) else repr(route)


def read(
    subject: str, only: Collection[str] | None = None, *, folder: Path = FOLDER, browser: str = "chromium"
) -> dict[str, Recording]:
    """By case id, of all cases or ``only`` those; empty where nothing was recorded yet."""
    path = folder / f"{subject}.json"
    if not path.exists():
        return {}
    kept = json.loads(path.read_text())
    cases = kept["cases"].items()
    return {name: _recording(each, kept, browser) for name, each in cases if only is None or name in only}


def _recording(kept: Mapping[str, Any], whole: Mapping[str, Any], browser: str) -> Recording:
    lines: list[tuple[str, str]] = [
        (name, value) for name, _, value in (each.partition(": ") for each in whole["fields"])
    ]
    asked = []
    for target, before, indexes in kept["requests"]:
        method, _, url = target.rpartition(" ")
        fields: Fields = tuple(sorted(lines[index] for index in indexes))
        asked.append(Asked(url, method or "GET", before == "before", fields))
    connections = tuple(sorted(kept["connections"].items()))
    return Recording(whole[browser], kept["digest"], Heard(tuple(sorted(asked)), connections, kept.get("failed")))


def write(
    subject: str,
    version: str,
    recordings: Mapping[str, Recording],
    *,
    folder: Path = FOLDER,
    browser: str = "chromium",
) -> None:
    """Replace the subject's file; ``recordings`` by case id, in the order of the cases."""
    lines = sorted(
        {
            f"{name}: {value}"
            for each in recordings.values()
            for asked in each.heard.asked
            for name, value in asked.fields
        }
    )
    index = {line: number for number, line in enumerate(lines)}
    told = []
    for name, each in recordings.items():
        requests = [
            [
                asked.url if asked.method == "GET" else f"{asked.method} {asked.url}",
                "before" if asked.before else "",
                [index[f"{name}: {value}"] for name, value in asked.fields],
            ]
            for asked in each.heard.asked
        ]
        kept = {"digest": each.digest, "connections": dict(each.heard.connections), "requests": requests}
        if each.heard.failed:
            kept["failed"] = each.heard.failed
        told.append(f"  {json.dumps(name)}: {json.dumps(kept, separators=(',', ':'))}")
    folder.mkdir(exist_ok=True)
    fields = ",\n".join(f"  {json.dumps(line)}" for line in lines)
    (folder / f"{subject}.json").write_text(
        f'{{"{browser}": {json.dumps(version)},\n "fields": [\n{fields}\n ],\n "cases": {{\n'
        + ",\n".join(told)
        + "\n }\n}\n"
    )
