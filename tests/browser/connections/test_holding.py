"""What waits before it is handed to the connections, in virtual time. The same pages were loaded in Chromium 156, and
``tests/end_to_end/chromium/test_holding.py`` loads them there again."""

from __future__ import annotations

import pytest

from fetcher.origin import Route, asset, page
from tests.support.virtual_time import Path, VirtualLoad, virtual_load

HEAD = "<!doctype html><title>x</title>"


SCRIPT = "<script async fetchpriority=high src=/fast.js></script>"


def images(count: int, words: str = "", name: str = "i") -> str:
    return "".join(f"<img {words} src=/{name}{number}.png>" for number in range(count))


def visit(html: str, *, http1: bool = False, browser: str = "chromium") -> VirtualLoad:
    """Everything takes 100 ms but what is called slow, which takes 400; the round trip is 2 ms."""
    files: dict[str, Route] = {"/": page(html)}
    names = ["fast.js", "as.js", "late.js", "fast.css", *(f"{letter}{n}.png" for letter in "ip" for n in range(20))]
    for name in names:
        kind = {"js": "text/javascript", "css": "text/css", "png": "image/png"}[name.rpartition(".")[2]]
        files[f"/{name}"] = asset(b"", kind, delay_ms=100)
    files["/slow.js"] = asset(b"", "text/javascript", delay_ms=400)
    files["/slow.css"] = asset(b"", "text/css", delay_ms=400)
    return virtual_load("https://a.test/", files, path=Path(rtt=2, http1=http1), browser=browser)


def waves(visit: VirtualLoad) -> list[list[str]]:
    """Names of what was asked for after the document, in bursts: less than 20 ms apart."""
    found: list[tuple[float, list[str]]] = []
    for each in visit.log.requests():
        if each.target != "/":
            if not found or each.at - found[-1][0] > 20:
                found.append((each.at, []))
            found[-1][1].append(each.target[1:].removesuffix(".png"))
    return [names for _, names in found]


# markup: the bursts in which its requests arrive over HTTP/2, as in Chromium 156 (there over a busy loopback)
PAGES = {
    # a script in the head: two boosted images, two more when they end, small ones only one beside the script
    "<script src=/slow.js></script><body>" + images(8):
        [["slow.js", "i0", "i1"], ["i2", "i3"], ["i4"], ["i5"], ["i6", "i7"]],
    "<script src=/slow.js></script><body>" + images(6, "width=1 height=1"):
        [["slow.js", "i0"], ["i1"], ["i2"], ["i3"], ["i4", "i5"]],
    # a sheet alone does not stop the parser, a script after it does
    "<link rel=stylesheet href=/slow.css><body>" + images(6): [["slow.css", "i0", "i1", "i2", "i3", "i4", "i5"]],
    "<link rel=stylesheet href=/slow.css><script src=/fast.js></script><body>" + images(6):
        [["slow.css", "fast.js", "i0", "i1"], ["i2", "i3"], ["i4"], ["i5"]],
    # neither does one in the body, async, defer or a module
    "<body><p>x<script src=/slow.js></script>" + images(6): [["slow.js", "i0", "i1", "i2", "i3", "i4", "i5"]],
    "<script defer src=/slow.js></script><body>" + images(3): [["i0", "i1", "i2", "slow.js"]],
    "<script type=module src=/slow.js></script><body>" + images(3): [["slow.js", "i0", "i1", "i2"]],
    # preloads are requests like others
    "".join(f"<link rel=preload as=image href=/p{n}.png>" for n in range(4)) + "<script src=/slow.js></script><body>"
    + images(3): [["slow.js", "i0", "i1", "p0", "p1"], ["i2"], ["p2"], ["p3"]],
}  # fmt: skip


@pytest.mark.parametrize("markup", PAGES)
def test_in_the_head(markup: str) -> None:
    assert waves(visit(HEAD + markup)) == PAGES[markup]


def test_the_record_says_why_a_request_waited() -> None:
    load = visit(HEAD + "<script src=/slow.js></script><body>" + images(4)).load
    first, third = load.requests[2], load.requests[4]
    assert (first.held, first.released_at) == (None, None)
    assert "head is still being parsed" in (third.held or "")
    assert third.released_at is not None
    assert third.times.request_start is not None
    assert third.times.discovered < third.released_at <= third.times.request_start


def test_profiles_whose_rules_these_are_not() -> None:
    """The standard has none of this: all is asked for at once."""
    assert len(waves(visit(HEAD + "<script src=/slow.js></script><body>" + images(8), browser="standard"))) == 1


def test_six_at_a_time_over_http1() -> None:
    """Scripts take connections like images, and go before them."""
    names = waves(visit(HEAD + "<body>" + images(9) + SCRIPT, http1=True))
    assert [len(burst) for burst in names] == [6, 4]
    assert "fast.js" in names[0]


def test_ten_of_low_priority_over_several_http1_hosts() -> None:
    """Two hosts could take twelve over their six connections each; ten are let go."""
    hosts = "".join(f"<img width=1 height=1 src=https://{host}.test/i{n}.png>" for host in "bc" for n in range(8))
    far = Path(rtt=2, http1=True)
    done = virtual_load("https://a.test/", {"/": page(HEAD + "<body>" + hosts), **PICTURES}, path=far)
    assert [len(burst) for burst in waves(done)] == [10, 6]


def test_a_host_that_turns_out_to_speak_http2() -> None:
    """Until it has said so six wait for it, and the rest for the end of one of them."""
    hosts = "".join(f"<img width=1 height=1 src=https://b.test/i{n}.png>" for n in range(9))
    done = virtual_load("https://a.test/", {"/": page(HEAD + "<body>" + hosts), **PICTURES}, path=Path(rtt=2))
    assert [len(burst) for burst in waves(done)] == [6, 3]
    assert len(done.log.connections()) == 2


PICTURES: dict[str, Route] = {f"/i{number}.png": asset(b"", "image/png", delay_ms=100) for number in range(9)}
