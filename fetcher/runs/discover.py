"""One load in the installed Chromium, for what its scripts request: the discoveries that ``load --discoveries`` takes.

What was seen is there at any time (``Discovering.found``), so that a browser that dies, a deadline and Ctrl-C lose
nothing. Secrets are left out as messages come, and the network log is written where nobody looks before it is cleaned.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from fetcher import clock
from fetcher.analysis.check.survey import wall_of
from fetcher.analysis.discovered import Discovered
from fetcher.errors import DeadlineExceeded, RecordError, UsageError
from fetcher.record.observed.devtools import observed_pages
from fetcher.record.observed.values import Observed, for_page
from fetcher.record.observed.written import LogLines, log_text, netlog_without_secrets
from fetcher.record.redaction import redact_text
from fetcher.runs.chromium.driving import chromium
from fetcher.runs.chromium.options import ChromiumOptions
from fetcher.runs.chromium.watching import Watched, Watching
from fetcher.urls import parse

MOST_SECONDS = 60.0


@dataclass(slots=True)
class Discovering:
    """``wait`` is seconds after the load event, None until the network is quiet; ``most`` seconds for all of it, the
    browser's start too, None for as long as that takes and ``MOST_SECONDS`` for the load. ``user`` answers a challenge
    of the page's server (Basic or Digest). ``on_change`` is called as requests come and end, from another thread.
    ``redact`` leaves secrets out of the log, the network log and what is found."""

    url: str
    options: ChromiumOptions
    wait: float | None = None
    most: float | None = None
    user: tuple[str, str] | None = None
    redact: bool = True
    on_change: Callable[[Watched], None] | None = None
    browser: str = ""
    notes: list[str] = field(default_factory=list)
    _seen: Watched = field(default_factory=Watched)
    _over: bool = False

    async def run(self) -> None:
        """Raises ``MissingChromium``, ``ChromiumFailed``, ``DeadlineExceeded`` and ``UsageError``."""
        page = parse(self.url)
        netlog = self.options.netlog
        with tempfile.TemporaryDirectory(prefix="fetcher-netlog-", ignore_cleanup_errors=True) as folder:
            raw = Path(folder, "net.json")
            options = self.options if netlog is None else replace(self.options, netlog=str(raw))
            try:
                await self._watch(page.href + (f"#{page.fragment}" if page.fragment else ""), options)
            finally:
                if netlog is not None:
                    await asyncio.to_thread(self._keep_netlog, raw, netlog)
        self._over = True

    async def _watch(self, url: str, options: ChromiumOptions) -> None:
        began = None if self.most is None else clock.now()
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(self.most):
                    browser = await stack.enter_async_context(
                        chromium(replace(options, sensitive=not self.redact), url)
                    )
                    self.browser = browser.version
                    self.notes += browser.notes
                    tab = await stack.enter_async_context(browser.tab(watch_network=True))
            except TimeoutError as error:
                sentence = f"Chromium had not started within {self.most:g} s; give it longer (--max-time)"
                raise DeadlineExceeded(sentence, "total") from error
            lines = LogLines([name for name, _ in options.headers] if self.redact else None)
            watching = Watching(
                tab.blocking, lines, wait=self.wait, most=self.most or MOST_SECONDS, began=began, user=self.user,
                on_change=self.on_change,
            )  # fmt: skip
            self._seen = watching.seen
            await tab.run(watching.run, url)

    def found(self) -> Discovered:
        """What has been seen by now."""
        seen = self._seen
        shown = redact_text if self.redact else str
        observed, later = self._observed(seen)
        notes = [*seen.notes, *seen.remarks, *self.notes]
        if later is not None:
            notes.append(f"the page went on to {later} by itself; discover that URL for what it asks for")
        return Discovered(
            shown(self.url),
            self.browser,
            shown(seen.final_url) if seen.final_url is not None else None,
            seen.status,
            self._over and not seen.notes,
            wall_of(seen.status, seen.mitigated),
            observed,
            tuple(map(shown, notes)),
            tuple(seen.lines),
            seen.early,
        )

    def _observed(self, seen: Watched) -> tuple[Observed | None, str | None]:
        """The page that was asked for, and the URL of one that its code went on to."""
        try:
            pages = observed_pages(json.loads(line) for line in seen.lines)
        except RecordError:
            return None, None
        found = for_page(pages, self.url, seen.final_url) or pages[0]
        return found, pages[-1].final_url if pages[-1] is not found else None

    def text(self, found: Discovered) -> str:
        """The discoveries file of what was ``found``."""
        lines = LogLines(() if self.redact else None)
        about = {"browser": self.browser, "url": found.url, "whole": found.whole, "notes": list(found.notes)}
        return log_text([lines.about(about), *found.lines])

    def _keep_netlog(self, raw: Path, name: str) -> None:
        try:
            if not raw.exists() or (Path(name).is_file() and self.found().is_empty):
                return  # Chromium never began one, or it tells of nothing: an earlier one stays
            if not self.redact:
                shutil.copyfile(raw, name)
                return
            secret = [field for field, _ in self.options.headers]
            with raw.open(encoding="utf-8", errors="replace") as source, open(name, "w", encoding="utf-8") as target:
                target.writelines(netlog_without_secrets(source, secret))
        except OSError as error:
            raise UsageError(f"cannot write {name}: {error.strerror or error}") from error
