"""What became of a page's hints: added, removed, worded otherwise, stale, answered otherwise, refused by a browser.

A hint is removed to the page's harm only where the page uses the resource as before; it is stale where nothing uses it
and the page uses another version of the same file (EH 9.1). Verdicts are those of all profiles (``verdicts``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fetcher.analysis.changes.matching import matched, placed, without_version
from fetcher.analysis.changes.values import Change, Trend, What
from fetcher.analysis.check.survey import HintFetch, HintSurvey, Survey
from fetcher.analysis.versions import Nearness, NearURLs
from fetcher.analysis.wanted import wanted_of
from fetcher.record.page_load import PageLoad
from fetcher.terms import Destination


@dataclass(frozen=True, slots=True)
class HintView:
    """A link of the 103 as it is compared: where it points (``target``), what was fetched for it, whether the page used
    it (None: not known), and which version the page uses instead of a stale one. ``hidden``: scripts that did not run
    may use it."""

    survey: HintSurvey
    target: str
    used: bool | None
    used_instead: str | None
    hidden: bool = False

    @property
    def raw(self) -> str:
        return self.survey.raw

    @property
    def result(self) -> HintFetch | None:
        """The first fetch that went wrong, else the first one."""
        bad = (one for one in self.survey.fetches if _is_bad(one))
        return next(bad, self.survey.fetches[0] if self.survey.fetches else None)


def views(survey: Survey, loads: Sequence[PageLoad], home: str | None) -> list[HintView]:
    """The hints of a page over its ``loads``."""
    whole = next((load for load in loads if not load.only_hints and load.document is not None), None)
    uses = [one.url for one in wanted_of(whole)] if whole is not None else []
    near = NearURLs(uses)
    hidden = any(map(hides, loads))
    return [
        HintView(
            one, placed(one.url or one.href, home), _used(one, loads), _instead(one, near, set(uses), home), hidden
        )
        for one in survey.hints
    ]


def hides(load: PageLoad) -> bool:
    """Whether scripts of the page, which did not run, may ask for more than is seen."""
    has_scripts = load.scripts > 0 or any(one.destination is Destination.SCRIPT for one in load.requests)
    return has_scripts and load.recorded_by is None


def _used(hint: HintSurvey, loads: Sequence[PageLoad]) -> bool | None:
    told = [one.used for load in loads for one in load.hints if one.raw == hint.raw and one.url == hint.url]
    known = [one for one in told if one is not None]
    return any(known) if known else None


def _instead(hint: HintSurvey, near: NearURLs, uses: set[str], home: str | None) -> str | None:
    """The version of the hinted file that the page uses, where it does not use the hinted one."""
    if hint.url is None or hint.rel == "preconnect" or hint.url in uses:
        return None
    found = near.of(hint.url)
    return placed(found.url, home) if found is not None and found.nearness is Nearness.VERSION else None


def changes_of(before: Sequence[HintView], after: Sequence[HintView], still_used: set[str]) -> Iterator[Change]:
    """``still_used`` is what the page uses after, by place without version."""
    pairs = matched(
        before,
        after,
        lambda one: (one.survey.position, one.raw),
        lambda one: one.raw,
        lambda one: (one.survey.rel, one.target),
        lambda one: (one.survey.rel, without_version(one.target)),
    )
    for old, new in pairs:
        if new is None:
            assert old is not None
            yield _removed(old, still_used)
            continue
        if old is None:
            yield Change(What.HINT_ADDED, new.target, None, new.raw)
        elif old.raw != new.raw:
            yield Change(What.HINT_CHANGED, new.target, old.raw, new.raw)
        yield from _state(old, new)


def _removed(old: HintView, still_used: set[str]) -> Change:
    """Of one that the page did not use nothing is lost."""
    missed = bool(old.used) and without_version(old.target) in still_used
    reason = "the page still uses it" if missed else "the page did not use it" if old.used is False else ""
    return Change(What.HINT_REMOVED, old.target, old.raw, None, reason, Trend.WORSE if missed else Trend.OTHER)


def _state(old: HintView | None, new: HintView) -> Iterator[Change]:
    """What is not with the hint as it was; of a new hint, what is wrong with it from the start."""
    was, now = (old.used_instead if old is not None else None), new.used_instead
    if now is not None and was is None:
        yield Change(
            What.HINT_STALE, new.target, None, now, "the page uses another version of the file", Trend.WORSE
        )  # fmt: skip
    elif was is not None and now is None:
        yield Change(What.HINT_STALE, new.target, was, None, "the page uses the hinted version again", Trend.BETTER)
    elif now is None and old is not None and _is_used_otherwise(old, new):
        yield _use(old, new)
    yield from _result(old, new)
    if old is not None:
        yield from _verdicts(old, new)


def _is_used_otherwise(old: HintView, new: HintView) -> bool:
    """What failed is used by nobody, and that it failed is told."""
    failed = any(one.result is not None and _is_bad(one.result) for one in (old, new))
    return not failed and None not in (old.used, new.used) and old.used is not new.used


def _use(old: HintView, new: HintView) -> Change:
    """Where scripts did not run, one of them may still ask for it."""
    words = {True: "used by the page", False: "not seen used"}
    reason = "a script may ask for it, and scripts did not run" if new.hidden and not new.used else ""
    trend = Trend.BETTER if new.used else Trend.OTHER if new.hidden else Trend.WORSE
    return Change(What.HINT_USE, new.target, words[bool(old.used)], words[bool(new.used)], reason, trend)


def _verdicts(old: HintView, new: HintView) -> Iterator[Change]:
    """Profiles that say the same for the same reason are told together."""
    alike: dict[tuple[bool, str], list[str]] = {}
    for verdict, earlier in zip(new.survey.verdicts, old.survey.verdicts, strict=True):
        if verdict.acts is not earlier.acts:
            reason = f"{verdict.reason.rstrip('.')} ({verdict.rule})"
            alike.setdefault((verdict.acts, reason), []).append(verdict.profile.value)
    words = {True: "acts on it", False: "refuses it"}
    for (acts, reason), profiles in alike.items():
        trend = Trend.BETTER if acts else Trend.WORSE
        yield Change(
            What.VERDICT, new.target, words[not acts], words[acts], reason, trend, ", ".join(profiles)
        )  # fmt: skip


def _result(old: HintView | None, new: HintView) -> Iterator[Change]:
    earlier, now = (old.result if old is not None else None), new.result
    if now is None or (old is not None and earlier is None):
        return  # not fetched on one side: the verdicts say why
    was = None if earlier is None else _told(earlier)
    worse, better = _is_bad(now), earlier is not None and _is_bad(earlier)
    if was == _told(now) or (old is None and not worse):
        return
    trend = Trend.OTHER if worse == better else Trend.WORSE if worse else Trend.BETTER
    yield Change(What.HINT_RESULT, new.target, was, _told(now), now.error or "", trend)


def _is_bad(fetch: HintFetch) -> bool:
    return (fetch.status or 0) >= 400 or fetch.outcome != "complete"


def _told(fetch: HintFetch) -> str:
    """ "200", "404", or what stopped it."""
    if fetch.outcome != "complete":
        return fetch.outcome
    return str(fetch.status) if fetch.status is not None else fetch.outcome
