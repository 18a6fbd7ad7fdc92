"""One saved file, whatever wrote it: a record, a list of them, a HAR, a saved check, a saved audit, a saved comparison.

``read_saved`` tells which it is and reads it; nothing in a file is trusted. Raises ``RecordError`` that names the file,
or ``UsageError`` where the name is neither a file nor a URL.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fetcher.analysis.check.judgement import Checked
from fetcher.analysis.compare.comparison import Comparison
from fetcher.analysis.compare.saved_comparison import from_json as comparison_from_json
from fetcher.analysis.compare.saved_comparison import is_comparison
from fetcher.audits.result import AuditResult
from fetcher.audits.saved import from_json as audit_from_json
from fetcher.audits.saved import is_audit
from fetcher.errors import RecordError, UsageError
from fetcher.record.codec import decode
from fetcher.record.json_faults import why_not_json
from fetcher.record.page_load import PageLoad
from fetcher.record.saved import check, from_json

MOST_BYTES = 2_000_000_000
"""A file larger than this is no record: it is refused before it is read."""

_MESSAGE = re.compile(rb'\[?\s*\{\s*("id"\s*:\s*\d+\s*,\s*)?"method"\s*:\s*"(Network|Page|Target|Runtime)\.')
"""How a DevTools protocol log begins: with a message, or a list of them."""

_OTHERS = {
    "exchange": "one exchange of fetcher get, which is no page load; fetcher load --json FILE saves one",
    "why": "what fetcher why says of hints, and holds no load; fetcher load --json FILE saves one",
    "difference": "what fetcher diff found between two results, and holds no load; name those results themselves",
    "discoveries": (
        "what fetcher discover found of scripts, and holds no load; "
        "fetcher load --discoveries FILE URL takes the log it was read from"
    ),
    "audit-baseline": "a baseline, and holds no load; fetcher audit --json FILE saves a whole audit",
}


@dataclass(frozen=True, slots=True)
class SavedFile:
    """What the file ``name`` holds: an ``audit``, a ``comparison`` or ``checks`` where it is one of those, else
    ``loads``, all of them in the file's order."""

    name: str
    loads: tuple[PageLoad, ...] = ()
    audit: AuditResult | None = None
    comparison: Comparison | None = None
    checks: tuple[Checked, ...] = ()

    @property
    def kind(self) -> str:
        """ "audit", "comparison", "check" or "load"."""
        if self.audit is not None:
            return "audit"
        if self.comparison is not None:
            return "comparison"
        return "check" if self.checks else "load"


def read_saved(name: str, *, or_url: bool = False) -> SavedFile:
    """What is in the file ``name``; ``or_url``: a URL might have been named instead."""
    path = _file(name, or_url=or_url)
    try:
        with path.open("rb") as file:
            start = file.read(4096)
        if _looks_like_har(start):
            from fetcher.record.har.reader import pages_from_har

            return SavedFile(name, tuple(pages_from_har(path)))
        if (log := _log_of_a_browser(start)) is not None:
            raise RecordError(
                f"{name}: this is a {log}, which holds no load; fetcher load --discoveries FILE URL takes it beside one"
            )
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise RecordError(f"{name} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{name} is no saved record and no HAR file: {why_not_json(error)}") from error
    try:
        return _told(name, data)
    except RecordError as error:
        raise RecordError(f"{name}: {error}") from error
    except RecursionError as error:
        raise RecordError(f"{name} is no saved record: its lists are nested too deeply") from error


def _log_of_a_browser(start: bytes) -> str | None:
    """What a file that begins so is, where --discoveries takes it and it holds no load."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{") and text[1:].lstrip().startswith((b'"constants"', b'"events"')):
        return "Chromium NetLog"
    return "DevTools protocol log" if _MESSAGE.match(text) else None


def _file(name: str, *, or_url: bool) -> Path:
    meant = "a URL, a saved record or a HAR file" if or_url else "a saved record, HAR, check, audit or comparison"
    path = Path(name)
    try:
        is_folder, exists = path.is_dir(), path.exists()
    except (OSError, ValueError):
        is_folder = exists = False  # a name that no file can have: too long, or with a zero byte
    if is_folder:
        raise UsageError(f"{name} is a folder; name {meant}")
    if not exists:
        what = "is neither an http or https URL nor a file" if or_url else "is no file"
        raise UsageError(f"{name} {what}; name {meant}")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RecordError(f"{name} has more than {MOST_BYTES} bytes; that is no record")
    except OSError as error:
        raise RecordError(f"{name} cannot be read: {error.strerror or error}") from error
    return path


def _looks_like_har(start: bytes) -> bool:
    """Whether the object begins with "log", as a HAR does: those are read as a stream."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    return text.startswith(b"{") and text[1:].lstrip().startswith(b'"log"')


def _told(name: str, data: Any) -> SavedFile:
    if is_audit(data):
        return SavedFile(name, audit=audit_from_json(data))
    if is_comparison(data):
        return SavedFile(name, comparison=comparison_from_json(data))
    several = data if isinstance(data, list) else [data]
    if several and all(_is_check(one) for one in several):
        return SavedFile(name, checks=tuple(_checked(one) for one in several))
    return SavedFile(name, tuple(load for one in several for load in _loads_in(one)))


def _is_check(data: object) -> bool:
    return isinstance(data, dict) and "runs" in data and "survey" in data


def _checked(data: dict[str, Any]) -> Checked:
    """A saved check, as ``fetcher check --json`` writes it."""
    found = decode(Checked, {name: value for name, value in data.items() if name != "schema"})
    for run in found.runs:
        if run.load is not None:
            check(run.load)
    return found


def _loads_in(data: Any) -> list[PageLoad]:
    """A record, a list of records, a check among them, or a HAR."""
    if isinstance(data, list):
        return [load for one in data for load in _loads_in(one)]
    if _is_check(data):
        return [run.load for run in _checked(data).runs if run.load is not None]
    if isinstance(data, dict) and "log" in data:
        from fetcher.record.har.reader import pages_from_har

        return pages_from_har(data)
    if isinstance(data, dict) and isinstance(data.get("kind"), str):
        kind = data["kind"]
        told = _OTHERS.get(kind) or f"of the kind {ascii(kind)[:40]}, which holds no load that this version knows"
        raise RecordError(f"this is {told}")
    return [from_json(data)]
