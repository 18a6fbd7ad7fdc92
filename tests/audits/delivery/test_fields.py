"""What a 103 carries besides links."""

from __future__ import annotations

import pytest

from fetcher.audits import Outcome, Page, audit_page
from fetcher.audits.catalogue import named
from fetcher.terms import Fields
from tests.audits.cases import STYLE, load, page, told, with_interims

LINK = ("link", STYLE)


def one(*fields: tuple[str, str]) -> Page:
    return page(with_interims(load(STYLE), (LINK, *fields)))


@pytest.mark.parametrize(
    ("judged", "says"),
    [
        (one(), "passed"),
        (one(("content-length", "0")), "error: a 103 has Content-Length: 0, though an interim response has no content"),
        (one(("transfer-encoding", "chunked")), "error: a 103 has Transfer-Encoding: chunked"),
        (page(load(hints=False)), "not-applicable: no interim response came"),
    ],
)
def test_content_length(judged: Page, says: str) -> None:
    """Either field of framing is what breaks clients."""
    assert told("interim-content-length", judged).startswith(says)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ((), "passed"),
        ((("content-length", "0"),), "passed"),
        ((("content-security-policy", "default-src 'self'"), ("server", "x"), ("date", "now")), "passed"),
        ((("set-cookie", "a=secret"),), "warning: a 103 has Set-Cookie, which counts in a final response only"),
        ((("location", "/x"),), "warning: a 103 has Location"),
        ((("content-type", "text/html"), ("etag", '"1"')), "note: a 103 has Content-Type, ETag: an interim response"),
    ],
)  # fmt: skip
def test_bad_fields(fields: Fields, says: str) -> None:
    """A warning where an effect is lost, a note where only bytes are; framing is the other rule's."""
    assert told("interim-bad-fields", one(*fields)).startswith(says)


def test_no_103_has_no_fields() -> None:
    assert told("interim-bad-fields", page(load(hints=False))) == "not-applicable: no interim response came"


def test_a_cookie_is_not_quoted() -> None:
    """Its name is, for what it holds may be a session; and the browser's doing is told with it."""
    (found,) = audit_page(one(("set-cookie", "sid=hush; Path=/")), [named("interim-bad-fields")]).findings
    assert found.quote is not None
    assert found.quote.text == "sid=..."
    assert "hush" not in repr(found)
    assert found.browsers[0][1].endswith("(EH 10.6)")


def test_seen_in_some_runs() -> None:
    """Each of several runs is looked at, and how many had it is counted."""
    clean, dirty = load(STYLE), with_interims(load(STYLE), (LINK, ("content-length", "0")))
    (result,) = audit_page(page(clean, dirty, dirty), [named("interim-content-length")]).results
    assert result.outcome is Outcome.FINDINGS
    assert (result.findings[0].seen, result.findings[0].runs) == (2, 3)
