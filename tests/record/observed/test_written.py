"""A protocol log as it is written: what is kept, in which order, and what is not given away."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest

from fetcher.record.observed.devtools import observed_pages
from fetcher.record.observed.messages import read_messages
from fetcher.record.observed.written import EARLY_MOST, LogLines, log_text, netlog_without_secrets


def sent(url: str, key: str = "1", **more: Any) -> dict[str, Any]:
    request = {"url": url, "method": "GET", "headers": {}}
    params = {"requestId": key, "request": request, "timestamp": 1.0, "type": "Document", "loaderId": key, **more}
    return {"method": "Network.requestWillBeSent", "params": params}


def extra(key: str, **headers: str) -> dict[str, Any]:
    return {"method": "Network.requestWillBeSentExtraInfo", "params": {"requestId": key, "headers": headers}}


def methods(lines: list[str]) -> list[str]:
    return [json.loads(line)["method"].partition(".")[2] for line in lines]


def test_a_request_stands_before_what_else_is_told_of_it() -> None:
    """Chromium tells of a request's fields before the request now and then."""
    lines = LogLines()
    assert lines.take(extra("1", Accept="*/*")) == []
    assert methods(lines.take(sent("https://a.test/"))) == ["requestWillBeSent", "requestWillBeSentExtraInfo"]
    assert methods(lines.take(extra("1", Accept="text/css"))) == ["requestWillBeSentExtraInfo"]


def test_what_tells_of_no_request_is_left_out() -> None:
    """Data, cookies, sockets, and whatever a page's own data: and blob: URLs lead to."""
    lines = LogLines()
    for message in (
        sent("data:text/html,x"), sent("blob:https://a.test/1", "2"), extra("3"),
        {"method": "Network.dataReceived", "params": {"requestId": "1"}},
        {"method": "Network.webSocketFrameSent", "params": {"requestId": "1"}},
        {"method": "Page.frameNavigated", "params": {}},
        {"method": "Network.loadingFinished", "params": {"requestId": 7}},
        {"method": "Network.loadingFinished", "params": None},
        {"method": "Network.requestWillBeSent", "params": {"requestId": "1", "request": {"url": 7}}},
    ):  # fmt: skip
        assert lines.take(message) == []


def test_what_is_told_of_requests_that_never_come_is_forgotten() -> None:
    lines = LogLines()
    for number in range(EARLY_MOST + 50):
        lines.take(extra(str(number)))
    assert len(lines.take(sent("https://a.test/", "0"))) == 2
    assert len(lines.take(sent("https://a.test/", str(EARLY_MOST + 10)))) == 1


SECRETS = {
    "requestId": "1",
    "loaderId": "1",
    "type": "Document",
    "timestamp": 1.0,
    "request": {
        "url": "https://me:hush@a.test/?q=1&access_token=hush#id_token=hush",
        "method": "POST",
        "headers": {"Cookie": "a=hush", "authorization": "Basic hush", "X-Team": "hush", "Referer": "https://a.test/?sid=hush"},
        "postData": "hush",
        "postDataEntries": [{"bytes": "hush"}],
        "hasPostData": True,
    },
    "initiator": {"type": "script", "stack": {"callFrames": [{"url": "https://a.test/s.js?apikey=hush"}]}},
    "associatedCookies": [{"cookie": {"name": "a", "value": "hush"}}],
}  # fmt: skip


def test_no_secret_is_given_away_unless_that_is_wanted() -> None:
    """In fields, URLs wherever they stand, what was posted, cookies; what is no secret stays."""
    message = {"method": "Network.requestWillBeSent", "params": SECRETS}
    (line,) = LogLines(["x-team"]).take(message)
    assert "hush" not in line
    assert "q=1" in line
    assert json.loads(line)["params"]["request"]["hasPostData"] is True
    (line,) = LogLines(None).take(message)
    assert line.count("hush") == json.dumps(SECRETS).count("hush")


def test_the_file_is_one_that_is_read_again() -> None:
    """With the browser's name, and what is missing where something is."""
    lines = LogLines()
    about = lines.about({"browser": "Chrome/1", "whole": False, "notes": ["stopped early", 3]})
    text = log_text(
        [about, *lines.take(sent("https://a.test/\u2028")), *lines.take(sent("https://a.test/\ud800", "2"))]
    )
    (page,) = observed_pages(read_messages(BytesIO(text.encode())))
    assert page.recorded_by == "Chrome/1, DevTools protocol log"
    assert page.notes == ("stopped early",)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"params":{"url":"https://a.test/?token=hush"}},\n', '{"params":{"url":"https://a.test/?token=[redacted]"}},\n'),
        ('{"headers":["x-team: hu\\"sh","accept: */*"]}\n', '{"headers":["x-team: [redacted]","accept: */*"]}\n'),
        ('{"headers":["Cookie: [9 bytes were stripped]"]}\n', '{"headers":["Cookie: [redacted]"]}\n'),
        ('{"host":"a.test"}\n', '{"host":"a.test"}\n'),
    ],
)  # fmt: skip
def test_a_net_log_without_secrets_is_still_one(line: str, expected: str) -> None:
    assert list(netlog_without_secrets([line], ["x-team"])) == [expected]
