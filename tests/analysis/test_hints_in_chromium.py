"""Our verdict on each link beside what Chromium's NetLog shows: they agree, they differ, or it cannot be seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fetcher.analysis.hints_in_chromium import Agreement, Fate, HintInChromium, hints_in_chromium
from fetcher.record import PageLoad, dumps, loads
from fetcher.record.in_chromium import ChromiumRequest, EarlyHintsRead, InChromium, Preconnect
from fetcher.terms import HttpVersion
from tests.analysis.test_verdicts import load_of
from tests.support.netlog_site import HINTS, PAGE, SECOND, with_netlog

STYLE = "</a.css>; rel=preload; as=style"
WRONG = "</a.css>; rel=preload; as=stylesheet"
LINE = "<https://c.test>; rel=preconnect"
AGREES, DIFFERS, UNSEEN = Agreement


def test_every_fate_of_a_real_load() -> None:
    """Of the fourteen links of two 103s each verdict of ours is what Chromium did."""
    found = hints_in_chromium(with_netlog("netlog-hints.json"))
    expected = {one.replace("OTHER", "https://c.test"): fate for one, fate in {**HINTS, **SECOND}.items()}
    assert {one.link: one.fate for one in found} == expected
    assert [one.agreement for one in found] == [AGREES] * 14
    for one in found:
        assert one.read_at is not None
        known = [at for _, at in one.instants]
        assert known == sorted(known)
        assert (one.fetched_at is None) is (one.fate is Fate.NOT_FETCHED)
        assert (one.used_at is None) is (one.fate in (Fate.NOT_FETCHED, Fate.NEVER_USED, Fate.CONNECTED))
    line = next(one for one in found if one.fate is Fate.CONNECTED)
    assert line.said.endswith("over another connection")  # EH 11.1: a picture of another site has cookies, it has none


def test_over_http1_chromium_fetches_nothing_and_so_our_verdicts_are() -> None:
    found = hints_in_chromium(with_netlog("netlog-http1.json"))
    assert {(one.agreement, one.fate) for one in found} == {(AGREES, Fate.NOT_FETCHED)}
    assert "EH 4.4" in found[0].said


def test_a_repeat_view_claims_no_unused_hint() -> None:
    """What the cache had is taken from memory, and no NetLog shows that."""
    found = {one.link: one for one in hints_in_chromium(with_netlog("netlog-repeat.json", 1))}
    unused = found["</unused.png>; rel=preload; as=image"]
    assert (unused.agreement, unused.fate, unused.used_at) == (AGREES, Fate.FETCHED, None)
    assert "memory may have served it" in unused.said
    assert found[STYLE].fate is Fate.USED


# -- what a log shows, by hand


def hinted(path: str = "a.css", at: float = 60.0, **more: object) -> ChromiumRequest:
    facts = {"sent_at": at + 2, "head_at": at + 20, "end_at": at + 30, "status": 200, **more}
    return ChromiumRequest(PAGE + path, True, at, **facts)  # type: ignore[arg-type]


def use(path: str = "a.css", at: float = 400.0, **more: object) -> ChromiumRequest:
    return ChromiumRequest(PAGE + path, False, at, **{"from_cache": True, "end_at": at + 5, **more})  # type: ignore[arg-type]


def to_other(begun: float | None) -> ChromiumRequest:
    return ChromiumRequest("https://c.test/x", False, 400.0, 401.0, connection_begun_at=begun)


def seen(load: PageLoad, *requests: ChromiumRequest, links: tuple[str, ...] | None = None, **more: object) -> PageLoad:
    texts = tuple(one.raw for one in load.hints) if links is None else links
    heads = (EarlyHintsRead(50.0, PAGE, texts),) if texts else ()
    facts = {"head_at": 350.0, "early_hints": heads, "requests": requests, **more}
    return replace(load, in_chromium=InChromium(PAGE, PAGE, **facts))  # type: ignore[arg-type]


def only(load: PageLoad) -> HintInChromium:
    (found,) = hints_in_chromium(load)
    return found


def test_without_a_netlog_nothing_is_said() -> None:
    assert hints_in_chromium(load_of(STYLE)) == ()


BEGUN = (Preconnect("https://c.test", 55.0),)
CASES = {
    "used": (STYLE, (hinted(), use()), {}, AGREES, Fate.USED, "the HTTP cache served"),
    "used after a 304": (STYLE, (hinted(), use(sent_at=401.0)), {}, AGREES, Fate.USED, "after a 304"),
    "fetched again": (STYLE, (hinted(), use(from_cache=False, sent_at=9.0)), {}, AGREES, Fate.FETCHED_AGAIN, "went"),
    "a look into the cache": (STYLE, (hinted(), use(from_cache=False, error="ERR_CACHE_MISS")), {}, AGREES,
                              Fate.NEVER_USED, "never asked"),
    "blocked": (STYLE, (hinted(), use(from_cache=False, error="ERR_BLOCKED")), {}, AGREES, Fate.FETCHED, "400 ms fail"),
    "pending": (STYLE, (hinted(), use(from_cache=False)), {"cut_off": True}, AGREES, Fate.FETCHED, "had no answer"),
    "unused, beside another page": (STYLE, (hinted(),), {"shares_time": True}, AGREES, Fate.FETCHED,
                                    "another page of the site was loading meanwhile"),
    "not fetched, beside another page": (STYLE, (), {"shares_time": True}, UNSEEN, Fate.UNKNOWN,
                                         "no request for it came"),
    "not to be fetched, beside another page": (WRONG, (), {"shares_time": True}, UNSEEN, Fate.UNKNOWN, "no request"),
    "connected, beside another page": (LINE, (), {"preconnects": BEGUN, "shares_time": True}, AGREES, Fate.CONNECTED,
                                       "was not seen to ask that origin"),
    "another URL's use": (STYLE, (hinted(), use("b.css")), {}, AGREES, Fate.NEVER_USED, "never asked"),
    "an earlier use": (STYLE, (use(at=55.0), hinted()), {}, AGREES, Fate.NEVER_USED, "never asked"),
    "cut off": (STYLE, (hinted(),), {"cut_off": True}, AGREES, Fate.FETCHED, "when the log was cut off"),
    "cached before": (STYLE, (hinted(from_cache=True, sent_at=None),), {}, AGREES, Fate.FETCHED, "memory may"),
    "an earlier page's": (STYLE, (hinted(asked_before=True),), {}, AGREES, Fate.FETCHED, "memory may"),
    "failed": (STYLE, (hinted(status=None, error="ERR_FAILED"),), {}, AGREES, Fate.NEVER_USED, "(ERR_FAILED)"),
    "not fetched": (STYLE, (use(),), {}, DIFFERS, Fate.NOT_FETCHED, "no request for it"),
    "cut off before": (STYLE, (), {"cut_off": True, "head_at": None}, UNSEEN, Fate.UNKNOWN, "log was cut off"),
    "refused": (WRONG, (), {}, AGREES, Fate.NOT_FETCHED, "EH 3.3"),
    "refused, and fetched all the same": (WRONG, (hinted(), use()), {}, DIFFERS, Fate.USED, "answered 200"),
    "another 103": (STYLE, (), {"links": ("</b.css>; rel=preload",)}, UNSEEN, Fate.UNKNOWN, "without this link"),
    "no 103": (STYLE, (), {"links": ()}, UNSEEN, Fate.UNKNOWN, "read no 103"),
    "connected": (LINE, (), {"preconnects": BEGUN}, AGREES, Fate.CONNECTED, "never asked"),
    "connected, and used": (LINE, (to_other(10.0),), {"preconnects": BEGUN}, AGREES, Fate.CONNECTED, "origin over it"),
    "connected, another used": (LINE, (to_other(400.0),), {"preconnects": BEGUN}, AGREES, Fate.CONNECTED, "another"),
    "connected, used somehow": (LINE, (to_other(None),), {"preconnects": BEGUN}, AGREES, Fate.CONNECTED, "is not told"),
    "connected, to no end": (LINE, (replace(to_other(None), sent_at=None, error="ERR_X"),), {"preconnects": BEGUN},
                             AGREES, Fate.CONNECTED, "at 400 ms, which failed (ERR_X)"),
    "connected, and cached": (LINE, (replace(to_other(None), sent_at=None, from_cache=True),), {"preconnects": BEGUN},
                              AGREES, Fate.CONNECTED, "needed no connection"),
    "connected too late": (LINE, (), {"preconnects": (Preconnect("https://c.test", 355.0),)}, UNSEEN, Fate.NOT_FETCHED,
                           "no connection"),
    "refused, and connected": ("<https://c.test>; rel=preconnect; nopush", (),
                               {"preconnects": BEGUN}, UNSEEN, Fate.CONNECTED, "not told"),
    "refused, not connected": ("<https://c.test>; rel=preconnect; nopush", (), {}, AGREES, Fate.NOT_FETCHED,
                               "no connection"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_a_log_shows(case: str) -> None:
    link, requests, more, agreement, fate, said = CASES[case]
    found = only(seen(load_of(link), *requests, **more))  # type: ignore[arg-type]
    assert (found.agreement, found.fate) == (agreement, fate)
    assert said in found.said
    assert bool(found.why) is (agreement is not AGREES)


def test_links_that_name_the_same_url_share_no_fetch() -> None:
    """The one that acts has it, wherever it stands; a repeated one (EH 4.8) has none; two kinds have two."""
    load = load_of(WRONG, STYLE, STYLE)
    found = hints_in_chromium(seen(load, hinted(), use()))
    assert [(one.agreement, one.fate) for one in found] == [
        (AGREES, Fate.NOT_FETCHED), (AGREES, Fate.USED), (AGREES, Fate.NOT_FETCHED),
    ]  # fmt: skip
    both = load_of(STYLE, "</a.css>; rel=preload; as=fetch; crossorigin")
    again = hints_in_chromium(seen(both, hinted(), hinted(at=61.0), use()))
    assert [one.fetched_at for one in again] == [62.0, 63.0]


def test_a_preload_of_the_documents_own_may_be_what_asked() -> None:
    head = (("link", STYLE),)
    load = load_of(STYLE)
    document = replace(load.requests[0], response_fields=(*load.requests[0].response_fields, *head))
    found = only(seen(replace(load, requests=(document, *load.requests[1:])), hinted(), use()))
    assert "or that of its own preload" in found.said


def test_the_record_keeps_it_and_nothing_secret() -> None:
    """Saved, read again, the same; a token in a hinted URL is redacted on both sides, so that they still fit."""
    secret = "</a.css?token=s3cret>; rel=preload; as=style"
    load = seen(load_of(secret), hinted("a.css?token=s3cret"), use("a.css?token=s3cret"))
    assert loads(dumps(load, redact=False)) == load
    redacted = loads(dumps(load))
    assert "s3cret" not in dumps(load)
    assert only(redacted).fate is Fate.USED
    assert only(replace(load, in_chromium=redacted.in_chromium)).fate is Fate.USED


def test_hundreds_of_links_and_requests_are_joined_in_linear_time() -> None:
    """Hostile or not: one pass each."""
    load = load_of(*(f"</{number}.css>; rel=preload; as=style" for number in range(500)), http=HttpVersion.HTTP_2)
    made = [hinted(f"{number}.css") for number in range(500)] + [use(f"{number}.css") for number in range(500)]
    found = hints_in_chromium(seen(load, *made))
    assert {one.fate for one in found} == {Fate.USED}
    assert len(found) == 500
