"""Playbooks for the load itself: discovery, reuse of hinted copies, connections, redirects, retries and endings."""

from __future__ import annotations

import pytest

from fetcher.browser import events as e
from fetcher.discovery.candidates import CandidateKind
from fetcher.terms import Fields, HttpVersion, Limits, ProfileName
from tests.support.playbook import CSS, FRESH, HTML, Playbook, candidate, image, script, sheet


def page(*links: str, **options: object) -> Playbook:
    """A navigation over HTTP/2 with a 103 of ``links`` and the final head, ready for discoveries."""
    play = Playbook(**options)  # type: ignore[arg-type]
    play.opens()
    if links:
        play.interim(*links)
    play.head(0)
    return play


def finish(play: Playbook) -> list[str]:
    play.ends(0)
    return play.drains(0)


def test_a_navigation_opens_one_connection_and_asks_for_the_document() -> None:
    """The first answer of every load."""
    play = Playbook("https://a.test/x?y#z")
    assert play.first == ["queue 0 https://a.test/x?y", "open 0 https://a.test:443 navigation"]
    assert play.opens() == ["start 0 https://a.test/x?y on 0 document navigate"]


def test_the_load_is_over_when_everything_asked_for_has_ended() -> None:
    """Finish comes with the last of: document, scan, subresources; and only once."""
    play = page()
    play.finds(image("/a.png"))
    play.ends(0)
    assert play.drains(0) == []
    play.head(1, fields=FRESH)
    assert play.ends(1) == ["finish loaded"]
    assert play.ends(1) == []


def test_a_consumer_of_a_finished_hint_takes_its_copy() -> None:
    """EH 9.3: cacheable, so one request; a style sheet is scanned only now that the document claims it."""
    play = page("</app.css>; rel=preload; as=style")
    assert play.head(1, fields=CSS) == []
    play.ends(1)
    assert play.finds(sheet("/app.css")) == ["found stylesheet claimed-preload 1", "scan 1 css"]


def test_a_consumer_of_an_in_flight_hint_waits_for_its_head() -> None:
    """EH 9.3: it joins a write in progress once the head says the copy may be used."""
    play = page("</app.css>; rel=preload; as=style")
    assert play.finds(sheet("/app.css")) == []
    assert play.head(1, fields=CSS) == ["found stylesheet claimed-preload 1", "scan 1 css"]


AGAIN: list[tuple[str, Fields, str]] = [
    ("no-store", (("cache-control", "no-store"),), "no-store"),
    ("no freshness", (), "not fresh"),
    ("max-age=0", (("cache-control", "max-age=0"),), "not fresh"),
    ("vary on a field that differs", (("cache-control", "max-age=9"), ("vary", "Sec-CH-UA")), "varies on sec-ch-ua"),
    ("vary *", (("cache-control", "max-age=9"), ("vary", "*")), "Vary: *"),
]


@pytest.mark.parametrize(("_case", "fields", "why"), AGAIN)
def test_a_copy_that_may_not_serve_is_fetched_again_with_the_reason(_case: str, fields: Fields, why: str) -> None:
    """EH 9.3, 9.5."""
    play = page("</a.js>; rel=preload; as=script")
    play.finds(script("/a.js"))
    lines = play.head(1, fields=fields)
    assert lines[:2] == ["queue 2 https://a.test/a.js", "found script fetched-again 2"]
    record = play.recorder.load().requests[2]
    assert record.earlier == 1
    assert why in (record.earlier_reason or "")


def test_a_copy_serves_across_destination_mode_and_vary_on_equal_fields() -> None:
    """EH 9.3: cacheability is what matters; as, crossorigin and module/classic are not compared."""
    play = page("</a.js>; rel=preload; as=image")
    play.head(1, fields=(*FRESH, ("vary", "Accept-Encoding")))
    assert play.finds(script("/a.js")) == ["found script claimed-preload 1"]


def test_a_failed_hint_is_fetched_again() -> None:
    """The consumer that waited for it asks for itself."""
    play = page("</a.js>; rel=preload; as=script")
    play.finds(script("/a.js"))
    assert play.fails(1, "stream-reset")[1] == "found script fetched-again 2"


def test_the_same_thing_named_twice_is_requested_once() -> None:
    """The document's own resources by HTML's key, cacheable or not."""
    play = page()
    assert play.finds(image("/a.png"), image("/a.png"))[1:3] == ["found image fetched 1", "found image joined 1"]


def test_what_a_style_sheet_names_is_resolved_against_it_and_refers_to_it() -> None:
    """@import and url() use the sheet's URL; a font waits until a rule uses its family (an estimate)."""
    play = page()
    play.finds(sheet("/css/app.css"))
    play.head(1, fields=CSS)
    face = candidate(CandidateKind.CSS_FONT, "f.woff2", "@font-face", family="brand", format="woff2")
    play.finds(candidate(CandidateKind.CSS_IMPORT, "more.css", "@import"), face, fetch=1)
    assert play.log[-1] == "start 2 https://a.test/css/more.css on 0 style no-cors"
    assert dict(play.sent(2))["referer"] == "https://a.test/css/app.css"
    lines = play.finds(candidate(CandidateKind.FONT_USE, "", "font-family", family="brand"), fetch=1)
    assert lines[-1] == "start 3 https://a.test/css/f.woff2 on 0 font cors"


def test_a_font_no_rule_uses_is_not_fetched_and_said_so() -> None:
    """The record keeps the face that made no request, with the reason."""
    play = page()
    play.finds(sheet("/a.css"))
    play.head(1, fields=CSS)
    play.finds(candidate(CandidateKind.CSS_FONT, "f.woff2", "@font-face", family="brand"), fetch=1)
    play.ends(1)
    play.drains(1)
    assert finish(play) == ["found css-font no-request", "finish loaded"]


def test_base_is_used_for_what_follows_and_only_the_first_counts() -> None:
    """HTML "base"; Link targets use the response URL instead (EH 2.10)."""
    play = page()
    base = candidate(CandidateKind.BASE, "/deep/", "base")
    play.finds(base, candidate(CandidateKind.BASE, "/other/", "base"), image("a.png"))
    assert play.log[-1] == "start 1 https://a.test/deep/a.png on 0 image no-cors"


NOTHING = [
    (candidate(CandidateKind.ICON, "/i.png"), "icon"),
    (candidate(CandidateKind.DNS_PREFETCH, "//b.test"), "dns-prefetch"),
    (image("data:image/gif,x"), "image"),
    (image("http://["), "image"),
    (script("/old.js", nomodule=""), "script"),
    (candidate(CandidateKind.PRELOAD, "/a.mp4", as_="video"), "preload"),
]


@pytest.mark.parametrize(("found", "kind"), NOTHING)
def test_candidates_that_ask_for_nothing(found: object, kind: str) -> None:
    """Each is kept in the record with its reason, and no request is made."""
    play = page()
    assert play.finds(found) == [f"found {kind} no-request"]  # type: ignore[arg-type]
    assert play.recorder.load().discoveries[0].reason


def test_links_of_the_final_response_come_before_the_markups() -> None:
    """EH 8.1, 8.2: read leniently, so nopush does not matter here."""
    play = Playbook()
    play.opens()
    lines = play.head(0, fields=(*HTML, ("link", "</a.css>; rel=preload; as=style; nopush")))
    assert lines[:2] == ["queue 1 https://a.test/a.css", "found preload fetched 1"]


def test_subresource_redirects_are_followed() -> None:
    """Each hop is a request of its own whose initiator is the one before."""
    play = page()
    play.finds(script("/a.js"))
    assert play.head(1, 302, (("location", "/b.js"),)) == [
        "queue 2 https://a.test/b.js",
        "start 2 https://a.test/b.js on 0 script no-cors",
    ]
    assert play.recorder.load().requests[1].redirect_to == 2


def test_navigation_redirects_stop_at_the_limit() -> None:
    """The limit is a clear outcome, not a hang."""
    play = Playbook(limits=Limits(redirects=1))
    play.opens()
    play.head(0, 301, (("location", "/1"),))
    assert play.head(1, 301, (("location", "/2"),))[-1] == "finish limit"
    assert "limit is 1" in (play.recorder.load().error or "")


def test_an_http2_connection_carries_no_more_than_the_peer_allows() -> None:
    """max_concurrent_streams holds requests back; the end of one starts the next, by priority."""
    play = Playbook()
    play.opens(streams=2)
    play.head(0)
    lines = play.finds(image("/1.png"), image("/2.png"), script("/a.js", fetchpriority="high"))
    assert [line for line in lines if line.startswith("start")] == ["start 3 https://a.test/a.js on 0 script no-cors"]
    play.head(3, fields=())
    assert play.ends(3) == ["start 1 https://a.test/1.png on 0 image no-cors"]


def test_goaway_opens_a_new_connection_for_what_still_waits() -> None:
    """Requests the server did not process are sent again on a new connection, once."""
    play = page()
    play.finds(image("/a.png"))
    play.event(e.GoAway(play.at, 0, "going"))
    assert play.fails(1, "connection-lost", processed=False) == ["open 1 https://a.test:443 fetch"]
    assert play.opens(connection=1) == ["start 1 https://a.test/a.png on 1 image no-cors"]
    assert play.fails(1, "stream-reset", processed=False) == []
    assert play.recorder.load().requests[1].outcome == "stream-reset"


def test_a_kept_alive_connection_closed_under_a_request_is_tried_once_more() -> None:
    """RFC 9110 9.2.2: only on a reused connection and before any answer."""
    play = Playbook("http://a.test/")
    play.opens(HttpVersion.HTTP_1_1)
    play.head(0)
    play.finds(image("/a.png"))
    play.ends(0)
    assert play.browser.state.fetches[1].connection == 0
    play.event(e.ConnectionLost(play.at, 0, None, None))
    assert "start" not in play.fails(1)
    play.opens(HttpVersion.HTTP_1_1, 1)
    assert play.log[-1] == "start 1 http://a.test/a.png on 1 image no-cors"


def test_a_host_that_cannot_be_reached_fails_its_requests_only() -> None:
    """A failed subresource is an outcome; the load goes on to its end."""
    play = page()
    play.finds(script("https://b.test/b.js"))
    play.event(e.ConnectionLost(play.at, 1, "connect-failed", "b.test:443 refused the connection"))
    assert finish(play) == ["finish loaded"]
    record = play.recorder.load()
    assert record.outcome == "loaded"
    assert record.connections[1].error == "b.test:443 refused the connection"
    assert (record.requests[1].outcome, record.requests[1].error) == (
        "connect-failed",
        "b.test:443 refused the connection",
    )


def test_an_unreachable_document_ends_the_load() -> None:
    """A failed navigation finishes with its kind."""
    play = Playbook()
    assert play.event(e.ConnectionLost(play.at, 0, "connect-failed", "refused"))[-1] == "finish connect-failed"


def test_stopping_keeps_what_was_seen() -> None:
    """Ctrl-C and the total deadline: requests in flight are cancelled and recorded as such."""
    play = page()
    play.finds(image("/a.png"))
    assert play.event(e.Stopped(play.at, "interrupted", "stopped")) == ["cancel 0", "cancel 1", "finish interrupted"]
    record = play.recorder.load()
    assert record.outcome == "interrupted"
    assert record.requests[1].outcome == "canceled"


def test_requests_are_limited() -> None:
    """A page of endless images ends at the limit, each refusal recorded."""
    play = Playbook(limits=Limits(requests=3))
    play.opens()
    play.head(0)
    play.finds(*(image(f"/{number}.png") for number in range(5)))
    record = play.recorder.load()
    assert len(record.requests) == 3
    assert [each.outcome for each in record.discoveries] == ["fetched", "fetched", "refused", "refused", "refused"]


def test_connections_are_limited() -> None:
    """Where as many stand as may, the next host gets the place of one that has become idle."""
    play = Playbook(limits=Limits(connections=2))
    play.opens()
    play.head(0)
    lines = play.finds(*(image(f"https://h{number}.test/a.png") for number in range(3)))
    assert [line for line in lines if line.startswith("open")] == ["open 1 https://h0.test:443 fetch third-party"]
    play.opens(connection=1)
    play.head(1, fields=())
    assert play.ends(1) == ["close 1"]
    assert play.event(e.ConnectionLost(play.at, 1, None, None)) == ["open 2 https://h1.test:443 fetch third-party"]
    play.opens(connection=2)
    play.head(2, fields=())
    assert play.ends(2) == ["close 2"]
    assert finish(play) == []
    assert play.event(e.ConnectionLost(play.at, 2, None, None)) == ["open 3 https://h2.test:443 fetch third-party"]
    play.opens(connection=3)
    play.head(3, fields=())
    assert play.ends(3) == ["finish loaded"]


def test_preconnects_stop_at_the_limit_of_connections() -> None:
    """A 103 of a thousand preconnects opens no thousand sockets, and each refusal is recorded."""
    play = Playbook(limits=Limits(connections=3))
    play.opens()
    play.interim(*(f"<https://h{number}.test>; rel=preconnect" for number in range(5)))
    assert [hint.rule for hint in play.recorder.load().hints] == ["EH 11.1", "EH 11.1", "limit", "limit", "limit"]
    play.head(0)
    assert play.finds(candidate(CandidateKind.PRECONNECT, "https://late.test")) == ["found preconnect refused"]


def test_each_failed_attempt_to_connect_fails_one_request() -> None:
    """HTTP/1.1: requests take turns at connecting; a host that is never reached fails them all, one by one."""
    play = Playbook("http://a.test/")
    play.opens(HttpVersion.HTTP_1_1)
    play.head(0)
    lines = play.finds(*(image(f"http://b.test/{number}.png") for number in range(8)))
    assert sum(line.startswith("open") for line in lines) == 6
    for connection in range(1, 9):
        play.event(e.ConnectionLost(play.at, connection, "connect-failed", "b.test:80 refused the connection"))
    assert finish(play) == ["finish loaded"]
    record = play.recorder.load()
    assert [request.outcome for request in record.requests[1:]] == ["connect-failed"] * 8
    assert len(record.connections) == 9


def test_idle_connections_are_not_trusted_when_one_was_closed_under_a_request() -> None:
    """The second try goes out on a new connection, since the server closes what idles in one sweep."""
    play = Playbook("http://a.test/")
    play.opens(HttpVersion.HTTP_1_1)
    play.head(0)
    play.finds(image("/1.png"), image("/2.png"))
    play.opens(HttpVersion.HTTP_1_1, 1)
    play.opens(HttpVersion.HTTP_1_1, 2)
    for fetch in (1, 2):
        play.head(fetch, fields=FRESH)
        play.ends(fetch)
    assert play.finds(image("/3.png"))[-1] == "start 3 http://a.test/3.png on 1 image no-cors"
    assert play.fails(3) == ["close 2", "open 3 http://a.test:80 fetch"]
    play.event(e.ConnectionLost(play.at, 1, "connection-lost", "reset"))
    assert play.opens(HttpVersion.HTTP_1_1, 3) == ["start 3 http://a.test/3.png on 3 image no-cors"]
    request = play.recorder.load().requests[3]
    assert (request.retries, request.retry_reason, request.connection) == (1, "connection-lost it is", 3)


def test_a_request_that_came_back_unsent_is_no_second_try() -> None:
    """HTTP/2: GOAWAY in the same read as what named it; the connection it did not leave on forgets it."""
    play = page()
    play.finds(image("/a.png"))
    play.event(e.GoAway(play.at, 0, "going"))
    unsent = e.FetchFailed(play.at, 1, "connection-lost", "it takes no new requests", None, False)
    assert play.event(unsent) == ["open 1 https://a.test:443 fetch"]
    assert play.opens(connection=1) == ["start 1 https://a.test/a.png on 1 image no-cors"]
    record = play.recorder.load()
    assert record.requests[1].retries == 0
    assert [line.requests for line in record.connections] == [(0,), (1,)]
    play.fails(1, processed=False)
    assert play.browser.state.fetches[1].retried


def test_a_sheet_preloaded_by_the_markup_is_scanned_once_it_is_used() -> None:
    """Before its head or after it, and once."""
    play = page()
    preload = candidate(CandidateKind.PRELOAD, "/a.css", as_="style")
    play.finds(preload)
    assert play.head(1, fields=CSS) == []
    assert play.finds(sheet("/a.css")) == ["found stylesheet joined 1", "scan 1 css"]
    assert play.finds(sheet("/a.css")) == ["found stylesheet joined 1"]
    early = page()
    early.finds(preload, sheet("/a.css"))
    assert early.head(1, fields=CSS) == ["scan 1 css"]


def test_discoveries_are_limited() -> None:
    """A document that never stops naming things: the first one left out says so, the rest cost nothing."""
    play = Playbook(limits=Limits(discoveries=3))
    play.opens()
    play.head(0)
    play.finds(*(image("/same.png") for _ in range(50)))
    assert play.finds(*(image("/same.png") for _ in range(50))) == []
    found = play.recorder.load().discoveries
    assert [each.outcome for each in found] == ["fetched", "joined", "joined", "refused"]
    assert "limit of 3" in found[-1].reason


def test_what_was_never_sent_says_why() -> None:
    """The navigation fails while a hinted request still waits for its connection."""
    play = Playbook("http://a.test/", profile=ProfileName.EAGER)
    play.opens(HttpVersion.HTTP_1_1)
    play.interim("</a.css>; rel=preload; as=style")
    assert play.fails(0)[-1] == "finish connection-lost"
    request = play.recorder.load().requests[1]
    assert request.outcome == "not-sent"
    assert "connection-lost it is" in (request.error or "")


def test_a_document_that_is_not_html_is_not_scanned() -> None:
    """Nothing in it is looked for, and the record has a note."""
    play = Playbook()
    play.opens()
    assert play.head(0, fields=(("content-type", "image/png"),)) == []
    assert play.ends(0) == ["finish loaded"]
    assert "not HTML" in play.recorder.load().notes[0]


def test_only_hints_asks_for_nothing_that_the_document_names() -> None:
    """The document and what its 103 hints at: no scan, no Link of the final response, and use stays unknown."""
    play = Playbook(only_hints=True)
    play.opens()
    play.interim("</app.css>; rel=preload; as=style", "<https://cdn.test>; rel=preconnect")
    assert play.head(0, fields=(*HTML, ("link", "</late.css>; rel=preload; as=style"))) == []
    assert play.ends(0) == []
    play.head(1, fields=CSS)
    assert play.ends(1) == ["finish loaded"]
    load = play.recorder.load()
    assert load.only_hints
    assert [request.url for request in load.requests] == ["https://a.test/", "https://a.test/app.css"]
    assert [hint.used for hint in load.hints] == [None, None]
