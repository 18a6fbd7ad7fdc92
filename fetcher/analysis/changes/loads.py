"""Two sets of page loads: pages found again by their address, each page's runs taken together.

The first run that counts speaks for what the page asks for, all of them for its 103 (how often, which links, what came
of them). A page behind a wall, or one that no run reached, is not compared. What a file cannot tell, as browsers' HARs
cannot tell of 103s, is noted as unknown and no change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from fetcher.analysis.changes import hints, requests
from fetcher.analysis.changes.figures import figures_of
from fetcher.analysis.changes.matching import matched, origin_of, placed, without_version
from fetcher.analysis.changes.values import Change, Difference, PageDifference, Side, Trend, What
from fetcher.analysis.check.survey import Run, RunOutcome, Survey, run_of, survey
from fetcher.analysis.links import telling, untold
from fetcher.analysis.wanted import wanted_of
from fetcher.record.page_load import PageLoad

Page = TypeVar("Page")


@dataclass(frozen=True, slots=True)
class PageView:
    """One page of a side: its ``url`` as asked for, the runs, those that count, and why the first other does not."""

    url: str
    runs: tuple[Run, ...]

    @property
    def loads(self) -> list[PageLoad]:
        return [run.load for run in self.runs if run.outcome is RunOutcome.COUNTED and run.load is not None]

    @property
    def why(self) -> str | None:
        """Why nothing can be said of it; None where a run counts."""
        if self.loads:
            return None
        return next((f"{run.outcome}: {run.why}" for run in self.runs if run.why), "no run was made")


def of_loads(before: Sequence[PageLoad], after: Sequence[PageLoad], sources: tuple[str, str]) -> Difference:
    """``sources`` are the files' names."""
    old, new = pages_of(before), pages_of(after)
    sides = Side(sources[0], how(before), _at(before)), Side(sources[1], how(after), _at(after))
    return Difference("load", *sides, tuple(of_pages(old, new)), tuple(notes_of(before, after)))


def pages_of(loads: Sequence[PageLoad]) -> list[PageView]:
    """Loads of one URL are runs of one page."""
    found: dict[str, list[Run]] = {}
    for load in loads:
        runs = found.setdefault(load.url, [])
        runs.append(run_of(len(runs) + 1, load))
    return [PageView(url, tuple(runs)) for url, runs in found.items()]


def of_pages(before: Sequence[PageView], after: Sequence[PageView]) -> Iterator[PageDifference]:
    """Each page of either side."""
    for old, new in same_pages(before, after, lambda page: page.url):
        yield of_page(old, new)


def same_pages(
    before: Sequence[Page], after: Sequence[Page], url_of: Callable[[Page], str]
) -> list[tuple[Page | None, Page | None]]:
    """Pages are the same where their URL is, or their path, or where each side has one alone."""
    if len(before) == len(after) == 1:
        return [(before[0], after[0])]

    def path_of(page: Page) -> str:
        return placed(url_of(page), origin_of(url_of(page)))

    return matched(before, after, url_of, path_of)


def of_page(old: PageView | None, new: PageView | None) -> PageDifference:
    if old is None or new is None:
        there = old or new
        assert there is not None
        gone = new is None
        change = Change(What.PAGE, there.url, there.url if gone else None, None if gone else there.url)
        return PageDifference(old.url if old else None, new.url if new else None, changes=(change,))
    runs = len(old.loads), len(new.loads)
    why = "; ".join(
        f"{side}: {view.why}" for side, view in (("before", old), ("after", new)) if view.why is not None
    )  # fmt: skip
    if why:
        return PageDifference(old.url, new.url, runs, why)
    return PageDifference(
        old.url, new.url, runs, None, tuple(_changes(old.loads, new.loads)),
        tuple(figures_of(old.loads, new.loads)), (), tuple(_notes(old, new)),
    )  # fmt: skip


def _changes(before: Sequence[PageLoad], after: Sequence[PageLoad]) -> Iterator[Change]:
    old, new = _counted(before), _counted(after)
    homes = _home(before[0]), _home(after[0])
    yield from _of_the_page(old, new, before[0], after[0])
    of_hints = list(_of_hints(before, after, homes))
    yield from of_hints
    if not (before[0].only_hints or after[0].only_hints):
        yield from requests.changes_of(
            before[0], after[0], homes, {one.about for one in of_hints if one.what is What.HINT_RESULT}
        )


def _of_hints(
    before: Sequence[PageLoad], after: Sequence[PageLoad], homes: tuple[str | None, str | None]
) -> Iterator[Change]:
    """The 103 and its links, by the loads that tell of them; nothing where a side has no such load."""
    told = telling(before), telling(after)
    if not all(told):
        return
    old, new = map(_counted, told)
    yield from _of_the_103(old, new)
    views = hints.views(old, before, homes[0]), hints.views(new, after, homes[1])
    used = {without_version(placed(one.url, homes[1])) for load in after for one in wanted_of(load)}
    yield from hints.changes_of(*views, used)


def _counted(loads: Sequence[PageLoad]) -> Survey:
    return survey(Run(number, RunOutcome.COUNTED, None, load) for number, load in enumerate(loads, 1))


def _home(load: PageLoad) -> str | None:
    return origin_of(load.final_url or load.url)


def _of_the_page(old: Survey, new: Survey, before: PageLoad, after: PageLoad) -> Iterator[Change]:
    if old.statuses != new.statuses:
        bad = any(status >= 400 for status in new.statuses), any(status >= 400 for status in old.statuses)
        trend = Trend.OTHER if bad[0] == bad[1] else Trend.WORSE if bad[0] else Trend.BETTER
        yield Change(What.PAGE, "status", _words(old.statuses), _words(new.statuses), "", trend)
    if old.protocols != new.protocols:
        yield Change(What.PAGE, "protocol", _words(old.protocols), _words(new.protocols))
    ends = [placed(load.final_url or load.url, origin_of(load.url)) for load in (before, after)]
    if without_version(ends[0]) != without_version(ends[1]):
        yield Change(What.PAGE, "address", ends[0], ends[1])


def _of_the_103(old: Survey, new: Survey) -> Iterator[Change]:
    """Of several loads a share that differs by chance is told and not called worse; none at all is."""
    for name, was, now in (("103", old.with_hints, new.with_hints), ("103 acted on", old.acted_on, new.acted_on)):
        if was * new.runs == now * old.runs:
            continue
        trend = Trend.WORSE if not now else Trend.BETTER if not was else Trend.OTHER
        yield Change(What.EARLY_HINTS, name, _share(was, old.runs), _share(now, new.runs), "", trend)
        if not (was and now):
            break  # that none is acted on where none comes needs no line of its own


def _share(number: int, runs: int) -> str:
    if runs == 1:
        return "yes" if number else "no"
    return f"in {number} of {runs} loads"


def _words(values: Sequence[object]) -> str:
    return ", ".join(str(value) for value in values) or "none"


# -- what a reader must know


def how(loads: Sequence[PageLoad]) -> str:
    """ "5 loads as chromium over h2", or by which program they were recorded."""
    programs = dict.fromkeys(load.recorded_by for load in loads if load.recorded_by is not None)
    profiles = dict.fromkeys(str(load.profile) for load in loads if load.profile is not None and not load.recorded_by)
    protocols = dict.fromkeys(protocol for load in loads for protocol in _counted([load]).protocols)
    text = f"{len(loads)} load{'' if len(loads) == 1 else 's'}"
    text += f" as {', '.join(profiles)}" if profiles else ""
    text += f" recorded by {', '.join(map(str, programs))}" if programs else ""
    return text + (f" over {', '.join(protocols)}" if protocols else "")


def _at(loads: Sequence[PageLoad]) -> str | None:
    return loads[0].started_at if loads else None


def notes_of(before: Sequence[PageLoad], after: Sequence[PageLoad]) -> Iterator[str]:
    """Ways in which the loads themselves differ, so that a difference may be of those."""
    asked: tuple[tuple[str, Callable[[PageLoad], str]], ...] = (
        ("the profile", lambda load: str(load.profile or "unknown")),
        ("whether hints were acted on", lambda load: {None: "unknown", True: "yes", False: "no"}[load.early_hints]),
        ("the device", _device),
        ("what was loaded", _loaded),
        ("who loaded it", lambda load: load.recorded_by or "fetcher"),
    )
    for what, reading in asked:
        old, new = (_words(sorted({reading(load) for load in side})) for side in (before, after))
        if old != new and before and after:
            yield f"{what} differs: {old} before, {new} after"


def _loaded(load: PageLoad) -> str:
    if load.is_navigation_alone:
        return "the whole page, of which the navigation alone is in the record"
    if load.is_measured_in_browser:
        return "the whole page, of which what passed the relay is in the record"
    return "the document and its hints" if load.only_hints else "the whole page"


def _device(load: PageLoad) -> str:
    device = load.device
    if device is None:
        return "none chosen"
    return f"{device.width}x{device.height} at {device.dpr:g}{', mobile' if device.mobile else ''}"


def _notes(old: PageView, new: PageView) -> Iterator[str]:
    for side, view in (("before", old), ("after", new)):
        left_out = len(view.runs) - len(view.loads)
        if left_out:
            first = next(run.why for run in view.runs if run.outcome is not RunOutcome.COUNTED)
            yield f"{left_out} of {len(view.runs)} loads {side} do not count; the first: {first}"
        cut = [load for load in view.loads if load.outcome != "loaded"]
        if cut:
            yield f"a load {side} was not over ({cut[0].outcome}): what it lacks may only not have come yet"
        yield from _untold(side, view.loads)
    hiding = [any(hints.hides(load) and not load.only_hints for load in side.loads) for side in (old, new)]
    ran = [any(load.recorded_by is not None for load in side.loads) for side in (old, new)]
    if any(hiding) and not any(ran):
        yield "scripts did not run: what only they would request is in neither"
    else:
        for hides, side in zip(hiding, ("before", "after"), strict=True):
            if hides:
                yield f"scripts did not run {side}: what only they would request is not in it"


def _untold(side: str, loads: Sequence[PageLoad]) -> Iterator[str]:
    """Loads that do not say whether a 103 came."""
    told = len(telling(loads))
    if not told and loads:
        yield f"103s and hints are not compared: {untold(loads[0])} ({side})"
    elif told < len(loads):
        left_out = len(loads) - told
        yield f"103s and hints are compared without {left_out} of {len(loads)} loads {side}, which tell of none"
