"""What only the parser meets waits for what stops it, in virtual time: a slow script, a slow sheet in the body, or an
inline script that a slow sheet holds up. ``tests/end_to_end/chromium/test_parser_stops.py`` loads the same pages in
Chromium."""

from __future__ import annotations

import pytest

from fetcher.browser.connections.holding import PARSER
from fetcher.origin import Answer, Body, Close, Head, RequestSeen, Site, asset, page
from tests.support.virtual_time import Path, virtual_load

SLOW_MS = 400.0
TYPES = {
    "css": "text/css", "html": "text/html", "js": "text/javascript", "mp3": "audio/mpeg", "mp4": "video/mp4",
    "png": "image/png", "svg": "image/svg+xml", "vtt": "text/vtt",
}  # fmt: skip

# what asks for /x: whether the preload scanner meets it, ahead of the parser
NAMED = {
    "<img src=/x.png>": True,
    "<input type=image src=/x.png>": True,
    "<video poster=/x.png></video>": True,
    "<svg><image href=/x.png /></svg>": True,
    "<svg><script href=/x.js></script></svg>": True,
    "<div><template shadowrootmode=open><img src=/x.png></template></div>": True,
    "<script async src=/x.js></script>": True,
    "<script type=module src=/x.js></script>": True,
    "<link rel=preload as=script href=/x.js>": True,
    "<link rel=modulepreload href=/x.js>": True,
    "<link rel=stylesheet href=/x.css>": True,
    "<style>@import '/x.css';</style>": True,
    "<iframe src=/x.html></iframe>": False,
    "<object data=/x.html></object>": False,
    "<object data=/x.png type=image/png></object>": False,
    "<embed src=/x.html>": False,
    "<video src=/x.mp4></video>": False,
    "<video><source src=/x.mp4></video>": False,
    "<audio src=/x.mp3 preload=auto></audio>": False,
    "<video src=/y.mp4><track default kind=subtitles src=/x.vtt></video>": False,
    "<svg><use href='/x.svg#a' /></svg>": False,
    "<svg><filter id=f><feImage href=/x.png /></filter><rect width=9 height=9 filter='url(#f)' /></svg>": False,
    "<link rel=prefetch href=/x.js>": False,
    "<link rel=stylesheet media=print href=/x.css>": False,
    "<link rel='alternate stylesheet' title=a href=/x.css>": False,
    "<script type=module>import '/x.js'</script>": False,
    "<p style='background:url(/x.png)'>text": False,
    "<style>p{background:url(/x.png)}</style><p>text": False,
    "<table background=/x.png><td>text</table>": False,
}

# what stands before: whether it stops the parser
BEFORE = {
    "<script src=/slow.js></script><body>": True,
    "<body><p>text<script src=/slow.js></script>": True,
    "<script async src=/slow.js></script><body>": False,
    "<script defer src=/slow.js></script><body>": False,
    "<link rel=stylesheet href=/slow.css><body>": False,
    "<link rel=stylesheet href=/slow.css><script>var a</script><body>": True,
    "<link rel=stylesheet href=/slow.css><body><script>var a</script>": True,
    "<link rel=stylesheet href=/slow.css><body><script></script>": False,
    "<link rel=stylesheet href=/slow.css><body><script type=text/template>a</script>": False,
    "<link rel=stylesheet href=/slow.css><body><script nomodule>var a</script>": False,
    "<link rel=stylesheet href=/slow.css><body><script for=window event=onclick>var a</script>": False,
    "<link rel=stylesheet href=/slow.css><body><script type=module>var a</script>": False,
    "<link rel=stylesheet media=print href=/slow.css><body><script>var a</script>": False,
    "<script>var a</script><link rel=stylesheet href=/slow.css><body>": False,
    "<style>@import '/slow.css';</style><body>": False,
    "<style>@import '/slow.css';</style><body><script>var a</script>": True,
    "<body><p>text<link rel=stylesheet href=/slow.css>": True,
    "<body><p>text<link rel=stylesheet media=print href=/slow.css>": False,
    "<body><p>text<style>@import '/slow.css';</style>": True,
}
FRAME = "<iframe src=/x.html></iframe>"
PAGES: dict[str, bool] = {
    **{f"<script src=/slow.js></script><body>{named}": not scanned for named, scanned in NAMED.items()},
    **{f"{before}{FRAME}": stops for before, stops in BEFORE.items()},
    # a policy in the markup leaves everything after it to the parser, and forbids the inline script that would stop it
    "<meta http-equiv=content-security-policy content='script-src *'><script src=/slow.js></script><body>"
    "<img src=/x.png>": True,
    "<meta http-equiv=content-security-policy content='script-src *'><link rel=stylesheet href=/slow.css><body>"
    f"<script>var a</script>{FRAME}": False,
}
"""Markup, and whether what it asks for as /x waits for what it asks for as /slow."""


def answer(seen: RequestSeen) -> Answer:
    kind = TYPES.get(seen.path.rpartition(".")[2], "text/plain")
    return asset(b"", kind, delay_ms=SLOW_MS if "slow" in seen.path else 0)


@pytest.mark.parametrize("markup", PAGES)
def test_what_waits_for_the_parser(markup: str) -> None:
    done = virtual_load("https://a.test/", Site({"/": page(markup)}, default=answer), path=Path(rtt=2))
    asked = {each.target: each.at for each in done.log.requests()}
    (found,) = (at for target, at in asked.items() if target.startswith("/x."))
    slow = next(at for target, at in asked.items() if target.startswith("/slow"))
    assert (found - slow >= SLOW_MS) is PAGES[markup]
    assert done.load.outcome == "loaded"


def test_the_record_says_what_it_waited_for() -> None:
    """Found when the scan met it, held back with the reason, and let go when the script had come."""
    markup = f"<script src=/slow.js></script><body>{FRAME}"
    load = virtual_load("https://a.test/", Site({"/": page(markup)}, default=answer), path=Path(rtt=2)).load
    script, frame = load.requests[1:]
    assert frame.held == PARSER
    assert script.times.response_end is not None
    assert frame.times.discovered < script.times.response_end <= (frame.released_at or 0.0)


def test_profiles_whose_rules_these_are_not() -> None:
    """The standard says nothing of who meets what first."""
    markup = f"<script src=/slow.js></script><body>{FRAME}"
    site = Site({"/": page(markup)}, default=answer)
    load = virtual_load("https://a.test/", site, path=Path(rtt=2), browser="standard").load
    assert load.requests[2].held is None


def test_each_stop_lets_on_what_stands_before_the_next() -> None:
    """Three scripts of 400, 800 and 1200 ms, a frame and a picture of a rule after each."""
    waits = {"/slow.js": 400.0, "/slower.js": 800.0, "/slowest.js": 1_200.0}

    def slow(seen: RequestSeen) -> Answer:
        return asset(b"", TYPES.get(seen.path.rpartition(".")[2], "text/plain"), delay_ms=waits.get(seen.path, 0))

    markup = "".join(
        f"<script src={name}></script><iframe src=/f{number}.html></iframe><p style='background:url(/b{number}.png)'>t"
        for number, name in enumerate(waits)
    )
    done = virtual_load("https://a.test/", Site({"/": page(f"<body>{markup}")}, default=slow), path=Path(rtt=2))
    asked = {each.target: each.at for each in done.log.requests()}
    for number, (name, wait) in enumerate(waits.items()):
        for target in (f"/f{number}.html", f"/b{number}.png"):
            assert asked[target] - asked[name] == pytest.approx(wait, abs=20), target


def test_a_stop_that_fails_lets_on_too() -> None:
    """A script that answers 404 stops nothing any more."""
    markup = f"<script src=/gone.js></script><body>{FRAME}"
    done = virtual_load("https://a.test/", Site({"/": page(markup)}, default=gone), path=Path(rtt=2))
    assert {each.target for each in done.log.requests()} >= {"/gone.js", "/x.html"}


def gone(seen: RequestSeen) -> Answer:
    return (Head(404, (("content-type", "text/plain"),)), Body(b"no")) if "gone" in seen.path else answer(seen)


IMPORTS = "/imports.css"
TWICE = {
    # a sheet that is there imports what waits for the script, and the script waits for it
    f"<link rel=stylesheet href={IMPORTS}><script src=/slow.js></script><link rel=stylesheet media=print href=/x.css>"
    "<body>text": False,
    f"<link rel=stylesheet href={IMPORTS}><script src=/slow.js></script><link rel=prefetch href=/x.css><body>text":
        False,
    "<script src=/slow.js></script><link rel=prefetch href=/x.css><style>@import '/x.css';</style><body>text": False,
    # the preload scanner meets it further on
    "<script src=/slow.js></script><link rel=prefetch href=/x.js><script src=/x.js></script><body>text": False,
    "<script src=/slow.js></script><body><img loading=lazy src=/x.png><img src=/x.png>": False,
    "<script src=/slow.js></script><script type=module>import '/x.js'</script><link rel=modulepreload href=/x.js>":
        False,
    # the parser meets it twice
    "<script src=/slow.js></script><body><img loading=lazy src=/x.png><img loading=lazy src=/x.png>": True,
    # left to the parser as all after a policy is, and not what the script before it waits for
    "<meta http-equiv=content-security-policy content='img-src *'><script src=/slow.js></script>"
    "<style>@import '/x.css';</style><body>text": True,
    "<meta http-equiv=content-security-policy content='img-src *'><link rel=stylesheet href=/slow.css>"
    "<script>var a</script><style>@import '/x.css';</style><body>text": True,
}  # fmt: skip
"""Markup that asks for /x in two ways, or before a sheet that is waited for; and whether /x waits for /slow."""


@pytest.mark.parametrize("markup", TWICE)
def test_what_is_wanted_by_what_stops_the_parser_is_not_held_for_it(markup: str) -> None:
    """Each would wait for the other until the load is given up."""

    def answered(seen: RequestSeen) -> Answer:
        return asset(b"@import '/x.css';", "text/css", delay_ms=50) if seen.path == IMPORTS else answer(seen)

    done = virtual_load("https://a.test/", Site({"/": page(markup)}, default=answered), path=Path(rtt=2))
    assert done.load.outcome == "loaded"
    asked = {each.target: each.at for each in done.log.requests()}
    (found,) = (at for target, at in asked.items() if target.startswith("/x."))
    slow = next(at for target, at in asked.items() if target.startswith("/slow"))
    assert (found - slow >= SLOW_MS) is TWICE[markup]


def test_scripts_of_a_dead_url_wait_for_no_sheet_after_them() -> None:
    """The request of the first fails, so that the second, of another digest, is looked at once more when the sheet
    after it was met already."""
    markup = (
        "<meta http-equiv=content-security-policy content='img-src *'>"
        f"<script integrity=sha256-{43 * 'A'}= src=/dead.js></script>"
        f"<script integrity=sha256-{43 * 'B'}= src=/dead.js></script><link rel=stylesheet href=/x.css><body>text"
    )

    def answered(seen: RequestSeen) -> Answer:
        return (Close(),) if "dead" in seen.path else answer(seen)

    done = virtual_load("https://a.test/", Site({"/": page(markup)}, default=answered), path=Path(rtt=2))
    assert done.load.outcome == "loaded"
    assert done.log.requests("/x.css")
