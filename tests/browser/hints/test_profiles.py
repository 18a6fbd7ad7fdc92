"""Loads driven by the profiles that are not Chromium: their readings of a 103, their reuse, their redirects."""

from __future__ import annotations

import pytest

from fetcher.terms import Fields, ProfileName
from tests.support.playbook import HTML, Playbook, script, sheet

NO_STORE: Fields = (("cache-control", "no-store"),)
STYLE = "</a.css>; rel=preload; as=style"


def ready(profile: ProfileName) -> Playbook:
    play = Playbook(profile=profile)
    play.opens()
    return play


@pytest.mark.parametrize(
    ("profile", "acts"),
    [
        (ProfileName.CHROMIUM, [False, False, True, True]),
        (ProfileName.EAGER, [False, False, True, True]),
        (ProfileName.STANDARD, [True, True, True, True]),
        (ProfileName.FIREFOX, [True, True, False, True]),
        (ProfileName.SAFARI, [False, False, False, True]),
    ],
)
def test_each_profile_acts_on_its_own_reading(profile: ProfileName, acts: list[bool]) -> None:
    """EH 3.2, 3.8, 12.1, 12.2: nopush and media, a font without crossorigin, a preconnect."""
    play = ready(profile)
    play.interim(
        f"{STYLE}; nopush, </p.css>; rel=preload; as=style; media=print, </f.woff2>; rel=preload; as=font, "
        "<https://cdn.test>; rel=preconnect"
    )
    assert [hint.acted for hint in play.recorder.load().hints] == acts


@pytest.mark.parametrize(
    ("profile", "lines"),
    [
        (ProfileName.CHROMIUM, ["found stylesheet fetched-again 2"]),
        (ProfileName.STANDARD, ["found stylesheet claimed-preload 1", "scan 1 css"]),
        (ProfileName.FIREFOX, ["found stylesheet claimed-preload 1", "scan 1 css"]),
    ],
)
def test_what_may_not_be_stored_serves_where_preloads_are_kept(profile: ProfileName, lines: list[str]) -> None:
    """EH 9.1, 9.3: no-store is fetched a second time in Chromium alone."""
    play = ready(profile)
    play.interim(STYLE)
    play.head(1, fields=(("content-type", "text/css"), *NO_STORE))
    play.head(0)
    told = [line for line in play.finds(sheet("/a.css")) if line.startswith(("found", "scan"))]
    assert told == lines


def test_a_kept_preload_is_for_the_same_request_only() -> None:
    """EH 9.1: the destination is part of the key, and what may not be stored does not serve another one."""
    play = ready(ProfileName.STANDARD)
    play.interim(STYLE)
    play.head(1, fields=NO_STORE)
    play.head(0)
    assert "found script fetched-again 2" in play.finds(script("/a.css"))
    assert "found stylesheet claimed-preload 1" in play.finds(sheet("/a.css"))


def test_integrity_of_the_consumer_must_be_that_of_the_preload() -> None:
    """EH 9.1: empty or equal; else the response is not handed over."""
    for integrity, outcome in (("sha256-A", "claimed-preload 1"), ("sha256-B", "fetched-again 2"), ("", "claimed-")):
        play = ready(ProfileName.STANDARD)
        play.interim(f'{STYLE}; integrity="sha256-A"')
        play.head(1, fields=NO_STORE)
        play.head(0)
        found = play.finds(sheet("/a.css", integrity=integrity))
        assert any(f"found stylesheet {outcome}" in line for line in found)


def test_a_kept_preload_in_flight_is_waited_for_and_its_failure_is_the_consumers() -> None:
    """HTML, "consume a preloaded resource": no second request where the preload failed."""
    play = ready(ProfileName.STANDARD)
    play.interim(STYLE)
    play.head(0)
    assert play.finds(sheet("/a.css")) == []
    assert play.fails(1, "reset") == ["found stylesheet claimed-preload 1"]


def test_a_hinted_redirect_is_followed_at_once_and_its_end_is_what_the_page_gets() -> None:
    """EH 7.3: as Fetch has it; the sheet at the end is scanned once the page claims the hint."""
    play = ready(ProfileName.STANDARD)
    play.interim(STYLE)
    moved: Fields = (("location", "/b.css"),)
    assert play.head(1, 302, moved) == [
        "queue 2 https://a.test/b.css",
        "start 2 https://a.test/b.css on 0 style no-cors",
    ]
    play.ends(1, 0)
    play.head(0)
    assert play.finds(sheet("/a.css")) == ["found stylesheet claimed-preload 1"]
    assert play.head(2, fields=(("content-type", "text/css"),)) == ["scan 2 css"]


def test_a_redirect_of_the_navigation_to_another_origin_drops_what_was_kept() -> None:
    """EH 7.2: the new document has no preloads."""
    play = ready(ProfileName.STANDARD)
    play.interim(STYLE)
    play.head(1, fields=NO_STORE)
    play.head(0, 302, (("location", "https://b.test/"),))
    play.opens(connection=1)
    play.head(2, fields=HTML)
    assert "found stylesheet fetched 3" in play.finds(sheet("https://a.test/a.css"), fetch=2)


def test_report_only_policies_of_the_103_block_in_chromium_alone() -> None:
    """EH 6.3."""
    fields: Fields = (("content-security-policy-report-only", "style-src 'none'"),)
    for profile, acts in ((ProfileName.CHROMIUM, False), (ProfileName.STANDARD, True), (ProfileName.FIREFOX, True)):
        play = ready(profile)
        play.interim(STYLE, fields=fields)
        assert play.recorder.load().hints[0].acted is acts


def test_a_record_says_what_is_theirs() -> None:
    """A load driven by another's rules names what it owes to them; Chromium's own loads need no such sentence."""
    for profile in ProfileName:
        play = ready(profile)
        play.head(0)
        notes = " ".join(play.recorder.load().notes)
        assert (f"Driven as {profile}" in notes) is (profile not in (ProfileName.CHROMIUM, ProfileName.EAGER))
