"""HAR out: valid 1.2, true times of hinted requests, every fact where its readers look for it, nothing secret."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fetcher.errors import RecordError
from fetcher.record import PageLoad, RequestRecord, Sizes, Times, from_har, save_har, to_har
from fetcher.record.har.writer import har_text
from fetcher.terms import Initiator, InitiatorKind, NetPriority
from tests.support.har import check_har
from tests.support.loads import eager_http1, failed, hostile, many, shop, shop_without_hints

LOADS: list[Callable[[], PageLoad]] = [shop, shop_without_hints, eager_http1, failed, hostile, lambda: many(60)]


@pytest.mark.parametrize("build", LOADS)
def test_what_is_written_is_har(build: Callable[[], PageLoad]) -> None:
    """Every rule of the specification, through JSON text."""
    check_har(json.loads(har_text(build())))


@pytest.mark.parametrize("build", LOADS)
def test_it_comes_back_whole(build: Callable[[], PageLoad], tmp_path: Path) -> None:
    """Requests, times, hints, interim responses, connections, and what the page named, in its order."""
    load = build()
    assert from_har(to_har(load, redact=False)) == load
    save_har(load, tmp_path / "load.har", redact=False)
    assert from_har(tmp_path / "load.har") == load


instants = st.floats(0, 1e7).map(lambda at: round(at, 3))
sizes = st.none() | st.integers(0, 2**40)


@given(
    times=st.lists(instants, min_size=5, max_size=5).map(sorted),
    known=st.lists(st.booleans(), min_size=4, max_size=4),
    size=st.builds(Sizes, sizes, sizes, sizes),
    fields=st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9)), max_size=3).map(tuple),
    reused=st.none() | st.booleans(),
    outcome=st.sampled_from(["complete", "pending", "canceled", "stream-reset"]),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_any_times_and_sizes_come_back(
    times: list[float],
    known: list[bool],
    size: Sizes,
    fields: tuple[tuple[str, str], ...],
    reused: bool | None,
    outcome: str,
) -> None:
    """Whatever of a request is known or not, HAR is valid and gives back exactly that."""
    some = [at if is_known else None for at, is_known in zip(times[1:], known, strict=True)]
    load = shop()
    changed = replace(
        load.requests[1],
        times=Times(times[0], some[0], None, some[1], some[2], some[3]),
        sizes=size,
        fields=fields,
        reused_connection=reused,
        outcome=outcome,
        hint=None,
        initiator=Initiator(InitiatorKind.EARLY_HINT, 0),
    )
    load = replace(load, requests=(load.requests[0], changed), hints=(), connections=load.connections[:1])
    load = replace(load, connections=(replace(load.connections[0], requests=(0, 1)),), discoveries=())
    har = json.loads(har_text(load, redact=False))
    har["log"]["entries"].sort(key=lambda entry: entry["startedDateTime"])
    check_har(har)
    assert from_har(har) == load


def entries(load: PageLoad) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = to_har(load)["log"]["entries"]
    return found


def test_hinted_requests_have_their_true_times() -> None:
    """They start with the 103, long before the document's head, and say so in both dialects."""
    document, style = entries(shop())[:2]
    assert document["startedDateTime"] == "2026-08-01T09:30:00.000000Z"
    assert style["startedDateTime"] == "2026-08-01T09:30:00.021500Z"
    phases = {"blocked": 0.3, "dns": -1, "connect": -1, "ssl": -1, "send": 0, "wait": 9.2, "receive": 13.6}
    assert style["timings"] == phases
    assert style["time"] == 23.1
    assert style["response"]["fromEarlyHints"] is True
    assert style["_initiator"] == {"type": "early-hints", "_kind": "early-hint", "url": shop().url}
    assert document["response"]["fromEarlyHints"] is False


def test_the_103_stands_on_the_documents_entry_and_its_links_on_the_page() -> None:
    """Status, time, headers, processed; and each link with what came of it."""
    log = to_har(shop())["log"]
    (early,) = log["entries"][0]["_earlyHints"]
    assert (early["status"], early["time"], early["processed"]) == (103, 21.3, True)
    assert early["headers"][0]["name"] == "link"
    assert not any("_earlyHints" in entry for entry in log["entries"][1:])
    hints = log["pages"][0]["_hints"]
    assert [hint["used"] for hint in hints] == [True, True, False, False, None, True]
    assert hints[0]["head_start"] == 302.1


def test_phases_of_a_connection_are_its_openers_own() -> None:
    """The document waited for look-up, TCP and TLS; a request on a preconnected connection waited for what was left."""
    load = shop()
    assert entries(load)[0]["timings"] == {
        "blocked": 0.4,
        "dns": 1.2,
        "connect": 10.8,
        "ssl": 5.8,
        "send": 0,
        "wait": 310.5,
        "receive": 28.8,
    }
    late = replace(load.requests[7], reused_connection=False, times=Times(30.0, 44.1, None, 50.0, 60.0))
    timings = entries(replace(load, requests=(*load.requests[:7], late, *load.requests[8:])))[7]["timings"]
    assert (timings["dns"], timings["connect"], timings["ssl"], timings["blocked"]) == (-1, 14.0, 13.7, 0.1)


def test_what_devtools_reads() -> None:
    """Its own names and words for type, priority, initiator, sizes, connection, errors."""
    rows = entries(shop())
    assert [rows[n]["_resourceType"] for n in (0, 1, 2, 3, 4)] == ["document", "stylesheet", "script", "font", "image"]
    assert (rows[1]["_priority"], rows[1]["_initialPriority"], rows[2]["_priority"]) == ("VeryHigh", "VeryHigh", "High")
    assert rows[9]["_initiator"]["url"] == rows[1]["request"]["url"]
    assert rows[9]["_initiator"]["type"] == "parser"
    assert rows[1]["response"]["_transferSize"] == 48_211 + 120
    assert (rows[1]["connection"], rows[7]["connection"], rows[1]["serverIPAddress"]) == ("0", "1", "127.0.0.1")
    assert rows[13]["response"]["_error"].startswith("Connecting to ads.example:443")
    assert (rows[13]["response"]["status"], rows[13]["response"]["httpVersion"]) == (0, "unknown")
    assert (rows[1]["request"]["httpVersion"], rows[1]["response"]["httpVersion"]) == ("h2", "h2")
    assert rows[5]["request"]["queryString"] == [{"name": "v", "value": "20260801"}]


def with_first(load: PageLoad, **changes: Any) -> PageLoad:
    return replace(load, requests=(replace(load.requests[0], **changes), *load.requests[1:]))


@pytest.mark.parametrize("priority", list(NetPriority))
@pytest.mark.parametrize("kind", list(InitiatorKind))
def test_every_word_has_a_word(priority: NetPriority, kind: InitiatorKind) -> None:
    """No priority and no kind of initiator is without its HAR word."""
    load = shop()
    initiator = replace(load.requests[1].initiator, kind=kind, line=7)
    check_har(to_har(with_first(load, priority=priority, initiator=initiator)))


def test_a_cache_read_is_marked_for_devtools() -> None:
    """_fromCache, fromDiskCache and a transfer of 0, without times of a network that was not asked."""
    load = with_first(shop(), cache_source="disk", times=Times(3.0))
    first = entries(load)[0]
    assert (first["_fromCache"], first["response"]["fromDiskCache"], first["response"]["_transferSize"]) == (
        "disk",
        True,
        0,
    )
    assert first["time"] == 0
    assert from_har(to_har(load)).requests[0].timing_is_cache_read


def test_estimated_instants_are_called_so() -> None:
    """onLoad and onContentLoad did not happen; what is estimated is named in _estimated."""
    timings = to_har(shop(), instants={"renderStart": 345.0})["log"]["pages"][0]["pageTimings"]
    assert timings == {"onContentLoad": -1, "onLoad": -1, "_renderStart": 345.0, "_estimated": ["_renderStart"]}


def test_redirects_name_where_they_led() -> None:
    """redirectURL is the URL of the request that followed, absolute."""
    load = with_first(shop(), status=302, redirect_to=1)
    assert entries(load)[0]["response"]["redirectURL"] == "https://shop.test/css/main.css"


def test_nothing_secret_unless_asked() -> None:
    """Cookies and tokens are redacted wherever HAR repeats them; with redact=False cookies are listed."""
    secret = "s3cr3tvalue"
    first = shop().requests[0]
    leaky = with_first(
        shop(),
        url=f"https://shop.test/?token={secret}",
        fields=(*first.fields, ("cookie", f"sid={secret}; theme=dark")),
        response_fields=(("set-cookie", f"sid={secret}; Path=/; HttpOnly"),),
    )
    assert secret not in har_text(leaky)
    entry = to_har(leaky, redact=False)["log"]["entries"][0]
    assert entry["request"]["cookies"] == [{"name": "sid", "value": secret}, {"name": "theme", "value": "dark"}]
    assert entry["response"]["cookies"] == [{"name": "sid", "value": secret}]


@pytest.mark.parametrize(
    ("load", "sentence"),
    [
        (replace(shop(), started_at="yesterday"), "'yesterday' is not a date"),
        (replace(shop(), finished_at=float("nan")), "cannot be written as HAR"),
    ],
)
def test_what_cannot_be_written_is_said(load: PageLoad, sentence: str) -> None:
    """One sentence, before anything is written."""
    with pytest.raises(RecordError, match=sentence):
        har_text(load)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The path stands in the sentence."""
    with pytest.raises(RecordError, match="cannot be written to"):
        save_har(shop(), tmp_path)


def test_a_request_that_never_left_has_only_waited() -> None:
    """blocked until it failed; send, wait and receive are 0, as HAR has no way to leave them out."""
    timings = entries(shop())[13]["timings"]
    assert (timings["blocked"], timings["send"], timings["wait"], timings["receive"]) == (2.1, 0, 0, 0)


def test_a_time_beyond_the_calendar_breaks_nothing() -> None:
    """A forged record may claim it; the entry then starts with its page."""
    far: RequestRecord = replace(shop().requests[0], times=Times(1e300))
    assert to_har(replace(shop(), requests=(far,), hints=(), interim=()))["log"]["entries"]


VALIDATE = """
const validate = require('har-validator/lib/promise');
let text = '';
process.stdin.on('data', (part) => (text += part)).on('end', async () => {
  for (const har of JSON.parse(text)) await validate.har(har).catch((e) => { console.log(JSON.stringify(e.errors)); });
});
"""


@pytest.mark.interop
def test_har_validator_agrees() -> None:
    """The npm package har-validator, where NODE_PATH leads to it (npm install har-validator)."""
    node = shutil.which("node")
    if node is None or subprocess.run([node, "-e", "require('har-validator')"], capture_output=True).returncode:
        pytest.skip("needs node, and har-validator on NODE_PATH")
    # har-validator knows a URL when it sees one: the hostile load's are none.
    hars = [to_har(build()) for build in LOADS if build is not hostile]
    done = subprocess.run(
        [node, "-e", VALIDATE], input=json.dumps(hars), capture_output=True, text=True, env=os.environ
    )
    assert (done.stdout, done.returncode) == ("", 0), done.stderr
