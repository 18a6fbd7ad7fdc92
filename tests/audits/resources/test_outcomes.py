"""The rules of the family resources: what each says of a sound page and of one that gives it nothing to judge, and
what a finding holds: the link's bytes, the URL, who uses it, what differs, each browser, the cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from fetcher.audits import Basis, Outcome, Page, Severity
from fetcher.audits.resources import RULES
from fetcher.origin import Head, Route, asset, text
from fetcher.record import from_har
from fetcher.record.har.writer import har_text
from fetcher.terms import ProfileName
from tests.audits.one_page import found, judged, page
from tests.audits.site.parts import BODY, CACHED, HEAD, HINTS, STYLE, document

BY_ID = {rule.id: rule for rule in RULES}
PICTURE = "</a.png>; rel=preload; as=image"
SHOWN = f'{BODY}<img src="/a.png" alt="">'


PRECONNECTED = page(
    *HINTS,
    "<https://cdn.test>; rel=preconnect",
    body='<img src="https://cdn.test/p.png" alt="">',
    hosts={"cdn.test": {"/p.png": asset(9, "image/png")}},
)
WITHOUT = page()


@pytest.mark.parametrize("rule", BY_ID)
def test_a_sound_page_passes(rule: str) -> None:
    """With preloads and a preconnect that the page uses; only a second view gives one more something to judge."""
    expected = Outcome.NOT_APPLICABLE if rule == "hint-already-cached" else Outcome.PASSED
    assert judged(BY_ID, rule, PRECONNECTED).outcome is expected


@pytest.mark.parametrize("rule", BY_ID)
def test_without_a_103_there_is_nothing_to_judge(rule: str) -> None:
    """And the reason is said."""
    result = judged(BY_ID, rule, WITHOUT)
    assert result.outcome is Outcome.NOT_APPLICABLE
    assert result.reason in ("no 103 came", "no second view was loaded (give --probe repeat)")


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("hint-unused", "no preload of the 103 made a request"),
        ("preconnect-unused", "the 103 has no preconnect"),
        ("preconnect-excess", "the 103 has no preconnect"),
    ],
)
def test_a_103_without_such_links(rule: str, reason: str) -> None:
    """One with preconnects alone, one with preloads alone."""
    one = page("<https://a.test>; rel=preconnect") if rule.startswith("hint") else page(*HINTS)
    assert (judged(BY_ID, rule, one).outcome, judged(BY_ID, rule, one).reason) == (Outcome.NOT_APPLICABLE, reason)


def test_every_rule_has_its_words() -> None:
    """A title, what it is about, what to do and where it is from."""
    for rule in RULES:
        assert all((rule.title, rule.about, rule.fix, rule.source)), rule.id
        assert rule.family == "resources"


# -- what is not there


def test_not_found_after_a_deployment() -> None:
    """The link is quoted with its bytes, and what the page uses instead is named with its place."""
    link = "</b.3f2a91bc.css>; rel=preload; as=style"
    one = page(
        *HINTS,
        link,
        head=HEAD + '<link rel="stylesheet" href="/b.77aa01ff.css">',
        routes={"/b.3f2a91bc.css": text(404, "gone"), "/b.77aa01ff.css": asset(b"", "text/css", cache=CACHED)},
    )
    told = found(BY_ID, "hint-not-found", one)
    assert "answered 404; the page uses https://a.test/b.77aa01ff.css instead" in told.message
    assert told.severity is Severity.ERROR
    assert told.quote is not None
    assert (told.quote.text, told.quote.size, told.quote.where) == (link, len(link), "103")
    assert told.used is not None
    assert (told.used.element, told.used.line) == ("link", 1)
    assert told.cost is not None
    assert (told.cost.ms, told.cost.bytes, told.cost.basis) == (20, 4, Basis.MEASURED)
    assert [name for name, _ in told.browsers] == ["chromium", "firefox", "safari"]
    assert "rel=preconnect only" in told.browsers[2][1]
    for rule in ("hint-stale-version", "hint-unused"):
        assert judged(BY_ID, rule, one).outcome is Outcome.PASSED  # one cause, one finding


def test_not_found_and_used() -> None:
    """A picture that is missing for the page as well is to be mended, not unhinted."""
    told = found(BY_ID, "hint-not-found", page(*HINTS, PICTURE, body=SHOWN, routes={"/a.png": text(500, "no")}))
    assert "answered 500, and the page uses it" in told.message
    assert told.fix.startswith("Mend the resource")


def test_a_stale_version() -> None:
    """By a version in the query too, or where one of them has one."""
    for hinted, used in (("/a.png?v=1", "/a.png?v=2"), ("/a.png", "/a.png?v=2")):
        one = page(*HINTS, f"<{hinted}>; rel=preload; as=image", body=f'<img src="{used}" alt="">')
        told = found(BY_ID, "hint-stale-version", one)
        assert told.differs[0].part == "query"
        assert told.differs[0].used == f"https://a.test{used}"
        assert told.cost is not None
        assert told.cost.bytes == 20_000


def test_fields_that_a_file_leaves_out_are_no_missing_lifetime() -> None:
    """A response without any is judged where we loaded it ourselves; in another program's file it is not known."""
    (load,) = page(*HINTS).loads
    bare = replace(load, requests=tuple(replace(one, response_fields=()) for one in load.requests))
    assert judged(BY_ID, "hint-uncacheable", Page((bare,))).outcome is Outcome.FINDINGS
    theirs = tuple(replace(one, mode=None, credentials=None) for one in bare.requests)
    other = Page((replace(bare, requests=theirs, recorded_by="WebInspector 537.36"),))
    assert judged(BY_ID, "hint-uncacheable", other).outcome is Outcome.UNKNOWN


def test_another_query_is_no_other_version() -> None:
    """Of a server that makes pictures it is another picture: unused by the page, unknown beside scripts."""
    hint = "</a.png?of=hat>; rel=preload; as=image"
    (load,) = page(STYLE, hint, head=HEAD, body='<img src="/a.png?of=shoe" alt="">').loads
    assert judged(BY_ID, "hint-stale-version", Page((load,))).outcome is Outcome.PASSED
    assert judged(BY_ID, "hint-unused", Page((load,))).outcome is Outcome.UNKNOWN
    found(BY_ID, "hint-unused", Page((replace(load, scripts=0),)))


def test_unused_by_size() -> None:
    """A warning, an error over 50 KiB."""
    small = page(STYLE, PICTURE, head='<link rel="stylesheet" href="/a.css">')
    large = page(
        STYLE, PICTURE, head='<link rel="stylesheet" href="/a.css">', routes={"/a.png": asset(60_000, "image/png")}
    )
    assert found(BY_ID, "hint-unused", small).severity is Severity.WARNING
    told = found(BY_ID, "hint-unused", large)
    assert told.severity is Severity.ERROR
    assert "(60.0 kB)" in told.message


def test_unused_is_unknown_beside_scripts() -> None:
    """They did not run, and could use it; with what a browser saw it is known. Never a finding while unknown."""
    one = page(*HINTS, PICTURE)
    result = judged(BY_ID, "hint-unused", one)
    assert result.outcome is Outcome.UNKNOWN
    assert "scripts did not run" in result.reason
    assert found(BY_ID, "hint-unused", observed(one)).subject == "https://a.test/a.png"


def observed(one: Page) -> Page:
    return replace(one, observed=True)


@pytest.mark.parametrize(("host", "outcome"), [("a.test", Outcome.UNKNOWN), ("b.example", Outcome.FINDINGS)])
def test_unused_is_unknown_beside_a_frame_of_the_site(host: str, outcome: Outcome) -> None:
    """It was not looked into and could use it; one of another site has a cache and connections of its own."""
    one = page(
        STYLE,
        PICTURE,
        "<https://cdn.test>; rel=preconnect",
        head='<link rel="stylesheet" href="/a.css">',
        body=f'{BODY}<iframe src="https://{host}/f.html" title="f"></iframe>',
        routes={"/f.html": text(200, "a frame")},
        hosts={"b.example": {"/f.html": text(200, "a frame")}, "cdn.test": {}},
    )
    assert judged(BY_ID, "hint-unused", one).outcome is outcome
    assert judged(BY_ID, "preconnect-unused", one).outcome is outcome


@pytest.mark.parametrize("rule", BY_ID)
def test_a_har_of_ours_says_what_its_record_says(rule: str, tmp_path: Path) -> None:
    """Or less, since it has no elements; where the final response preloads the same, it cannot tell what used it."""
    for one in (PRECONNECTED, page(STYLE, PICTURE, head='<link rel="stylesheet" href="/a.css">')):
        file = tmp_path / "page.har"
        file.write_text(har_text(one.load))
        again = judged(BY_ID, rule, Page((from_har(file),)))
        assert again.outcome in (judged(BY_ID, rule, one).outcome, Outcome.UNKNOWN)


def test_unused_is_unknown_where_the_load_broke_off() -> None:
    """What the page would have asked for after that is not known."""
    (load,) = page(STYLE, PICTURE, head=HEAD, routes={"/a.png": asset(9, "image/png")}).loads
    load = replace(load, scripts=0)
    one = Page((replace(load, outcome="timeout", error="it took too long"),))
    assert judged(BY_ID, "hint-unused", Page((load,))).outcome is Outcome.FINDINGS
    assert judged(BY_ID, "hint-unused", one).outcome is Outcome.UNKNOWN
    assert "did not come to its end" in judged(BY_ID, "hint-unused", one).reason


def test_unused_where_only_hints_were_loaded() -> None:
    """Nothing is said of what the page uses."""
    one = Page((replace(page(STYLE).load, only_hints=True, discoveries=()),))
    assert judged(BY_ID, "hint-unused", one).outcome is Outcome.NOT_APPLICABLE


# -- what does not serve


def test_a_redirect_of_another_origin() -> None:
    """Where to, and that the hint brings nothing but the redirect."""
    moved = (Head(302, (("location", "https://cdn.test/p.png"), ("content-length", "0"))),)
    one = page(
        *HINTS,
        PICTURE,
        body=SHOWN,
        routes={"/a.png": moved},
        hosts={"cdn.test": {"/p.png": asset(9, "image/png")}},
    )
    told = found(BY_ID, "hint-redirected", one)
    assert "redirects (302) to https://cdn.test/p.png" in told.message
    assert "another origin" in told.message
    assert told.fix == "Hint https://cdn.test/p.png."
    assert "once more" in dict(told.browsers)[ProfileName.CHROMIUM]


@pytest.mark.parametrize(
    ("cache", "fields", "severity", "words"),
    [
        ("no-store", (), Severity.ERROR, "may not be stored (Cache-Control: no-store), so that it was downloaded"),
        (None, (), Severity.WARNING, "has no lifetime"),
        ("max-age=0", (("etag", '"1"'),), Severity.WARNING, "asked for once more"),
    ],
)
def test_what_the_cache_cannot_keep(
    cache: str | None, fields: tuple[tuple[str, str], ...], severity: Severity, words: str
) -> None:
    """The second request is measured."""
    picture = asset(3_000, "image/png", cache=cache, fields=fields)
    told = found(BY_ID, "hint-uncacheable", page(*HINTS, PICTURE, body=SHOWN, routes={"/a.png": picture}))
    assert told.severity is severity
    assert words in told.message
    assert told.cost is not None
    assert told.cost.ms == 20
    assert told.cost.basis is Basis.MEASURED


def test_firefox_does_not_go_by_the_cache() -> None:
    """It hands over what the hint brought, no-store or not: no finding is made of it."""
    picture = asset(3_000, "image/png", cache="no-store")
    one = page(*HINTS, PICTURE, body=SHOWN, routes={"/a.png": picture}, profile=ProfileName.FIREFOX)
    for rule in ("hint-uncacheable", "hint-vary-mismatch"):
        assert judged(BY_ID, rule, one).outcome is Outcome.NOT_APPLICABLE
    assert judged(BY_ID, "hint-fetched-twice", one).outcome is Outcome.PASSED


def test_vary_names_what_differs() -> None:
    """Hints go without client hints; Vary on what both send alike is none of its business."""
    alike = asset(9, "image/png", cache=CACHED, fields=(("vary", "accept-encoding"),))
    assert (
        judged(BY_ID, "hint-vary-mismatch", page(*HINTS, PICTURE, body=SHOWN, routes={"/a.png": alike})).findings == ()
    )
    other = asset(9, "image/png", cache=CACHED, fields=(("vary", "Sec-CH-UA, Accept"),))
    told = found(BY_ID, "hint-vary-mismatch", page(*HINTS, PICTURE, body=SHOWN, routes={"/a.png": other}))
    assert [(each.part, each.hinted) for each in told.differs] == [("sec-ch-ua", "not sent")]
    assert judged(BY_ID, "hint-uncacheable", page(*HINTS, PICTURE, body=SHOWN, routes={"/a.png": other})).findings == ()


def test_fetched_twice_says_what_to_write() -> None:
    """In a browser that goes by HTML's key."""
    picture = asset(2_000, "image/png", cache="no-store", fields=(("access-control-allow-origin", "*"),))
    one = page(
        *HINTS,
        PICTURE,
        body='<img src="/a.png" crossorigin alt="">',
        routes={"/a.png": picture},
        profile=ProfileName.FIREFOX,
    )
    told = found(BY_ID, "hint-fetched-twice", one)
    assert "(2.0 kB again)" in told.message
    assert told.fix == "Write </a.png>; rel=preload; as=image; crossorigin"
    assert {each.part for each in told.differs} == {"mode", "credentials"}


# -- when it comes


def test_slow_server_or_large() -> None:
    """What took the time is named; what would have been too late in any case is not judged."""
    slow = asset(2_000, "image/png", delay_ms=600, cache=CACHED)
    told = found(BY_ID, "hint-slow", page(*HINTS, PICTURE, body=SHOWN, routes={"/a.png": slow}))
    assert "its server took 620 ms" in told.message
    assert told.cost is not None
    assert told.cost.ms == 400
    assert told.severity is Severity.NOTE
    short = {"/a.png": slow, "/": document((*HINTS, PICTURE), body=SHOWN)[:2] + document((), body=SHOWN)[2:]}
    assert judged(BY_ID, "hint-slow", page(routes=short)).outcome is Outcome.PASSED


def test_a_second_view() -> None:
    """All of it in the cache: a note on the first view's page."""
    one = page(*HINTS)
    assert judged(BY_ID, "hint-already-cached", replace(one, repeat=one.load)).outcome is Outcome.PASSED
    empty = replace(one.load, hints=(), interim=())
    assert judged(BY_ID, "hint-already-cached", replace(one, repeat=empty)).outcome is Outcome.NOT_APPLICABLE


# -- preconnects


def connected(*hints: str, body: str, **hosts: Mapping[str, Route]) -> Page:
    return page(*HINTS, *hints, body=body, hosts={f"{name}.test": routes for name, routes in hosts.items()})


CDN: Mapping[str, Route] = {
    "/p.png": asset(9, "image/png", fields=(("access-control-allow-origin", "*"),)),
}
LINK = "<https://cdn.test>; rel=preconnect"


def test_preconnect_unused() -> None:
    """Unknown beside scripts that may use it, a finding where none is."""
    one = connected(LINK, body=BODY, cdn=CDN)
    assert judged(BY_ID, "preconnect-unused", one).outcome is Outcome.UNKNOWN
    told = found(BY_ID, "preconnect-unused", observed(one))
    assert "nothing on the page comes from https://cdn.test" in told.message
    assert told.cost is not None
    assert told.cost.ms == 40


@pytest.mark.parametrize(
    ("hints", "body", "fix"),
    [
        ((LINK,), '<img src="https://cdn.test/p.png" crossorigin alt="">', "; crossorigin"),
        ((LINK + "; crossorigin",), '<img src="https://cdn.test/p.png" alt="">', "rel=preconnect"),
        ((LINK, LINK + "; crossorigin"), '<img src="https://cdn.test/p.png" alt="">', None),
    ],
)
def test_preconnect_mode(hints: tuple[str, ...], body: str, fix: str | None) -> None:
    """The link as it should be; both links serve either."""
    one = connected(*hints, body=body, cdn=CDN)
    if fix is None:
        assert judged(BY_ID, "preconnect-mode-mismatch", one).outcome is Outcome.PASSED
        return
    assert found(BY_ID, "preconnect-mode-mismatch", one).fix.endswith(fix)
    assert judged(BY_ID, "preconnect-unused", one).outcome is Outcome.PASSED


def test_preconnect_to_a_file() -> None:
    """By its ending, or because the page asks for it; an origin with a slash is none."""
    told = found(BY_ID, "preconnect-to-resource", page(STYLE, "</a.js>; rel=preconnect"))
    assert told.severity is Severity.ERROR
    assert told.used is not None
    assert told.used.element == "script"
    assert judged(BY_ID, "preconnect-to-resource", page(*HINTS, "<https://cdn.test/>; rel=preconnect")).findings == ()


def test_preconnect_excess_counts_both_modes() -> None:
    """Five origins are too many, four in both modes too (8 connections), three in both are not."""

    def links(count: int, both: bool) -> tuple[str, ...]:
        plain = [f"<https://c{n}.test>; rel=preconnect" for n in range(count)]
        return (*plain, *(f"{each}; crossorigin" for each in plain)) if both else tuple(plain)

    assert "5 origins (5 connections)" in found(BY_ID, "preconnect-excess", page(*links(5, False))).message
    assert "4 origins (8 connections)" in found(BY_ID, "preconnect-excess", page(*links(4, True))).message
    assert judged(BY_ID, "preconnect-excess", page(*links(3, True))).outcome is Outcome.PASSED


def test_preconnect_excess_says_what_is_unused_only_where_that_shows() -> None:
    """A load that did not come to its end did not reach every use."""
    one = page(*[f"<https://c{n}.test>; rel=preconnect" for n in range(5)], head="")
    assert "nothing on the page comes from https://c0.test" in found(BY_ID, "preconnect-excess", one).message
    cut = Page((replace(one.load, outcome="timeout"),))
    assert "nothing on the page" not in found(BY_ID, "preconnect-excess", cut).message


def test_preconnect_to_the_own_origin() -> None:
    """A note, and no other rule of preconnects speaks of it."""
    one = page(*HINTS, "<https://a.test>; rel=preconnect")
    assert found(BY_ID, "preconnect-own-origin", one).severity is Severity.NOTE
    for rule in ("preconnect-unused", "preconnect-mode-mismatch", "preconnect-excess"):
        assert judged(BY_ID, rule, one).outcome is Outcome.NOT_APPLICABLE


def test_runs_are_counted() -> None:
    """A fault in one run of three is said to be in one of three."""
    good = page(*HINTS, PICTURE, body=SHOWN)
    bad = page(*HINTS, PICTURE, body=SHOWN, routes={"/a.png": text(404, "gone")})
    told = found(BY_ID, "hint-not-found", Page((good.load, bad.load, good.load)))
    assert (told.seen, told.runs) == (1, 3)
