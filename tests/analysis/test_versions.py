"""URLs nearly the same: which one a hint probably meant."""

from __future__ import annotations

import pytest

from fetcher.analysis.versions import Nearness, NearURLs, version_free

A = "https://a.test"

# hinted, used, by what it misses
CASES = [
    ("/css/site.3f2a91bc.css", "/css/site.77aa01ff.css", Nearness.VERSION),
    ("/assets/index-BxYzAbCd.js", "/assets/index-Q1w2E3r4.js", Nearness.VERSION),
    ("/3f2a91bc77aa/app.js", "/0b2a91bc77ab/app.js", Nearness.VERSION),
    ("/js/jquery-3.6.0.min.js", "/js/jquery-3.7.1.min.js", Nearness.VERSION),
    ("/v12/app.js", "/v13/app.js", Nearness.VERSION),
    ("/app.js?v=1", "/app.js?v=2", Nearness.VERSION),
    ("/app.js?20260101", "/app.js?20260201", Nearness.VERSION),
    ("/app.1764000000.js", "/app.1765000000.js", Nearness.VERSION),
    ("/app.js?lang=de", "/app.js?lang=en", Nearness.QUERY),
    ("/app.js", "/app.js?v=2", Nearness.VERSION),
    ("/App.js", "/app.js", Nearness.SPELLING),
    ("/caf%c3%a9.css", "/caf%C3%A9.css", Nearness.SPELLING),
    ("/a%2Db.css", "/a-b.css", Nearness.SPELLING),
    ("/app.js?a=1&amp;b=2", "/app.js?a=1&b=2", Nearness.SPELLING),
    ("/api/cart/", "/api/cart", Nearness.SPELLING),
    ("/app.js?b=2&a=1", "/app.js?a=1&b=2", Nearness.SPELLING),
    ("https://www.a.test/app.js", "/app.js", Nearness.SPELLING),
]
NOT_NEAR = [
    ("/img/1.png", "/img/2.png"),
    ("/product/12345", "/product/12346"),
    ("/js/app.js", "/js/vendor.js"),
    ("https://b.test/app.js", "/app.js"),
    ("/app.js", "/app.js"),
    ("/js/app-components.js", "/js/app-dashboards.js"),
]


def url(path: str) -> str:
    return path if "://" in path else A + path


@pytest.mark.parametrize(("hinted", "used", "nearness"), CASES)
def test_near(hinted: str, used: str, nearness: Nearness) -> None:
    """Found among others, with what differs."""
    found = NearURLs([A + "/other.css", url(used)]).of(url(hinted))
    assert found is not None
    assert (found.url, found.nearness) == (url(used), nearness)
    assert found.told


@pytest.mark.parametrize(("hinted", "used"), NOT_NEAR)
def test_not_near(hinted: str, used: str) -> None:
    """Another resource, another site, or the same URL."""
    assert NearURLs([url(used)]).of(url(hinted)) is None


def test_a_spelling_is_nearer_than_a_version() -> None:
    """Of two near ones."""
    near = NearURLs([A + "/app.js?v=2", A + "/APP.js?v=1"])
    found = near.of(A + "/app.js?v=1")
    assert found is not None
    assert (found.url, found.nearness) == (A + "/APP.js?v=1", Nearness.SPELLING)


@pytest.mark.parametrize(
    ("path", "same"),
    [
        ("/js/runtime.d18071878fc2cc7170be.min.js", "/js/runtime.*.min.js"),
        ("/js/my-Dashboard.js", "/js/my-Dashboard.js"),
    ],
)
def test_version_free(path: str, same: str) -> None:
    """A hash goes, a word stays."""
    assert version_free(path) == same
