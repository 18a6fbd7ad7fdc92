"""Comparisons that a Chromium measured: its records hold the navigation alone, so no form tells of requests or hints
that are not in them, and beside fetcher's own comparison nothing is claimed."""

from __future__ import annotations

from dataclasses import replace

from fetcher.analysis.changes import of_comparisons
from fetcher.analysis.compare.comparison import Comparison
from fetcher.record.page_load import PageLoad
from fetcher.report.changes.markdown import difference_markdown
from fetcher.report.changes.text import difference_lines
from fetcher.report.html import html_report
from fetcher.report.html.comparison import comparison_section
from fetcher.terms import Initiator, InitiatorKind
from tests.support.comparisons import noisy

CHROMIUM = "Chrome/156.0 (headless)"
FILES = ("ours.json", "chromium.json")


def in_chromium(pairs: int = 10) -> Comparison:
    """As ``compare --in chromium`` makes one: milestones measured, nothing but the navigation in the records."""
    made = noisy(pairs)

    def seen(load: PageLoad | None) -> PageLoad | None:
        return load and replace(
            load, only_hints=True, recorded_by="Chrome/156.0", profile=None, hints=(), discoveries=(),
            requests=load.requests[:1], connections=(replace(load.connections[0], requests=(0,)),),
        )  # fmt: skip

    records = tuple(replace(pair, first=seen(pair.first), second=seen(pair.second)) for pair in made.pairs)
    measures = tuple(replace(one, estimated=False) for one in made.measures if one.name != "hinted")
    return replace(made, by=CHROMIUM, pairs=records, measures=measures)


def test_its_page_has_no_waterfall_of_what_is_not_in_the_record() -> None:
    """No "0 of 0 hints acted on", no "not in the record" for each hint: a sentence says what the records hold."""
    pair = in_chromium().pairs[0]
    loads = [load for load in (pair.first, pair.second) if load is not None]
    page = html_report(loads, names=["hints off", "hints on"], sections=[comparison_section(in_chromium())])
    assert '<table class="wf"' not in page
    assert "hints acted on" not in page
    assert "not in the record" not in page
    assert "The waterfalls below" not in page
    assert "of each load the record holds the navigation alone" in page
    assert "<h1>https://a.test/</h1>" in page


def test_beside_one_of_ours_nothing_is_claimed() -> None:
    """They are measured differently: each figure says how, neither side is called what it is not."""
    made = of_comparisons(noisy(), in_chromium(), FILES)
    assert not made.differs
    told = " ".join(" ".join("".join(text for text, _ in line) for line in difference_lines(made, width=80)).split())
    assert told.startswith("nothing can be said of the effects: measured differently before ours.json")
    assert f"they were measured differently, by fetcher before and by {CHROMIUM} after" in told
    assert "the document and its hints" not in told
    assert "scripts did not run" not in told
    assert ", estimated" in told
    assert ", measured" in told
    assert "load: measured differently" in told
    assert "intervals overlap" not in told
    assert "measured differently" in difference_markdown(made)


def test_too_few_pairs_are_no_absence_of_a_difference() -> None:
    """Nor are effects whose intervals overlap the same: no difference was shown."""
    few = of_comparisons(noisy(5), noisy(5), FILES)
    first = ["".join(text for text, _ in line) for line in difference_lines(few, width=100)]
    assert first[0] == "nothing can be said of the effects: too few pairs"
    assert "no difference" not in " ".join(first)
    assert difference_markdown(few).startswith("## fetcher diff: nothing can be said of the effects: too few pairs\n")
    same = of_comparisons(noisy(), noisy(), FILES)
    assert "".join(text for text, _ in difference_lines(same, width=100)[0]) == "no difference shown"


def test_the_requests_that_passed_are_drawn() -> None:
    """With what the browser measured, and of each hint whether it asked for it; nothing that ours alone would know."""
    comparison = in_chromium()
    (first, second) = (pair_load(comparison, first=True), pair_load(comparison, first=False))
    page = html_report([first, second], names=["hints off", "hints on"], sections=[comparison_section(comparison)])
    assert page.count('<table class="wf"') == 2
    assert "hints acted on" not in page
    assert "first contentful paint (measured)" in page
    assert "started by a 103" in page
    assert "withheld by the relay" in page
    assert "#1, asked for at " in page
    assert "not in the record" not in page
    assert "of each load the record holds the navigation alone" not in page
    assert "The waterfalls below are those of one pair" not in page  # of the section's own comparison, which has none


def pair_load(comparison: Comparison, *, first: bool) -> PageLoad:
    """A load whose sheet passed the relay too: in the second arm since a 103 asked for it."""
    pair = comparison.pairs[0]
    load, made = (pair.first if first else pair.second), (noisy().pairs[0].first if first else noisy().pairs[0].second)
    assert load is not None
    assert made is not None
    kind = InitiatorKind.UNKNOWN if first else InitiatorKind.EARLY_HINT
    sheet = replace(made.requests[1], initiator=Initiator(kind), hint=None, connection=0)
    interim = tuple(replace(one, acted=not first, reason="withheld by the relay") for one in load.interim)
    connections = (replace(load.connections[0], requests=(0, 1)),)
    return replace(
        load, requests=(*load.requests, sheet), interim=interim, connections=connections,
        page_timings=(("fcp", 450.0), ("lcp", 460.0)),
    )  # fmt: skip
