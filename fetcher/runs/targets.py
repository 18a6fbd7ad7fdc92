"""Which pages an audit is of: a list of URLs in a file, or the ``[[page]]`` tables of a ``fetcher.toml``.

Both say where they name each page, so that a finding can be shown at that line. Raises ``UsageError`` with the line of
whatever is wrong; nothing is loaded here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fetcher.analysis.check.expectations import Expectations, parse_share
from fetcher.errors import UsageError
from fetcher.record.json_faults import why_not_toml
from fetcher.urls import parse

FILE = "fetcher.toml"
"""The committed configuration, looked for in the working directory."""

MOST_PAGES = 100_000
"""A list longer than this is a mistake."""


@dataclass(frozen=True, slots=True)
class Target:
    """One page to audit. ``file`` and ``line`` (from 1) name it; ``template`` None leaves it to its URL or to nobody;
    ``device``, ``headers`` ("Name: value" lines, ``${NAME}`` for the environment), ``expected`` and ``discoveries``
    (files) are the page's own, None or empty for those of the command."""

    url: str
    template: str | None = None
    file: str | None = None
    line: int | None = None
    device: str | None = None
    headers: tuple[str, ...] = ()
    expected: Expectations | None = None
    discoveries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """A ``fetcher.toml``: its pages, the settings of its ``[audit]`` table, and its ``[budget]``."""

    pages: tuple[Target, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    budget: Mapping[str, Any] = field(default_factory=dict)


def read_urls(text: str, name: str) -> tuple[Target, ...]:
    """A URL a line, after it the page's template if it has one; empty lines and those that begin with # do not count.
    A URL that stands there twice is taken once."""
    found: dict[str, Target] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split(maxsplit=1)
        if not words or words[0].startswith("#"):
            continue
        url = _url(words[0], f"{name}, line {number}")
        found.setdefault(url, Target(url, words[1].strip() if len(words) > 1 else None, name, number))
        if len(found) > MOST_PAGES:
            raise UsageError(f"{name} has more than {MOST_PAGES} URLs; split it")
    if not found:
        raise UsageError(f"{name} has no URL; write one a line")
    return tuple(found.values())


_SETTINGS: Mapping[str, type | tuple[type, ...]] = {
    "runs": int,
    "pause": (int, float),
    "browser": str,
    "fail-on": str,
    "only": list,
    "skip": list,
    "rules": list,
    "probe": list,
    "baseline": str,
    "rps": (int, float),
    "cacert": str,
}


def read_config(text: str, name: str) -> Config:
    """What ``text``, the TOML of ``name``, says."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name}: {why_not_toml(error)}") from error
    for key in data:
        if key not in ("page", "audit", "budget"):
            raise UsageError(f"{name} has {key!r}, which is no table of it; it has [audit], [budget] and [[page]]")
    settings = _table(data.get("audit", {}), name, "[audit]")
    for key, value in settings.items():
        kind = _SETTINGS.get(key)
        if kind is None:
            raise UsageError(f"{name}: [audit] has no {key!r}; it has {', '.join(_SETTINGS)}")
        if isinstance(value, bool) or not isinstance(value, kind):
            raise UsageError(f"{name}: {key} of [audit] is {_said(kind)}, not {value!r}")
        if isinstance(value, list) and not all(isinstance(one, str) for one in value):
            raise UsageError(f"{name}: {key} of [audit] is a list of texts")
    tables = data.get("page", [])
    if not isinstance(tables, list):
        raise UsageError(f"{name}: a page is written [[page]], with two brackets")
    lines = list(_lines_of_pages(text))
    pages = [
        _page(_table(one, name, "[[page]]"), name, lines[number] if len(lines) == len(tables) else None)
        for number, one in enumerate(tables)
    ]
    return Config(tuple(pages), settings, _table(data.get("budget", {}), name, "[budget]"))


def _page(table: Mapping[str, Any], name: str, line: int | None) -> Target:
    where = name if line is None else f"{name}, line {line}"
    kinds: Mapping[str, type | tuple[type, ...]] = {
        "url": str,
        "template": str,
        "device": str,
        "headers": dict,
        "expect": dict,
        "discoveries": (str, list),
    }
    for key, value in table.items():
        if key not in kinds:
            raise UsageError(f"{where}: a page has no {key!r}; it has {', '.join(kinds)}")
        if not isinstance(value, kinds[key]):
            raise UsageError(f"{where}: {key} of a page is {_said(kinds[key])}, not {value!r}")
    if "url" not in table:
        raise UsageError(f"{where}: a page has no url")
    device = table.get("device")
    if device not in (None, "mobile", "desktop"):
        raise UsageError(f"{where}: device is mobile or desktop, not {device!r}")
    headers = tuple(f"{key}: {value}" for key, value in table.get("headers", {}).items())
    expected = _expected(table["expect"], where) if "expect" in table else None
    files = table.get("discoveries", [])
    files = files if isinstance(files, list) else [files]
    if not all(isinstance(one, str) for one in files):
        raise UsageError(f"{where}: discoveries is a file's name, or a list of those")
    named = tuple(str(Path(name).parent / one) for one in files)
    return Target(_url(table["url"], where), table.get("template"), name, line, device, headers, expected, named)


def _expected(table: Mapping[str, Any], where: str) -> Expectations:
    for key in table:
        if key not in ("hints", "hint", "delivery", "text", "status"):
            raise UsageError(f"{where}: expect has no {key!r}; it has hints, hint, delivery, text and status")
    delivery, text = table.get("delivery"), table.get("text")
    globs = table.get("hint", [])
    globs = globs if isinstance(globs, list) else [globs]
    for key in ("hints", "status"):
        number = table.get(key)
        if not (number is None or (isinstance(number, int) and not isinstance(number, bool))):
            raise UsageError(f"{where}: {key} of expect is a number, not {number!r}")
    if not all(isinstance(one, str) for one in (*globs, *(each for each in (delivery, text) if each is not None))):
        raise UsageError(f"{where}: hint, delivery and text of expect are texts")
    try:
        share = None if delivery is None else parse_share(delivery)
        return Expectations(table.get("hints"), tuple(globs), share, text, table.get("status"))
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from error


def _url(text: str, where: str) -> str:
    try:
        return parse(text).href
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from error


def _table(value: object, name: str, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"{name}: {what} is a table")
    return value


def _said(kind: type | tuple[type, ...]) -> str:
    words = {int: "a whole number", str: "a text", list: "a list", dict: "a table"}
    if isinstance(kind, tuple):
        return "a text or a list" if str in kind else "a number"
    return words[kind]


_HEADING = re.compile(r"\s*\[\[\s*(?:page|\"page\"|'page')\s*\]\]")
_URL = re.compile(r"\s*(?:url|\"url\"|'url')\s*=")


def _lines_of_pages(text: str) -> Iterator[int]:
    """The line of each page's url, of its heading where that cannot be told."""
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if _HEADING.match(line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield next((number for number in range(start, end) if _URL.match(lines[number])), start) + 1
