"""Sheets and documents made to take for ever: each is over at once, whatever comes of it."""

from __future__ import annotations

import pytest

from fetcher.browser.styles.styles import Styles
from fetcher.discovery.viewport.lengths import Screen

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
