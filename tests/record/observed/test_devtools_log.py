"""DevTools protocol logs read: Chromium 156's of a page whose scripts add pictures, data, modules and elements, in each
form that tools write, cut off, and files that are no such log."""

from __future__ import annotations

import json
import tracemalloc
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from fetcher.errors import RecordError
from fetcher.record.observed import Observed, for_page, messages, read_observed
from fetcher.record.observed.devtools import observed_pages
from fetcher.record.observed.messages import read_messages
from fetcher.terms import Destination, Mode

LOG = Path(__file__).parent.parent / "data/devtoolslog-scripts.json"
MESSAGES = json.loads(LOG.read_text())


def pages(text: str | bytes) -> list[Observed]:
    return observed_pages(read_messages(BytesIO(text.encode() if isinstance(text, str) else text)))


def sent(url: str, key: str = "1", at: float = 1.0, **more: Any) -> dict[str, Any]:
    params = {"requestId": key, "request": {"url": url, "method": "GET"}, "timestamp": at, **more}
    return {"method": "Network.requestWillBeSent", "params": params}


DOCUMENT = sent("https://a.test/", "d", type="Document", loaderId="d", frameId="f", initiator={"type": "other"})


def test_a_log_of_chromium() -> None:
    """Who asked for what, as what, and how long after the script had come."""
    (page,) = read_observed(str(LOG))
    assert (page.url, page.final_url) == ("https://a.test/", "https://a.test/")
    told = {one.url.rpartition("/")[2]: one for one in page.requests}
    assert {name for name, one in told.items() if one.script} == {
        "data.json", "chunk.js", "inserted.js", "inserted.css", "deep.js",
    }  # fmt: skip
    assert told["data.json"].initiator == "https://a.test/app.js"
    assert told["deep.js"].initiator == "https://a.test/chunk.js"
    assert told["behind.png"].initiator == "https://a.test/inserted.css"
    assert (told["data.json"].destination, told["data.json"].mode) == (Destination.EMPTY, Mode.CORS)
    assert told["inserted.css"].destination is Destination.STYLE
    assert all(one.delay is not None and one.delay >= 0 for one in told.values() if one.script)
    assert "favicon.ico" not in told
    assert "unused.png" not in told


@pytest.mark.parametrize(
    "write",
    [
        lambda: "\n".join(map(json.dumps, MESSAGES)),
        lambda: json.dumps([{"level": "INFO", "message": json.dumps({"message": one, "webview": "x"}), "timestamp": 1}
                            for one in MESSAGES]),
        lambda: json.dumps([1, None, {"method": 3}, *MESSAGES]),
        lambda: "\ufeff" + json.dumps(MESSAGES),
        lambda: json.dumps(MESSAGES)[:-200],
        lambda: "[" + ",\n".join(map(json.dumps, MESSAGES)) + ",\n",
    ],
    ids=["a message a line", "ChromeDriver", "with odd values", "with a BOM", "cut off", "never closed"],
)  # fmt: skip
def test_each_form_that_tools_write(write: Any) -> None:
    (page,) = pages(write())
    assert {"https://a.test/data.json", "https://a.test/chunk.js"} <= {one.url for one in page.requests if one.script}


def test_what_is_a_page_and_what_is_not() -> None:
    """Redirects lead on, frames belong to their page, a second navigation begins another."""
    frame = sent(
        "https://b.test/", "fr", 2.0, type="Document", loaderId="fr", frameId="g", initiator={"type": "parser"}
    )
    inner = sent("https://b.test/x.js", "x", 3.0, type="Script", initiator={"type": "script"})
    again = {**DOCUMENT, "params": {**DOCUMENT["params"], "request": {"url": "https://a.test/en/"},
                                    "redirectResponse": {"status": 302}}}  # fmt: skip
    second = sent("https://a.test/two", "e", 9.0, type="Document", loaderId="e", frameId="f")
    first, other = observed_pages([DOCUMENT, again, frame, inner, second])
    assert (first.url, first.final_url, other.final_url) == (
        "https://a.test/", "https://a.test/en/", "https://a.test/two",
    )  # fmt: skip
    assert [(one.url, one.destination) for one in first.requests] == [
        ("https://b.test/", Destination.FRAME), ("https://b.test/x.js", Destination.SCRIPT),
    ]  # fmt: skip


def test_a_script_is_the_innermost_frame_with_a_url() -> None:
    """Also where the call came later, from a timer or a promise."""
    stack = {"callFrames": [{"url": ""}], "parent": {"callFrames": [{"url": "https://a.test/b.js"}]}}
    one = sent("https://a.test/x", "x", 3.0, type="XHR", initiator={"type": "script", "stack": stack})
    done = {"method": "Network.loadingFinished", "params": {"requestId": "b", "timestamp": 2.5}}
    b = sent("https://a.test/b.js", "b", 2.0, type="Script", initiator={"type": "parser"})
    (page,) = observed_pages([DOCUMENT, b, done, one])
    assert page.requests[1].initiator == "https://a.test/b.js"
    assert page.requests[1].delay == 500.0


@pytest.mark.parametrize("at", ["1e999", "1" + "0" * 400, "-1e999", "NaN", "1e300"])
def test_a_time_that_is_none_is_no_delay(at: str) -> None:
    """Endless ones, in each message that has one: the request is passed over, or nothing is known of its delay."""
    script = sent("https://a.test/b.js", "b", 2.0, type="Script", initiator={"type": "parser"})
    done = {"method": "Network.loadingFinished", "params": {"requestId": "b", "timestamp": 987}}
    initiator = {"type": "script", "stack": {"callFrames": [{"url": "https://a.test/b.js"}]}}
    late = sent("https://a.test/x", "x", 987, type="XHR", initiator=initiator)
    (page,) = pages(json.dumps([DOCUMENT, script, done, late]).replace("987", at))
    assert all(one.delay is None for one in page.requests)
    (page,) = pages(json.dumps([DOCUMENT, script, done]).replace("987", at))
    assert len(page.requests) == 1


def test_what_no_markup_can_ask_for_is_a_scripts() -> None:
    """Chromium names the page as what asked for a worker ("other") and an event source ("parser")."""
    page_asks = {"type": "other", "url": "https://a.test/"}
    worker = sent("https://a.test/w.js", "w", 2.0, type="Script", initiator=page_asks)
    headers = {
        "method": "Network.requestWillBeSentExtraInfo",
        "params": {"requestId": "w", "headers": {"sec-fetch-dest": "worker", "sec-fetch-mode": "same-origin"}},
    }
    stream = sent("https://a.test/es", "e", 2.5, type="EventSource", initiator={**page_asks, "type": "parser"})
    icon = sent("https://a.test/favicon.ico", "i", 3.0, type="Other", initiator={"type": "other"})
    (page,) = observed_pages([DOCUMENT, worker, headers, stream, icon])
    assert [(one.url, one.script, one.destination, one.mode) for one in page.requests] == [
        ("https://a.test/w.js", True, Destination.WORKER, Mode.SAME_ORIGIN),
        ("https://a.test/es", True, Destination.EMPTY, None),
    ]  # fmt: skip


def test_an_import_statement_is_told_from_a_call() -> None:
    """Both are a script's; the one is in a module's text, where a scan finds it too."""
    stack = {"callFrames": [{"url": "https://a.test/m.js"}]}
    static = sent(
        "https://a.test/n.js", "n", 2.0, type="Script", initiator={"type": "script", "url": "https://a.test/m.js"}
    )
    called = sent("https://a.test/o.js", "o", 2.0, type="Script", initiator={"type": "script", "stack": stack})
    (page,) = observed_pages([DOCUMENT, static, called])
    assert [(one.initiator, one.script, one.imported) for one in page.requests] == [
        ("https://a.test/m.js", True, True), ("https://a.test/m.js", True, False),
    ]  # fmt: skip


def test_what_the_load_event_did_not_wait_for() -> None:
    """What was made after it, and what was made before (as in its own handler) but not over by then."""
    picture = {"type": "Image", "initiator": {"type": "other"}, "frameId": "f"}
    made = [
        sent(f"https://a.test/{name}.png", name, at, **picture) for name, at in (("a", 2.0), ("b", 2.9), ("c", 4.0))
    ]
    over = [
        {"method": f"Network.loading{how}", "params": {"requestId": key, "timestamp": at}}
        for how, key, at in (("Failed", "a", 2.5), ("Finished", "b", 3.5), ("Finished", "c", 4.5))
    ]
    loaded = {"method": "Page.loadEventFired", "params": {"timestamp": 3.0}}
    (page,) = observed_pages([DOCUMENT, *made, *over, loaded])
    assert [one.awaited for one in page.requests] == [True, False, False]
    (page,) = observed_pages([DOCUMENT, *made, *over])
    assert [one.awaited for one in page.requests] == [None] * 3


def test_what_nobody_explains_is_counted_the_same_in_every_run_and_named() -> None:
    """A picture of the page is the parser's or nobody's as the moment has it; the favicon is nobody's."""
    icon = sent("https://a.test/favicon.ico", "i", 3.0, type="Other", initiator={"type": "other"})
    for asked_by in ({"type": "other"}, {"type": "parser", "url": "https://a.test/"}):
        picture = sent("https://a.test/late.png", "p", 2.0, type="Image", frameId="f", initiator=asked_by)
        (page,) = observed_pages([DOCUMENT, picture, icon])
        assert dict(page.counts) == {"navigation": 1, "markup or a script": 1, "something else": 1}
        assert page.others == ("https://a.test/favicon.ico",)
        assert [(one.url, one.script, one.initiator) for one in page.requests] == [
            ("https://a.test/late.png", False, "https://a.test/")
        ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no message of the Network domain"),
        ("[]", "no message of the Network domain"),
        ("hello", "it is not JSON"),
        ("[{]", "is not JSON"),
        ('[{"method": "Page.loadEventFired", "params": {}}]', "no message of the Network domain"),
        (json.dumps([sent("https://a.test/x.js", type="Script")]), "no page"),
        (b"[\xff\xfe\x00]", "not UTF-8"),
        ("[" + "[" * 100_000, "nested too deeply"),
        ('[{"method": "a", "params": ' + "1" * 5_000 + "}]", "message 1, .* a number in it is too long"),
        ('[{"a": 1}, {"b": oops}, {}, {"c": "' + "x" * 300 + '"}]', "message 2 is not JSON"),
    ],
)
def test_what_is_no_log_is_said_in_a_sentence(text: str | bytes, said: str) -> None:
    with pytest.raises(RecordError, match=said):
        pages(text)


def test_a_message_without_end_is_refused_and_memory_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log of 20 MB is read in a few; a text that never ends is given up at the limit."""

    class Endless:
        def __init__(self) -> None:
            self.given = 0

        def read(self, size: int) -> bytes:
            self.given += size
            return b'[{"a":"' if self.given == size else b"x" * size

    monkeypatch.setattr(messages, "LARGEST", 1 << 20)
    endless = Endless()
    with pytest.raises(RecordError, match="larger than 1 MB"):
        list(read_messages(endless))  # type: ignore[arg-type]
    assert endless.given < 4 << 20

    class Long:
        left = 20

        def read(self, size: int) -> bytes:
            first, self.left = self.left == 20, self.left - 1
            part = b'{"method":"Network.dataReceived","params":{"requestId":"q","x":"' + b"y" * 1_000 + b'"}}\n'
            return (json.dumps(DOCUMENT).encode() + b"\n" if first else b"") + part * 900 if self.left >= 0 else b""

    tracemalloc.start()
    try:
        assert len(observed_pages(read_messages(Long()))) == 1  # type: ignore[arg-type]
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()


def test_characters_cut_between_two_reads_are_whole() -> None:
    class Slow:
        data = json.dumps(DOCUMENT, ensure_ascii=False).encode() + '\n{"method":"é€😀"}'.encode()

        def read(self, size: int) -> bytes:
            one, self.data = self.data[:1], self.data[1:]
            return one

    assert [one["method"] for one in read_messages(Slow())] == [  # type: ignore[arg-type]
        "Network.requestWillBeSent", "é€😀",
    ]  # fmt: skip


def test_a_page_is_found_by_its_url() -> None:
    """A fragment does not count, and a query only where one is the same."""
    one, two = (
        Observed("https://a.test/p?x=1", "https://a.test/p?x=1", "t"),
        Observed("https://b.test/", "https://c.test/", "t"),
    )
    assert for_page([one, two], "https://a.test/p?x=2") is one
    assert for_page([one, two], None, "https://c.test/#top") is two
    assert for_page([one, two], "https://d.test/") is None


HARS = Path(__file__).parent.parent / "data"


def test_a_har_of_browsertime() -> None:
    """57 of its entries have a script as their initiator; one of those names no file."""
    (page,) = read_observed(str(HARS / "app-h2-no-hints.har"))
    scripts = [one for one in page.requests if one.script]
    assert len(scripts) == 57
    assert all(one.initiator is None or one.initiator.startswith("https://") for one in scripts)
    assert sum(one.delay is not None for one in scripts) == 56


def test_the_contents_in_a_large_har_take_no_memory(tmp_path: Path) -> None:
    """20 MB of them in a few: one entry at a time, of which the request is kept."""
    entry = {
        "pageref": "p", "startedDateTime": "2026-01-01T00:00:00.000Z", "time": 5, "_resourceType": "document",
        "_initiator": {"type": "script", "url": "https://a.test/a.js"},
        "request": {"method": "GET", "url": "https://a.test/", "httpVersion": "h2", "headers": [], "queryString": [],
                    "cookies": [], "headersSize": -1, "bodySize": 0},
        "response": {"status": 200, "statusText": "", "httpVersion": "h2", "headers": [], "cookies": [],
                     "content": {"size": 1, "mimeType": "text/html", "text": "y" * 200_000}, "redirectURL": "",
                     "headersSize": -1, "bodySize": 1},
        "cache": {}, "timings": {"send": 0, "wait": 1, "receive": 1},
    }  # fmt: skip
    page = {"id": "p", "startedDateTime": "2026-01-01T00:00:00.000Z", "title": "https://a.test/", "pageTimings": {}}
    name = tmp_path / "large.har"
    with name.open("w") as file:
        file.write('{"log": {"version": "1.2", "creator": {"name": "WebInspector", "version": "1"}, "pages": ')
        file.write(json.dumps([page]) + ', "entries": [' + json.dumps(entry))
        for number in range(100):
            later = {
                **entry,
                "_resourceType": "fetch",
                "request": {**entry["request"], "url": f"https://a.test/{number}"},
            }
            file.write("," + json.dumps(later))
        stream = {"headers": [{"name": "Content-Type", "value": "text/event-stream"}]}
        last = {**entry, "_resourceType": "eventsource", "response": {**entry["response"], **stream},
                "request": {**entry["request"], "url": "https://a.test/events"}}  # fmt: skip
        file.write("," + json.dumps(last) + "]}}")
    tracemalloc.start()
    try:
        requests = read_observed(str(name))[0].requests
        assert [one.stream for one in requests] == [False] * 100 + [True]
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["producer-firefox54-h2.har", "producer-devtools-h2.har"])
def test_a_har_that_names_no_initiator_is_refused(name: str) -> None:
    with pytest.raises(RecordError, match=r"says of no request what made it") as error:
        read_observed(str(HARS / name))
    assert name in str(error.value)


def test_a_missing_file_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot be read"):
        read_observed(str(tmp_path / "none.json"))
