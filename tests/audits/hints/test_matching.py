"""Whether a hint asks as its use does: destination, CORS mode, credentials, integrity; and what that costs in whom."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from hashlib import sha256, sha384
from typing import Any

import pytest

from fetcher.audits import Basis, Outcome, Page, Rule, Severity
from fetcher.audits.hints.crossorigin import font_hint_crossorigin, hint_credentials_mismatch, module_hint_wrong_rel
from fetcher.audits.hints.destinations import hint_as_invalid, hint_as_mismatch, hint_as_missing
from fetcher.audits.hints.sameness import hint_duplicate, hint_integrity_mismatch
from fetcher.origin import Answer, RequestSeen, Route, Site, asset
from fetcher.terms import Fields, ProfileName
from tests.audits.hints.of import PLAIN, file, page, result
from tests.audits.site.parts import CACHED, FONT, SCRIPT, STYLE, document, final, html, interim, sound
from tests.support.virtual_time import virtual_load

BY_KEY = (ProfileName.FIREFOX, ProfileName.STANDARD)
FONT_BARE = "</a.woff2>; rel=preload; as=font"
SCRIPTED = '<script src="/a.js"></script>'
MODULE = '<script type="module" src="/a.js"></script>'
_CODE = b"document.title += '.';\n"
DIGEST = "sha256-" + b64encode(sha256(_CODE).digest()).decode()
OTHER_DIGEST = "sha384-" + b64encode(sha384(_CODE).digest()).decode()
"""As true, and another text than the element's."""
STRICT = f'<script src="/a.js" integrity="{DIGEST}"></script>'

# A rule, the hint it finds, and the head that uses what is hinted.
FAULTS: list[tuple[Rule, str, str]] = [
    (hint_as_mismatch, "</a.js>; rel=preload; as=style", SCRIPTED),
    (font_hint_crossorigin, FONT_BARE, PLAIN),
    (hint_credentials_mismatch, SCRIPT, '<script src="/a.js" crossorigin></script>'),
    (hint_credentials_mismatch, f"{SCRIPT}; crossorigin", SCRIPTED),
    (hint_credentials_mismatch, f"{SCRIPT}; crossorigin", '<script src="/a.js" crossorigin=use-credentials></script>'),
    (hint_credentials_mismatch, "</a.js>; rel=modulepreload", MODULE.replace("src", "crossorigin=use-credentials src")),
    (module_hint_wrong_rel, SCRIPT, MODULE),
    (module_hint_wrong_rel, "</a.js>; rel=modulepreload", SCRIPTED),
    (hint_integrity_mismatch, SCRIPT, STRICT),
    (hint_integrity_mismatch, f"{SCRIPT}; integrity={OTHER_DIGEST}", STRICT),
]
NAMES = [f"{rule.id} {number}" for number, (rule, _, _) in enumerate(FAULTS)]


@pytest.mark.parametrize(("rule", "hint", "head"), FAULTS, ids=NAMES)
def test_chromium_takes_its_cache(rule: Rule, hint: str, head: str) -> None:
    """A cacheable response: one download in Chromium, so a warning that costs nothing there; Firefox is told of."""
    (found,) = result(rule, page(hint, head=head)).findings
    assert (found.severity, found.cost) == (Severity.WARNING, None)
    browsers = dict(found.browsers)
    assert "one download" in browsers[ProfileName.CHROMIUM]
    told = browsers[ProfileName.FIREFOX]
    assert ("ignores" in told) if rule is font_hint_crossorigin else ("; its HTTP cache serves" in told)
    assert browsers[ProfileName.SAFARI].startswith("acts on rel=preconnect only")
    assert "again" not in found.message
    assert found.used is not None
    assert found.used.line == 1
    assert found.quote is not None
    assert found.quote.text == hint
    assert found.differs


@pytest.mark.parametrize(("rule", "hint", "head"), FAULTS, ids=NAMES)
def test_the_text_it_proposes_is_right(rule: Rule, hint: str, head: str) -> None:
    """A page with that hint has no finding of any of these rules."""
    (found,) = result(rule, page(hint, head=head)).findings
    assert found.fix.startswith("Write <")
    mended = page(found.fix.removeprefix("Write "), head=head)
    rules = {each[0].id: each[0] for each in FAULTS}.values()
    assert [each.id for each in rules if result(each, mended).findings] == []


@pytest.mark.parametrize(("rule", "hint", "head"), FAULTS, ids=NAMES)
def test_what_may_not_be_stored_is_downloaded_twice(rule: Rule, hint: str, head: str) -> None:
    """In Chromium too: an error with what the second download took."""
    kinds = {"/a.js": asset(_CODE, "text/javascript", cache="no-store")}
    font = {"/a.woff2": asset(9_000, "font/woff2", cache="no-store")}
    (found,) = result(rule, page(hint, head=head, routes={**kinds, **font})).findings
    assert found.severity is Severity.ERROR
    assert found.cost is not None
    assert found.cost.basis is Basis.MEASURED
    assert found.cost.bytes == (9_000 if rule is font_hint_crossorigin else 23)
    assert found.cost.ms == pytest.approx(20.0, abs=1)
    assert "downloads it again: its response may not be stored" in dict(found.browsers)[ProfileName.CHROMIUM]


@pytest.mark.parametrize("profile", BY_KEY)
@pytest.mark.parametrize(("rule", "hint", "head"), FAULTS[::2], ids=NAMES[::2])
def test_by_the_key_of_html_the_cache_is_asked_too(rule: Rule, hint: str, head: str, profile: ProfileName) -> None:
    """Where preloads are matched by key: an error where the cache cannot serve either (or the hint is ignored), as a
    load driven so shows."""
    (kept,) = result(rule, page(hint, head=head, profile=profile)).findings
    ignored = rule is font_hint_crossorigin and profile is ProfileName.FIREFOX
    assert kept.severity is (Severity.ERROR if ignored else Severity.WARNING)
    kinds = {"/a.js": asset(_CODE, "text/javascript", cache="no-store")}
    font = {"/a.woff2": asset(9_000, "font/woff2", cache="no-store")}
    (found,) = result(rule, page(hint, head=head, profile=profile, routes={**kinds, **font})).findings
    assert found.severity is Severity.ERROR
    assert found.cost is not None
    told = dict(found.browsers)[profile]
    assert ("ignores" if ignored else "downloads it again, for ") in told


@pytest.mark.parametrize(("cache", "requests", "told"), [("max-age=60", 1, "one download"), ("no-store", 2, "again")])
def test_a_load_as_firefox_and_its_audit_agree(cache: str, requests: int, told: str) -> None:
    """A sheet hinted as a script: no preload of Firefox's, and its HTTP cache serves it where it may be stored."""
    routes = {"/a.css": asset(b"p{}", "text/css", cache=cache)}
    one = page("</a.css>; rel=preload; as=script", profile=ProfileName.FIREFOX, routes=routes)
    assert len([each for each in one.load.requests if each.url.endswith("/a.css")]) == requests
    (found,) = result(hint_as_mismatch, one).findings
    assert told in dict(found.browsers)[ProfileName.FIREFOX]


def test_in_safari_it_is_a_note() -> None:
    """It does nothing with preloads of a 103; one of the final response acts, and is the one that is told of."""
    for rule, hint, head in FAULTS[::3]:
        early = sound() | {"/": (*interim(hint), *final(content=html(head)))}
        (found,) = result(rule, page(site=early, profile=ProfileName.SAFARI)).findings
        assert found.severity is Severity.NOTE
        (later,) = result(rule, page(hint, head=head, profile=ProfileName.SAFARI)).findings
        assert later.severity is Severity.WARNING
        assert later.quote is not None
        assert later.quote.where == "final response"


MATCHING: list[tuple[Rule, str, str]] = [
    (hint_as_mismatch, SCRIPT, SCRIPTED),
    (hint_as_missing, SCRIPT, SCRIPTED),
    (hint_as_invalid, SCRIPT, SCRIPTED),
    (font_hint_crossorigin, FONT, PLAIN),
    (hint_credentials_mismatch, f"{SCRIPT}; crossorigin", '<script src="/a.js" crossorigin></script>'),
    (module_hint_wrong_rel, "</a.js>; rel=modulepreload", MODULE),
    (module_hint_wrong_rel, f"{SCRIPT}; crossorigin", MODULE),
    (hint_integrity_mismatch, f"{SCRIPT}; integrity={DIGEST}", STRICT),
    (hint_integrity_mismatch, f"{SCRIPT}; integrity={DIGEST}", SCRIPTED),
    (hint_duplicate, SCRIPT, SCRIPTED),
]


@pytest.mark.parametrize(("rule", "hint", "head"), MATCHING)
def test_what_matches_passes(rule: Rule, hint: str, head: str) -> None:
    """No finding, and nothing unknown."""
    assert result(rule, page(hint, head=head)).outcome is Outcome.PASSED


@pytest.mark.parametrize("rule", sorted({each[0].id: each[0] for each in (*FAULTS, *MATCHING)}.values(), key=str))
def test_without_a_preload_it_does_not_apply(rule: Rule) -> None:
    """Nor without a 103."""
    none = result(rule, page())
    reason = "no 103 came" if rule is hint_duplicate else "nothing is preloaded"
    assert (none.outcome, none.reason) == (Outcome.NOT_APPLICABLE, reason)
    if rule is not hint_duplicate:
        assert result(rule, page("<https://b.test>; rel=preconnect")).reason == reason


@pytest.mark.parametrize("rule", [hint_as_mismatch, hint_credentials_mismatch, hint_integrity_mismatch])
def test_what_scripts_may_use_is_unknown(rule: Rule) -> None:
    """Nothing else uses the image: unknown with scripts, passed where they were observed or there are none."""
    hint = "</a.png>; rel=preload; as=image"
    hidden = result(rule, page(hint, head=PLAIN + SCRIPTED))
    assert hidden.outcome is Outcome.UNKNOWN
    assert "scripts did not run" in hidden.reason
    assert result(rule, page(hint, head=PLAIN + SCRIPTED, observed=True)).outcome is Outcome.PASSED
    assert result(rule, page(hint)).outcome is Outcome.PASSED


def test_another_preload_is_no_use() -> None:
    """The markup preloads it as something else, and nothing uses either."""
    head = '<link rel="preload" href="/a.png" as="fetch" crossorigin>'
    assert result(hint_as_mismatch, page("</a.png>; rel=preload; as=image", head=head)).outcome is Outcome.PASSED


def test_one_use_that_matches_is_enough() -> None:
    """The first one takes it; that another asks otherwise is the page's own matter."""
    head = '<script src="/a.js"></script><script src="/a.js" crossorigin></script>'
    assert result(hint_credentials_mismatch, page(SCRIPT, head=head)).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("hint", "told", "fix"),
    [
        ("</a.css>; rel=preload", "the preload has no as, so that no browser fetches it; <link> uses", "as=style"),
        ('</a.css>; rel=preload; as=""', "as has no value", "Write </a.css>; rel=preload; as=style"),
        ("</a.woff2>; rel=preload", "@font-face uses it as font", "rel=preload; as=font; crossorigin"),
        ("</b.css>; rel=preload", "the preload has no as, so that no browser fetches it", "as=style"),
    ],
)
def test_a_preload_without_as(hint: str, told: str, fix: str) -> None:
    """What uses it says what it is; else its name does. The head start it lost is estimated."""
    (found,) = result(hint_as_missing, page(hint, profile=ProfileName.CHROMIUM)).findings
    assert found.severity is Severity.ERROR
    assert told in found.message
    assert fix in found.fix
    if found.used is not None:
        assert found.cost is not None
        assert found.cost.basis is Basis.ESTIMATED
        assert found.cost.ms is not None
        assert found.cost.ms >= 219


@pytest.mark.parametrize(
    ("word", "told"),
    [("stylesheet", "as=stylesheet is not preloaded"), ("video", "as=video is not"), ("track", "acts on the final")],
)
def test_words_that_are_no_destination(word: str, told: str) -> None:
    """Each is dropped by Chromium; the use says what is meant."""
    (found,) = result(hint_as_invalid, page(f"</a.css>; rel=preload; as={word}")).findings
    assert told in found.message
    assert found.severity is Severity.ERROR
    assert "Write </a.css>; rel=preload; as=style" in found.fix


def test_a_track_acts_by_html() -> None:
    """So that it weighs less there than in Chromium."""
    found = result(hint_as_invalid, page("</a.vtt>; rel=preload; as=track", profile=ProfileName.STANDARD)).findings
    assert [each.severity for each in found] == [Severity.WARNING]


def test_a_fetch_hint_without_crossorigin() -> None:
    """Firefox ignores it; in Chromium its use is a script's, so a note."""
    hint = "</api>; rel=preload; as=fetch"
    routes: dict[str, Any] = {"/api": file("application/json")}
    (note,) = result(hint_credentials_mismatch, page(hint, routes=routes)).findings
    assert note.severity is Severity.NOTE
    assert note.fix == "Write </api>; rel=preload; as=fetch; crossorigin"
    (error,) = result(hint_credentials_mismatch, page(hint, routes=routes, profile=ProfileName.FIREFOX)).findings
    assert error.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("hints", "told"),
    [
        ((SCRIPT, SCRIPT), "this hint is sent 2 times in one 103"),
        ((SCRIPT, STYLE, SCRIPT, SCRIPT), "this hint is sent 3 times in one 103"),
        ((SCRIPT, "</a.js>; rel=preload; as=style"), "the same URL with another as or crossorigin"),
        (("<https://b.test>; rel=preconnect", "<https://b.test/>; rel=preconnect"), "this hint is sent 2 times"),
    ],
)
def test_duplicates(hints: tuple[str, ...], told: str) -> None:
    """One note for each thing, with the bytes of the further links."""
    (found,) = result(hint_duplicate, page(*hints, head=PLAIN + SCRIPTED)).findings
    assert told in found.message
    assert found.severity is Severity.NOTE
    assert found.cost is not None
    again = [each for each in hints if each.split(">")[0].rstrip("/") == hints[0].split(">")[0]][1:]
    assert found.cost.bytes == sum(len(each) + 2 for each in again)


def test_preconnects_of_both_kinds_are_no_duplicates() -> None:
    """With and without credentials are two sockets (EH 11.1)."""
    both = ("<https://b.test>; rel=preconnect", "<https://b.test>; rel=preconnect; crossorigin")
    assert result(hint_duplicate, page(*both)).outcome is Outcome.PASSED


def test_a_hint_again_in_a_later_103() -> None:
    """Its bytes are sent twice, and browsers read the first alone."""
    site = sound() | {"/": (*interim(STYLE), *interim(STYLE, after=20), *final(STYLE))}
    (found,) = result(hint_duplicate, page(site=site)).findings
    assert "a later 103 sends this hint again" in found.message


def test_every_run_is_heard() -> None:
    """A fault of one run of three is found and counted, quoted from the run that has it."""
    good, bad = page(STYLE).loads, page("</a.css>; rel=preload").loads
    both = replace(page(STYLE), loads=(*good, *bad, *good))
    (found,) = result(hint_as_missing, both).findings
    assert (found.seen, found.runs) == (1, 3)
    (always,) = result(hint_as_missing, replace(both, loads=bad * 3)).findings
    assert (always.seen, always.runs) == (3, 3)


def test_a_cors_use_of_another_origin() -> None:
    """The place is the element's, the difference its mode and credentials."""
    head = '<link rel="stylesheet" href="/a.css" crossorigin=use-credentials>'
    (found,) = result(hint_credentials_mismatch, page(STYLE, head=head)).findings
    assert [(each.part, each.hinted, each.used) for each in found.differs] == [("mode", "no-cors", "cors")]
    assert found.fix == "Write </a.css>; rel=preload; as=style; crossorigin=use-credentials"


@pytest.mark.parametrize("varies", [False, True])
def test_a_font_of_another_origin(varies: bool) -> None:
    """Its server allows CORS where it was asked with it: the hint's response in the cache does not, and the page goes
    without the font. With Vary: Origin it is downloaded again."""

    def font(request: RequestSeen) -> Answer:
        fields: Fields = (("vary", "origin"),) if varies else ()
        if request.field("origin"):
            fields += (("access-control-allow-origin", "*"),)
        return asset(9_000, "font/woff2", cache=CACHED, fields=fields)

    sheet = asset(b"@font-face{font-family:A;src:url(https://b.test/f.woff2)}body{font-family:A}", "text/css")
    hints = (STYLE, "<https://b.test/f.woff2>; rel=preload; as=font")
    own: dict[str, Route] = {"/": document(hints, head=PLAIN), "/a.css": sheet}
    load = virtual_load("https://a.test/", Site({}, {"a.test": own, "b.test": {"/f.woff2": font}})).load
    (found,) = result(font_hint_crossorigin, Page((load,))).findings
    assert found.severity is Severity.ERROR
    told = dict(found.browsers)[ProfileName.CHROMIUM]
    assert ("varies on origin" in told) if varies else ("the page goes without: " in told)
    assert found.cost is not None
    assert (found.cost.bytes, found.cost.basis) == (9_000, Basis.MEASURED)


def test_what_came_over_http1_weighs_as_the_link_alone_does() -> None:
    """No browser acts on it there, which is another rule's to say: the font's hint is as wrong as over HTTP/2."""
    over_http1 = page(FONT_BARE, http="1.1")
    assert over_http1.hints[0].link.by(ProfileName.CHROMIUM).rule == "EH 4.4"
    (found,) = result(font_hint_crossorigin, over_http1).findings
    assert (found.severity, found.cost) == (Severity.WARNING, None)


# The same faults without any 103: in the markup.
IN_MARKUP: list[tuple[Rule, str, str, str]] = [
    (
        hint_as_mismatch,
        '<link rel="preload" href="/a.js" as="style">',
        SCRIPTED,
        '<link rel="preload" href="/a.js" as="script">',
    ),
    (
        font_hint_crossorigin,
        '<link rel="preload" href="/a.woff2" as="font">',
        PLAIN,
        '<link rel="preload" href="/a.woff2" as="font" crossorigin>',
    ),
    (
        hint_credentials_mismatch,
        '<link rel="preload" href="/a.js" as="script">',
        '<script src="/a.js" crossorigin=use-credentials></script>',
        '<link rel="preload" href="/a.js" as="script" crossorigin="use-credentials">',
    ),
    (
        module_hint_wrong_rel,
        '<link rel="preload" href="/a.js" as="script">',
        MODULE,
        '<link rel="modulepreload" href="/a.js">',
    ),
    (
        hint_integrity_mismatch,
        '<link rel="preload" href="/a.js" as="script">',
        STRICT,
        f'<link rel="preload" href="/a.js" as="script" integrity="{DIGEST}">',
    ),
]


@pytest.mark.parametrize(("rule", "element", "head", "right"), IN_MARKUP, ids=[each[0].id for each in IN_MARKUP])
def test_preloads_of_the_markup(rule: Rule, element: str, head: str, right: str) -> None:
    """Judged like hints, without a 103: quoted as elements, with the element that is right, which passes."""
    (found,) = result(rule, page(head=element + head)).findings
    assert found.severity is Severity.WARNING
    assert found.quote is not None
    assert found.quote.where == "document"
    assert "hint" not in found.message
    browsers = dict(found.browsers)
    assert "where the preload has put it: one download" in browsers[ProfileName.CHROMIUM]
    for name in (ProfileName.FIREFOX, ProfileName.SAFARI):
        assert browsers[name].startswith("does not match it with the preload, for ")
        assert browsers[name].endswith("(EH 9.1); its HTTP cache serves the page's request: one download")
    assert found.fix == f"Write {right}"
    assert result(rule, page(head=right + head)).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("element", "rule", "told"),
    [
        ('<link rel="preload" href="/a.css">', hint_as_missing, "the preload has no as, so that no browser fetches it"),
        ('<link rel="preload" href="/a.css" as="css">', hint_as_invalid, "as=css is not preloaded, so that nothing is"),
    ],
)
def test_preloads_of_the_markup_that_fetch_nothing(element: str, rule: Rule, told: str) -> None:
    """An error in every browser."""
    (found,) = result(rule, page(head=element + PLAIN)).findings
    assert told in found.message
    assert found.severity is Severity.ERROR
    assert found.fix == 'Write <link rel="preload" href="/a.css" as="style">'


def test_a_track_may_be_preloaded_later() -> None:
    """In the markup and on the final response, though not in a 103 (EH 8.4)."""
    element = '<link rel="preload" href="/a.vtt" as="track">'
    assert result(hint_as_invalid, page(head=element)).outcome is Outcome.PASSED


def test_what_may_not_be_stored_is_downloaded_twice_after_a_preload_of_the_markup() -> None:
    """As Chromium does, and as measured."""
    routes: dict[str, Route] = {"/a.woff2": asset(9_000, "font/woff2", cache="no-store")}
    rule, element, head, _ = IN_MARKUP[1]
    (found,) = result(rule, page(head=element + head, routes=routes)).findings
    assert found.severity is Severity.ERROR
    assert found.cost is not None
    assert (found.cost.bytes, found.cost.basis) == (9_000, Basis.MEASURED)


def test_a_hint_and_its_repetition_are_told_once() -> None:
    """The final response and the markup say what the 103 says; what one of them says otherwise is told too."""
    element = '<link rel="preload" href="/a.woff2" as="font" crossorigin>'
    assert len(result(font_hint_crossorigin, page(FONT_BARE, head=element + PLAIN)).findings) == 1
    wrong = '<link rel="preload" href="/a.woff2" as="font">'
    assert result(font_hint_crossorigin, page(FONT, head=wrong + PLAIN)).outcome is Outcome.PASSED
