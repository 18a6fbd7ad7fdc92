"""What HAR 1.2 demands (http://www.softwareishard.com/blog/har-12-spec/), more strictly than its JSON Schemas:
``check_har`` fails with the place of the first thing that is wrong. Members of ours begin with "_"."""

from __future__ import annotations

import ipaddress
import re
from datetime import datetime
from typing import Any

LOG = {"version": str, "creator": dict, "pages": list, "entries": list}
PAGE = {"startedDateTime": str, "id": str, "title": str, "pageTimings": dict}
ENTRY = {
    "startedDateTime": str,
    "time": (int, float),
    "request": dict,
    "response": dict,
    "cache": dict,
    "timings": dict,
    "pageref": str,
}
ENTRY_MAY = {"serverIPAddress": str, "connection": str}
REQUEST = {
    "method": str,
    "url": str,
    "httpVersion": str,
    "cookies": list,
    "headers": list,
    "queryString": list,
    "headersSize": int,
    "bodySize": int,
}
RESPONSE = {
    "status": int,
    "statusText": str,
    "httpVersion": str,
    "cookies": list,
    "headers": list,
    "content": dict,
    "redirectURL": str,
    "headersSize": int,
    "bodySize": int,
}
# chrome-har's names, which have no underscore
RESPONSE_MAY = {"fromEarlyHints": bool, "fromDiskCache": bool, "fromServiceWorker": bool}
CONTENT = {"size": int, "mimeType": str}
PHASES = dict.fromkeys(("blocked", "dns", "connect", "ssl", "send", "wait", "receive"), (int, float))
PAIR = {"name": str, "value": str}
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(?:Z|[+-]\d\d:\d\d)")


def check_har(har: dict[str, Any]) -> None:
    members(har, "har", {"log": dict})
    log = har["log"]
    members(log, "log", LOG)
    assert log["version"] == "1.2"
    members(log["creator"], "log.creator", {"name": str, "version": str})
    for page in log["pages"]:
        members(page, "page", PAGE)
        assert DATE.fullmatch(page["startedDateTime"])
        members(page["pageTimings"], "pageTimings", {"onContentLoad": (int, float), "onLoad": (int, float)})
    ids = [page["id"] for page in log["pages"]]
    assert len(set(ids)) == len(ids)
    for number, entry in enumerate(log["entries"]):
        check_entry(entry, f"entries[{number}]", ids)
    starts = [datetime.fromisoformat(entry["startedDateTime"]) for entry in log["entries"]]
    assert starts == sorted(starts)


def check_entry(entry: dict[str, Any], where: str, pages: list[str]) -> None:
    members(entry, where, ENTRY, ENTRY_MAY)
    assert entry["pageref"] in pages
    assert DATE.fullmatch(entry["startedDateTime"]), where
    if "serverIPAddress" in entry:
        ipaddress.ip_address(entry["serverIPAddress"])
    request, response, timings = entry["request"], entry["response"], entry["timings"]
    members(request, f"{where}.request", REQUEST)
    members(response, f"{where}.response", RESPONSE, RESPONSE_MAY)
    members(response["content"], f"{where}.content", CONTENT, {"compression": int})
    assert response["content"]["size"] >= 0
    assert response["status"] == 0 or 100 <= response["status"] <= 999
    for pairs in (request["headers"], request["queryString"], response["headers"]):
        for pair in pairs:
            members(pair, where, PAIR)
    for size in (request["headersSize"], request["bodySize"], response["headersSize"], response["bodySize"]):
        assert size >= -1, where
    members(timings, f"{where}.timings", PHASES)
    for name, value in timings.items():
        assert value >= 0 or (value == -1 and name in ("blocked", "dns", "connect", "ssl")), (where, name)
    if timings["ssl"] >= 0:
        assert timings["connect"] >= timings["ssl"], where  # ssl is part of connect
    spent = sum(max(value, 0) for name, value in timings.items() if name != "ssl")
    assert abs(entry["time"] - spent) < 0.01, where


def members(value: dict[str, Any], where: str, must: dict[str, Any], may: dict[str, Any] | None = None) -> None:
    """Every required member, of its type and no other; nothing unknown that does not begin with "_"."""
    for name in must:
        assert name in value, f"{where} has no {name}"
    for name, member in value.items():
        known = must.get(name) or (may or {}).get(name)
        assert known is not None or name.startswith("_"), f"{where} has an unknown {name}"
        if known is not None:
            assert isinstance(member, known), f"{where}.{name} is {member!r}"
            assert known is bool or not isinstance(member, bool), f"{where}.{name} is {member!r}"


def entry(url: str = "https://a.test/", at: str = "00.000", **more: Any) -> dict[str, Any]:
    """An entry that started ``at`` seconds; members of ``request``, ``response`` and ``timings`` are merged in."""
    made: dict[str, Any] = {
        "startedDateTime": f"2026-08-01T09:30:{at}Z",
        "time": 30,
        "request": {"method": "GET", "url": url, "httpVersion": "h2", "headers": []},
        "response": {"status": 200, "statusText": "", "httpVersion": "h2", "headers": [], "content": {"size": 5}},
        "cache": {},
        "timings": {"blocked": 1, "dns": -1, "connect": -1, "ssl": -1, "send": 2, "wait": 20, "receive": 7},
    }
    for name, value in more.items():
        if isinstance(value, dict) and isinstance(made.get(name), dict):
            made[name] = {**made[name], **value}
        else:
            made[name] = value
    return made


def made(*entries: Any, **log: Any) -> dict[str, Any]:
    """A HAR of ``entries``; ``log`` are further members of its log."""
    return {"log": {"version": "1.2", "creator": {"name": "t", "version": "1"}, "entries": list(entries), **log}}
