"""The rules of early-hints.md by number, and those that no load in a browser can show with the test that holds them.

Every rule has a case that names it in ``Case.rules``, or stands here with the reason and a test of the machine.
"""

from __future__ import annotations

from dataclasses import dataclass

_COUNTS = {1: 12, 2: 11, 3: 8, 4: 10, 5: 6, 6: 5, 7: 3, 8: 8, 9: 7, 10: 6, 11: 4, 12: 2, 13: 10}

RULES = tuple(f"EH {chapter}.{number}" for chapter, count in _COUNTS.items() for number in range(1, count + 1))


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """``rule`` cannot be seen from a server that Chromium loads from, because of ``why``; ``test`` is a file and a
    function of it."""

    rule: str
    why: str
    test: str


_FLAGS = "tests/end_to_end/chromium/test_hint_flags.py"
_FIREFOX = "tests/end_to_end/firefox/test_recorded.py"
_VERDICTS = "tests/analysis/test_verdicts.py"

ELSEWHERE = (
    Elsewhere(
        "EH 1.8",
        "HTTP/3 is not spoken here; the same order of heads and content is held over HTTP/2",
        "tests/wire/test_http2_responses.py::test_a_script_in_every_cut",
    ),
    Elsewhere(
        "EH 9.7",
        "the page's own Resource Timing has the name, no request shows it; the HAR says it",
        "tests/record/test_har_out.py::test_hinted_requests_have_their_true_times",
    ),
    Elsewhere(
        "EH 10.2",
        "the corpus is served on loopback, and a page there may hint at loopback; a flag makes one public",
        f"{_FLAGS}::test_only_a_public_page_may_not_hint_at_loopback",
    ),
    Elsewhere("EH 12.1", "it is about Firefox", f"{_FIREFOX}::test_firefox_was_seen_to_do_what_is_said_of_it"),
    Elsewhere("EH 12.2", "it is about Safari", f"{_VERDICTS}::test_safari_wants_an_https_page"),
    Elsewhere(
        "EH 13.10",
        "it lists what no log shows, such as the warning three seconds after the load event",
        f"{_FLAGS}::test_unused_hints_are_warned_of_three_seconds_after_load",
    ),
)
