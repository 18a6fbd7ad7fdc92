"""The house plan as data, enforced: which room may import which, and each third-party package's one door.

Reads every import statement (lazy and TYPE_CHECKING ones too) with ``ast``. No exceptions list: a new edge is a
decision, made here with its reason.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "fetcher"

# room -> what it may import of ours; "room.module" narrows an edge to one file. `terms` is free for all.
ROOMS: dict[str, set[str]] = {
    "terms": set(),
    "errors": set(),
    "clock": set(),
    "urls": {"errors"},
    "wire": {"errors"},
    "fields": {"urls", "errors"},
    "discovery": {"fields", "urls"},
    "net": {"wire", "clock", "urls", "errors"},
    "browser": {"discovery", "fields", "urls", "errors"},
    # The recorder folds the machine's log, so it must know the log's words: events and commands, nothing else.
    "record": {"browser.events", "browser.commands", "discovery", "fields", "urls", "errors"},
    "client": {"net", "wire", "fields", "urls", "clock", "errors"},
    "load": {"net", "wire", "browser", "record", "discovery", "fields", "clock", "urls", "errors"},
    # Links as each profile reads them, asked for records of any origin: the machine's own reading, not restated; that
    # of a document's links takes the record's candidates (discovery's values).
    "analysis": {"browser", "record", "discovery", "fields", "urls", "errors"},
    # A rule on the markup reads what the record holds of it: discovery's values.
    "audits": {"analysis", "record", "discovery.candidates", "fields", "urls", "errors"},
    "report": {"audits", "analysis", "record", "urls"},
    # A Chromium is run with a load's own options (network, cookies, device, the names it goes by), and waited for.
    "runs": {
        "load",
        "audits",
        "analysis",
        "record",
        "urls",
        "errors",
        "clock",
        "net.options",
        "net.proxy",
        # The relay in front of a Chromium connects as a load of ours does, over TLS that Chromium alone trusts, agrees
        # with a server to what the browser offers, and reads the HTTP that passes.
        "net.opening",
        "net.stream",
        "origin.certificates",
        "wire.client_hello",
        "wire.http1",
        "wire.http2",
        "browser.profiles",
        "browser.requests",
        "browser.storage",
    },
    "origin": {"wire", "record", "fields", "urls", "clock", "errors"},
    "stdlib": {"client", "net", "wire", "fields", "urls", "clock", "errors"},
    "sync": {"client", "load", "runs", "record", "errors"},
    "cli": {
        "runs",
        "audits",
        "analysis",
        "client",
        "load",
        "record",
        "report",
        "origin",
        "net",
        "wire",
        "fields",
        "browser",
        "urls",
        "clock",
        "errors",
    },
    "__init__": {"client", "load", "runs", "audits", "analysis", "net", "record", "wire", "errors", "sync"},
    "__main__": {"cli"},
}

# third-party package -> the only modules that may import it
DOORS: dict[str, set[str]] = {
    "ada_url": {"urls"},
    "publicsuffixlist": {"urls"},
    "jh2": {"wire.http2", "origin.http2"},
    "brotli": {"wire.coding"},
    "backports": {"wire.coding"},
    "compression": {"wire.coding"},
    "selectolax": {"discovery.whole_document"},
    "webencodings": {"discovery.encodings"},
    "aiohttp": {"load.session"},
    "yarl": {"load.session"},
    "trustme": {"origin.certificates"},
    "rich": {"report.terminal"},
    "typer": {"cli"},
    "click": {"cli"},
}

IO_ROOMS = {"net", "client", "load", "runs", "origin", "stdlib", "sync", "cli"}
IO_MODULES = {"asyncio", "socket", "ssl", "selectors", "socketserver", "http", "urllib", "threading", "subprocess"}
# urllib.parse and http.client are asked for by stdlib's and the CLI's purpose; the pure rooms use none of them.


def test_every_room_of_the_plan_is_there() -> None:
    """No arrow leads to, or from, a room that nobody built."""
    found = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    named = {edge.partition(".")[0] for edges in ROOMS.values() for edge in edges}
    assert {*ROOMS, *named} <= found


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def dotted(path: Path) -> str:
    """ "wire.http1" for fetcher/wire/http1.py, "wire" for its __init__, "__init__" for the package's own."""
    parts = list(path.relative_to(PACKAGE).with_suffix("").parts)
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return ".".join(parts)


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import at line {node.lineno}"
            base = node.module or ""
            if base == "fetcher" or base.count(".") == 1:
                found.update(f"{base}.{alias.name}" for alias in node.names)
            else:
                found.add(base)
    return found


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_imports_follow_the_house_plan(path: Path) -> None:
    """Each import stays inside its room, follows an allowed arrow, or passes the package's one door."""
    here = dotted(path)
    room = here.split(".")[0]
    assert room in ROOMS, f"{here}: no such room in the plan"
    for name in imports(path):
        top, _, rest = name.partition(".")
        if top == "fetcher":
            check_own(here, room, rest)
        elif top in sys.stdlib_module_names:
            if top == "time":
                assert here == "clock", f"{here} imports time: only clock.py reads it"
            if top in IO_MODULES:
                assert room in IO_ROOMS, f"{here} imports {name}: no I/O in this room"
        elif top != "__future__":
            doors = DOORS.get(top)
            assert doors is not None, f"{here} imports {top}: no door for it"
            passes = any(here == door or here.startswith(door + ".") for door in doors)
            assert passes, f"{here} imports {top} past its door"


def check_own(here: str, room: str, target: str) -> None:
    parts = target.split(".")
    if not parts[0] or parts[0] in (room, "terms"):
        return
    allowed = ROOMS[room]
    ok = parts[0] in allowed or ".".join(parts[:2]) in allowed
    assert ok, f"{here} imports fetcher.{target}: not an arrow of the plan"


@pytest.mark.parametrize("room", sorted(p.name for p in PACKAGE.iterdir() if (p / "__init__.py").exists()))
def test_each_room_says_what_it_is_for(room: str) -> None:
    """A room's __init__ opens with what it is for and what it may import."""
    doc = ast.get_docstring(ast.parse((PACKAGE / room / "__init__.py").read_text(encoding="utf-8")))
    assert "import" in (doc or ""), f"fetcher/{room}/__init__.py does not say what the room is for and may import"
