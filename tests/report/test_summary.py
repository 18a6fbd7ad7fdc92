"""The sentences round the waterfall: both clocks, every hint's fate, and what was not seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from fetcher.record import PageLoad
from fetcher.report.escape import cells
from fetcher.report.lines import milliseconds, signed, size
from fetcher.report.summary import MOST_LISTED, details, headline
from fetcher.terms import Destination, InitiatorKind, ProfileName
from tests.support.loads import eager_http1, early_hints, failed, hint, hostile, many, shop, shop_without_hints


def text(load: PageLoad, width: int = 300, **options: bool) -> str:
    lines = headline(load, width=width) + details(load, width=width, **options)
    return "\n".join("".join(part for part, _ in line) for line in lines)


def second_fetch_without_hint() -> PageLoad:
    load = shop()
    return replace(load, requests=(*load.requests[:11], replace(load.requests[11], earlier=10), *load.requests[12:]))


def redirected(interim: float | None = None) -> PageLoad:
    """The 103 acted on came at the first hop; the last one brought an interim response of its own, or none."""
    load = shop()
    hop = replace(load.requests[0], redirect_to=1, status=302)
    last = load.requests[1]
    last = replace(last, times=replace(last.times, first_interim_response_start=interim))
    return replace(load, requests=(hop, last, *load.requests[2:]), navigations=(0, 1), document=1)


def timeless() -> PageLoad:
    """A HAR's 103 whose time nobody told."""
    return of_a_har(shop())


def without_103s() -> PageLoad:
    """A HAR that leaves 103s out."""
    return replace(of_a_har(shop_without_hints()), interim=(), hints=())


def of_a_har(load: PageLoad) -> PageLoad:
    first, *rest = load.requests
    first = replace(first, times=replace(first.times, first_interim_response_start=None))
    told = tuple(replace(one, at=None) for one in load.interim)
    return replace(load, recorded_by="chrome-har 1.3.1", requests=(first, *rest), interim=told)


def wrong_as() -> PageLoad:
    load = shop()
    return replace(load, hints=(replace(load.hints[0], destination=Destination.SCRIPT), *load.hints[1:]))


def through_a_session() -> PageLoad:
    load = shop()
    rest = (replace(one, session=True, connect_end=None) for one in load.connections[1:])
    return replace(load, connections=(load.connections[0], *rest))


def hinted_script() -> PageLoad:
    """A page without scripts, whose 103 hints something as one that nothing uses."""
    load = eager_http1()
    hinted = next(one for one in load.requests if one.initiator.kind is InitiatorKind.EARLY_HINT)
    requests = tuple(replace(one, destination=Destination.SCRIPT) if one is hinted else one for one in load.requests)
    unused = tuple(replace(one, used=False, head_start=None) for one in load.hints)
    return replace(load, requests=requests, hints=unused)


def over_http10() -> PageLoad:
    load = eager_http1()
    first, *rest = load.requests
    return replace(load, requests=(replace(first, version="HTTP/1.0"), *rest))


SAID: list[tuple[str, Callable[[], PageLoad], str]] = [
    ("both clocks", shop, "first interim response 21.3 ms · final response 322.9 ms, 301.6 ms later"),
    ("no interim", lambda: replace(shop(), navigations=(1,)), "no interim response · final response 31.0 ms"),
    ("no time", timeless, "103 at an unknown time · final response 322.9 ms"),
    ("unknown whether", without_103s, "whether a 103 came is unknown · final response"),
    ("started by one", lambda: replace(shop(), recorded_by="X", interim=(), navigations=(1,)), "a 103 came, which is"),
    ("no final", failed, "first interim response 21.3 ms · no final response"),
    ("profile", shop, "loaded in 452.1 ms over HTTP/2, as chromium would"),
    ("hints off", shop_without_hints, "as chromium would with hints switched off"),
    ("eager", eager_http1, "loaded in 204.0 ms over HTTP/1.1, as the profile eager does: it acts on hints there too"),
    ("eager over HTTP/1.1", eager_http1, "Of the browsers only Firefox acts on hints over HTTP/1.1; eager did."),
    ("counts", shop, "103 Early Hints  at 21.3 ms: 6 links, 5 acted on, 1 refused"),
    ("no phrase", lambda: replace(shop(), interim=(early_hints(reason_phrase=""),)), "103 Early Hints  at 21.3 ms"),
    ("another 1xx", lambda: replace(shop(), interim=(early_hints(status=102, reason_phrase="Processing"),)), "102 Pro"),
    ("second 103", eager_http1, "0 links; not acted on (EH 4.2): only the first 103 of a navigation counts"),
    ("head start", shop, "✓ #1 /css/main.css  sent 302.1 ms before the page asked for it"),
    ("double fetch", shop, "✗ #3 /fonts/inter.woff2  fetched again as #9: the hint has no crossorigin"),
    ("unused", shop, "? #4 /img/banner-old.jpg  not seen used; a script may ask for it"),
    ("surely unused", hinted_script, "! #1 /site.css  not used by the page"),
    ("HTTP/1.0", over_http10, "over HTTP/1.0, as the profile eager does"),
    ("unknown", failed, "? #1 /css/main.css  unknown whether the page would have used it"),
    ("preconnect", shop, "✓ c1 preconnect cdn.test  open at 44.0 ms, used by 3 requests"),
    ("idle preconnect", failed, "? c1 preconnect cdn.test  open at 44.0 ms, no request used it"),
    ("refused", shop, "✗ </api/cart>; rel=preload; as=cart  refused (EH 4.3): as=cart is no destination"),
    (
        "double without hint",
        second_fetch_without_hint,
        "#11 cdn.test/img/products/42/back.avif  fetched again after #10",
    ),
    ("totals", shop, "14 requests · 971.6 kB received · 3 connections · 1 failed (#13) · 1 error status (#12)"),
    (
        "scripts",
        lambda: replace(shop(), scripts=3),
        "Scripts did not run (3 on the page); what only they would request is missing",
    ),
    ("estimates", shop, "render instants are estimates."),
    ("failure", failed, "not loaded (deadline) after 30.01 s over HTTP/2, as chromium would"),
    (
        "unfinished",
        lambda: replace(shop(), outcome="pending", finished_at=None),
        "not finished over HTTP/2, as chromium would",
    ),
    ("first hop", redirected, "103 at 21.3 ms on the first hop · final response 31.0 ms on the last, 9.7 ms later"),
    (
        "both hops",
        lambda: redirected(25.0),
        "103 at 21.3 ms on the first hop · first interim response 25.0 ms on the last · final response 31.0 ms, 6.0 ms",
    ),
    ("hinted on a hop", redirected, "103 Early Hints  at 21.3 ms on the first hop: 6 links, 5 acted on"),
    (
        "wrong as",
        wrong_as,
        "! #1 /css/main.css  sent 302.1 ms before the page asked for it, but hinted as script and used",
    ),
    ("session", through_a_session, "received · 1 connection of ours; the session's are not known"),
    ("its sentence", failed, "No final response from shop.test:443 within 30 s"),
    ("redirected", lambda: replace(shop(), final_url="https://shop.test/p/42"), "→ https://shop.test/p/42"),
    ("notes", eager_http1, "Note  The certificate of the origin was not checked (--insecure)."),
    ("hostile", hostile, "\\x1b]0;owned\\x07"),
]


@pytest.mark.parametrize(("build", "sentence"), [row[1:] for row in SAID], ids=[row[0] for row in SAID])
def test_the_summary_says(build: Callable[[], PageLoad], sentence: str) -> None:
    """One sentence each for what a reader must know."""
    assert sentence in text(build())


def test_there_is_never_one_ttfb() -> None:
    """The two clocks are never merged under the ambiguous name."""
    assert "ttfb" not in text(shop()).lower()
    assert "first byte" not in text(shop()).lower()


def test_nothing_is_unseen_without_scripts() -> None:
    """The caveat stands where it is true, and only there."""
    assert "Not seen" in text(shop())
    assert "Not seen" not in text(shop_without_scripts())
    assert "Not seen" not in text(hinted_script())
    assert "only Firefox acts" not in text(replace(eager_http1(), profile=ProfileName.CHROMIUM))


def shop_without_scripts() -> PageLoad:
    load = eager_http1()
    return replace(load, profile=ProfileName.CHROMIUM)


def test_eager_over_http2_does_not_speak_of_http1() -> None:
    """The line says what this load came over, and no other protocol is named in it."""
    said = text(replace(shop(), profile=ProfileName.EAGER))
    assert "loaded in 452.1 ms over HTTP/2, as the profile eager does\n" in said
    assert "HTTP/1.1" not in said


def test_a_fragment_is_no_redirect() -> None:
    """It is never sent, so a final URL without it is the same page; another page still gets its arrow."""
    load = shop()
    assert "→" not in text(replace(load, url=load.url + "#top")).split("loaded in")[0]
    assert "→ https://shop.test/x" in text(replace(load, url=load.url + "#top", final_url="https://shop.test/x"))


def test_hints_used_as_hinted_get_no_warning() -> None:
    """Only a destination that differs is remarked on."""
    assert "but hinted as" not in text(shop())


def test_interim_responses_ignored_alike_are_said_once() -> None:
    """A hundred of them are one line with their number and span; -v lists each."""
    late = [early_hints(id=id, at=21.3 + id, acted=False, reason="this one came later") for id in range(1, 100)]
    flooded = replace(shop(), interim=(early_hints(), *late))
    assert text(flooded).count("this one came later") == 1
    assert "99 times, 22.3 ms to 120.3 ms: 0 links; not acted on (EH 4.2): this one came later" in text(flooded)
    assert text(flooded, all_rows=True).count("this one came later") == 99


def test_a_link_of_an_ignored_103_is_not_judged_again() -> None:
    """When the whole 103 was not acted on, one line says why, not one for each link."""
    said = text(shop_without_hints())
    assert "6 links; not acted on (option): hints were switched off" in said
    assert "refused" not in said


def test_lists_a_server_can_grow_are_cut() -> None:
    """A thousand links and a hundred interim responses stay a screen's worth; all are there when asked."""
    load = shop()
    bad = [hint(id, f"</{id}>; rel=preload", f"/{id}", None, acted=False) for id in range(1000)]
    interim = [early_hints(id=id, at=21.3 + id, acted=id == 0) for id in range(100)]
    grown = replace(load, hints=tuple(bad), interim=tuple(interim))
    assert len(text(grown).splitlines()) < 2 * MOST_LISTED + 15
    assert "… and 988 more" in text(grown)
    assert len(text(grown, all_rows=True).splitlines()) > 1090


@pytest.mark.parametrize("build", [shop, eager_http1, failed, hostile, lambda: many(500)])
@pytest.mark.parametrize("width", [60, 80, 200])
def test_lines_fit(build: Callable[[], PageLoad], width: int) -> None:
    """Sentences wrap at the terminal's width, with both encodings."""
    for unicode in (True, False):
        lines = [*headline(build(), width=width, unicode=unicode), *details(build(), width=width, unicode=unicode)]
        for line in lines:
            joined = "".join(part for part, _ in line)
            assert cells(joined) <= width
            assert joined == joined.rstrip()
            assert unicode or joined.isascii()


def test_the_address_of_a_page_that_was_not_loaded_is_said_once() -> None:
    """Its error begins with it where nothing above says where that was; here the first line does."""
    load = failed()
    shown = text(replace(load, error=f"{load.url}: The server closed the connection."))
    assert "\nThe server closed the connection.\n" in shown


def test_a_line_of_numbered_requests_breaks_between_them() -> None:
    """Eight numbers may be longer than a line; none is cut in two."""
    load = many(1_060)
    wrong = tuple(replace(one, status=404) if one.id >= 1_040 else one for one in load.requests)
    for width in range(60, 67):  # one of them would end inside a number
        shown = text(replace(load, requests=wrong), width=width)
        assert all(f"#{number}" in shown for number in range(1_040, 1_048))


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (milliseconds(0), "0.0 ms"),
        (milliseconds(322.94), "322.9 ms"),
        (milliseconds(9_999.9), "9999.9 ms"),
        (milliseconds(9_999.96), "10.00 s"),
        (signed(-302.15), "−302.1 ms"),
        (signed(0.04), "0.0 ms"),
        (signed(-0.04), "0.0 ms"),
        (signed(12_000), "+12.00 s"),
        (size(999), "999 B"),
        (size(1_000), "1.0 kB"),
        (size(999_949), "999.9 kB"),
        (size(999_950), "1.0 MB"),
        (size(10**400), "1000000.0 TB"),
    ],
)
def test_figures(shown: str, expected: str) -> None:
    """Times with one decimal, sizes by thousands, signs only where there is a difference."""
    assert shown == expected
