"""Types of hints and of what comes, and what only the viewport decides."""

from __future__ import annotations

import pytest

from fetcher.audits import Outcome, Rule, Severity
from fetcher.audits.hints.types import hint_content_type_mismatch, hint_type_unsupported
from fetcher.audits.hints.viewport import hint_media_ignored, hint_responsive_image
from fetcher.origin import asset
from fetcher.terms import Fields, ProfileName
from tests.audits.hints.of import PLAIN, file, page, result
from tests.audits.site.parts import FONT, STYLE

AS = {"style": "/b.css", "script": "/b.js", "font": "/b.woff2", "image": "/b.png", "fetch": "/b.json"}


@pytest.mark.parametrize(
    ("word", "kind", "severity", "told"),
    [
        ("style", "text/css; charset=utf-8", None, ""),
        ("style", "text/html", Severity.ERROR, "it is hinted as=style, and text/html came: a style sheet of another"),
        ("style", "text/plain", Severity.ERROR, "is not applied"),
        ("script", "application/x-javascript", None, ""),
        ("script", "text/html", Severity.ERROR, "fails at the first tag"),
        ("script", "text/plain", Severity.WARNING, "classic scripts run all the same"),
        ("script", "image/png", Severity.ERROR, "not run as a script"),
        ("font", "font/woff2", None, ""),
        ("font", "application/octet-stream", None, ""),
        ("font", "text/html; charset=utf-8", Severity.ERROR, "it cannot be decoded"),
        ("image", "image/x-own", None, ""),
        ("image", "text/plain", Severity.WARNING, "browsers look into it"),
        ("image", "application/json", Severity.ERROR, "it cannot be decoded"),
        ("fetch", "text/html", None, ""),
    ],
)
def test_what_comes(word: str, kind: str, severity: Severity | None, told: str) -> None:
    """As browsers take it: style sheets by their type, scripts by what is none, images and fonts by their bytes."""
    url = AS[word]
    hint = f"<{url}>; rel=preload; as={word}; crossorigin"
    found = result(hint_content_type_mismatch, page(hint, routes={url: file(kind, 700)})).findings
    assert [each.severity for each in found] == ([severity] if severity else [])
    if found:
        assert told in found[0].message
        assert found[0].differs[0].hinted == word
    if severity is Severity.ERROR:
        assert found[0].cost is not None
        assert (found[0].cost.bytes, found[0].cost.basis.value) == (700, "measured")


def test_nosniff_makes_any_type_count() -> None:
    """A script of text/plain is then not run."""
    nosniff: Fields = (("x-content-type-options", "nosniff"),)
    routes = {"/b.js": asset(b"1", "text/plain", fields=nosniff)}
    (found,) = result(hint_content_type_mismatch, page("</b.js>; rel=preload; as=script", routes=routes)).findings
    assert found.severity is Severity.ERROR


def test_nothing_is_said_of_what_did_not_come() -> None:
    """A 404 has a rule of its own, and a type that nobody gave is unknown."""
    missing = result(hint_content_type_mismatch, page("</gone.css>; rel=preload; as=style"))
    assert (missing.outcome, missing.reason) == (
        Outcome.NOT_APPLICABLE,
        "no preload brought a response that says its type",
    )


@pytest.mark.parametrize(
    ("type_", "severity", "told"),
    [
        ("text/css", None, ""),
        ('"text/css; charset=utf-8"', Severity.ERROR, "is no plain type/subtype"),
        ("css", Severity.ERROR, "is no plain type/subtype"),
        ("text/javascript", Severity.WARNING, "type=text/javascript is not loaded for as=style"),
    ],
)
def test_types_of_hints(type_: str, severity: Severity | None, told: str) -> None:
    """One that drops the link is an error in Chromium; the text without it is beside."""
    found = result(hint_type_unsupported, page(f"{STYLE}; type={type_}")).findings
    assert [each.severity for each in found] == ([severity] if severity else [])
    if found:
        assert told in found[0].message
        assert found[0].fix == f"Write {STYLE}"


@pytest.mark.parametrize(
    ("hinted", "came", "same"),
    [
        ("image/webp", "image/png", False),
        ("image/jpg", "image/jpeg", True),
        ("image/png", "application/octet-stream", True),
    ],
)
def test_a_type_and_what_came(hinted: str, came: str, same: bool) -> None:
    """Other names of one type are no difference."""
    hint = f"</b.png>; rel=preload; as=image; type={hinted}"
    found = result(hint_type_unsupported, page(hint, routes={"/b.png": file(came)})).findings
    assert [each.message for each in found] == ([] if same else [f"/b.png: type={hinted} is hinted, and {came} came"])


@pytest.mark.parametrize(
    ("rule", "hints", "reason"),
    [
        (hint_content_type_mismatch, (), "nothing is preloaded"),
        (hint_type_unsupported, (STYLE,), "no preload has a type"),
        (hint_responsive_image, (STYLE, FONT), "no image is preloaded"),
        (hint_media_ignored, (), "no 103 came"),
    ],
)
def test_when_they_do_not_apply(rule: Rule, hints: tuple[str, ...], reason: str) -> None:
    """Each says what is missing."""
    answer = result(rule, page(*hints))
    assert (answer.outcome, answer.reason) == (Outcome.NOT_APPLICABLE, reason)


IMAGES = {f"/{name}.png": file("image/png", 10_000) for name in "bcd"}
SET = '<img src="/b.png" srcset="/b.png 400w, /c.png 2000w" sizes="100vw">'


@pytest.mark.parametrize(
    ("hinted", "told", "size"),
    [
        (
            "/c.png",
            "by srcset and sizes the page chooses this image among 2; on another viewport it is another",
            10_000,
        ),
        ("/b.png", "chooses https://a.test/c.png here, and this one is not used", 10_000),
    ],
)
def test_an_image_that_the_viewport_chooses(hinted: str, told: str, size: int) -> None:
    """Chosen here or not, it is another elsewhere; what is not used has cost its bytes."""
    hint = f"<{hinted}>; rel=preload; as=image"
    (found,) = result(hint_responsive_image, page(hint, body=SET, routes=IMAGES)).findings
    assert told in found.message
    assert found.severity is Severity.WARNING
    assert found.used is not None
    assert (found.used.element, found.used.url) == ("img", "https://a.test/")
    assert found.cost is not None
    assert found.cost.bytes == size
    assert found.cost.basis.value == ("estimated" if hinted == "/c.png" else "measured")


def test_a_fixed_image_passes() -> None:
    """One file for all devices."""
    hint = "</d.png>; rel=preload; as=image"
    assert result(hint_responsive_image, page(hint, body='<img src="/d.png">' + SET, routes=IMAGES)).findings == ()


def test_imagesrcset_does_not_act() -> None:
    """Not in a 103: Chromium drops the link."""
    hint = '</b.png>; rel=preload; as=image; imagesrcset="/c.png 2x"'
    (found,) = result(hint_responsive_image, page(hint, body=SET, routes=IMAGES)).findings
    assert "imagesrcset does not act in a 103" in found.message
    assert found.fix == "Write </b.png>; rel=preload; as=image"


@pytest.mark.parametrize(
    ("head", "holds"),
    [
        (PLAIN, "; on this device they hold"),
        ('<link rel="stylesheet" href="/a.css" media="print">', "; on this device they do not hold"),
        ("", ""),
    ],
)
def test_media_of_a_hint(head: str, holds: str) -> None:
    """Chromium drops the link and Firefox asks on every device."""
    (found,) = result(hint_media_ignored, page(f'{STYLE}; media="(min-width: 1px)"', head=head)).findings
    assert found.message.endswith(f"others ask for it on every device{holds}")
    assert found.severity is Severity.WARNING
    assert found.fix == f"Write {STYLE}"
    assert dict(found.browsers)[ProfileName.FIREFOX] == "requested at once (EH 4.6)"


def test_a_hint_for_a_sheet_of_other_media() -> None:
    """A sheet for print is hinted as if it were needed first; one that some element needs is."""
    printed = '<link rel="stylesheet" href="/a.css" media="print">'
    (found,) = result(hint_media_ignored, page(STYLE, head=printed)).findings
    assert 'the page uses it for media="print"' in found.message
    assert found.severity is Severity.WARNING
    assert result(hint_media_ignored, page(STYLE, head=printed + PLAIN)).outcome is Outcome.PASSED


def test_preloads_of_the_markup_for_responsive_images() -> None:
    """With imagesrcset they follow the viewport; without it they are as fixed as a hint."""
    bare = '<link rel="preload" href="/b.png" as="image">'
    (found,) = result(hint_responsive_image, page(head=bare, body=SET, routes=IMAGES)).findings
    assert "the hinted one is not used" not in found.message
    assert "and this one is not used" in found.message
    full = '<link rel="preload" as="image" imagesrcset="/b.png 400w, /c.png 2000w" imagesizes="100vw">'
    assert result(hint_responsive_image, page(head=full, body=SET, routes=IMAGES)).findings == ()


def test_the_type_of_a_preload_of_the_markup() -> None:
    """Not loaded for its as: nothing is fetched by it."""
    head = '<link rel="preload" href="/a.css" as="style" type="text/javascript">' + PLAIN
    (found,) = result(hint_type_unsupported, page(head=head)).findings
    assert found.message == "/a.css: type=text/javascript is not loaded for as=style: by HTML nothing is asked for"
    assert found.fix == 'Write <link rel="preload" href="/a.css" as="style">'
