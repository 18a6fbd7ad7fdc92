"""Both verdicts on reuse for each hint, and each double fetch with its cause and what mends it (EH 9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from fetcher.analysis.fetched_twice import FIXES, DoubleFetch, double_fetches
from fetcher.analysis.reuse import Cause, Reuse, reuses
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.fields.link import parse
from fetcher.record import PageLoad
from fetcher.record.page_load import RequestRecord
from fetcher.terms import Destination, Fields, Initiator, InitiatorKind, ProfileName
from tests.support.playbook import FRESH, HTML, Playbook, image, script, sheet

NO_STORE: Fields = (("cache-control", "no-store"),)
NOTHING: Fields = ()
STYLE = "</a.css>; rel=preload; as=style"
FONT = "</f.woff2>; rel=preload; as=font"
FACE = Candidate(CandidateKind.CSS_FONT, "/f.woff2", "@font-face", (("family", "f"),), 1, 0, inline=True)
USE = Candidate(CandidateKind.FONT_USE, "", "style", (("family", "f"),), 1, 0, inline=True)


def loaded(
    link: str,
    *wanted: Candidate,
    answer: Fields = FRESH,
    status: int = 200,
    profile: ProfileName = ProfileName.CHROMIUM,
    interim: Fields = (),
) -> PageLoad:
    """A page with one hint, whose response is there before the page asks for ``wanted``."""
    play = Playbook(profile=profile)
    play.opens()
    play.interim(link, fields=interim)
    play.head(1, status, answer)
    play.ends(1)
    play.head(0, fields=HTML)
    play.finds(*wanted)
    for fetch in [one for one in play.browser.state.fetches if one.is_pending and one.id > 1]:
        play.opens(connection=len(play.recorder.load().connections) - 1)
        play.head(fetch.id, fields=FRESH)
        play.ends(fetch.id)
    play.ends(0)
    for number in sorted(play.browser.state.scans):
        play.drains(number)
    return play.recorder.load()


# link, what the page wants, how the hint is answered; then HTML's key and Chromium's cache ("+" serves)
VERDICTS: list[tuple[str, tuple[Candidate, ...], Fields, str, str]] = [
    (STYLE, (sheet("/a.css"),), FRESH, "+", "+"),
    (STYLE, (sheet("/a.css"),), NO_STORE, "+", "not-stored"),
    (STYLE, (sheet("/a.css"),), NOTHING, "+", "not-fresh"),
    (STYLE, (script("/a.css"),), FRESH, "as-differs", "+"),
    (STYLE, (sheet("/a.css", crossorigin=""),), FRESH, "crossorigin-missing", "+"),
    (f"{STYLE}; crossorigin", (sheet("/a.css"),), FRESH, "crossorigin-differs", "+"),
    (
        f"{STYLE}; crossorigin=use-credentials",
        (sheet("/a.css", crossorigin="anonymous"),),
        FRESH,
        "credentials-differ",
        "+",
    ),
    (STYLE, (sheet("/a.css", integrity="sha256-A"),), FRESH, "integrity-differs", "+"),
    (f'{STYLE}; integrity="sha256-A"', (sheet("/a.css", integrity="sha256-A"),), FRESH, "+", "+"),
    (FONT, (FACE, USE), FRESH, "crossorigin-missing", "+"),
    (f"{FONT}; crossorigin", (FACE, USE), FRESH, "+", "+"),
]


def only(load: PageLoad) -> Reuse:
    (one,) = reuses(load)
    return one


@pytest.mark.parametrize(("link", "wanted", "answer", "by_key", "by_cache"), VERDICTS)
def test_both_verdicts(link: str, wanted: tuple[Candidate, ...], answer: Fields, by_key: str, by_cache: str) -> None:
    """EH 9.1 and 9.3, whatever drove the load: HTML goes by the key, Chromium by what may be stored and is fresh."""
    one = only(loaded(link, *wanted, answer=answer))
    assert one.wanted is not None
    assert (one.by_key.cause if one.by_key else "+", one.by_cache.cause if one.by_cache else "+") == (by_key, by_cache)


@pytest.mark.parametrize(("link", "wanted", "answer", "by_key", "by_cache"), VERDICTS)
@pytest.mark.parametrize("profile", [ProfileName.CHROMIUM, ProfileName.STANDARD])
def test_the_verdict_is_what_the_machine_did(
    profile: ProfileName, link: str, wanted: tuple[Candidate, ...], answer: Fields, by_key: str, by_cache: str
) -> None:
    """A second request went out exactly where the driving profile's rules say so (EH 9.4): in Chromium where the cache
    cannot serve, by the standards where neither the key nor the cache can."""
    load = loaded(link, *wanted, answer=answer, profile=profile)
    asked = [one for one in load.requests if one.destination is not Destination.DOCUMENT]
    served = by_cache == "+" or (profile is ProfileName.STANDARD and by_key == "+")
    assert len(asked) == (1 if served else 2)
    assert len(double_fetches(load)) == len(asked) - 1


def double(load: PageLoad) -> DoubleFetch:
    (one,) = double_fetches(load)
    return one


VARIES: Fields = (*FRESH, ("vary", "accept"))
CAUSES: list[tuple[str, tuple[Candidate, ...], Fields, ProfileName, Cause, str | None]] = [
    (STYLE, (sheet("/a.css"),), NO_STORE, ProfileName.CHROMIUM, Cause.NOT_STORED, None),
    (STYLE, (sheet("/a.css"),), NOTHING, ProfileName.CHROMIUM, Cause.NOT_FRESH, None),
    (STYLE, (script("/a.css"),), VARIES, ProfileName.CHROMIUM, Cause.VARY, None),
    (
        STYLE,
        (script("/a.css"),),
        NO_STORE,
        ProfileName.STANDARD,
        Cause.AS_DIFFERS,
        "</a.css>; rel=preload; as=script",
    ),
    (
        FONT,
        (FACE, USE),
        NO_STORE,
        ProfileName.STANDARD,
        Cause.CROSSORIGIN_MISSING,
        "</f.woff2>; rel=preload; as=font; crossorigin",
    ),
    (
        f"{STYLE}; crossorigin",
        (sheet("/a.css"),),
        NO_STORE,
        ProfileName.STANDARD,
        Cause.CROSSORIGIN_DIFFERS,
        "</a.css>; rel=preload; as=style",
    ),
    (
        STYLE,
        (sheet("/a.css", integrity="sha256-A="),),
        NO_STORE,
        ProfileName.STANDARD,
        Cause.INTEGRITY_DIFFERS,
        "</a.css>; rel=preload; as=style; integrity=sha256-A=",
    ),
    (
        STYLE,
        (sheet("/a.css?v=2"),),
        FRESH,
        ProfileName.CHROMIUM,
        Cause.QUERY_DIFFERS,
        "</a.css?v=2>; rel=preload; as=style",
    ),
    (
        "</A.css>; rel=preload; as=style",
        (sheet("/a.css"),),
        FRESH,
        ProfileName.CHROMIUM,
        Cause.NEAR_MISS,
        "</a.css>; rel=preload; as=style",
    ),
]


@pytest.mark.parametrize(("link", "wanted", "answer", "profile", "cause", "mended"), CAUSES)
def test_each_cause_is_named_with_its_fix(
    link: str, wanted: tuple[Candidate, ...], answer: Fields, profile: ProfileName, cause: Cause, mended: str | None
) -> None:
    """EH 9.5."""
    one = double(loaded(link, *wanted, answer=answer, profile=profile))
    assert (one.cause, one.link, one.hint) == (cause, mended, 0)
    assert one.fix == FIXES[cause]
    assert len(one.reason) > 20


def test_a_corrected_hint_mends_it() -> None:
    """What is proposed is proved: with the corrected link the same page fetches once."""
    for link, wanted, answer, profile, _, mended in CAUSES:
        if mended is not None:
            assert parse([mended]).links, link
            assert double_fetches(loaded(mended, *wanted, answer=answer, profile=profile)) == ()


def test_a_redirect_that_is_not_kept() -> None:
    """EH 7.3: an uncacheable redirect is asked for again; the hint should name where it leads."""
    load = loaded("</a.js>; rel=preload; as=script", script("/a.js"), answer=(("location", "/b.js"),), status=302)
    one = double(load)
    assert (one.cause, one.link) == (Cause.REDIRECT_NOT_CACHEABLE, "</b.js>; rel=preload; as=script")


def test_a_request_that_failed() -> None:
    """The page asks again for what did not come."""
    play = Playbook()
    play.opens()
    play.interim(STYLE)
    play.fails(1, "reset")
    play.head(0)
    play.finds(sheet("/a.css"))
    assert double(play.recorder.load()).cause is Cause.FAILED


def test_a_hint_used_in_a_frame_of_another_site_only() -> None:
    """EH 10.3: the cache of the frame's site is apart."""
    load = loaded(STYLE, sheet("/a.css"))
    page = load.requests[0]
    framed = replace(
        page, id=2, url="https://other.test/", destination=Destination.FRAME,
        initiator=Initiator(InitiatorKind.PRELOAD_SCAN, 0),
    )  # fmt: skip
    again = replace(
        load.requests[1], id=3, initiator=Initiator(InitiatorKind.PRELOAD_SCAN, 2), earlier=1, hint=None
    )  # fmt: skip
    found = tuple(
        replace(one, source=2, request=3, outcome="fetched-again") if one.request == 1 else one
        for one in load.discoveries
    )
    load = replace(load, requests=(page, load.requests[1], framed, again), discoveries=found)
    assert double(load).cause is Cause.FRAME_PARTITION
    assert [one.by_cache.cause for one in reuses(load) if one.by_cache] == [Cause.FRAME_PARTITION]


def long_record(pairs: int) -> PageLoad:
    """Of a browser that asked ``pairs`` times for each of two URLs, each request by the one before it."""
    load = loaded(STYLE, sheet("/a.css"), answer=FRESH)
    page, style = load.requests[0], replace(load.requests[1], earlier=None, hint=None)
    more = tuple(
        replace(
            style, id=number, url=f"https://a.test/{number % 2}.css",
            initiator=Initiator(InitiatorKind.CSS, number - 1),
        )
        for number in range(1, 2 * pairs + 1)
    )  # fmt: skip
    return replace(load, recorded_by="some browser", discoveries=(), hints=(), requests=(page, *more), profile=None)


class Counted(tuple[RequestRecord, ...]):
    """Requests that count how often one of them is looked at."""

    looks = 0

    def __getitem__(self, at: object) -> RequestRecord:  # type: ignore[override]
        self.looks += 1
        return super().__getitem__(at)  # type: ignore[index, return-value]

    def __iter__(self) -> Iterator[RequestRecord]:
        self.looks += len(self)
        return super().__iter__()


def test_a_long_record_takes_time_that_grows_with_it() -> None:
    """Ten times the requests are looked at ten times as often, however long the way from each to its frame is."""
    looks = []
    for pairs in (40, 400):
        load = long_record(pairs)
        requests = Counted(load.requests)
        assert len(double_fetches(replace(load, requests=requests))) == 2 * pairs - 2
        looks.append(requests.looks)
    assert looks[1] < 12 * looks[0]


def test_requests_that_a_file_has_in_a_circle() -> None:
    """Each by the other's content: no frame is found, and the search ends."""
    load = long_record(2)
    first = replace(load.requests[1], initiator=Initiator(InitiatorKind.CSS, 4))
    load = replace(load, requests=(load.requests[0], first, *load.requests[2:]))
    assert [one.cause for one in double_fetches(load)] == [Cause.UNKNOWN] * 2


def test_a_file_without_a_responses_fields_says_nothing_of_its_lifetime() -> None:
    """A HAR may leave them out: that is no response without a lifetime, and nothing a cause can rest on."""
    load = loaded(STYLE, sheet("/a.css"), answer=FRESH)
    bare = tuple(replace(one, response_fields=(), mode=None, credentials=None) for one in load.requests)
    load = replace(load, requests=bare, recorded_by="a browser")
    assert [one.by_cache for one in reuses(load)] == [None]


def test_an_imported_load_without_discoveries() -> None:
    """A HAR names no elements: two requests for one URL are a double fetch, its cause what the first response shows."""
    load = loaded(STYLE, sheet("/a.css"), answer=NO_STORE)
    requests = tuple(replace(one, earlier=None, earlier_reason=None, mode=None) for one in load.requests)
    bare = replace(load, recorded_by="some browser", discoveries=(), requests=requests, profile=None)
    assert double(bare).cause is Cause.NOT_STORED
    stored = tuple(
        replace(one, response_fields=FRESH) if one.id == 1 else one for one in requests
    )  # fmt: skip
    assert double(replace(bare, requests=stored)).cause is Cause.UNKNOWN


def test_nothing_wanted_it() -> None:
    """An unused hint has no key verdict; what its response allows is said all the same."""
    one = only(loaded(STYLE, image("/other.png"), answer=NO_STORE))
    assert one.wanted is None
    assert one.by_key is None
    assert one.by_cache is not None


def test_every_cause_has_its_fix() -> None:
    """A new cause needs a sentence."""
    assert set(FIXES) == set(Cause)


def test_firefox_keeps_apart_what_another_origin_was_asked_for_without_credentials() -> None:
    """EH 12.1: fresh as it is, its cache serves it to the same origin's requests only."""
    for origin, served in (("https://a.test", True), ("https://b.test", False)):
        play = Playbook(profile=ProfileName.FIREFOX)
        play.opens()
        play.interim(f"<{origin}/a.js>; rel=preload; as=script")
        if not served:
            play.opens(connection=1)
        play.head(1, fields=(*FRESH, ("access-control-allow-origin", "*")))
        play.ends(1)
        play.head(0, fields=HTML)
        play.finds(script(f"{origin}/a.js", crossorigin="", src=f"{origin}/a.js"))
        one = only(play.recorder.load())
        assert one.by(ProfileName.CHROMIUM) is None
        assert (one.by(ProfileName.FIREFOX) is None) is served
        assert len(play.recorder.load().requests) == (2 if served else 3)
