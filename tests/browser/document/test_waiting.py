"""Those who wait for somebody else's request: what they get when it fails, is refused or may not serve, and what that
costs where there are many of them."""

from __future__ import annotations

import pytest

from fetcher.browser import events as e
from fetcher.browser.document.subresources import Subresources
from fetcher.browser.document.wanting import LOOKED_AT
from fetcher.browser.fetches import Consumer
from fetcher.discovery.candidates import CandidateKind
from fetcher.terms import Fields
from tests.support.playbook import CSS, HTML, Playbook, candidate, image, script, sheet

OPEN = ("access-control-allow-origin", "*")
NO_STORE: Fields = (("content-type", "text/javascript"), ("cache-control", "no-store"))


def page(*links: str) -> Playbook:
    """Its document is arriving over HTTP/2, after a 103 of ``links``."""
    play = Playbook(frames=True)
    play.opens()
    if links:
        play.interim(*links)
    play.head(0)
    return play


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Consumer]:
    """Every consumer that is looked at, as often as it is."""
    seen: list[Consumer] = []
    want = Subresources.want

    def counted(self: Subresources, consumer: Consumer) -> list[object]:
        seen.append(consumer)
        return want(self, consumer)  # type: ignore[return-value]

    monkeypatch.setattr(Subresources, "want", counted)
    return seen


@pytest.mark.parametrize("answer", ["fails", "no-store"])
def test_many_that_wait_for_one_url_are_not_looked_at_again_and_again(answer: str, looks: list[Consumer]) -> None:
    """Each under another digest, so each asks for itself; none is forgotten, and the cost grows with their number."""
    play = page("</a.js>; rel=preload; as=script")
    many = 200
    play.finds(*[script("/a.js", integrity=f"sha256-{number:043d}=") for number in range(many)])
    asked = 1
    for number in range(1, many + 2):
        if answer == "fails":
            lines = play.fails(number, "stream-reset")
        else:
            lines = [*play.head(number, fields=NO_STORE), *play.ends(number)]
        asked += sum(line.startswith("start ") for line in lines)
    assert asked == many + 1
    assert len(play.recorder.load().discoveries) == many
    assert len(looks) < many * (LOOKED_AT + 3)


PICTURE = ("content-type", "image/png")
SHARED: list[tuple[str, dict[str, str], dict[str, str], Fields, str | None]] = [
    # what it shows; how the first is asked for; how the second; the answer's fields; what keeps it from the second
    ("no CORS, then CORS", {}, {"crossorigin": ""}, (), "CORS"),
    ("CORS, then no CORS", {"crossorigin": ""}, {}, (("cross-origin-resource-policy", "same-origin"), OPEN), "CORP"),
    ("open to both", {}, {"crossorigin": ""}, (OPEN,), None),
    ("open, without credentials", {}, {"crossorigin": "use-credentials"}, (OPEN,), "CORS"),
]


@pytest.mark.parametrize(("_case", "one", "other", "fields", "rule"), SHARED, ids=[row[0] for row in SHARED])
def test_what_one_element_has_is_judged_again_for_another(
    _case: str, one: dict[str, str], other: dict[str, str], fields: Fields, rule: str | None
) -> None:
    """Chromium 156 makes no second request, and the second element does not get the answer."""
    play = page()
    play.finds(image("https://b.test/i.png", **one))
    play.opens(connection=1)
    play.head(1, fields=(PICTURE, ("cache-control", "max-age=600"), *fields))
    play.ends(1)
    play.finds(image("https://b.test/i.png", **other))
    last = play.recorder.load().discoveries[-1]
    assert (last.outcome, last.rule) == (("joined", None) if rule is None else ("refused", rule))
    assert len(play.browser.state.fetches) == 2


def test_frames_that_read_a_sheet_for_themselves_all_read_it_at_once(looks: list[Consumer]) -> None:
    """Out of the HTTP cache, none after the other."""
    play = page()
    frames = range(1, 41)
    play.finds(*[candidate(CandidateKind.FRAME, f"/f{number}", "iframe", in_head=False) for number in frames])
    play.finds(sheet("/s.css"))
    play.head(41, fields=CSS)
    for number in frames:
        play.head(number, fields=HTML)
        play.finds(sheet("/s.css"), fetch=number)
    looks.clear()
    lines = play.ends(41)
    assert sum(line.endswith(" http-cache") for line in lines) == len(frames)
    assert len(looks) == len(frames)


def test_those_who_wait_when_the_load_is_stopped_are_told_of() -> None:
    """Nothing that was met is left out of the record."""
    play = page("</a.js>; rel=preload; as=script")
    assert play.finds(script("/a.js"), script("/a.js", integrity="sha256-x")) == []
    play.event(e.Stopped(play.at, "deadline", "it took too long"))
    told = play.recorder.load().discoveries
    assert [each.outcome for each in told] == ["no-request"] * 2
    assert all("stopped before" in each.reason for each in told)
