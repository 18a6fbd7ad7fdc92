"""Where a hint points: spelled as the page spells it, absolute, over https, and elsewhere than at the page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fetcher.audits import Outcome, Page, Rule, Severity
from fetcher.audits.hints.targets import hint_mixed_content, hint_relative_url, hint_self, hint_url_mismatch
from fetcher.origin import Site
from fetcher.terms import ProfileName
from tests.audits.hints.of import PLAIN, TEXT, file, page, result
from tests.audits.site.parts import FONT, STYLE, document, sound
from tests.support.virtual_time import virtual_load

ALL = (hint_url_mismatch, hint_relative_url, hint_mixed_content, hint_self)
PICTURE = file("image/png", 30_000)


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.id)
def test_sound_targets_pass(rule: Rule) -> None:
    """Absolute paths of what the page uses."""
    assert result(rule, page(STYLE, FONT)).outcome is Outcome.PASSED


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.id)
def test_without_hints_they_do_not_apply(rule: Rule) -> None:
    """There is no target."""
    assert result(rule, page()).reason in ("no 103 came", "nothing is preloaded")


def test_a_preload_of_the_markup_by_another_spelling() -> None:
    """Downloaded for nothing as well."""
    head = '<link rel="preload" href="/B.png" as="image">'
    routes = {"/b.png": PICTURE, "/B.png": PICTURE}
    (found,) = result(hint_url_mismatch, page(head=head, body='<img src="/b.png">', routes=routes)).findings
    assert "it is preloaded otherwise: upper and lower case of the path" in found.message
    assert found.fix == 'Write <link rel="preload" href="/b.png" as="image">'
    assert found.cost is not None
    assert found.cost.bytes == 30_000


@pytest.mark.parametrize(
    ("hinted", "used", "told"),
    [
        ("/b.png?w=1&amp;h=2", "/b.png?w=1&amp;h=2", "character references of HTML"),
        ("/B.png", "/b.png", "upper and lower case"),
        ("//www.a.test/b.png", "/b.png", "the host www.a.test for a.test"),
        ("/b.png?h=2&w=1", "/b.png?w=1&amp;h=2", "the order of the query"),
        ("/b%2epng", "/b.png", "percent-encoding of the path"),
    ],
)
def test_another_spelling(hinted: str, used: str, told: str) -> None:
    """An error with both URLs, the place of the use, the text with the right one, and the bytes for nothing."""
    routes = {"/b.png": PICTURE, "/B.png": PICTURE, "/b%2epng": PICTURE}
    hint = f"<{hinted}>; rel=preload; as=image"
    (found,) = result(hint_url_mismatch, page(hint, body=f'<img src="{used}">', routes=routes)).findings
    right = used.replace("&amp;", "&")
    assert told in found.message
    assert found.severity is Severity.ERROR
    assert found.differs[0].used == f"https://a.test{right}"
    assert found.fix == f"Write <{right}>; rel=preload; as=image"
    assert found.used is not None
    assert found.used.element == "img"
    if "www" not in hinted:
        assert found.cost is not None
        assert (found.cost.bytes, found.cost.basis.value) == (30_000, "measured")


def test_another_version_is_no_spelling() -> None:
    """That is a stale hint, which has a rule of its own; and what is used as well is none."""
    routes = {"/b.png": PICTURE}
    other = page("</b.png?v=1>; rel=preload; as=image", body='<img src="/b.png?v=2">', routes=routes)
    assert result(hint_url_mismatch, other).outcome is Outcome.PASSED
    both = page("</b.png>; rel=preload; as=image", body='<img src="/b.png"><img src="/b.png/">', routes=routes)
    assert result(hint_url_mismatch, both).outcome is Outcome.PASSED


def test_scripts_may_use_what_is_hinted() -> None:
    """Unknown where nothing visible uses it, and a finding all the same where the page uses it by another spelling."""
    head = PLAIN + '<script src="/a.js"></script>'
    routes = {"/b.png": PICTURE}
    hidden = page("</b.png>; rel=preload; as=image", head=head, routes=routes)
    assert result(hint_url_mismatch, hidden).outcome is Outcome.UNKNOWN
    near = page("</B.png>; rel=preload; as=image", head=head, body='<img src="/b.png">', routes=routes)
    assert result(hint_url_mismatch, near).outcome is Outcome.FINDINGS


@pytest.mark.parametrize(
    ("path", "target", "here", "deeper"),
    [
        ("/", "a.css", "https://a.test/a.css", "https://a.test/deeper/a.css"),
        ("/", "./a.css", "https://a.test/a.css", "https://a.test/deeper/a.css"),
        ("/shop/1", "../a.css", "https://a.test/a.css", "https://a.test/shop/a.css"),
    ],
)
def test_relative_targets(path: str, target: str, here: str, deeper: str) -> None:
    """A note with what it is here and would be elsewhere, and the target from the root."""
    (found,) = result(hint_relative_url, page(f"<{target}>; rel=preload; as=style", path=path)).findings
    assert found.severity is Severity.NOTE
    assert here in found.message
    assert deeper in found.message
    assert found.fix == "Write </a.css>; rel=preload; as=style"


def test_a_relative_target_that_is_not_there() -> None:
    """An error, for it was asked for and answered 404."""
    (found,) = result(hint_relative_url, page("<a.css>; rel=preload; as=style", path="/shop/1")).findings
    assert found.severity is Severity.ERROR
    assert "https://a.test/shop/a.css, which answered 404" in found.message
    assert found.cost is not None
    assert found.cost.ms == pytest.approx(20.0, abs=1)


def test_a_relative_target_that_is_missing_on_another_page() -> None:
    """Right here, and an error all the same: it is the same text that fails there."""
    hint = "<a.css>; rel=preload; as=style"
    both = replace(page(hint), siblings=(page(hint, path="/shop/1"),))
    (found,) = result(hint_relative_url, both).findings
    assert found.severity is Severity.ERROR
    assert "on another page https://a.test/shop/a.css, and 404" in found.message


def test_mixed_content() -> None:
    """An error with the https target; Chromium sends it in cleartext and Firefox does not."""
    (found,) = result(hint_mixed_content, page("<http://b.test/b.png>; rel=preload; as=image")).findings
    assert found.severity is Severity.ERROR
    assert found.fix == "Write <https://b.test/b.png>; rel=preload; as=image"
    browsers = dict(found.browsers)
    assert "in cleartext" in browsers[ProfileName.CHROMIUM]
    assert "mixed content" in browsers[ProfileName.FIREFOX]
    assert result(hint_url_mismatch, page("<http://a.test/a.css>; rel=preload; as=style")).findings == ()


def test_what_is_no_mixed_content() -> None:
    """A loopback address is trustworthy; a page over http has none."""
    local = page("<http://localhost/b.png>; rel=preload; as=image")
    assert result(hint_mixed_content, local).outcome is Outcome.PASSED
    site = Site(sound() | {"/": document((STYLE,), head=PLAIN, body=TEXT)})
    plain = Page((virtual_load("http://a.test/", site, browser="eager").load,), profile=ProfileName.EAGER)
    assert result(hint_mixed_content, plain).reason == "the page is not served over https"


@pytest.mark.parametrize(
    ("target", "told"),
    [("", "its target is empty"), ("/", "it names the page itself"), ("https://a.test/#top", "it names the page")],
)
def test_the_page_itself(target: str, told: str) -> None:
    """By an empty target, by its path, with a fragment."""
    (found,) = result(hint_self, page(f"<{target}>; rel=preload; as=fetch; crossorigin")).findings
    assert told in found.message
    assert found.severity is Severity.ERROR
    assert found.url == "https://a.test/"


def test_an_empty_target_that_nobody_asks_for() -> None:
    """Firefox sees through it: a warning there."""
    hint = "<>; rel=preload; as=fetch; crossorigin"
    (found,) = result(hint_self, page(hint, profile=ProfileName.FIREFOX)).findings
    assert found.severity is Severity.WARNING
