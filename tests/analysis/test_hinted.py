"""What a link of a 103 asks for, whatever a browser made of it."""

from __future__ import annotations

import pytest

from fetcher.analysis.hinted import asked_for, read_alone
from fetcher.analysis.links import verdicts
from fetcher.origin import Route, asset, page
from fetcher.terms import Destination
from tests.support.virtual_time import virtual_load


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("</x>; rel=preload; as=style", ("style", "no-cors", "include", "")),
        ("</x>; rel=preload; as=style; nopush", ("style", "no-cors", "include", "")),
        ("</x>; rel=preload; as=font; crossorigin", ("font", "cors", "same-origin", "")),
        ("</x>; rel=preload; as=font; crossorigin=whatever", ("font", "cors", "same-origin", "")),
        ("</x>; rel=preload; as=fetch; crossorigin=use-credentials", ("empty", "cors", "include", "")),
        ("</x>; rel=modulepreload", ("script", "cors", "same-origin", "")),
        ("</x>; rel=preload; as=script; integrity=sha256-x", ("script", "no-cors", "include", "sha256-x")),
        ("</x>; rel=preload", None),
        ("</x>; rel=preload; as=cart", None),
        ("</x>; rel=preconnect", None),
        ("x; rel=preload; as=style", None),
    ],
)
def test_asked_for(link: str, expected: tuple[str, ...] | None) -> None:
    """Destination, mode, credentials and integrity; None where it names no destination."""
    routes: dict[str, Route] = {"/": page("<p>x", hints=(link,), think_ms=50), "/x": asset(5, "text/css")}
    (judged,) = verdicts(virtual_load("https://a.test/", routes).load)
    found = asked_for(judged, read_alone(judged.raw))
    if expected is None:
        assert found is None
        return
    assert found is not None
    assert found.url == "https://a.test/x"
    assert (found.destination, found.mode, found.credentials, found.integrity) == (
        Destination(expected[0]),
        *expected[1:],
    )


def test_what_is_no_link_reads_as_none() -> None:
    """Two links are not one either."""
    assert read_alone("x; rel=preload") is None
    assert read_alone("<a>, <b>") is None
    assert read_alone("<a>; rel=preload") is not None
