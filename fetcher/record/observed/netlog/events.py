"""A Chromium NetLog (``--log-net-log``, chrome://net-export) as events, one at a time, however large the file is.

One JSON object: "constants" says which number means what, then "events", which a browser that was killed leaves open.
Memory is bounded by the largest event. Events that make no sense on their own are passed over and counted; a file that
ends in the middle gives what came until then. https://www.chromium.org/developers/design-documents/network-stack/netlog/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from fetcher.errors import RecordError
from fetcher.record.json_stream import CutOff, JsonStream

KIND = "Chromium NetLog"
LATEST = 2.0**53
"""A later time (ms) is no time."""
_NAMED = ("logEventTypes", "logSourceType", "logEventPhase")
NEEDED = ("REQUEST_ALIVE", "URL_REQUEST_START_JOB")
"""Without these two event types nothing is known of a request."""


@dataclass(frozen=True, slots=True)
class Event:
    """``type`` and ``begins`` (False: an end, or an event without duration) by name; ``source`` is the id of what it
    happened to, ``kind`` what that is ("URL_REQUEST"). ``at`` is ms on the browser's own clock."""

    type: str
    source: int
    kind: str
    begins: bool
    at: float
    params: Mapping[str, Any]


class NetLog:
    """The events of ``source`` that are of ``wanted`` types. After the last of them ``cut_off`` says whether the file
    ends in the middle, ``unreadable`` how many events were none, ``errors`` what the numbers of errors are called."""

    def __init__(self, source: BinaryIO, wanted: frozenset[str]) -> None:
        self._file = JsonStream(source, KIND)
        self._wanted = wanted
        self.errors: dict[int, str] = {}
        self.cut_off = False
        self.unreadable = 0

    def __iter__(self) -> Iterator[Event]:
        """Raises RecordError for a file that is no NetLog."""
        names: dict[str, dict[int, str]] | None = None
        try:
            for member in self._file.members("the NetLog"):
                if member == "constants":
                    names = self._constants(self._file.value(member))
                elif member != "events":
                    self._file.value(f"the member {member[:40]!a}")
                elif names is None:
                    raise RecordError(f"this is no {KIND}: its events come before the constants that name them")
                elif self._file.peek() != "[":
                    raise RecordError(f'this is no {KIND}: its "events" are not an array')
                else:
                    yield from self._events(names)
        except CutOff:
            if names is None:
                raise
            self.cut_off = True
        if names is None:
            raise RecordError(f'this is no {KIND}: it has no "constants"')

    def _constants(self, value: Any) -> dict[str, dict[int, str]]:
        found = {group: _by_number(value, group) for group in _NAMED}
        self.errors = _by_number(value, "netError")
        known = set(found["logEventTypes"].values())
        if any(one not in known for one in NEEDED):
            raise RecordError(f"this is no {KIND} that can be read: its constants do not name {' and '.join(NEEDED)}")
        found["logEventTypes"] = {at: name for at, name in found["logEventTypes"].items() if name in self._wanted}
        return found

    def _events(self, names: Mapping[str, Mapping[int, str]]) -> Iterator[Event]:
        types, kinds, phases = (names[group] for group in _NAMED)
        for number in self._file.items("events"):
            value = self._file.value(f"event {number + 1}")
            if not isinstance(value, dict):
                self.unreadable += 1
                continue
            try:
                name = types.get(value["type"])
                if name is None:
                    continue
                source = value["source"]
                identity, kind = source["id"], kinds[source["type"]]
                begins = phases[value["phase"]] == "PHASE_BEGIN"
                at = float(value["time"])
            except (KeyError, TypeError, ValueError, OverflowError):
                self.unreadable += 1
                continue
            params = value.get("params")
            if type(identity) is not int or not 0 <= at < LATEST:
                self.unreadable += 1
                continue
            yield Event(name, identity, kind, begins, at, params if isinstance(params, dict) else {})


def _by_number(constants: Any, group: str) -> dict[int, str]:
    values = constants.get(group) if isinstance(constants, dict) else None
    if not isinstance(values, dict):
        return {}
    return {number: name for name, number in values.items() if type(number) is int}
