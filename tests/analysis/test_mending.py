"""The text that would make a refused link act: every one proposed is proved by the reading that refused it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fetcher.analysis.links import verdicts
from fetcher.analysis.links.mending import mended, mended_hint
from fetcher.browser.hints.reading import Asked, Early
from fetcher.browser.profiles import DRIVING
from fetcher.terms import ProfileName
from fetcher.urls import parse
from tests.analysis.test_verdicts import OVER_HTTP2, load_of
from tests.support.checks import load as through_http2

EARLY = Early(parse("https://a.test/"), ())


def test_what_was_not_refused_for_its_text_has_no_mending() -> None:
    """A session opens no connection ahead, whatever the link says."""
    load = through_http2("</a.css>; rel=preload; as=style")
    refused = replace(load.hints[0], acted=False, rule="transport", reason="a session has no way")
    assert mended_hint(load, refused) is None
    nopush = replace(refused, raw=f"{refused.raw}; nopush", rule="EH 3.2")
    assert mended_hint(load, nopush) == refused.raw


# link, profile, what would act (None: only the author can know)
MENDED: list[tuple[str, ProfileName, str | None]] = [
    ("</a.js>; rel=preload; as=script; nopush", ProfileName.CHROMIUM, "</a.js>; rel=preload; as=script"),
    (
        "</a.css>; rel=preload; as=style; media=print; title=x",
        ProfileName.CHROMIUM,
        "</a.css>; rel=preload; as=style",
    ),
    ("</a.css>; rel=preload; as=stylesheet", ProfileName.CHROMIUM, "</a.css>; rel=preload; as=style"),
    ("</f.woff2?v=1>; rel=preload", ProfileName.CHROMIUM, "</f.woff2?v=1>; rel=preload; as=font; crossorigin"),
    ("</a>; rel=preload", ProfileName.CHROMIUM, None),
    ("</a.css>; rel=stylesheet", ProfileName.CHROMIUM, "</a.css>; rel=preload; as=style"),
    ('</a.css>; rel="preload stylesheet"; as=style', ProfileName.CHROMIUM, "</a.css>; rel=preload; as=style"),
    ("</a.css>; rel='preload'; as=style", ProfileName.CHROMIUM, "</a.css>; rel=preload; as=style"),
    ("</a.css>; as=style", ProfileName.CHROMIUM, "</a.css>; as=style; rel=preload"),
    (
        '</a.css>; rel=preload; as=style; crossorigin=""',
        ProfileName.CHROMIUM,
        "</a.css>; rel=preload; as=style; crossorigin",
    ),
    (
        '</a.css>; rel=preload; as=style; type="text/css; charset=utf-8"',
        ProfileName.CHROMIUM,
        "</a.css>; rel=preload; as=style; type=text/css",
    ),
    ("</a.js>; rel=preload; as=script; type=module", ProfileName.CHROMIUM, "</a.js>; rel=preload; as=script"),
    ("</a.js>; rel=preload; as=script; type=text/css", ProfileName.STANDARD, "</a.js>; rel=preload; as=script"),
    ("<//cdn.test/x>; rel=dns-prefetch", ProfileName.CHROMIUM, "<//cdn.test/x>; rel=preconnect"),
    ("<https://cdn.test/x>; rel=dns-prefetch", ProfileName.CHROMIUM, "<https://cdn.test>; rel=preconnect"),
    (
        "<http://b.test/a.js>; rel=preload; as=script",
        ProfileName.CHROMIUM,
        "<https://b.test/a.js>; rel=preload; as=script",
    ),
    ("</f.woff2>; rel=preload; as=font", ProfileName.FIREFOX, "</f.woff2>; rel=preload; as=font; crossorigin"),
    ("<https://b.test>; rel=preconnect; media=print", ProfileName.SAFARI, "<https://b.test>; rel=preconnect"),
    ("</a.css>; rel=preload; as=style", ProfileName.SAFARI, None),
    ("<a.css; rel=preload; as=style", ProfileName.CHROMIUM, "<a.css>; rel=preload; as=style"),
    ("/a.css; rel=preload; as=style", ProfileName.CHROMIUM, "</a.css>; rel=preload; as=style"),
    ("</a.css> rel=preload; as=style", ProfileName.CHROMIUM, "</a.css>; rel=preload; as=style"),
    ('</a.css>; rel=preload; as="style', ProfileName.CHROMIUM, "</a.css>; rel=preload; as=style"),
    ("</a.css>; rel=preload; as=style; title*=x", ProfileName.CHROMIUM, "</a.css>; rel=preload; as=style"),
    ("</a.css>; rel=preload; as=", ProfileName.CHROMIUM, "</a.css>; rel=preload; as=style"),
    ("<a.css; rel=preload, <https://b.test>; rel=dns-prefetch", ProfileName.CHROMIUM, None),
    ("<data:,x>; rel=preload; as=script", ProfileName.CHROMIUM, None),
    ("<https://[>; rel=preload; as=script", ProfileName.CHROMIUM, None),
]


@pytest.mark.parametrize(("link", "profile", "expected"), MENDED)
def test_mended(link: str, profile: ProfileName, expected: str | None) -> None:
    """Step by step, one for each refusal, until the profile acts."""
    assert mended(link, DRIVING[profile].read, EARLY) == expected


def test_every_fix_of_the_table_acts() -> None:
    """Whatever a verdict proposes, the profile that refused reads it as something to act on."""
    proposed = 0
    for link, _ in OVER_HTTP2:
        for verdict in verdicts(load_of(link))[0].verdicts:
            if verdict.fix is not None:
                proposed += 1
                (read,) = DRIVING[verdict.profile].read(Early(EARLY.base, (("link", verdict.fix),)))
                assert isinstance(read, Asked), (link, verdict)
    assert proposed > 30


def test_a_flood_is_not_mended_for_ever() -> None:
    """Of thousands of refused links the first hundred get a text for each profile; a huge one gets none."""
    links = verdicts(load_of(", ".join(f"</{number}.js>; rel=preload; as=script; x" for number in range(300))))
    assert sum(link.by(ProfileName.CHROMIUM).fix is not None for link in links) == 100
    assert mended(f"</{'a' * 5_000}.js>; rel=preload; as=script; x", DRIVING[ProfileName.CHROMIUM].read, EARLY) is None
