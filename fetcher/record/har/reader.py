"""HAR files in: those of browsers, of the tools round them, and our own, each page as a PageLoad.

Our own (``writer``) come back whole. Of others a record holds what the file measured and no
more: unknown is None, times of cache reads and pushes are left out (``RequestRecord.timing_is_cache_read``), and what
was contradictory or odd is said in the record's notes. Files are read as a stream, so size costs no memory beyond the
facts that are kept. Every fault is a ``RecordError`` with one sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from os import PathLike
from typing import Any, BinaryIO

from fetcher.errors import RecordError
from fetcher.record.codec import decode
from fetcher.record.har.entry import Entry, entry_of, instant, number
from fetcher.record.har.page import Page, load_of
from fetcher.record.har.stream import read_har
from fetcher.record.har.writer import DISCOVERIES
from fetcher.record.page_load import Discovery, InterimResponse, PageLoad, RequestRecord
from fetcher.record.saved import check

MOST = 100_000
"""Entries of one file; no load comes near, and beyond it what is kept would grow without bound."""

Source = str | PathLike[str] | BinaryIO | dict[str, Any]
"""A path, an open binary file, or the values that ``to_har`` gives."""


def from_har(source: Source, page: int | str | None = None) -> PageLoad:
    """The load of one page: ``page`` is its index in the file or its id. Without it the first is taken, and a note
    tells of the others. Raises ``RecordError``."""
    loads, names = _read(source, page)
    if page is None and len(names) > 1:
        note = f"The HAR file has {len(names)} pages ({', '.join(names[:10])}); this is the first."
        return replace(loads[0], notes=(*loads[0].notes, note))
    return loads[0]


def pages_from_har(source: Source) -> list[PageLoad]:
    """The load of every page that has requests, in the file's order. Raises ``RecordError``."""
    return _read(source, None, every=True)[0]


@dataclass(slots=True, eq=False)
class _Found:
    """One page in the making: ``ours`` are the saved requests of a file of our own, ``entries`` another's."""

    page: Page
    data: dict[str, Any]
    entries: list[Entry] = field(default_factory=list)
    ours: list[RequestRecord] = field(default_factory=list)
    interim: list[InterimResponse] = field(default_factory=list)
    named: list[tuple[int, Discovery]] = field(default_factory=list)


def _read(source: Source, page: int | str | None, *, every: bool = False) -> tuple[list[PageLoad], list[str]]:
    if isinstance(source, dict):
        return _collect(_members(source), page, every=every)
    if not isinstance(source, str | PathLike):
        return _collect(read_har(source), page, every=every)
    try:
        with open(source, "rb") as file:
            return _collect(read_har(file), page, every=every)
    except OSError as error:
        raise RecordError(f"The HAR file {source} cannot be read: {error.strerror or error}") from error
    except RecordError as error:
        raise RecordError(f"{source}: {error}") from error


def _members(data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    log = data.get("log")
    if not isinstance(log, dict):
        raise RecordError('This is not a HAR file: it has no "log" object')
    for name, value in log.items():
        if name in ("pages", "entries") and isinstance(value, list):
            yield from (("page" if name == "pages" else "entry", one) for one in value)
        else:
            yield name, value


def _collect(
    members: Iterable[tuple[str, Any]], wanted: int | str | None, *, every: bool
) -> tuple[list[PageLoad], list[str]]:
    """The wanted loads, and the ids of all pages that have requests."""
    pages: dict[str, _Found] = {}
    stray: dict[str | None, _Found] = {}
    programs: dict[str, str] = {}
    interned: dict[tuple[str, str], tuple[str, str]] = {}
    odd: Counter[str] = Counter()
    count = 0
    for name, value in members:
        if name == "page":
            found = _page(value, len(pages))
            assert found.page.id is not None
            if found.page.id in pages:
                raise RecordError(f"This HAR file contradicts itself: it has two pages called {found.page.id!a:.60}")
            pages[found.page.id] = found
        elif name == "entry":
            if count == MOST:
                raise RecordError(f"This HAR file has more than {MOST:,} entries; give one page of it")
            pageref = value.get("pageref") if isinstance(value, dict) else None
            key = pageref if isinstance(pageref, str) else None
            # Pages may stand after their entries, so an entry waits under its page's name.
            home = pages.get(key) if key is not None else None
            home = home or stray.setdefault(key, _Found(Page(None, None), {}))
            _add(home, value, count, interned, odd)
            count += 1
        elif name in ("creator", "browser") and isinstance(value, dict):
            told = (value.get("name"), value.get("version"))
            programs[name] = " ".join(part for part in told if isinstance(part, str))
    found_pages = _joined(pages, stray)
    if not found_pages:
        raise RecordError("This HAR file has no entries: nothing was recorded")
    names = [found.page.id or "?" for found in found_pages]
    chosen = found_pages if every else [_chosen(found_pages, names, wanted)]
    recorded_by = _program(programs)
    return [_load(found, recorded_by, odd) for found in chosen], names


def _page(data: object, index: int) -> _Found:
    here = f"log.pages[{index}]"
    if not isinstance(data, dict):
        raise RecordError(f"This HAR file cannot be used: {here} is not an object")
    given = data.get("pageTimings")
    timings = given if isinstance(given, dict) else {}
    known = ((name, number(value)) for name, value in timings.items() if isinstance(name, str))
    page = Page(
        id=data["id"] if isinstance(data.get("id"), str) else f"page {index}",
        start=instant(data["startedDateTime"], here) if data.get("startedDateTime") else None,
        timings=tuple((name, at) for name, at in known if at is not None),
        repeat_view=data.get("_cached") in (1, True, "1"),
    )
    return _Found(page, data)


def _add(
    home: _Found, value: Any, index: int, interned: dict[tuple[str, str], tuple[str, str]], odd: Counter[str]
) -> None:
    if isinstance(value, dict) and isinstance(value.get("_fetcher"), dict):
        home.ours.append(_own_request(value, index))
        home.interim += _own_interim(value, home.ours[-1].id, index)
        home.named += _own_discoveries(value["_fetcher"].get(DISCOVERIES), index)
        return
    entry = entry_of(value, index, interned)
    if entry is None:
        odd["other"] += 1
    else:
        home.entries.append(entry)


def _joined(pages: dict[str, _Found], stray: dict[str | None, _Found]) -> list[_Found]:
    """Every page that has requests. Entries of no page, or of one that the file lacks, are the first page's."""
    for key, found in stray.items():
        home = pages.get(key) if key is not None else None
        if home is None:
            home = next(iter(pages.values()), None)
        if home is None:
            pages[key or "?"] = found
            continue
        home.entries += found.entries
        home.ours += found.ours
        home.interim += found.interim
        home.named += found.named
    return [found for found in pages.values() if found.entries or found.ours]


def _chosen(found: list[_Found], names: list[str], wanted: int | str | None) -> _Found:
    if wanted is None:
        return found[0]
    if isinstance(wanted, str) and wanted in names:
        return found[names.index(wanted)]
    if isinstance(wanted, int) and 0 <= wanted < len(found):
        return found[wanted]
    raise RecordError(f"This HAR file has no page {wanted!r}; it has {', '.join(names[:10])}")


def _load(found: _Found, recorded_by: str, odd: Counter[str]) -> PageLoad:
    own = isinstance(found.data.get("_fetcher"), dict)
    if own and found.ours and not found.entries:
        load = _own(found)
    elif found.ours:
        raise RecordError("This HAR file was written by fetcher and changed since: some of its entries are not whole")
    else:
        load = load_of(found.page, found.entries, recorded_by, odd)
    check(load)
    return load


def _program(programs: dict[str, str]) -> str:
    creator, browser = programs.get("creator", ""), programs.get("browser", "")
    if browser and browser.split(" ")[0] not in creator:
        return f"{creator} with {browser}" if creator else browser
    return creator or "a program that gives no name"


# -- files of our own


def _own(found: _Found) -> PageLoad:
    hints = found.data.get("_hints")
    data = found.data["_fetcher"]
    shell = decode(
        PageLoad,
        {**data, "requests": [], "interim": [], "hints": hints if isinstance(hints, list) else [], "discoveries": []},
        "log.pages",
    )
    return replace(
        shell,
        requests=tuple(sorted(found.ours, key=lambda one: one.id)),
        interim=tuple(sorted(found.interim, key=lambda one: one.id)),
        discoveries=tuple(one for _, one in sorted(found.named, key=lambda each: each[0])),
    )


def _own_request(value: dict[str, Any], index: int) -> RequestRecord:
    """The request of an entry of ours: what HAR holds from HAR's members, the rest from ``_fetcher``."""
    request, response = value.get("request"), value.get("response")
    if not isinstance(request, dict) or not isinstance(response, dict):
        raise RecordError(f"This HAR file cannot be used: log.entries[{index}] has no request or no response")
    held = {
        "url": request.get("url"),
        "method": request.get("method"),
        "fields": _pairs(request.get("headers")),
        "response_fields": _pairs(response.get("headers")),
    }
    own = {name: one for name, one in value["_fetcher"].items() if name != DISCOVERIES}
    return decode(RequestRecord, {**own, **held}, f"log.entries[{index}]")


def _own_discoveries(told: object, index: int) -> Iterator[tuple[int, Discovery]]:
    """(its place among all, what was named) of an entry of ours."""
    for one in told if isinstance(told, list) else ():
        place = one.get("number") if isinstance(one, dict) else None
        if not isinstance(place, int) or isinstance(place, bool):
            raise RecordError(f"This HAR file cannot be used: a discovery of log.entries[{index}] is not whole")
        members = {name: value for name, value in one.items() if name != "number"}
        yield place, decode(Discovery, members, f"log.entries[{index}].{DISCOVERIES}")


def _own_interim(value: dict[str, Any], request: int, index: int) -> Iterator[InterimResponse]:
    told = value.get("_earlyHints")
    for one in told if isinstance(told, list) else ():
        if not isinstance(one, dict) or not isinstance(one.get("_fetcher"), dict):
            raise RecordError(f"This HAR file cannot be used: an _earlyHints of log.entries[{index}] is not whole")
        held = {
            "request": request,
            "at": one.get("time"),
            "status": one.get("status"),
            "reason_phrase": one.get("statusText"),
            "fields": _pairs(one.get("headers")),
            "acted": one.get("processed"),
        }
        yield decode(InterimResponse, {**one["_fetcher"], **held}, f"log.entries[{index}]._earlyHints")


def _pairs(headers: object) -> list[list[object]]:
    if not isinstance(headers, list):
        return []
    return [[one.get("name"), one.get("value")] for one in headers if isinstance(one, dict)]
