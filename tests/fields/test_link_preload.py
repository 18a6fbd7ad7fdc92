"""Which links of a final response may act (EH 8), and why the others do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fetcher.fields import link
from fetcher.fields.early_hint import CrossOrigin, EarlyHint, filter_early_hint
from fetcher.fields.link import Finding
from fetcher.fields.link_preload import FinalLink, filter_final_link
from fetcher.terms import Destination, FetchPriority

BASE = "https://page.test/a/?q#frag"


def only(text: str, base: str | None = BASE) -> FinalLink | Finding:
    (one,) = link.parse([text]).links
    return filter_final_link(one, base)


@pytest.mark.parametrize(
    ("text", "rel", "destination"),
    [
        ("</a>; rel=preload; as=script", "preload", Destination.SCRIPT),
        ("</a>; rel=preload; as=STYLE; nopush", "preload", Destination.STYLE),
        ("</a>; rel=preload; as=track", "preload", Destination.TRACK),
        ("</a>; rel=preload; as=fetch; type=made/up", "preload", Destination.EMPTY),
        ("</a>; rel=preload; as=font; type=font/woff2; crossorigin", "preload", Destination.FONT),
        ('</a>; rel="prefetch preload"; as=image', "preload", Destination.IMAGE),
        ("</a>; rel=modulepreload", "modulepreload", Destination.SCRIPT),
        ("</a>; rel=modulepreload; as=script", "modulepreload", Destination.SCRIPT),
        ("<//cdn.test>; rel=preconnect", "preconnect", None),
        ("<//cdn.test>; rel=dns-prefetch; as=nonsense", "dns-prefetch", None),
        ("</a>; rel=modulepreload; as=style; type=any/thing", "modulepreload", Destination.STYLE),
        ("</a>; rel=modulepreload; as=json", "modulepreload", Destination.JSON),
        ("</a>; rel=prefetch; as=nonsense", "prefetch", None),
        ("</a>; rel=compression-dictionary", "compression-dictionary", None),
    ],
)
def test_links_that_may_act(text: str, rel: str, destination: Destination | None) -> None:
    """Unknown parameters do no harm here, and the destination is settled."""
    found = only(text)
    assert isinstance(found, FinalLink), found
    assert (found.rel, found.destination) == (rel, destination)


@pytest.mark.parametrize(
    ("text", "rule", "code"),
    [
        ("</a>; rel=stylesheet", "EH 8.8", "stylesheet"),
        ("</a>; rel=prerender", "EH 8.4", "unsupported-rel"),
        ("</a>", "EH 8.4", "unsupported-rel"),
        ("</a>; rel=preload", "EH 8.4", "preload-without-as"),
        ("</a>; rel=preload; as=video", "EH 8.4", "unusable-as"),
        ("</a>; rel=modulepreload; as=font", "EH 8.4", "unusable-as"),
        ('</a>; rel=preload; as=style; type="text/css;x=y"', "EH 8.5", "unsupported-type"),
        ("</a>; rel=preload; as=font; type=font/collection", "EH 8.5", "unsupported-type"),
        ('</a>; rel=preload; as=style; anchor="?q#frag"', "EH 2.11", "anchor-elsewhere"),
        ("</a>; rel=preload; as=style; type=text/less", "EH 8.5", "unsupported-type"),
        ("<>; rel=preload; as=style", "EH 8.2", "empty-target"),
        ('</a>; rel=preload; as=style; anchor="/other"', "EH 2.11", "anchor-elsewhere"),
    ],
)
def test_links_that_do_nothing(text: str, rule: str, code: str) -> None:
    """Each is a finding with its rule."""
    found = only(text)
    assert isinstance(found, Finding)
    assert (found.rule, found.code, found.text) == (rule, code, text)


def test_every_parameter_is_carried() -> None:
    """All that HTML reads on a final response's link comes through."""
    found = only(
        '</a.jpg>; rel=preload; as=image; media="(min-width: 600px)"; imagesrcset="/a1 1x, /a2 2x"; imagesizes=50vw; '
        "integrity=sha256-AA; nonce=n; referrerpolicy=origin; fetchpriority=low; type=image/png; crossorigin=whatever"
    )
    assert isinstance(found, FinalLink)
    assert (found.media, found.imagesrcset, found.imagesizes) == ("(min-width: 600px)", "/a1 1x, /a2 2x", "50vw")
    assert (found.integrity, found.nonce, found.referrerpolicy) == ("sha256-AA", "n", "origin")
    assert (found.fetch_priority, found.type) == (FetchPriority.LOW, "image/png")
    assert found.crossorigin is CrossOrigin.ANONYMOUS
    assert found.needs_viewport


def test_imagesrcset_counts_for_images_only() -> None:
    """EH 8.6: on a script it is nothing, and the link need not wait for the viewport."""
    found = only('</a.js>; rel=preload; as=script; imagesrcset="/a1 1x"')
    assert isinstance(found, FinalLink)
    assert found.imagesrcset is None
    assert not found.needs_viewport


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ('</a>; rel=preload; as=script; anchor=""', True),
        ('</a>; rel=preload; as=script; anchor="?q#other"', True),
        ('</a>; rel=preload; as=script; anchor="/other"', False),
        ('</a>; rel=preload; as=style; type="text/css;x=y"', True),
        ("</a>; rel=modulepreload; as=style", False),
        ("</a>; rel=prefetch", False),
    ],
)
def test_what_html_reads_otherwise(text: str, acts: bool) -> None:
    """By the standard an anchor may name the response itself, and a type may have parameters."""
    (one,) = link.parse([text]).links
    assert isinstance(filter_final_link(one, BASE, by_html=True), FinalLink) is acts


def test_an_anchor_without_a_base_counts_as_elsewhere() -> None:
    """Nothing to judge it against: it must not act."""
    (one,) = link.parse(['</a>; rel=preload; as=style; anchor="#x"']).links
    assert isinstance(filter_final_link(one, by_html=True), Finding)


def test_a_link_dropped_at_103_can_act_at_200() -> None:
    """EH 8.2: the same member, two answers."""
    (one,) = link.parse(["</a.css>; rel=preload; as=style; media=print"]).links
    assert not isinstance(filter_early_hint(one), EarlyHint)
    assert isinstance(filter_final_link(one), FinalLink)


@given(st.text(alphabet="relastypnopushcoigm=;\"'*/ \t<>", max_size=60))
def test_any_link_is_kept_or_explained(text: str) -> None:
    """The filter never raises, and refuses with a sentence."""
    for one in link.parse([f"</a>; {text}"]).links:
        outcome = filter_final_link(one, BASE)
        assert outcome.message.endswith(".") if isinstance(outcome, Finding) else outcome.link is one
