"""Which pages ``fetcher audit`` is of: its arguments, --urls, --sitemap, or the ``fetcher.toml`` beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from fetcher.cli.streams import run
from fetcher.errors import UsageError

if TYPE_CHECKING:
    from fetcher.analysis.compare.measured import Measured
    from fetcher.cli.auditing.list_source import Asking
    from fetcher.runs.targets import Config, Target


def config_of(name: str | None, *, wanted: bool) -> tuple[str | None, Config]:
    """The configuration and its name: the file ``name``, or where pages are ``wanted`` from it the one in the working
    directory. Raises UsageError."""
    from fetcher.runs.targets import FILE, Config, read_config

    if name is None and not (wanted and Path(FILE).is_file()):
        return None, Config()
    chosen = name or FILE
    return chosen, read_config(_read(chosen, "--config"), chosen)


@dataclass(frozen=True, slots=True)
class Settled:
    """The options that a configuration may set; the command line's count more."""

    runs: int
    pause: float
    browser: str
    fail_on: str
    only: list[str]
    skip: list[str]
    rules_file: list[str]
    probe: list[str]
    baseline: str | None
    rps: float | None
    cacert: str | None


_KEYS = {"rules": "rules_file", "fail-on": "fail_on"}
_FILES = ("rules", "baseline", "cacert")


def settled(context: typer.Context, settings: Mapping[str, Any], name: str | None, **given: Any) -> Settled:
    """``given``, and where that was not typed the ``settings`` of the configuration ``name``, whose files are named
    from its own folder. Raises UsageError."""
    from fetcher.cli.auditing.audit_options import FailOn

    folder = Path(name or ".").parent
    for key, value in settings.items():
        option = _KEYS.get(key, key)
        source = context.get_parameter_source(option)
        if source is not None and source.name != "DEFAULT":
            continue
        if key in _FILES:
            value = [str(folder / one) for one in value] if isinstance(value, list) else str(folder / value)
        given[option] = value
    if given["fail_on"] not in list(FailOn):
        raise UsageError(f"{name}: fail-on is {', '.join(FailOn)}, not {given['fail_on']!r}")
    if not 1 <= given["runs"] <= 1000:
        raise UsageError(f"{name}: runs is a number from 1 to 1000, not {given['runs']}")
    return Settled(**given)


def targets_of(
    sources: Sequence[str],
    urls: str | None,
    sitemap: str | None,
    config: Config,
    *,
    most: int,
    asking: Asking,
    notes: list[str],
) -> tuple[list[str], list[Target]]:
    """(files, pages to load). Many pages get the template of their URL where they have none. ``notes`` takes what a
    person should know. Raises UsageError, and FetcherError where the sitemap cannot be had."""
    from fetcher.audits.templates import template_of
    from fetcher.runs.inputs import is_url
    from fetcher.runs.targets import Target, read_urls
    from fetcher.urls import parse

    files = [one for one in sources if not is_url(one)]
    targets = [Target(parse(one).href) for one in sources if is_url(one)]
    if not (sources or urls or sitemap):
        targets += config.pages
    listed: list[Target] = []
    if urls is not None:
        listed += read_urls(_read(urls, "--urls"), urls)
    if sitemap is not None:
        listed += _sitemap(parse(sitemap).href, most, asking, notes)
    if len(listed) > most:
        notes.append(f"{len(listed)} pages are listed; the first {most} are audited (--max-pages)")
        listed = listed[:most]
    several = len({parse(one.url).origin for one in listed}) > 1
    targets += [
        one if one.template else replace(one, template=template_of(one.url, with_origin=several)) for one in listed
    ]
    return files, targets


def _read(name: str, option: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{option} {name}: the file cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise UsageError(f"{option} {name}: the file is not text") from error


def read_budget(name: str) -> Any:
    """The rules of a --budget file. Raises UsageError."""
    from fetcher.audits.budget import read

    return read(_read(name, "--budget"), name)


def read_comparisons(names: Sequence[str]) -> dict[str, Measured]:
    """What each saved comparison showed of hints, by the page's URL. Raises UsageError."""
    if not names:
        return {}
    from fetcher.runs.inputs import read_comparison
    from fetcher.urls import parse

    found = [read_comparison(name) for name in names]
    return {parse(url).href: measured for url, measured in found}


def _sitemap(url: str, most: int, asking: Asking, notes: list[str]) -> list[Target]:
    from fetcher.cli.auditing.list_source import get_list
    from fetcher.runs.sitemap import read_sitemap

    async def get(where: str) -> bytes:
        return await get_list(where, url, asking)

    found = run(read_sitemap(url, get, most=most), url)
    if found.more:
        notes.append(f"the sitemap has more than {most} pages; the first {most} are audited (--max-pages)")
    if found.foreign:
        notes.append(f"{found.foreign} URLs of the sitemap are of other sites and left out")
    return found.pages
