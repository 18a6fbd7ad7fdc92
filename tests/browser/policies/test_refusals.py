"""What a document's policies keep it from asking for, in tables: each case was seen in Chromium 156, whose server log
``tests/end_to_end/chromium/cases/policies.py`` asks for again."""

from __future__ import annotations

import pytest

from fetcher.browser import events as e
from fetcher.browser.commands import Scan, ScanKind
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.terms import Fields, HttpVersion
from tests.support.playbook import CSS, HTML, Playbook, candidate, image, script, sheet

PAGE = "https://a.test/"


def page(*policies: str, url: str = PAGE, fields: Fields = (), **options: object) -> Playbook:
    """Its document is arriving over HTTP/2, with these Content-Security-Policy fields."""
    play = Playbook(url, **options)
    play.opens()
    play.head(0, fields=(*HTML, *(("content-security-policy", each) for each in policies), *fields))
    return play


def refusal(play: Playbook) -> tuple[str, str | None]:
    last = play.recorder.load().discoveries[-1]
    return last.outcome, last.rule


def preload(url: str, as_: str, **attributes: str) -> Candidate:
    return candidate(CandidateKind.PRELOAD, url, "link", as_=as_, **attributes)


def module(url: str, **attributes: str) -> Candidate:
    return candidate(CandidateKind.MODULE_SCRIPT, url, "script", type="module", src=url, **attributes)


BY_POLICY = [
    ("img-src 'none'", image("i.png"), "CSP img-src"),
    ("img-src 'none'", preload("i.png", "image"), "CSP img-src"),
    ("img-src 'none'", sheet("s.css"), None),
    ("style-src 'none'", sheet("s.css"), "CSP style-src"),
    ("style-src-elem 'none'", preload("s.css", "style"), "CSP style-src-elem"),
    ("script-src 'none'", candidate(CandidateKind.MODULEPRELOAD, "m.js"), "CSP script-src"),
    ("script-src 'none'", module("m.js"), "CSP script-src"),
    ("connect-src 'none'", preload("d.json", "fetch"), "CSP connect-src"),
    ("font-src 'none'", preload("f.woff2", "font", crossorigin=""), "CSP font-src"),
    ("child-src 'none'", candidate(CandidateKind.FRAME, "f", "iframe"), "CSP child-src"),
    ("default-src 'self'", image("https://b.test/i.png"), "CSP default-src"),
    ("default-src 'self'", image("i.png"), None),
    ("script-src 'nonce-abc'", script("a.js", nonce="abc"), None),
    ("script-src 'nonce-abc'", script("a.js", nonce="bad"), "CSP script-src"),
    ("script-src 'nonce-abc'", preload("a.js", "script", nonce="abc"), None),
    ("style-src 'nonce-abc'", sheet("a.css", nonce="abc"), None),
    ("script-src 'nonce-abc' 'strict-dynamic' 'self'", script("b.js"), "CSP script-src"),
    ("script-src 'nonce-abc' 'strict-dynamic' 'self'", preload("b.js", "script"), "CSP script-src"),
    ("script-src 'nonce-abc' 'strict-dynamic' 'self'", candidate(CandidateKind.MODULEPRELOAD, "m.js"), None),
    (
        "script-src 'nonce-abc' 'strict-dynamic' 'self'",
        Candidate(CandidateKind.PRELOAD, "b.js", "Link", (("as", "script"),), 0, 0, True),
        None,
    ),
    ("script-src 'sha256-AAAA'", script("a.js", integrity="sha256-AAAA"), None),
    ("script-src 'sha256-AAAA'", script("a.js", integrity="sha256-AAAA sha384-BBBB"), "CSP script-src"),
    ("style-src 'sha256-AAAA'", sheet("a.css", integrity="sha256-AAAA"), "CSP style-src"),
    ("sandbox", script("a.js"), None),
]


@pytest.mark.parametrize(("policy", "found", "rule"), BY_POLICY)
def test_content_security_policy(policy: str, found: Candidate, rule: str | None) -> None:
    """The directive that forbids is the rule of a refused discovery; nothing is sent."""
    play = page(policy)
    said = play.finds(found)
    if rule is None:
        assert any(line.startswith(("start 1 ", "open 1 ")) for line in said)  # a sandboxed page has sockets apart
    else:
        assert said == [f"found {found.kind} refused"]
        assert refusal(play) == ("refused", rule)


def test_every_policy_counts_and_a_report_only_one_does_not() -> None:
    """Two fields are two policies; what only reports lets the request go."""
    play = page("script-src b.test c.test", "script-src c.test", fields=(
        ("content-security-policy-report-only", "default-src 'none'"),))  # fmt: skip
    assert play.finds(script("https://b.test/b.js")) == ["found script refused"]
    assert "queue 1 https://c.test/c.js" in play.finds(script("https://c.test/c.js"))


def meta(policy: str, *, in_head: bool = True) -> Candidate:
    kind = CandidateKind.CONTENT_SECURITY_POLICY
    return candidate(kind, "", "meta", in_head=in_head, content=policy)


def test_a_policy_in_the_markup_governs_what_follows_it() -> None:
    """What stood before it is asked for; outside the head it is ignored, so are directives only fields may carry."""
    play = page()
    assert "queue 1 https://a.test/a.css" in play.finds(sheet("a.css"))
    play.finds(meta("style-src 'none'; sandbox; frame-ancestors 'none'"))
    assert play.finds(sheet("b.css")) == ["found stylesheet refused"]
    assert not play.browser.state.document.policies.is_opaque  # type: ignore[union-attr]
    other = page()
    other.finds(meta("style-src 'none'", in_head=False))
    assert "queue 1 https://a.test/b.css" in other.finds(sheet("b.css"))


def test_a_forbidden_base_is_none() -> None:
    """URLs resolve as if it was not there."""
    play = page("base-uri 'self'")
    assert play.finds(candidate(CandidateKind.BASE, "https://b.test/x/", "base")) == ["found base refused"]
    assert refusal(play) == ("refused", "CSP base-uri")
    assert "queue 1 https://a.test/i.png" in play.finds(image("i.png"))


def inline(kind: CandidateKind, url: str, element: str = "style", **attributes: str) -> Candidate:
    return Candidate(kind, url, element, tuple(attributes.items()), 1, 0, True, True)


def test_a_forbidden_style_element_only_imports() -> None:
    """Chromium's preload scanner asks for the import of a <style> that the policy forbids, for nothing else in it, and
    for nothing that the imported sheet names."""
    play = page("style-src 'self'")
    assert "queue 1 https://a.test/im.css" in play.finds(inline(CandidateKind.CSS_IMPORT, "im.css"))
    assert play.finds(inline(CandidateKind.CSS_IMAGE, "bg.png")) == ["found css-image refused"]
    assert refusal(play) == ("refused", "CSP style-src")
    assert play.finds(inline(CandidateKind.CSS_IMAGE, "li.png", "p")) == ["found css-image refused"]
    play.head(1, fields=CSS)
    assert play.finds(candidate(CandidateKind.CSS_IMAGE, "x.png", "url()"), fetch=1) == ["found css-image no-request"]


@pytest.mark.parametrize(
    ("policy", "attributes", "allowed"),
    [
        ("style-src 'unsafe-inline'", {}, True),
        ("style-src 'unsafe-inline' 'nonce-abc'", {}, False),
        ("style-src 'nonce-abc'", {"nonce": "abc"}, True),
        ("style-src 'sha256-x='", {"digests": "sha256-x= sha384-y"}, True),
        ("style-src 'sha256-x='", {"digests": "sha256-z="}, False),
        ("style-src-attr 'none'", {}, True),
    ],
)
def test_inline_styles(policy: str, attributes: dict[str, str], allowed: bool) -> None:
    """'unsafe-inline', a nonce or a digest of its text lets a <style> apply."""
    play = page(policy)
    said = play.finds(inline(CandidateKind.CSS_IMAGE, "bg.png", **attributes))
    assert ("queue 1 https://a.test/bg.png" in said) is allowed


MIXED = [
    (image("http://b.test/i.png"), "https://b.test/i.png"),
    (image("http://b.test:8080/i.png"), "https://b.test:8080/i.png"),
    (preload("http://b.test/i.png", "image"), "https://b.test/i.png"),
    (image("http://127.0.0.1/i.png"), "http://127.0.0.1/i.png"),
    (image("http://192.0.2.7/i.png"), None),
    (image("", srcset="http://b.test/i.png 1x"), None),
    (image("http://b.test/i.png", srcset=""), "https://b.test/i.png"),
    (preload("", "image", imagesrcset="http://b.test/i.png 1x"), "https://b.test/i.png"),
    (sheet("http://b.test/s.css"), None),
    (script("http://b.test/s.js"), None),
    (preload("http://b.test/s.css", "style"), None),
    (candidate(CandidateKind.FRAME, "http://b.test/", "iframe"), None),
]


@pytest.mark.parametrize(("found", "asked"), MIXED)
def test_mixed_content(found: Candidate, asked: str | None) -> None:
    """Images are upgraded but for those of a set or at an address; the rest is refused."""
    play = page()
    said = play.finds(found)
    if asked is None:
        assert refusal(play) == ("refused", "mixed content")
    else:
        assert f"queue 1 {asked}" in said


def test_upgrade_insecure_requests() -> None:
    """Every kind goes out over https, redirects too, also from an http: page."""
    play = page("upgrade-insecure-requests", url="http://a.test/", http="1.1")
    said = play.finds(sheet("http://b.test/s.css"), candidate(CandidateKind.FRAME, "http://b.test/f", "iframe"))
    assert "queue 1 https://b.test/s.css" in said
    assert "queue 2 https://b.test/f" in said


REDIRECTS = [
    ("img-src 'self'", image("r.png"), "https://b.test/x.png", "CSP img-src"),
    ("img-src https://a.test/r.png https://b.test/other/", image("r.png"), "https://b.test/x.png", None),
    ("frame-src 'self'", candidate(CandidateKind.FRAME, "r", "iframe"), "https://b.test/x", "CSP frame-src"),
    ("", sheet("r.css"), "http://b.test/x.css", "mixed content"),
    ("", image("r.png", crossorigin=""), "https://u:p@b.test/x.png", "CORS"),
]


@pytest.mark.parametrize(("policy", "found", "location", "rule"), REDIRECTS)
def test_redirects(policy: str, found: Candidate, location: str, rule: str | None) -> None:
    """Each hop is asked about; after a redirect the paths of a policy do not count (CSP 7.6)."""
    play = page(policy)
    play.finds(found)
    said = play.head(1, status=302, fields=(("location", location),))
    request = play.recorder.load().requests[1]
    if rule is None:
        assert f"queue 2 {location}" in said
    else:
        assert (request.outcome, request.rule) == ("blocked", rule)
        assert len(play.recorder.load().requests) == 2


def test_an_insecure_redirect_of_an_image_is_upgraded() -> None:
    play = page()
    play.finds(image("r.png"))
    assert "queue 2 https://b.test/x.png" in play.head(1, status=302, fields=(("location", "http://b.test/x.png"),))


CORS_CASES = [
    ("", None, "CORS"),
    ("", "*", None),
    ("", "https://a.test", None),
    ("", "https://a.test/", "CORS"),
    ("", "HTTPS://A.TEST", "CORS"),
    ("", "https://a.test, *", "CORS"),
    ("", "null", "CORS"),
    ("use-credentials", "*", "CORS"),
    ("use-credentials", "https://a.test", "CORS"),
    ("use-credentials", "https://a.test true", None),
    ("use-credentials", "https://a.test TRUE", "CORS"),
]


@pytest.mark.parametrize(("crossorigin", "allowed", "rule"), CORS_CASES)
def test_cors(crossorigin: str, allowed: str | None, rule: str | None) -> None:
    """What a response must say to be read by a page of another origin; a blocked one is not scanned."""
    play = page()
    play.finds(sheet("https://b.test/s.css", crossorigin=crossorigin))
    play.opens(connection=1)
    origin, _, credentials = (allowed or "").rpartition(" ") if " t" in (allowed or "").lower() else (allowed, "", "")
    fields: Fields = CSS
    fields += (("access-control-allow-origin", origin),) if origin else ()
    fields += (("access-control-allow-credentials", credentials),) if credentials else ()
    said = play.head(1, fields=fields)
    request = play.recorder.load().requests[1]
    assert request.rule == rule
    assert ("scan 1 css" in said) is (rule is None)
    assert ("cancel 1" in said) is (rule is not None)


def test_an_origin_tainted_by_redirects_is_null() -> None:
    """From another origin to a third, or back: Origin is null, and the last response is checked too (Fetch 4.3)."""
    play = page()
    play.finds(image("https://b.test/r.png", crossorigin=""))
    play.opens(connection=1)
    star: Fields = (("access-control-allow-origin", "*"),)
    play.head(1, status=302, fields=(*star, ("location", "https://a.test/back.png")))
    assert play.recorder.load().requests[2].credentials == "omit"  # so on a connection of its own
    play.opens(connection=2)
    assert dict(play.sent(2))["origin"] == "null"
    play.head(2, fields=())
    assert play.recorder.load().requests[2].rule == "CORS"


RESPONSES = [
    ({"cross-origin-resource-policy": "same-origin"}, {}, "https://b.test/s.css", "CORP"),
    ({"cross-origin-resource-policy": "same-site"}, {}, "https://b.test/s.css", "CORP"),
    ({"cross-origin-resource-policy": "same-site"}, {}, "https://sub.a.test/s.css", None),
    ({"cross-origin-resource-policy": "same-origin"}, {}, "/s.css", None),
    ({}, {"cross-origin-embedder-policy": "require-corp"}, "https://b.test/s.css", "COEP"),
    ({}, {"cross-origin-embedder-policy": "credentialless"}, "https://b.test/s.css", None),
    ({}, {"cross-origin-embedder-policy": "require-corp"}, "/s.css", None),
    ({"cross-origin-resource-policy": "cross-origin"}, {"cross-origin-embedder-policy": "require-corp"},
     "https://b.test/s.css", None),
    ({"content-type": "text/html"}, {}, "/s.css", "MIME type"),
    ({"content-type": "text/plain", "x-content-type-options": "nosniff"}, {}, "/s.css", "nosniff"),
    ({"content-type": "text/html", "x-content-type-options": "nosniff"}, {}, "https://b.test/s.css", "ORB"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "policies", "url", "rule"), RESPONSES)
def test_responses(fields: dict[str, str], policies: dict[str, str], url: str, rule: str | None) -> None:
    """CORP, COEP, and what is no style sheet: the outcome of its request, and nothing in it is looked at."""
    play = page(fields=tuple(policies.items()))
    play.finds(sheet(url))
    if "//" in url:
        play.opens(connection=1)
    said = play.head(1, fields=tuple({**dict(CSS), **fields}.items()))
    assert ("scan 1 css" in said) is (rule is None)
    request = play.recorder.load().requests[1]
    assert (request.rule, request.outcome == "blocked") == (rule, rule is not None)


SCRIPTS = [
    ("image/png", False, script("a.js"), "MIME type"),
    ("text/html", False, script("a.js"), None),
    ("application/json", True, script("a.js"), "nosniff"),
    ("text/javascript", True, script("a.js"), None),
    ("text/plain", False, module("a.js"), "MIME type"),
    ("text/javascript", False, module("a.js"), None),
]


@pytest.mark.parametrize(("kind", "nosniff", "found", "rule"), SCRIPTS)
def test_types_of_scripts(kind: str, nosniff: bool, found: Candidate, rule: str | None) -> None:
    """A script that browsers would not run is read to its end and refused."""
    play = page()
    play.finds(found)
    play.head(1, fields=(("content-type", kind), *((("x-content-type-options", "nosniff"),) if nosniff else ())))
    play.ends(1)
    request = play.recorder.load().requests[1]
    assert request.rule == rule
    assert request.times.response_end is not None


FRAMES = [
    ({"x-frame-options": "DENY"}, "/f", "X-Frame-Options"),
    ({"x-frame-options": "SAMEORIGIN"}, "/f", None),
    ({"x-frame-options": "SAMEORIGIN"}, "https://b.test/f", "X-Frame-Options"),
    ({"x-frame-options": "SAMEORIGIN, DENY"}, "/f", "X-Frame-Options"),
    ({"x-frame-options": "ALLOWALL"}, "https://b.test/f", None),
    ({"content-security-policy": "frame-ancestors 'none'"}, "/f", "CSP frame-ancestors"),
    ({"content-security-policy": "frame-ancestors https://a.test"}, "https://b.test/f", None),
    ({"content-security-policy": "frame-ancestors 'self'"}, "https://b.test/f", "CSP frame-ancestors"),
    ({"content-security-policy": "frame-ancestors *", "x-frame-options": "DENY"}, "/f", None),
]


@pytest.mark.parametrize(("fields", "url", "rule"), FRAMES)
def test_documents_that_may_not_be_framed(fields: dict[str, str], url: str, rule: str | None) -> None:
    """Said whether frames are looked into or not; where frame-ancestors stands, X-Frame-Options does not count."""
    play = page()
    play.finds(candidate(CandidateKind.FRAME, url, "iframe"))
    play.head(1, fields=(*HTML, *fields.items()))
    assert play.recorder.load().requests[1].rule == rule


def test_integrity_is_checked_before_a_sheet_is_scanned() -> None:
    """The driver is asked, the scan waits for its answer; a mismatch is the outcome, and the load goes on."""
    play = page()
    play.finds(sheet("good.css", integrity="sha384-AAAA"), sheet("bad.css", integrity="sha384-AAAA md5-x"))
    assert play.head(1, fields=CSS) == ["CheckIntegrity"]
    assert play.head(2, fields=CSS) == ["CheckIntegrity"]
    play.ends(0)
    play.drains()
    play.ends(1)
    assert play.ends(2) == []
    assert play.event(e.IntegrityChecked(play.at, 1, True, "sha384-AAAA")) == ["scan 1 css"]
    play.drains(1)
    assert play.event(e.IntegrityChecked(play.at, 2, False, "sha384-BBBB"))[-1] == "finish loaded"
    assert [each.rule for each in play.recorder.load().requests] == [None, None, "SRI"]


def test_what_cannot_be_read_cannot_be_checked() -> None:
    """A response of another origin that was not asked for by CORS fails; unknown algorithms ask for nothing."""
    play = page()
    play.finds(sheet("https://b.test/s.css", integrity="sha256-AAAA"), sheet("u.css", integrity="md5-x"))
    play.opens(connection=1)
    play.head(1, fields=CSS)
    assert play.recorder.load().requests[1].rule == "SRI"
    assert play.head(2, fields=CSS) == ["scan 2 css"]


def test_credentialless_leaves_cookies_at_home() -> None:
    """COEP credentialless: no-cors requests to other origins go without credentials, on a connection of their own."""
    play = page(fields=(("cross-origin-embedder-policy", "credentialless"),))
    said = play.finds(image("https://b.test/i.png"), image("own.png"))
    assert any(line.startswith("open 1 https://b.test:443") and line.endswith("uncredentialed") for line in said)
    requests = play.recorder.load().requests
    assert [each.credentials for each in requests] == ["include", "omit", "include"]


def test_a_sandboxed_page_has_no_origin() -> None:
    """Origin is null even to its own server, whose answer must allow that; scripts are asked for all the same, and
    <noscript> counts."""
    play = page("sandbox")
    assert Scan(0, ScanKind.HTML, None, None, scripting=False) in play.commands
    play.finds(module("m.js"))
    play.opens(connection=1)
    assert dict(play.sent(1))["origin"] == "null"
    assert dict(play.sent(1))["sec-fetch-site"] == "cross-site"
    assert "referer" not in dict(play.sent(1))
    play.head(1, fields=(("content-type", "text/javascript"),))
    assert play.recorder.load().requests[1].rule == "CORS"


def test_a_public_page_may_not_ask_in_a_local_network() -> None:
    """The address that answers decides, so the connection stands and nothing is sent (EH 10.2); a loopback page may."""
    for address, rule in (("127.0.0.1", "local network"), ("192.168.7.1", "local network"), ("198.51.100.7", None)):
        play = page()
        play.finds(image("https://b.test/i.png"))
        said = play.opens(connection=1, address=address)
        assert ("start 1 https://b.test/i.png on 1 image no-cors" in said) is (rule is None)
        request = play.recorder.load().requests[1]
        assert (request.rule, request.connection) == (rule, None if rule else 1)
    home = Playbook(PAGE)
    home.opens(address="::1")
    home.head(0)
    home.finds(image("https://b.test/i.png"))
    assert "start 1 https://b.test/i.png on 1 image no-cors" in home.opens(connection=1, address="127.0.0.1")


@pytest.mark.parametrize("protocol", [HttpVersion.HTTP_1_1, HttpVersion.HTTP_2])
def test_what_may_not_leave_keeps_nobody_waiting(protocol: HttpVersion) -> None:
    """A connection into a local network is as free after a request was kept from it as before: the load ends."""
    play = page()
    play.finds(*(image(f"https://b.test/{number}.png") for number in range(30)))
    play.ends(0)
    play.drains()
    for number in range(1, 8):
        if f"open {number} https://b.test:443 fetch third-party" in play.log:
            play.opens(protocol, number, address="10.1.2.3")
    assert "finish loaded" in play.log
    assert {each.rule for each in play.recorder.load().requests[1:]} == {"local network"}


def test_a_public_page_may_not_hint_at_a_local_network() -> None:
    """EH 10.2: asked for by a 103, blocked before the request, and what the page asks for itself is judged again."""
    play = Playbook(PAGE)
    play.opens()
    play.interim("<https://b.test/a.css>; rel=preload; as=style")
    assert not any(line.startswith("start 1") for line in play.opens(connection=1, address="10.1.2.3"))
    request = play.recorder.load().requests[1]
    assert (request.outcome, request.rule) == ("blocked", "EH 10.2")


def test_the_coep_of_a_103_governs_what_it_hints_at() -> None:
    """EH 6.4: blocked at its head, and asked for again by the page, whose own policy then counts."""
    play = Playbook(PAGE)
    play.opens()
    play.interim(
        "<https://b.test/a.css>; rel=preload; as=style", fields=(("cross-origin-embedder-policy", "require-corp"),)
    )
    play.opens(connection=1)
    play.head(1, fields=CSS)
    assert play.recorder.load().requests[1].rule == "COEP"
    play.head(0)
    assert "queue 2 https://b.test/a.css" in play.finds(sheet("https://b.test/a.css"))


HSTS: Fields = (("strict-transport-security", "max-age=1000; includeSubDomains"),)


def test_hosts_that_ask_for_https_get_it() -> None:
    """A 307 that no server sent leads from http: to https:, below the host too; the state keeps the rule."""
    play = page(url="http://a.test/", http="1.1")
    play.finds(script("https://b.test/h.js"))
    play.opens(connection=1)
    play.head(1, fields=HSTS)
    said = play.finds(image("http://sub.b.test/i.png", crossorigin=""))
    assert said[:3] == ["queue 2 http://sub.b.test/i.png", "RedirectInside", "queue 3 https://sub.b.test/i.png"]
    inside, target = play.recorder.load().requests[2:]
    assert (inside.status, inside.rule, inside.outcome, inside.redirect_to) == (307, "HSTS", "complete", 3)
    play.opens(connection=2)
    assert dict(play.sent(target.id))["origin"] == "null"  # as in Chromium, where this is a redirect like any other
    state = play.browser.remembered(play.at)
    assert [(each.host, each.include_subdomains) for each in state.secure_hosts] == [("b.test", True)]
    again = Playbook("http://b.test/", remembered=state)
    assert again.first[:3] == ["queue 0 http://b.test/", "RedirectInside", "queue 1 https://b.test/"]
    again.opens()
    again.head(1)
    load = again.recorder.load()
    assert (load.navigations, load.document, load.final_url) == ((0, 1), 1, "https://b.test/")


@pytest.mark.parametrize(
    ("url", "fields", "verified"),
    [
        ("https://b.test/h.js", HSTS, False),
        ("https://192.0.2.7/h.js", HSTS, True),
        ("http://b.test/h.js", HSTS, True),
        ("https://b.test/h.js", (("strict-transport-security", "max-age=0"),), True),
        ("https://b.test/h.js", (("strict-transport-security", "includeSubDomains"),), True),
    ],
)
def test_what_sets_no_rule(url: str, fields: Fields, verified: bool) -> None:
    """Not over a certificate that was not found good, not for an address, not in cleartext, not without max-age."""
    play = page(url="http://a.test/", http="1.1")
    play.finds(script(url))
    play.opens(connection=1, verified=verified)
    play.head(1, fields=fields)
    assert play.browser.remembered(play.at).secure_hosts == ()


def test_mixed_content_comes_before_hsts() -> None:
    """On an https: page a sheet of a host known to want https is refused all the same, as Chromium refuses it."""
    play = page()
    play.finds(script("https://b.test/h.js"))
    play.opens(connection=1)
    play.head(1, fields=HSTS)
    play.finds(sheet("http://b.test/s.css"))
    assert refusal(play) == ("refused", "mixed content")


def test_own_fields_ask_for_no_preflight() -> None:
    """Nothing but GET is ever sent: -H adds to a request beneath the page, for which no server is asked first."""
    play = page(headers=(("x-own", "1"),), header_scope="all")
    play.finds(image("https://b.test/i.png", crossorigin=""))
    play.opens(connection=1)
    assert dict(play.sent(1))["x-own"] == "1"
    assert [each.method for each in play.recorder.load().requests] == ["GET", "GET"]


def test_thousands_of_policies_in_the_markup_are_left_out_and_that_is_said() -> None:
    """A page may write as many as it likes; past some thousand words none is heeded."""
    play = page()
    told = candidate(CandidateKind.CONTENT_SECURITY_POLICY, "", "meta", content="font-src 'self'")
    play.finds(*(told for _ in range(3_000)))
    assert len(play.browser.state.documents[0].policies.csp) == 1_000
    assert play.recorder.load().discoveries[-1].reason == "more than 2000 words of policies: left out"


def test_a_policy_that_is_too_long_is_told_of() -> None:
    """What is left out of it lets things go that a browser may refuse."""
    play = page("img-src " + "https://x.test " * 2_100)
    told = [each.reason for each in play.recorder.load().discoveries]
    assert told == ["more than 2000 words of policies: the rest is left out"]
    assert not page("img-src " + "https://x.test " * 1_900).recorder.load().discoveries
