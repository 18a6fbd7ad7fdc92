"""The waterfall's lines: what each row says, at any width, with nothing but glyphs to tell phases apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from fetcher.record import PageLoad
from fetcher.report.escape import cells
from fetcher.report.lines import Style
from fetcher.report.rows import MOST, rows
from fetcher.report.waterfall import NARROWEST, waterfall
from tests.support.loads import eager_http1, failed, hostile, many, shop, shop_without_hints

LOADS: list[Callable[[], PageLoad]] = [shop, shop_without_hints, eager_http1, failed, hostile, lambda: many(500)]


def text(load: PageLoad, width: int = 120, **options: bool) -> list[str]:
    return ["".join(part for part, _ in line) for line in waterfall(load, width=width, **options)]


def row(load: PageLoad, start: str, width: int = 120) -> str:
    (found,) = [line for line in text(load, width) if line.lstrip().startswith(start)]
    return found


@pytest.mark.parametrize("build", LOADS)
@pytest.mark.parametrize("unicode", [True, False], ids=["unicode", "ascii"])
def test_lines_fit_every_width(build: Callable[[], PageLoad], unicode: bool) -> None:
    """No line is wider than the terminal or ends in a space; ASCII terminals get ASCII."""
    load = build()
    for width in (40, 60, 66, 76, 80, 99, 100, 110, 133, 200, 300):
        for line in text(load, width, unicode=unicode):
            assert cells(line) <= max(width, NARROWEST)
            assert line == line.rstrip()
            assert line.isprintable()
            assert unicode or line.isascii()


def test_the_103_and_the_final_head_are_marked() -> None:
    """Both instants stand on the axis with their times, and run through the rows as different guides."""
    lines = text(shop(), 160)
    assert "▼ 103 21.3 ms" in lines[1]
    assert "▼ final 322.9 ms" in lines[1]
    assert lines[1].index("▼ 103") == lines[2].index("▼") == lines[8].index("┊")
    assert lines[1].index("▼ final") == lines[5].index("│")


def test_a_hinted_row_shows_its_head_start() -> None:
    """Found in the 103, drawn early, with the instant the page asked and how much sooner it was sent."""
    line = row(shop(), "1 103")
    assert "/css/main.css" in line
    assert "◆ −302 ms" in line
    assert line.index("█") < line.index("◆")


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("3 103", "again as #9"),
        ("9 css", "again, see #3"),
        ("4 103", "not seen used"),
        ("13 html", "✗ connect-failed"),
        ("└ #13", "connect-failed: Connecting to ads.example:443 (127.0.0.1) was refused."),
        ("12 html", "404"),
        ("103  connect cdn.test", "═"),
        ("9 css", "╌"),
    ],
)
def test_rows_say_what_went_wrong(start: str, said: str) -> None:
    """Double fetches, unused hints, failures and connections of their own each say so on their row."""
    assert said in row(shop(), start)


def test_an_unused_hint_is_certain_without_scripts() -> None:
    """Where the page has no script, nothing unseen could have used the hint."""
    load = eager_http1()
    hints = (replace(load.hints[0], used=False, used_at=None, head_start=None), load.hints[1])
    assert " not used" in row(replace(load, hints=hints), "1 103")
    assert "not seen used" in row(replace(load, hints=hints, scripts=1), "1 103")


def test_an_interim_response_not_acted_on_is_marked_hollow() -> None:
    """The second 103 stands on the document's bar, told apart from the first."""
    line = row(eager_http1(), "0 nav")
    assert line.index("▼") < line.index("▽")
    assert any("▽ not acted on" in legend for legend in text(eager_http1())[-2:])


def test_redirects_lead_on() -> None:
    """A 3xx names the request it led to; hops on other origins show their host."""
    load = shop_without_hints()
    hop = replace(load.requests[1], url="http://shop.example/", status=301, redirect_to=0, outcome="canceled")
    line = row(replace(load, requests=(load.requests[0], hop, *load.requests[2:])), "1 html")
    assert "301" in line
    assert "→ #0" in line
    assert "✗" not in line
    assert "shop.example/" in line


def test_the_rows_of_a_session_name_no_connection() -> None:
    """Which connection of its own a client's session used is not known, so no number stands there."""
    load = shop()
    rest = tuple(replace(one, session=True, connect_end=None) for one in load.connections[1:])
    shown = {one.number: one.connection for one in rows(replace(load, connections=(load.connections[0], *rest)))}
    assert (shown["0"], shown["7"], shown["9"]) == ("c0", "?", "?")


def test_a_row_names_what_its_answer_was_spoken_in() -> None:
    """The connection's protocol; HTTP/1.0, which is of no connection, by the answer alone."""
    load = eager_http1()
    first, *rest = load.requests
    old = replace(load, requests=(replace(first, version="HTTP/1.0"), *rest))
    unknown = replace(load, requests=(replace(first, connection=None, version=None), *rest))
    assert [rows(each)[0].protocol for each in (load, old, unknown)] == ["http/1.1", "HTTP/1.0", ""]


def test_silence_does_not_flatten_the_rest() -> None:
    """Thirty seconds of waiting are cut, with their end named; what the hints fetched stays legible."""
    lines = text(failed())
    assert any(line.endswith("→ 30.01 s") for line in lines)
    assert row(failed(), "4 103").count("█") > 10


def test_long_loads_are_gathered() -> None:
    """Five hundred requests fit one screen: hinted and failed rows stand alone, the rest by type and origin."""
    gathered = rows(many(500))
    assert len(gathered) <= MOST
    alone = {row.number for row in gathered}
    assert {"0", "1", "2", "3", "97", "194", "291", "388", "485"} <= alone
    assert sum(int(row.found[1:]) for row in gathered if row.group) + sum(row.number != "" for row in gathered) == 500
    assert any("images, cdn.test" in line for line in text(many(500)))


def test_all_rows_are_shown_when_asked() -> None:
    """Nothing is gathered then, nor at forty rows or fewer."""
    assert len(rows(many(500), all_rows=True)) == 501
    assert not any(row.group for row in rows(many(30)))


def test_five_hundred_failures_do_not_fill_the_screen() -> None:
    """What stands alone is limited too: a hostile server decides how much fails."""
    load = many(500)
    broken = replace(load, requests=tuple(replace(r, outcome="stream-reset", error="reset") for r in load.requests))
    assert len(rows(broken)) <= MOST


def test_phases_carry_styles_of_their_own() -> None:
    """Colour tells the same story as the glyphs: each bar glyph always has its phase's style."""
    styles = {part[0]: style for line in waterfall(shop(), width=120)[2:16] for part, style in line if part}
    assert {glyph: styles[glyph] for glyph in "╌═░█◆"} == {
        "╌": Style.CONNECT,
        "═": Style.TLS,
        "░": Style.WAITING,
        "█": Style.RECEIVING,
        "◆": Style.HINT,
    }


def test_a_load_without_requests_says_so() -> None:
    """Nothing was sent, for instance because the look-up failed at once."""
    empty = replace(failed(), requests=(), connections=(), hints=(), interim=(), navigations=())
    assert text(empty) == ["No request was made."]


def test_absurd_figures_of_a_forged_record_do_no_harm() -> None:
    """Times and sizes beyond any page are drawn somehow, within the width."""
    load = shop()
    times = replace(load.requests[0].times, response_end=1e308)
    first = replace(
        load.requests[0], times=times, status=10**30, sizes=replace(load.requests[0].sizes, transferred=10**400)
    )
    for line in text(replace(load, requests=(first, *load.requests[1:]), finished_at=1e308), 80):
        assert cells(line) <= 80


def test_the_legend_explains_what_occurs_and_nothing_else() -> None:
    """A glyph that stands in no bar is not explained."""
    legend = "".join(text(eager_http1(), 200)[-1:])
    assert "░ waiting" in legend
    assert "queued" not in legend
    assert "TLS" not in legend


def test_rows_in_one_say_how_to_see_each() -> None:
    """Gathered rows are explained in the legend; with all rows there is nothing to explain."""
    assert any("-v shows each" in line for line in text(many(500)))
    assert not any("-v shows each" in line for line in text(many(500), all_rows=True))
    assert not any("-v shows each" in line for line in text(shop()))


def test_a_reason_several_share_is_said_once() -> None:
    """Five requests failed in the same way: one line names them all, under the first."""
    said = [line for line in text(many(500), 200) if "The server reset the stream" in line]
    assert [line.strip() for line in said] == [
        "└ #97, #194, #291, #388, #485 stream-reset: The server reset the stream (REFUSED_STREAM)."
    ]


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_every_failed_row_is_marked(width: int) -> None:
    """Where the words do not fit beside the bar, the ✗ still does."""
    failed_rows = [
        line for line in text(many(500), width) if line.split()[:1] in (["97"], ["194"], ["291"], ["388"], ["485"])
    ]
    assert len(failed_rows) == 5
    assert all("✗" in line for line in failed_rows)
