"""What one document asks for twice, as it was asked of Chromium 156."""

from __future__ import annotations

import pytest

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.terms import Fields
from tests.support.playbook import Playbook, candidate, image, script, sheet

NO_STORE: Fields = (("cache-control", "no-store"),)


def document(*found: Candidate) -> Playbook:
    play = Playbook()
    play.opens()
    play.head(0)
    play.finds(*found)
    return play


def asked(play: Playbook) -> int:
    """How often the resource was asked for."""
    return sum(line.startswith("start") for line in play.log) - 1


@pytest.mark.parametrize(("status", "fields"), [(200, NO_STORE), (404, ())])
def test_scripts_that_hold_up_the_parser_are_fetched_one_by_one(status: int, fields: Fields) -> None:
    """Each is met when the one before is over, and no-store or a failure serves no second use."""
    play = document(*[script("/j.js")] * 3)
    assert asked(play) == 1
    play.head(1, status, fields)
    assert asked(play) == 2
    play.head(2, status, fields)
    assert asked(play) == 3
    assert [one.earlier for one in play.recorder.load().requests] == [None, None, 1, 2]


@pytest.mark.parametrize(
    "found",
    [script("/r", async_=""), script("/r", defer=""), sheet("/r"), image("/r")],
    ids=["async", "defer", "sheet", "image"],
)
def test_what_the_scanner_meets_at_once_is_one_request(found: Candidate) -> None:
    """While the response is under way, its fields do not matter yet."""
    play = document(found, found)
    play.head(1, 200, NO_STORE)
    assert asked(play) == 1


def test_once_a_no_store_head_is_there_sheets_are_fetched_again_and_pictures_are_not() -> None:
    play = document(sheet("/s.css"), image("/i"))
    play.head(1, 200, NO_STORE)
    play.head(2, 200, NO_STORE)
    play.finds(sheet("/s.css"), image("/i"))
    assert [request.url for request in play.recorder.load().requests[3:]] == ["https://a.test/s.css"]


def test_without_freshness_one_document_still_asks_once() -> None:
    """max-age=0 or nothing at all: what the document has serves it."""
    play = document(*[script("/j.js")] * 2)
    play.head(1, 200, ())
    play.finds(script("/j.js"))
    assert asked(play) == 1


def test_a_preload_serves_the_first_that_wants_it() -> None:
    """no-store or not (EH 9.2)."""
    play = document(candidate(CandidateKind.PRELOAD, "/j.js", "link", as_="script"))
    play.head(1, 200, NO_STORE)
    play.finds(script("/j.js"))
    assert asked(play) == 1
