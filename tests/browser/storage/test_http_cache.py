"""The HTTP cache's decisions, in the machine: the table that a real Chromium answers, who may have what, and limits."""

from __future__ import annotations

import pytest

from fetcher.browser import commands as c
from fetcher.browser.storage import http_cache
from fetcher.browser.storage.http_cache import CacheKey, Entry, HttpCache, StoredResponse
from fetcher.browser.storage.state import BrowserState
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.terms import Destination, Fields, NetPriority, field_value
from tests.support.http_cache_cases import CASES, NOTHING, REDIRECTS, STALE_WHILE_REVALIDATE, Case
from tests.support.playbook import CSS, FRESH, HTML, Playbook, candidate, image, sheet

WALL = 1_800_000_000.0
PICTURE: Fields = (("content-type", "image/png"),)
NO_CACHE: Fields = (("content-type", "text/css"), ("cache-control", "no-cache"), ("etag", '"v1"'))


def visit(*found: Candidate, state: BrowserState | None = None, page: str = "https://a.test/") -> Playbook:
    """The page's document is there and has named ``found``."""
    play = Playbook(page, remembered=state or BrowserState(), wall=WALL if state is None else WALL + 1)
    play.opens()
    play.head(0)
    play.finds(*found)
    return play


def left(play: Playbook) -> BrowserState:
    """What it leaves, every content that was kept being there."""
    return play.browser.remembered(play.at, dict.fromkeys(range(50), b"x"))


def after(fields: Fields, *, status: int = 200, found: Candidate | None = None) -> BrowserState:
    """What a visit leaves whose only resource was answered with ``fields``."""
    play = visit(found or image("/r"))
    play.head(1, status, fields)
    play.ends(1)
    return left(play)


def sent(play: Playbook, fetch: int = 1) -> Fields | None:
    """The fields ``fetch`` went to the network with, None when it did not."""
    return play.sent(fetch) or None


@pytest.mark.parametrize("case", [*CASES, *REDIRECTS], ids=lambda case: case.name)
def test_the_second_visit_asks_as_chromium_does(case: Case) -> None:
    """Nothing, again, or with which conditions."""
    extra: Fields = (("location", "/elsewhere"),) if case in REDIRECTS else ()
    state = after((*PICTURE, *case.dated(WALL), *extra), status=case.status)
    fields = sent(visit(image("/r"), state=state))
    if case.then == NOTHING:
        assert fields is None
        return
    assert fields is not None
    conditions = tuple(name for name, _ in fields if name.startswith("if-"))
    assert conditions == (case.then or ())


@pytest.mark.parametrize("case", STALE_WHILE_REVALIDATE, ids=lambda case: case.name)
def test_a_stale_answer_is_used_once_more_and_renewed(case: Case) -> None:
    """RFC 5861, for subresources: served at once, and asked for again with the lowest priority."""
    state = after((*PICTURE, *case.dated(WALL)))
    play = visit(image("/r"), state=state)
    served = [command for command in play.log if command.startswith("serve")]
    assert served == ["serve 1 http-cache-stale"]
    assert sent(play, 1) is None
    fields = sent(play, 2)
    assert fields is not None
    assert tuple(name for name, _ in fields if name.startswith("if-")) == (case.then or ())
    assert play.browser.state.fetches[2].priority is NetPriority.IDLE


STALE: Fields = (*PICTURE, ("cache-control", "max-age=1, stale-while-revalidate=600"), ("age", "100"))


def connect(play: Playbook, lines: list[str]) -> None:
    """Every connection that ``lines`` open stands."""
    for line in lines:
        if line.startswith("open "):
            play.opens(connection=int(line.split()[1]))


IN_A_FRAME = [
    ("of the page's site", "https://a.test/f", {}, "own=1"),
    ("of another site", "https://other.test/f", {}, None),
    ("sandboxed", "https://a.test/f", {"sandbox": ""}, None),
]


@pytest.mark.parametrize(("_case", "frame", "attributes", "cookie"), IN_A_FRAME, ids=[row[0] for row in IN_A_FRAME])
def test_what_renews_a_stale_answer_carries_what_its_frame_may(
    _case: str, frame: str, attributes: dict[str, str], cookie: str | None
) -> None:
    """The renewal is the frame's request as much as the one that was answered: a frame below another site, or a
    sandboxed one, sends no cookie of the page's."""
    found = candidate(CandidateKind.FRAME, frame, "iframe", in_head=False, **attributes)
    state = BrowserState()
    for wall in (WALL, WALL + 1):
        play = Playbook(remembered=state, wall=wall, frames=True)
        play.opens()
        play.head(0, fields=(*HTML, ("set-cookie", "own=1; SameSite=None; Secure")))
        connect(play, play.finds(found))
        play.head(1, fields=HTML)
        connect(play, play.finds(image("https://a.test/r"), fetch=1))
        play.head(2, fields=STALE)
        play.ends(2)
        state = left(play)
    assert "serve 2 http-cache-stale" in play.log
    assert field_value(play.sent(3), "cookie") == cookie
    assert play.sent(3)


def test_a_renewal_that_cannot_ask_conditionally_takes_the_place_of_what_was_stale() -> None:
    """Without a validator the whole answer comes again, and is what the cache has from then on."""
    play = visit(image("/r"), state=after(STALE))
    play.head(2, fields=(*PICTURE, *FRESH))
    play.ends(2)
    assert play.browser.state.fetches[2].conditions == ()
    (kept,) = left(play).stored
    assert field_value(kept.fields, "cache-control") == "max-age=600"


@pytest.mark.parametrize(
    "value",
    [
        "max-age=1, stale-while-revalidate=600, must-revalidate",
        "max-age=1, stale-while-revalidate=60",
        "no-cache, stale-while-revalidate=600",
    ],
)
def test_a_stale_answer_is_not_used(value: str) -> None:
    """must-revalidate and no-cache forbid it, and so does being too old."""
    state = after((*PICTURE, ("cache-control", value), ("age", "100")))
    play = visit(image("/r"), state=state)
    assert not [line for line in play.log if line.startswith("serve")]
    assert sent(play) is not None


def test_a_stale_document_is_not_used() -> None:
    """stale-while-revalidate is for subresources: a navigation waits for the server."""
    play = Playbook()
    play.opens()
    play.head(0, fields=(*HTML, ("cache-control", "max-age=0, stale-while-revalidate=600")))
    play.ends(0)
    again = Playbook(remembered=left(play))
    again.opens()
    assert sent(again, 0) is not None


def test_a_document_comes_from_the_cache_without_a_connection() -> None:
    """A navigation to what is fresh asks nobody, and is scanned like any other."""
    play = Playbook()
    play.opens()
    play.head(0, fields=(*HTML, *FRESH))
    play.ends(0)
    again = Playbook(remembered=left(play))
    assert again.first == ["queue 0 https://a.test/", "serve 0 http-cache"]
    assert "scan 0 html" in again.head(0, fields=(*HTML, *FRESH))


def test_a_hint_that_matches_something_fresh_makes_no_request() -> None:
    """EH 4.9; and the document's own element then has it without a request."""
    play = Playbook(remembered=after(CSS, found=sheet("/r.css")))
    play.opens()
    hinted = play.interim("</r.css>; rel=preload; as=style")
    assert hinted == ["interim 0 acted EH 4.2", "hint 0 acted EH 4.6 fetch 1", "queue 1 https://a.test/r.css",
                      "serve 1 http-cache"]  # fmt: skip
    play.head(1, fields=CSS)
    play.ends(1)
    play.head(0)
    assert play.finds(sheet("/r.css")) == ["found stylesheet claimed-preload 1", "scan 1 css"]


def test_a_304_with_another_vary_keeps_what_that_names() -> None:
    """The fields of the request that was confirmed, as Chromium does, not those of the one before."""
    no_cache: Fields = (*PICTURE, ("cache-control", "no-cache"), ("etag", '"v"'))
    play = visit(image("/r"), state=after(no_cache))
    play.head(1, 304, (("vary", "accept, x-none"), ("cache-control", "max-age=600")))
    play.ends(1)
    (kept,) = left(play).stored
    assert kept.varying == (("accept", field_value(play.sent(1), "accept")),)
    assert "serve 1 http-cache" in visit(image("/r"), state=left(play)).log


def test_a_304_confirms_what_is_stored() -> None:
    """The stored status and fields are read, those of the 304 renew them, and the content is played before a scan."""
    state = after(NO_CACHE, found=sheet("/r.css"))
    play = visit(sheet("/r.css"), state=state)
    assert field_value(play.sent(1), "if-none-match") == '"v1"'
    renewed = (("cache-control", "max-age=60"), ("content-type", "text/plain"), ("set-cookie", "a=1"))
    assert play.head(1, 304, renewed) == ["serve 1 revalidated", "scan 1 css"]
    play.ends(1, size=0)
    (stored,) = left(play).stored
    assert (field_value(stored.fields, "cache-control"), field_value(stored.fields, "content-type")) == (
        "max-age=60",
        "text/css",
    )
    assert field_value(stored.fields, "set-cookie") is None
    assert sent(visit(sheet("/r.css"), state=left(play))) is None


def test_a_new_answer_takes_the_place_of_the_old_one() -> None:
    """Also one that may not be stored, and from its head on."""
    play = visit(sheet("/r.css"), state=after(NO_CACHE, found=sheet("/r.css")))
    play.head(1, 200, (("cache-control", "no-store"),))
    assert left(play).stored == ()


def test_only_whole_contents_are_kept() -> None:
    """A response that is cut short is no entry."""
    play = visit(image("/r"))
    play.head(1, 200, FRESH)
    play.fails(1)
    assert left(play).stored == ()


def test_credentials_do_not_split_the_cache() -> None:
    """Chromium 156: one request for an anonymous and a credentialed use of a URL of another origin."""
    play = visit(image("https://b.test/i"))
    play.head(1, 200, (*PICTURE, *FRESH, ("access-control-allow-origin", "*")))
    assert play.finds(image("https://b.test/i", crossorigin="")) == ["found image joined 1"]


def test_sites_split_the_cache() -> None:
    """By the site of the page: another page asks again; a sub-domain's page is of the same site."""
    state = after((*PICTURE, *FRESH), found=image("https://c.test/r"))
    assert "serve 1 http-cache" not in visit(image("https://c.test/r"), state=state, page="https://b.test/").log
    assert "serve 1 http-cache" in visit(image("https://c.test/r"), state=state, page="https://www.a.test/").log


def test_frames_split_the_cache() -> None:
    """By the site of the frame too, and a frame's document is never what a subresource fetched."""
    play = visit(candidate(CandidateKind.IMAGE, "/f", "img"), candidate(CandidateKind.FRAME, "/f", "iframe"))
    assert [line for line in play.log if line.startswith("queue")][1:] == [
        "queue 1 https://a.test/f",
        "queue 2 https://a.test/f",
    ]


def test_another_sites_page_navigates_past_the_cache() -> None:
    """Chromium keeps main documents that another site's page led to apart, from whatever page, and redirects not."""
    key = http_cache.key_of
    from fetcher.urls import parse

    a, b, c_ = (parse(f"https://{name}.test/") for name in "abc")
    typed = key(c_, Destination.DOCUMENT, c_, c_, None)
    assert key(c_, Destination.DOCUMENT, c_, c_, c_) == typed
    assert key(c_, Destination.DOCUMENT, c_, c_, a) == key(c_, Destination.DOCUMENT, c_, c_, b) != typed


def test_a_cookie_that_came_makes_another_variant() -> None:
    """Vary: Cookie is compared; a variant can be asked about by its ETag only."""
    fields = (*PICTURE, *FRESH, ("vary", "Cookie"), ("etag", '"e"'), ("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT"))
    play = visit(image("/r"))
    play.head(1, 200, (*fields, ("set-cookie", "a=1; Max-Age=600")))
    play.ends(1)
    wanted = sent(visit(image("/r"), state=left(play)))
    assert wanted is not None
    assert [name for name, _ in wanted if name.startswith("if-")] == ["if-none-match"]


def test_clear_site_data_clears_one_origin() -> None:
    """Its entries are gone for every page; those of others stay."""
    play = visit(image("/r"), image("https://b.test/r"))
    play.opens(connection=1)
    play.head(1, 200, (*PICTURE, *FRESH))
    play.ends(1)
    play.head(2, 200, (*PICTURE, *FRESH))
    play.ends(2)
    again = Playbook(remembered=left(play))
    again.opens()
    again.head(0, fields=(*HTML, ("clear-site-data", '"cache"')))
    again.finds(image("/r"), image("https://b.test/r"))
    assert sent(again, 1) is not None
    assert "serve 2 http-cache" in again.log


@pytest.mark.parametrize(
    ("given", "conditions"),
    [
        (("cache-control", "no-cache"), []),
        (("pragma", "no-cache"), []),
        (("if-none-match", '"mine"'), ["if-none-match"]),
        (("cache-control", "max-age=0"), ["if-none-match"]),
    ],
)
def test_the_callers_fields_pass_the_cache_by(given: tuple[str, str], conditions: list[str]) -> None:
    """As they do in Chromium: a reload, or a condition of one's own."""
    play = Playbook(remembered=after((*PICTURE, *FRESH, ("etag", '"v"'))), headers=(given,))
    play.opens()
    play.head(0)
    play.finds(image("/r"))
    fields = sent(play)
    assert fields is not None
    assert [name for name, _ in fields if name.startswith("if-")] == conditions


def test_a_sheet_of_another_frame_is_read_again_out_of_the_cache() -> None:
    """Of the same site, once it is complete: what it names is looked for in that frame's document too."""
    play = Playbook(frames=True)
    play.opens()
    play.head(0)
    play.finds(sheet("/s.css"), candidate(CandidateKind.FRAME, "/f", "iframe"))
    play.head(1, fields=CSS)
    play.head(2)
    assert play.finds(sheet("/s.css"), fetch=2) == []
    assert play.ends(1) == ["queue 3 https://a.test/s.css", "serve 3 http-cache", "found stylesheet from-cache 3"]
    assert "scan 3 css" in play.head(3, fields=CSS)


def test_what_was_not_kept_cannot_be_read() -> None:
    """A picture's content is only counted: asked for as a style sheet later, it is fetched."""
    play = visit(sheet("/r"), state=after((*FRESH,), found=image("/r")))
    assert sent(play) is not None


def stored(number: int, size: int = 0) -> StoredResponse:
    key = CacheKey(f"https://a.test/{number}", "https://a.test", "https://a.test")
    return StoredResponse(key, 200, "", "HTTP/2", (), (), 0.0, 0.0, float(number), size, size, b"x" * size)


def test_the_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """In entries and in bytes; what was used longest ago goes first."""
    monkeypatch.setattr(http_cache, "ENTRIES", 3)
    monkeypatch.setattr(http_cache, "HELD_BYTES", 100)
    cache = HttpCache(stored(number, 10) for number in (3, 1, 2))
    cache.store(Entry(stored(4, 10)))
    assert [one.used for one in cache.stored({})] == [2, 3, 4]
    cache.store(Entry(stored(5, 85)))
    assert [one.used for one in cache.stored({})] == [4, 5]
    cache.store(Entry(stored(6, 101)))
    assert len(cache) == 0


def test_the_record_says_where_an_answer_came_from() -> None:
    """No bytes on the wire, the age it had, what was left of it, and what it saved."""
    play = visit(image("/r"), state=after((*PICTURE, ("cache-control", "max-age=600"), ("age", "100"))))
    assert isinstance(play.commands[-1], c.DiscoveryResolved)
    play.head(1, 200, PICTURE)
    play.ends(1, size=0)
    request = play.recorder.load().requests[1]
    assert request.cache is not None
    assert (request.cache_source, request.cache.source, request.cache.status) == ("http-cache", "http-cache", 200)
    assert 100 <= request.cache.age < 102
    assert request.cache.fresh_for is not None
    assert 498 < request.cache.fresh_for <= 500
    assert request.cache.saved == 100
    assert request.outcome == "complete"
    assert (request.connection, request.times.request_start) == (None, None)
