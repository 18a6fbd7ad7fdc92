"""Runs of a check made by playbook: the real machine and recorder, times of whole milliseconds, no network."""

from __future__ import annotations

from dataclasses import dataclass

from fetcher.analysis import Checked, Expectations, Run, RunOutcome, judge
from fetcher.analysis.check.survey import run_of
from fetcher.browser import events as e
from fetcher.record import PageLoad
from fetcher.terms import Fields, HttpVersion, ProfileName
from tests.support.playbook import HTML, Playbook

FRESH: Fields = (("cache-control", "max-age=3600"),)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a hinted URL answers in a run."""

    status: int = 200
    fields: Fields = (("content-type", "text/css"), *FRESH)
    size: int = 12_100
    fails: str | None = None


OK_STYLE = Reply()
OK_SCRIPT = Reply(fields=(("content-type", "text/javascript"), *FRESH), size=48_200)
OK_FONT = Reply(fields=(("content-type", "font/woff2"), *FRESH), size=22_400)


def load(
    *links: str,
    replies: dict[str, Reply] | None = None,
    url: str = "https://shop.test/",
    profile: ProfileName = ProfileName.CHROMIUM,
    http: HttpVersion = HttpVersion.HTTP_2,
    status: int = 200,
    fields: Fields = (),
    more: tuple[str, ...] = (),
    hints: bool = True,
    late: float = 0,
    think: float = 280,
    has_text: bool | None = None,
) -> PageLoad:
    """One load: the 103 with ``links`` after 21 ms and ``late``, one with ``more`` 3 ms later, the final head after
    ``think``, everything hinted answered as ``replies`` say by path."""
    play = Playbook(url, profile=profile, only_hints=True)
    play.at += 18
    play.opens(http)
    play.event(e.RequestSent(play.at, 0))
    play.at += late
    if hints:
        play.interim(*links)
    if more:
        play.at += 2
        play.interim(*more)
    hinted = [fetch for fetch in play.browser.state.fetches if fetch.is_hinted]
    for line in play.recorder.load().connections[1:]:
        play.event(e.ConnectionLost(play.at, line.id, "lookup-failed", f"no such host: {line.host}"))
    for fetch in hinted:
        play.event(e.RequestSent(play.at, fetch.id))
    for fetch in hinted:
        play.at += 9
        reply = (replies or {}).get(fetch.url.path, OK_STYLE)
        if reply.fails is not None:
            play.fails(fetch.id, reply.fails)
            continue
        play.head(fetch.id, reply.status, reply.fields)
        play.ends(fetch.id, reply.size)
    play.at += think
    play.head(0, status, HTML + fields)
    play.event(e.FetchEnded(play.at, 0, 5_000, 20_000, (), has_text))
    return play.recorder.load()


def runs(*loads: PageLoad | str, wants_text: bool = False) -> list[Run]:
    """Loads as runs, a text as a run that failed for that reason."""
    return [
        Run(number, RunOutcome.FAILED, one, None)
        if isinstance(one, str)
        else run_of(number, one, wants_text=wants_text)
        for number, one in enumerate(loads, 1)
    ]


def checked(*loads: PageLoad | str, expected: Expectations | None = None, asked: int | None = None) -> Checked:
    """The judgement on those loads of https://shop.test/ ."""
    made = runs(*loads, wants_text=expected is not None and expected.text is not None)
    first = next((one for one in loads if not isinstance(one, str)), None)
    url, profile = (first.url, first.profile) if first else ("https://shop.test/", None)
    return judge(url, made, profile=profile or ProfileName.CHROMIUM, asked=asked, expected=expected)
