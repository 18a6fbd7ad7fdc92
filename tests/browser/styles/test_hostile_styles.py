"""Sheets and documents made to take for ever: each is over at once, whatever comes of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from fetcher import urls
from fetcher.browser.styles.styles import Styles
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.css.declarations import longhands
from fetcher.discovery.css.selectors import selector_text
from fetcher.discovery.viewport import media
from fetcher.discovery.viewport.lengths import Screen
from tests.support.playbook import candidate

SPACES = " " * 60_000
NINES = "9" * 5_000
ACCENT = "\u00e9"
PICTURE = "p{background:url(a)}"
EMPTY = "".join(f"--v{n}:{f'var(--v{n + 1})' * 40};" for n in range(15)) + "--v15: ;"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("<!---->" * 500 + f"<html><style>{PICTURE}</style><p>x", "a"),
        (f"<!doctype html><style>@media all{{{'/**/' * 5_000}p{{background:url(a)}}}}</style><p>x", "a"),
        (f"<!doctype html><style>@media all{{--{ACCENT * 5_000} p{{background:url(a)}}}}</style><p>x", ""),
        (f"<!doctype html><style>p{{{ACCENT * 50_000};background:url(a)}}</style><p>x", "a"),
        (f"<!doctype html><style>{PICTURE}@import {'/* ' * 20_000}</style><p>x", "a"),
        (
            f"<!doctype html><style>{PICTURE}p:nth-child({NINES}n + {NINES}){{background:url(b)}}</style><p>x",
            "a",
        ),
        (f"<!doctype html><style>p{{{EMPTY}background:var(--v0) url(a)}}</style><p>x", None),
        (
            f"<!doctype html><style>{PICTURE}{'p+' * 1_200}.z{{background:url(b)}}</style>{'<p>' * 1_200}<p class=z>",
            None,
        ),
        (f"<!doctype html><style>{PICTURE}@import a{SPACES}b</style><p>x", "a"),
        (f"<!doctype html><style>@import a layer({SPACES[:9_000]};{PICTURE}</style><p>x", ""),
        (f"<!doctype html><style>{PICTURE}[a=b{SPACES}x]{{background:url(b)}}</style><p>x", "a"),
        (f"<!doctype html><style>@container style(--a:{SPACES}{{{PICTURE}}}</style><p>x", ""),
        (f"<!doctype html><style>@scope ({')to(' * 50_000}{{{PICTURE}}}</style><p>x", ""),
    ],
    ids=[
        "comments",
        "comments in a block",
        "no name",
        "no declaration",
        "open comments",
        "numbers",
        "empty",
        "siblings",
        "import",
        "layer",
        "attribute",
        "container",
        "scope",
    ],
)
def test_it_is_over_at_once(document: str, expected: str | None) -> None:
    """What is drawn; None where it is too much for the cascade, and names decide."""
    styles = Styles()
    styles.text(document.encode(), "utf-8")
    found = styles.compute(Screen(), "https://a.test/", None, scripting=True)
    assert styles.reads is (expected is not None)
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert found[0] == {f"https://a.test/{name}" for name in expected.split()}


FACE = candidate(CandidateKind.CSS_FONT, "f.woff2", "@font-face", family="f")
MANY = "".join(map(chr, range(0x4E00, 0x4E00 + 3_000)))
FRAMES = "".join(f"{number}%{{background:var(--x)}}" for number in range(2_000))


@pytest.mark.parametrize(
    ("document", "faces"),
    [
        ("<!doctype html><style>*{font-family:f}</style>" + "<b>x" * 1_200, [FACE]),
        (
            "<!doctype html><style>@keyframes k{"
            + FRAMES
            + "}p{animation:"
            + ",".join(["k 1s"] * 500)
            + "}</style><p>x",
            [FACE],
        ),
    ],
    ids=["inline boxes", "frames"],
)
def test_what_is_drawn_and_set_counts_too(document: str, faces: list[Candidate]) -> None:
    """Steps of looking for faces and frames are steps of the computation."""
    styles = Styles()
    for face in faces:
        styles.face(0, face, 0.0)
    styles.text(document.encode(), "utf-8")
    start = time.process_time()
    assert styles.compute(Screen(), "https://a.test/", None, scripting=True) is None
    assert not styles.reads
    assert time.process_time() - start < 5


def test_a_family_in_many_slices_is_looked_through() -> None:
    """As the large fonts of East Asia are served: a hundred faces of a hundred ranges each, a page of 3,000 letters."""
    styles = Styles()
    slices = []
    for number in range(100):
        covers = ",".join(f"U+{0x4E00 + number + 100 * step:x}" for step in range(100))
        named = {"unicode-range": covers}
        slices.append(candidate(CandidateKind.CSS_FONT, f"{number}.woff2", "@font-face", family="f", **named))
        styles.face(0, slices[-1], 0.0)
    styles.text(f"<!doctype html><style>p{{font-family:f}}</style><p>{MANY}".encode(), "utf-8")
    found = styles.compute(Screen(), "https://a.test/", None, scripting=True)
    assert found is not None
    assert found[1] == {id(each) for each in slices}


@pytest.mark.parametrize(
    ("remembering", "asked"),
    [
        (selector_text._split, lambda text: selector_text.split(text)),
        (longhands._expand, lambda text: longhands.expand("background", text, 1.0)),
        (media._matches, lambda text: media.matches(text, Screen())),
        (urls._resolve, lambda text: urls.resolve(text, "https://a.test/")),
    ],
)
def test_long_texts_are_not_kept_for_ever(remembering: Any, asked: Callable[[str], object]) -> None:
    """A page's megabytes go with it; what real pages repeat stays."""
    before = remembering.cache_info().currsize
    asked("x" * 100_000)
    assert remembering.cache_info().currsize == before
