"""Whether a link of the 103 can be read, how large the field is, and what makes browsers leave a link alone."""

from __future__ import annotations

import pytest

from fetcher.audits import Outcome, Rule, Severity
from fetcher.audits.hints.relations import hint_param_unsupported, hint_rel_unsupported
from fetcher.audits.hints.size import link_header_too_large
from fetcher.audits.hints.syntax import link_syntax_invalid
from fetcher.terms import ProfileName
from tests.audits.hints.of import page, result
from tests.audits.site.parts import STYLE

ALL = (link_syntax_invalid, link_header_too_large, hint_rel_unsupported, hint_param_unsupported)


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.id)
def test_a_sound_link_passes(rule: Rule) -> None:
    """One preload as it should be."""
    assert result(rule, page(STYLE)).outcome is Outcome.PASSED


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.id)
def test_without_a_link_field_it_does_not_apply(rule: Rule) -> None:
    """And says so."""
    answer = result(rule, page())
    assert answer.outcome is Outcome.NOT_APPLICABLE
    assert answer.reason in ("no response of the page has a Link field", "no 103 came")


@pytest.mark.parametrize(
    ("link", "told", "fix"),
    [
        ("/a.css; rel=preload; as=style", "must begin with its target", "Write </a.css>; rel=preload; as=style"),
        ("</a.css; rel=preload; as=style", '"<" is never closed', "Write </a.css>; rel=preload; as=style"),
        ("</a.css> rel=preload; as=style", 'stands a ";"', "Write </a.css>; rel=preload; as=style"),
        ("</a.css>; rel=preload; as=", "as= has no value", "Write </a.css>; rel=preload; as=style"),
        ('</a.css>; rel="preload; as=style', "does not end where it should", ""),
        ("</a.css>, rel=preload; as=style", "must begin with its target", "a comma begins another link"),
    ],
)
def test_links_that_cannot_be_read(link: str, told: str, fix: str) -> None:
    """The reason, the text with its place, and the text that could be read."""
    (found,) = result(link_syntax_invalid, page(STYLE, link)).findings
    assert told in found.message
    assert found.severity is Severity.ERROR
    assert found.quote is not None
    assert link.endswith(found.quote.text)
    assert found.quote.offset == len(STYLE) + 2 + link.index(found.quote.text)
    assert fix in found.fix


def test_an_unclosed_bracket_swallows_the_next_link() -> None:
    """Chromium asks for the URL that makes (EH 13.3), so that it is no mere dropped link."""
    (found,) = result(link_syntax_invalid, page("</a.css; rel=preload, </b.css>; rel=preload; as=style")).findings
    assert "swallows the next" in found.message
    assert found.url == "https://a.test/a.css;%20rel=preload,%20%3C/b.css"
    assert found.fix.startswith("Close the first target: </a.css; rel=preload>") is False
    assert found.fix.startswith("Close the first target: </a.css>")


def test_a_fault_in_both_heads_is_told_once() -> None:
    """The 103's; in the final response alone it weighs less."""
    bad = "/a.css; rel=preload; as=style"
    (both,) = result(link_syntax_invalid, page(STYLE, bad)).findings
    assert both.quote is not None
    assert both.quote.where == "103"


def _field(size: int) -> str:
    start, end = "</", ".png>; rel=preload; as=image"
    return start + "x" * (size - len(start) - len(end)) + end


@pytest.mark.parametrize(
    ("size", "severity", "told"),
    [
        (1_024, None, ""),
        (1_025, Severity.WARNING, "1,025 bytes in 1 link, more than the 1,024"),
        (4_097, Severity.ERROR, "more than the 4,096 that nginx keeps"),
        (8_193, Severity.ERROR, "more than the 8,192 of common CDNs"),
    ],
)
def test_sizes_of_the_field(size: int, severity: Severity | None, told: str) -> None:
    """Each limit is passed by one byte."""
    found = result(link_header_too_large, page(_field(size))).findings
    assert [each.severity for each in found] == ([severity] if severity else [])
    if found:
        assert told in found[0].message
        assert f"that of the final response has {size:,}" in found[0].message
        assert found[0].cost is not None
        assert found[0].cost.bytes == size


def test_how_the_field_becomes_smaller() -> None:
    """The page's own origin in targets and links that nobody acts on are bytes that cost no hint."""
    own = [f"<https://a.test/{name * 40}.png>; rel=preload; as=image" for name in "abcdefghijkl"]
    (found,) = result(link_header_too_large, page(*own, "</next>; rel=prefetch")).findings
    assert "Leave https://a.test out of 12 targets (168 bytes, then " in found.fix
    assert "take out the 1 link that chromium does not act on (23 bytes)" in found.fix


@pytest.mark.parametrize(
    ("link", "severity", "told", "fix"),
    [
        (
            "</a.css>; rel=prefetch; as=style",
            Severity.WARNING,
            "rel=prefetch does nothing",
            "</a.css>; rel=preload; as",
        ),
        ("<https://b.test>; rel=dns-prefetch", Severity.WARNING, "rel=dns-prefetch does", "rel=preconnect"),
        ("</a.css>; rel=stylesheet", Severity.WARNING, "rel=stylesheet does", "</a.css>; rel=preload; as=style"),
        ('</a.css>; rel="preload prefetch"; as=style', Severity.WARNING, "more than one", "rel=preload; as=style"),
        ("</a.css>; as=style", Severity.WARNING, "has no rel", "rel=preload"),
        ("</p/1>; rel=canonical", Severity.NOTE, "rel=canonical does nothing", "Use rel=preload"),
    ],
)
def test_relations_that_do_not_act(link: str, severity: Severity, told: str, fix: str) -> None:
    """Each by name; what was never meant as a hint is a note."""
    (found,) = result(hint_rel_unsupported, page(STYLE, link)).findings
    assert told in found.message
    assert found.severity is severity
    assert fix in found.fix
    assert [name for name, _ in found.browsers] == [ProfileName.CHROMIUM, ProfileName.FIREFOX, ProfileName.SAFARI]


def test_a_relation_that_costs_its_head_start() -> None:
    """The page asks for it 220 ms after the 103, and names where."""
    (found,) = result(hint_rel_unsupported, page("</a.css>; rel=prefetch; as=style")).findings
    assert found.cost is not None
    assert (found.cost.ms, found.cost.bytes, found.cost.basis.value) == (220.0, 32, "estimated")
    assert found.used is not None
    assert (found.used.element, found.used.line) == ("link", 1)


def test_preloads_in_safari_are_one_note() -> None:
    """It acts on preconnect alone, whatever else is right."""
    (found,) = result(hint_rel_unsupported, page(STYLE, profile=ProfileName.SAFARI)).findings
    assert found.severity is Severity.NOTE
    assert "1 preload of the 103" in found.message


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ("; nopush", "nopush makes Chromium drop"),
        ("; title=x; nonce=y", 'title="x" and nonce="y" makes'),
        ('; media="print"', "they ask for the target as it stands"),
        ('; crossorigin=""', 'crossorigin="" is none of its values'),
        ("; crossorigin=yes", "crossorigin=yes is none of its values"),
    ],
)
def test_parameters_that_drop_a_link(params: str, told: str) -> None:
    """An error in Chromium with the bare link beside it; Firefox acts all the same."""
    (found,) = result(hint_param_unsupported, page(STYLE + params)).findings
    assert told in found.message
    assert found.severity is Severity.ERROR
    assert found.fix.startswith("Write </a.css>; rel=preload; as=style")
    browsers = dict(found.browsers)
    assert browsers[ProfileName.FIREFOX] == "requested at once (EH 4.6)"
    (other,) = result(hint_param_unsupported, page(STYLE + params, profile=ProfileName.FIREFOX)).findings
    assert (other.severity, other.cost) == (Severity.WARNING, None)
