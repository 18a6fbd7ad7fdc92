"""The trace: what its format asks for, a process per connection, and an arrow from the 103 to what it started."""

from __future__ import annotations

import json
from typing import Any

from fetcher.report.trace import FIRST, trace
from tests.support.loads import failed, many, shop


def events(load: Any) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = json.loads(trace(load))["traceEvents"]
    return made


def test_slices_nest_and_never_run_backwards() -> None:
    """Every event has process, thread and time; within a thread a phase lies inside its request."""
    for load in (shop(), failed(), many(100)):
        made = events(load)
        slices = [one for one in made if one["ph"] == "X"]
        assert all(one["dur"] >= 0 and one["ts"] >= 0 for one in slices)
        whole = {(one["pid"], one["tid"]): one for one in slices if one["cat"] not in ("phase", "connection")}
        for one in slices:
            if one["cat"] == "phase":
                outer = whole[one["pid"], one["tid"]]
                assert outer["ts"] <= one["ts"]
                assert one["ts"] + one["dur"] <= outer["ts"] + outer["dur"] + 1


def test_a_flow_for_each_hint_that_was_acted_on() -> None:
    """It leaves the document's thread at the 103 and ends in the hinted request's, no earlier."""
    load = shop()
    made = events(load)
    started = [hint for hint in load.hints if hint.acted and hint.request is not None]
    begins = {one["id"]: one for one in made if one["ph"] == "s"}
    ends = {one["id"]: one for one in made if one["ph"] == "f"}
    assert set(begins) == set(ends) == {hint.id for hint in started}
    for hint in started:
        assert begins[hint.id]["ts"] == 21_300
        assert ends[hint.id]["ts"] >= begins[hint.id]["ts"]
        assert ends[hint.id]["tid"] == (hint.request or 0) + 2


def test_names_for_people() -> None:
    """Processes are connections, threads requests, instants the 103 and the page's estimates."""
    load = shop()
    made = events(load)
    names = {one["args"]["name"] for one in made if one["ph"] == "M" and "name" in one["args"]}
    assert "c0 https://shop.test:443 h2" in names
    assert "#1 /css/main.css" in names
    instants = {one["name"] for one in made if one["ph"] == "i"}
    assert "103 Early Hints" in instants
    assert any(name.endswith("(estimated)") for name in instants)
    assert {one["pid"] for one in made} >= {FIRST + one.id for one in load.connections}


def test_the_same_record_gives_the_same_trace_and_secrets_stay_out() -> None:
    """Byte for byte; redacted unless asked."""
    assert trace(shop()) == trace(shop())
    assert trace(shop()).endswith("}\n")
