"""What a document's requests are worth, as Chromium 156 answered for the same markup (``test_priorities`` beside a
real one holds every row and more)."""

from __future__ import annotations

import pytest

from fetcher.browser.requests.priorities import Place, is_incremental, priority_field
from fetcher.origin import asset, page
from fetcher.terms import Destination, NetPriority
from tests.browser.document.test_viewport import at_the_document
from tests.support.virtual_time import virtual_load

# markup after <title>; the priority field of each request it makes, in order of the paths.
ROWS = [
    ("<img src='#x'>" * 5 + "<img src=/a>", ["u=2, i"]),
    ("<link rel=prefetch href=/a><link rel=prefetch fetchpriority=high href=/b>", ["u=4, i", "u=1, i"]),
    ("<script src=/a></script>", ["u=1"]),
    ("<script src=/a async></script>", [None]),
    ("<script src=/a defer></script>", [None]),
    ("<script src=/a type=module></script>", ["u=1"]),
    ("<script src=/a async fetchpriority=high></script>", ["u=1"]),
    ("<script src=/a fetchpriority=low></script>", ["u=1"]),
    ("<script src=/a async blocking=render></script>", ["u=1"]),
    ("<img src=/a><script src=/b></script>", ["u=2, i", "u=2"]),
    ("<img src=/a><script src=/b fetchpriority=low></script>", ["u=2, i", None]),
    ("<img src=/a loading=lazy><script src=/b></script>", ["i", "u=1"]),
    ("<link rel=preload as=image href=/a><script src=/b></script>", ["i", "u=1"]),
    ("<link rel=stylesheet href=/a>", ["u=0"]),
    ("<link rel=stylesheet href=/a media=print>", ["u=4"]),
    ("<link rel=stylesheet href=/a fetchpriority=low>", ["u=1"]),
    ("<img src=/a><link rel=stylesheet href=/b>", ["u=2, i", "u=2"]),
    ("<link rel=preload as=font crossorigin href=/a>", ["u=1"]),
    ("<link rel=preload as=fetch crossorigin href=/a>", ["u=1, i"]),
    ("<link rel=modulepreload href=/a>", ["u=1"]),
    ("<img src=/a width=10 height=10>", ["i"]),
    ("<img src=/a width=100 height=100>", ["i"]),
    ("<img src=/a width=101 height=100>", ["u=2, i"]),
    ("<img src=/a width=10>", ["u=2, i"]),
    ("<img src=/a width=0>", ["i"]),
    ("<img src=/a width=9% height=9%>", ["u=2, i"]),
    ("<img src=/a width=9px height=9em>", ["i"]),
    ("<img src=/a fetchpriority=high>", ["u=1, i"]),
    ("".join(f"<img src=/{name}>" for name in "abcdefg"), ["u=2, i"] * 5 + ["i"] * 2),
    ("<img src=/a width=1 height=1>" + "".join(f"<img src=/{name}>" for name in "bcdefg"), ["i", *["u=2, i"] * 5, "i"]),
    ("<img src=/a fetchpriority=low>" + "".join(f"<img src=/{name}>" for name in "bcdef"), ["i", *["u=2, i"] * 4, "i"]),
    ("<iframe src=/a></iframe>", ["u=0, i"]),
]  # fmt: skip


@pytest.mark.parametrize(("markup", "expected"), ROWS)
def test_the_field(markup: str, expected: list[str | None]) -> None:
    """As it leaves over HTTP/2; None where there is no such field."""
    site = {"/": page(f"<!doctype html><title>x</title>{markup}<p>x")}
    visit = virtual_load("https://a.test/", site | {f"/{name}": asset(b"", "text/css") for name in "abcdefg"})
    sent = {each.target: dict(each.fields).get("priority") for each in visit.log.requests() if each.target != "/"}
    assert [sent[target] for target in sorted(sent)] == expected


def test_a_place_is_a_documents_own() -> None:
    """Another document begins early again."""
    assert at_the_document().browser.state.documents[0].place == Place()


def test_the_words() -> None:
    """The default urgency is left out, and so is the field where nothing is left to say; hinted is incremental."""
    assert priority_field(NetPriority.LOWEST, False) is None
    assert priority_field(NetPriority.LOWEST, True) == "i"
    assert priority_field(NetPriority.IDLE, False) == "u=4"
    assert is_incremental(Destination.STYLE, hinted=True)
    assert not is_incremental(Destination.STYLE, hinted=False)
    assert is_incremental(Destination.STYLE, hinted=False, background=True)
