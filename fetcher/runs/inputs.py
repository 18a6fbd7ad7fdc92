"""Files that hold loads, whatever wrote them: our records, lists of them, HARs, saved checks, audits and comparisons.

``read_pages`` gives each page with its runs: loads of one URL in one file are runs of one page, as Browsertime writes
them, but for a repeat view (``fetcher load --repeat-view``), which is apart; the pages of a saved audit stay apart; a
comparison of hints gives the loads with hints and what it showed. Raises ``RecordError``, or ``UsageError`` where the
name is neither a file nor a URL.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from fetcher.analysis.compare.comparison import Comparison
from fetcher.analysis.compare.measured import Measured
from fetcher.analysis.compare.saved_comparison import from_json as comparison_from_json
from fetcher.audits.page import Answers, Probe
from fetcher.audits.result import AuditedPage
from fetcher.errors import RecordError, UsageError
from fetcher.record.json_faults import why_not_json
from fetcher.record.observed.values import Observed
from fetcher.record.page_load import PageLoad, RequestRecord
from fetcher.runs.saved_files import SavedFile, read_saved
from fetcher.terms import InitiatorKind


def is_url(text: str) -> bool:
    """Whether an argument is meant as a URL and not as a file's name."""
    return text.strip().lower().startswith(("http://", "https://"))


@dataclass(frozen=True, slots=True)
class SavedPage:
    """One page's runs, and what a saved audit has besides."""

    loads: tuple[PageLoad, ...]
    answers: Answers = field(default_factory=Answers)
    template: str | None = None
    observed: Observed | None = None


def read_pages(name: str) -> list[SavedPage]:
    """The runs of each page in the file ``name``, in its order."""
    pages = pages_of(read_saved(name, or_url=True))
    if not pages:
        raise RecordError(f"{name} holds no load")
    return pages


def pages_of(saved: SavedFile) -> list[SavedPage]:
    """The runs of each page in ``saved``; empty where it holds no load."""
    if saved.audit is not None:
        return [_audited(page) for page in saved.audit.pages if page.loads]
    if saved.comparison is not None:
        return _compared(saved.comparison)
    checked = (run.load for one in saved.checks for run in one.runs if run.load is not None)
    return _by_page(checked if saved.checks else saved.loads)


def _audited(page: AuditedPage) -> SavedPage:
    answers = Answers({one.name: Probe(one.name, one.load) for one in page.probes}, page.repeat, page.comparison)
    return SavedPage(page.loads, answers, page.template, page.observed)


def read_comparison(name: str) -> tuple[str, Measured]:
    """The page's URL and what the saved comparison ``name`` showed of its hints. Raises ``RecordError``, and
    ``UsageError`` where it is one of something else."""
    try:
        found = comparison_from_json(json.loads(Path(name).read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise RecordError(f"{name} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{name} is no saved comparison: {why_not_json(error)}") from error
    except RecordError as error:
        raise RecordError(f"{name}: {error}") from error
    pairs = [(pair.first, pair.second) for pair in found.pairs if pair.first and pair.second and pair.counts]
    of_hints = all(_leaves_hints_out(first, second) for first, second in pairs)
    if not of_hints or not (pairs or found.arms[0].name == "hints off"):
        raise UsageError(
            f"{name} compares {' with '.join(arm.name for arm in found.arms)}, not hints off with hints on"
        )
    return found.url, found.measured


def _compared(found: Comparison) -> list[SavedPage]:
    """A page with its hints, and what leaving them out changed, where that is what was compared; else both arms' loads,
    each page by itself."""
    pairs = [(pair.first, pair.second) for pair in found.pairs if pair.first and pair.second and pair.counts]
    if pairs and all(_leaves_hints_out(first, second) for first, second in pairs):
        return [SavedPage(tuple(second for _, second in pairs), Answers(comparison=found.measured))]
    return _by_page(load for pair in pairs for load in pair)


def _leaves_hints_out(first: PageLoad, second: PageLoad) -> bool:
    return first.url == second.url and first.early_hints is False and second.early_hints is True


def _by_page(loads: Iterable[PageLoad]) -> list[SavedPage]:
    found: dict[str, list[PageLoad]] = {}
    for load in loads:
        found.setdefault(load.url, []).append(load)
    return [_with_repeat_view(runs) for runs in found.values()]


def _with_repeat_view(runs: list[PageLoad]) -> SavedPage:
    """A load that begins with the cache of one before it is no further run of a first view."""
    fetched: set[str] = set()
    firsts: list[PageLoad] = []
    later: list[PageLoad] = []
    for one in runs:
        (later if _is_repeat_view(one, fetched) else firsts).append(one)
        fetched |= _from_network(one)
    return SavedPage(tuple(firsts), Answers(repeat=later[0])) if firsts and later else SavedPage(tuple(runs))


def _is_repeat_view(load: PageLoad, fetched: set[str]) -> bool:
    """Whether it found in a cache what was stored before it began: by our own record of that (both instants are ISO
    8601 in UTC), by its file's word, or since a cache alone answered for something that an earlier load of the file had
    ``fetched``. What a 103 hints is left out of that: browsers' files show it as read from a cache in any view."""
    if load.repeat_view or any(
        one.cache is not None and one.cache.stored_at < load.started_at for one in load.requests
    ):
        return True
    if load.recorded_by is None:
        return False
    here = _from_network(load)
    return any(
        one.cache_source in ("memory", "disk") and one.url in fetched and one.url not in here and not _is_hinted(one)
        for one in load.requests
    )


def _from_network(load: PageLoad) -> set[str]:
    return {one.url for one in load.requests if one.cache_source is None and one.status is not None}


def _is_hinted(one: RequestRecord) -> bool:
    return one.hint is not None or one.initiator.kind is InitiatorKind.EARLY_HINT
