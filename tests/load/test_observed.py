"""A load with what a browser's scripts were seen to request: each as long after what asked for it, in virtual time."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from fetcher.audits import Page
from fetcher.browser.document.observed import LATEST_MS, SECRET
from fetcher.load.page import asked_by_code
from fetcher.origin import Site, asset
from fetcher.record import PageLoad
from fetcher.record.observed import Observed, ObservedRequest
from fetcher.report.html import html_report
from fetcher.report.svg import svg
from fetcher.report.terminal import render_load
from fetcher.terms import Destination, InitiatorKind, Mode
from tests.audits.site.parts import CACHED, final, html, interim, sound
from tests.support.virtual_time import virtual_load

URL = "https://a.test/"
SCRIPT = "https://a.test/a.js"
HEAD = '<link rel="stylesheet" href="/a.css"><script src="/a.js"></script>'
PICTURE = "</late.png>; rel=preload; as=image"


def by_script(path: str, destination: Destination, delay: float | None = 40.0, **more: object) -> ObservedRequest:
    facts = {"method": "GET", "mode": None, "script": True, "initiator": SCRIPT, "at": 1.0, **more}
    return ObservedRequest(f"https://a.test{path}", destination=destination, delay=delay, **facts)  # type: ignore[arg-type]


def loaded(*requests: ObservedRequest, hints: tuple[str, ...] = ()) -> PageLoad:
    routes = {
        **sound(),
        "/": (*interim(*hints), *final(content=html(HEAD))),
        "/late.png": asset(2_000, "image/png", cache=CACHED),
        "/data.json": asset(b"{}", "application/json"),
        "/more.css": asset(b"body{background:url(/a.png)}", "text/css"),
        "/more.js": asset(b"", "text/javascript"),
        "/two.css": asset(b'@import "/more.css";', "text/css"),
    }
    observed = Observed(URL, URL, "a test", requests)
    return virtual_load(URL, Site({}, {"a.test": routes}), browser="chromium", observed=observed).load


def test_scripts_that_requested_nothing_hide_nothing() -> None:
    """The file was given and has no more than was found: nothing is said to be missing, and a note says why."""
    sheet = ObservedRequest("https://a.test/a.css", "GET", Destination.STYLE, None, False, URL, 1.0)
    said = " ".join(render_load(loaded(sheet), width=300, color=False).split())
    assert "Scripts did not run (1 on the page); render instants are estimates." in said
    assert "Note A browser was seen to request nothing of the page but what was found here." in said
    more = " ".join(render_load(loaded(by_script("/data.json", Destination.EMPTY)), width=300, color=False).split())
    assert "nothing of the page but" not in more


def test_each_is_asked_for_as_long_after_its_initiator() -> None:
    """With the script as its initiator, labelled; the load is over when the last of them is."""
    load = loaded(by_script("/data.json", Destination.EMPTY), by_script("/more.js", Destination.SCRIPT, 400.0))
    script = next(one for one in load.requests if one.url == SCRIPT)
    assert script.times.response_end is not None
    data, more = (next(one for one in load.requests if one.url.endswith(name)) for name in ("/data.json", "/more.js"))
    for one, delay in ((data, 40.0), (more, 400.0)):
        assert one.initiator.kind is InitiatorKind.SCRIPT
        assert one.initiator.request == script.id
        assert one.initiator.element == "script (observed)"
        assert one.times.discovered == pytest.approx(script.times.response_end + delay, abs=2)
        assert one.status == 200
    assert (data.mode, more.mode) == (Mode.CORS, Mode.NO_CORS)
    assert load.outcome == "loaded"


def test_an_inserted_sheet_is_scanned_and_a_script_that_came_by_one_asks_in_its_turn() -> None:
    load = loaded(
        by_script("/more.css", Destination.STYLE),
        by_script("/more.js", Destination.SCRIPT),
        by_script("/data.json", Destination.EMPTY, initiator="https://a.test/more.js"),
    )
    assert "https://a.test/a.png" in {one.url for one in load.discoveries}
    more = next(one for one in load.requests if one.url.endswith("/more.js"))
    data = next(one for one in load.requests if one.url.endswith("/data.json"))
    assert data.initiator.request == more.id


def test_a_hint_that_a_script_uses_serves_it() -> None:
    """The rules' answer is there without a file beside the record."""
    load = loaded(by_script("/late.png", Destination.IMAGE), hints=(PICTURE,))
    assert sum(one.url.endswith("/late.png") and not one.timing_is_cache_read for one in load.requests) == 1
    assert load.hints[0].used is True
    assert load.hints[0].head_start is not None
    assert not Page((load,)).hides_uses
    assert Page((loaded(hints=(PICTURE,)),)).hides_uses


def test_what_is_not_asked_for_is_said_with_the_reason() -> None:
    """Its initiator never came, or it came long after."""
    load = loaded(
        by_script("/data.json", Destination.EMPTY, initiator="https://a.test/gone.js"),
        by_script("/late.png", Destination.IMAGE, LATEST_MS + 1),
    )
    reasons = {one.url: one.reason for one in load.discoveries if one.candidate.element == "script (observed)"}
    assert "did not come here" in reasons["https://a.test/data.json"]
    assert "more than 10 s" in reasons["https://a.test/late.png"]
    assert load.outcome == "loaded"


def test_a_script_that_was_hinted_asks_once_the_page_uses_it() -> None:
    """Not when the hint is answered, long before the document is there; and not never."""
    load = loaded(by_script("/data.json", Destination.EMPTY), hints=("</a.js>; rel=preload; as=script",))
    script = next(one for one in load.requests if one.url == SCRIPT)
    (hint,) = load.hints
    data = next(one for one in load.requests if one.url.endswith("/data.json"))
    assert hint.used_at is not None
    assert script.times.response_end is not None
    assert hint.used_at > script.times.response_end
    assert data.times.discovered == pytest.approx(hint.used_at + 40.0, abs=2)


def test_what_a_sheet_draws_on_what_code_made_is_asked_for_if_nothing_else_does() -> None:
    """A rule of the sheet that fits nothing in the markup; what the page asks for by itself stays its own."""
    sheet = "https://a.test/more.css"
    load = loaded(
        by_script("/more.css", Destination.STYLE),
        by_script("/late.png", Destination.IMAGE, script=False, initiator=sheet),
        by_script("/a.png", Destination.IMAGE, script=False, initiator=sheet),
    )
    (late,) = [one for one in load.requests if one.url.endswith("/late.png")]
    assert late.initiator.element == "style sheet (observed)"
    assert late.status == 200
    assert sum(one.url.endswith("/a.png") for one in load.requests) == 1
    assert "style sheet (observed)" in render_load(load, width=100, color=False)


def test_an_event_stream_holds_no_load_up() -> None:
    load = loaded(by_script("/events", Destination.EMPTY, stream=True))
    (one,) = [each for each in load.discoveries if each.candidate.element == "script (observed)"]
    assert "whose answer has no end" in one.reason
    assert load.outcome == "loaded"


def test_a_url_without_its_secret_is_not_asked_for() -> None:
    """It would be another request; the reason says how to keep it."""
    load = loaded(by_script("/data.json?token=[redacted]", Destination.EMPTY))
    (one,) = [each for each in load.discoveries if each.candidate.element == "script (observed)"]
    assert "--no-redact keeps it" in one.reason
    assert not [each for each in load.requests if "data.json" in each.url]
    parsed = replace(by_script("/", Destination.EMPTY), url="https://%5Bredacted%5D@a.test/data.json")
    (other,) = asked_by_code(Observed("https://a.test/", "https://a.test/", "a test", (parsed,)))
    assert other.why_not == SECRET


KEYED = "https://a.test/app.js?v=1&token=hush-a&w=2"


def loaded_by_keyed(markup: str, *requests: ObservedRequest) -> PageLoad:
    routes = {**sound(), "/": final(content=html(markup)), "/data.json": asset(b"{}", "application/json")}
    site = Site({}, {"a.test": {**routes, "/app.js": asset(b"", "text/javascript")}})
    return virtual_load(URL, site, browser="chromium", observed=Observed(URL, URL, "a test", requests)).load


def test_a_secret_in_the_url_of_what_asked_loses_nothing() -> None:
    """Its value may be another in every load; the script is the same where all else of its URL is."""
    asked_by = "https://a.test/app.js?v=1&token=[redacted]&w=2"
    observed = (
        by_script("/data.json", Destination.EMPTY, initiator=asked_by),
        by_script("/two.json", Destination.EMPTY, initiator=asked_by.replace("w=2", "w=3")),
    )
    load = loaded_by_keyed(f'<script src="{KEYED.replace("&", "&amp;")}"></script>', *observed)
    script = next(one for one in load.requests if one.url == KEYED)
    data = next(one for one in load.requests if one.url.endswith("/data.json"))
    assert script.times.response_end is not None
    assert data.initiator.request == script.id
    assert data.times.discovered == pytest.approx(script.times.response_end + 40.0, abs=2)
    other = next(one for one in load.requests if one.url.endswith("/two.json"))  # no script of that URL is here
    assert load.document_request is not None
    assert other.initiator.request == load.document_request.id
    assert other.initiator.element == "script (observed)"


def test_what_was_asked_by_a_url_that_is_not_asked_for_follows_the_document() -> None:
    """A script whose own URL lacks its secret is not requested; what it asked for is, once the page rests."""
    load = loaded(
        by_script("/chunk.js?token=[redacted]", Destination.SCRIPT),
        by_script("/data.json", Destination.EMPTY, 300.0, initiator="https://a.test/chunk.js?token=[redacted]"),
    )
    data = next(one for one in load.requests if one.url.endswith("/data.json"))
    assert data.initiator.element == "script (observed)"
    assert not [one for one in load.requests if "chunk.js" in one.url]
    assert load.outcome == "loaded"


def test_what_is_not_asked_for_is_said_in_the_summary() -> None:
    """How many, which and why; a picture of the markup, whose secret is here, is none of them."""
    load = loaded_by_keyed(
        f'<img src="/pic.png?token=hush-b"><script src="{KEYED}"></script>',
        by_script("/pic.png?token=[redacted]", Destination.IMAGE, script=False, initiator=URL),
        by_script("/gone.json", Destination.EMPTY, initiator="https://a.test/gone.js"),
        by_script("/gone-too.json", Destination.EMPTY, initiator="https://a.test/gone.js"),
        by_script("/beacon", Destination.EMPTY, method="POST", initiator=URL),
        by_script("/frame", Destination.FRAME, initiator=URL),
    )
    said = " ".join(render_load(load, width=100, color=False).split())
    assert "A browser was seen to make 4 requests that are not made here:" in said
    assert "/gone.json and 1 other (a browser was seen to ask for it, but what asked did not come here)" in said
    assert "/beacon (sent with POST, and only GET is asked for)" in said
    assert "/frame (a frame that code made: its document is not asked for)" in said
    assert "not made here" in html_report([load])


def test_urls_that_lack_secrets_are_looked_through_in_time() -> None:
    """Also where hundreds differ in nothing else."""
    many = [
        by_script(f"/x{number}.json", Destination.EMPTY, initiator=f"https://a.test/app.js?n={number}&token=[redacted]")
        for number in range(500)
    ]
    load = loaded_by_keyed(f'<script src="{KEYED}"></script>', *many)
    assert sum(one.url.endswith(".json") for one in load.requests) == 500


def test_every_form_of_the_waterfall_says_what_was_seen_in_a_browser() -> None:
    """``script (observed)``; of the page's own pictures nobody knows who asked. The summary no longer says that all of
    it is missing."""
    load = loaded(
        by_script("/data.json", Destination.EMPTY),
        by_script("/late.png", Destination.IMAGE, script=False, initiator=URL),
    )
    said = render_load(load, width=100, color=False)
    assert re.search(r"^ *\d+ observed +/data.json", said, re.M)
    assert "observed image (observed), script (observed): seen in a browser" in said
    assert "2 requests that a browser was seen to make" in said
    assert "what only they would request is missing" not in said
    for form in (svg(load), html_report([load])):
        assert "script (observed)" in form
        assert "image (observed)" in form
        assert ">seen<" in form  # the short word claims no script
    assert "stand in for theirs" in html_report([load])
    plain = render_load(loaded(), width=100, color=False)
    assert "observed" not in plain


def test_what_scripts_cannot_have_asked_for_is_left_to_the_scan() -> None:
    """Markup's own; of the document's pictures those code may have made. Other methods, and frames that code made, are
    in the list with the reason why they are not asked for: a person is told of them."""
    requests = (
        by_script("/post", Destination.EMPTY, method="POST"),
        by_script("/frame", Destination.FRAME),
        by_script("/a.css", Destination.STYLE, script=False, initiator=URL),
        by_script("/late.png", Destination.IMAGE, script=False, initiator=URL),
        by_script("/x.js", Destination.SCRIPT),
        by_script("/x.js", Destination.SCRIPT, 90.0),
    )
    entries = asked_by_code(Observed(URL, URL, "a test", requests))
    assert [(one.url, one.initiator, one.delay) for one in entries] == [
        ("https://a.test/late.png", None, 40.0), ("https://a.test/x.js", SCRIPT, 40.0),
        ("https://a.test/post", SCRIPT, 40.0), ("https://a.test/frame", SCRIPT, 40.0),
    ]  # fmt: skip
    assert [bool(one.why_not) for one in entries] == [False, False, True, True]
    assert asked_by_code(None) == ()


def unexplained(path: str, destination: Destination, delay: float | None = 40.0, **more: object) -> ObservedRequest:
    return by_script(path, destination, delay, script=None, initiator=None, **more)


def test_what_nobody_told_of_waits_until_the_page_rests() -> None:
    """Then it is asked for if nothing here was, labelled as unknown and never as a script's."""
    load = loaded(
        unexplained("/a.css", Destination.STYLE), unexplained("/two.css", Destination.STYLE, 5.0),
        unexplained("/more.css", Destination.STYLE, 6.0), unexplained("/data.json", Destination.EMPTY, 700.0),
    )  # fmt: skip
    assert sum(one.url.endswith("/a.css") for one in load.requests) == 1
    named = {one.url: one for one in load.requests}
    sheet, imported, data = (named[f"https://a.test/{name}"] for name in ("two.css", "more.css", "data.json"))
    for one in (sheet, data):
        assert one.initiator.kind is InitiatorKind.UNKNOWN
        assert one.initiator.element == "initiator unknown (observed)"
    assert imported.initiator.request == sheet.id  # it had its say first
    document = load.document_request
    assert document is not None
    assert document.times.response_end is not None
    assert data.times.discovered == pytest.approx(document.times.response_end + 700, abs=2)
    others = [one.times.response_end or 0.0 for one in load.requests if one not in (sheet, imported, data)]
    assert sheet.times.discovered >= max(others)
    assert load.outcome == "loaded"


def test_what_nobody_told_of_uses_a_hint_and_may_be_refused() -> None:
    """A hint that only it asks for is used; what the policy refuses ends nothing; what came too late is left out."""
    load = loaded(
        unexplained("/late.png", Destination.IMAGE), unexplained("/gone", Destination.IMAGE, LATEST_MS + 1),
        unexplained("/data.json", Destination.EMPTY, None), hints=(PICTURE,),
    )  # fmt: skip
    assert load.hints[0].used is True
    assert not Page((load,)).hides_uses
    assert {"https://a.test/data.json"} <= {one.url for one in load.requests}
    assert not any(one.url.endswith("/gone") for one in load.requests)
    left = next(one for one in load.discoveries if one.url == "https://a.test/gone")
    assert "more than 10 s" in left.reason
    assert load.outcome == "loaded"
