"""Preloads in the markup that win nothing, and which of the two clocks a TTFB is read from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fetcher.audits import Page
from fetcher.origin import Route
from fetcher.terms import ProfileName
from tests.audits.cases import STYLE, load, page, told
from tests.audits.site.parts import document, sound
from tests.support.virtual_time import virtual_load

PRELOAD = '<link rel="preload" href="/a.png" as="image">'
PICTURE = '<img src="/a.png" alt="">'


def written(body: str, hints: tuple[str, ...] = (), **more: ProfileName) -> Page:
    routes: dict[str, Route] = sound() | {"/": document(hints, head="", body=body)}
    return Page((virtual_load("https://a.test/", routes).load,), **more)


@pytest.mark.parametrize(
    ("judged", "says"),
    [
        (written(PRELOAD + "x" * 2000 + PICTURE), "passed"),
        (
            written(PRELOAD + PICTURE),
            "note: /a.png is preloaded (line 1) 45 bytes before the <img> on line 1 that requ",
        ),
        (written(PICTURE + PRELOAD), "note: /a.png is preloaded (line 1) after the <img> on line 1"),
        (written(PRELOAD + '<img loading="lazy" src="/a.png" alt="">'), "passed"),
        (written(PRELOAD), "passed"),
        (written('<link rel="preload" href="/a.js" as="script"><script src="/a.js" defer></script>'), "passed"),
        (written('<link rel="preload" href="/a.js" as="script"><script src="/a.js"></script>'), "note: /a.js is"),
        (written(PRELOAD, ("</a.png>; rel=preload; as=image",)), "note: the 103 asked for /a.png before the document"),
        (written(PRELOAD + PICTURE, profile=ProfileName.SAFARI), "not-applicable: Safari takes no preload from a 103"),
        (written(PICTURE), "not-applicable: the markup has no preload"),
    ],
)
def test_redundant(judged: Page, says: str) -> None:
    """Near its use, or after a 103 that asked; not where it makes something sooner or more urgent."""
    assert told("html-preload-redundant", judged).startswith(says)


SLOW = load(STYLE, think=900)


@pytest.mark.parametrize(
    ("judged", "says"),
    [
        (page(load(STYLE)), "passed"),
        (
            page(SLOW),
            "note: responseStart is the 103's, 21 ms (good), and the response itself begins at 934 ms (needs im",
        ),
        (page(load(STYLE, late=900, think=600)), "passed"),
        (page(load(STYLE, think=2000)), "note: "),
        (page(load(hints=False, think=900)), "not-applicable: no 103 came"),
        (page(replace(SLOW, interim=(replace(SLOW.interim[0], at=None),))), "not-applicable: the record does not say"),
    ],
)
def test_skew(judged: Page, says: str) -> None:
    """Only where the rating by web.dev's thresholds is another."""
    assert told("ttfb-metric-skew", judged).startswith(says)
