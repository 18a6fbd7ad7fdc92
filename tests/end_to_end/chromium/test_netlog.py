"""A NetLog that the real Chromium writes: what it shows of each hint is what the origin saw and what our verdict says.

The origin's clock and Chromium's are the machine's monotonic one, so that instants can be held against each other.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fetcher.analysis.hints_in_chromium import Agreement, Fate, HintInChromium, hints_in_chromium
from fetcher.errors import ChromiumFailed
from fetcher.net import NetOptions
from fetcher.origin import Origin, Site
from fetcher.origin.log import RequestArrived, Sent
from fetcher.record.in_chromium import InChromium
from fetcher.record.observed import Observed, for_page, read_observed
from fetcher.sync import load_page
from tests.end_to_end.chromium.test_hint_flags import chromium, served
from tests.support.netlog_site import HINTS, SECOND, netlog_site

pytestmark = pytest.mark.chromium

CHANCES = 3
"""A 103 is lost now and then, and a busy machine may start a connection after the page has asked."""
PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Seen:
    """One load in Chromium: the page of its NetLog, when that began on the machine's clock, what the origin logged."""

    observed: Observed
    began: float
    log: tuple[object, ...]

    @property
    def in_chromium(self) -> InChromium:
        assert self.observed.in_chromium is not None
        return self.observed.in_chromium

    def arrived(self, target: str) -> list[float]:
        return [one.at for one in self.log if isinstance(one, RequestArrived) and one.target == target]

    def sent(self, what: str, status: int) -> list[float]:
        """When the origin sent the document's interim responses, or its head."""
        return [
            one.at
            for one in self.log
            if isinstance(one, Sent) and (one.target, one.what, one.status) == ("/", what, status)
        ]


def began(file: Path, page: str) -> float:
    """When Chromium took up the page's request, by the raw log."""
    data = json.loads(file.read_text())
    alive = data["constants"]["logEventTypes"]["REQUEST_ALIVE"]
    times = [
        float(one["time"])
        for one in data["events"]
        if one["type"] == alive and one.get("params", {}).get("url") == page
    ]
    return times[0]


def waited_for(origin: Origin, target: str) -> None:
    """Until the origin was asked for what the page asks for last, and a little longer."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and not any(one.target == target for one in origin.log.requests()):
        time.sleep(0.05)
    time.sleep(0.3)


def loaded(origin: Origin) -> Seen:
    page = f"{origin.url_of('a.test')}/"
    origin.site = netlog_site(origin.url_of("c.test"))
    with TemporaryDirectory() as folder:
        file = Path(folder, "net.json")
        flags = (f"--log-net-log={file}", "--net-log-capture-mode=Everything")
        with chromium(origin, *flags) as browser, browser.tab() as tab:
            start = len(list(origin.log))
            tab.load(page)
            waited_for(origin, "/late.png")
        found = for_page(read_observed(str(file)), page)
        assert found is not None
        return Seen(found, began(file, page), tuple(origin.log)[start:])


def test_what_chromium_did_with_each_hint() -> None:
    """Fourteen links of two 103s: used, never used, fetched again, refused, failed, connected. In the capture mode
    that logs most; the other test has the one that logs least."""
    with served(Site({})) as (origin,):
        for chance in range(CHANCES):
            seen = loaded(origin)
            hints = joined(origin, seen)
            wrong = list(faults(origin, seen, hints))
            if not wrong:
                return
            print(f"chance {chance + 1}: {wrong}")
    pytest.fail("; ".join(wrong))


def joined(origin: Origin, seen: Seen) -> tuple[HintInChromium, ...]:
    """Our own load of the page over the network, beside what was seen."""
    names = tuple((name, origin.port, "127.0.0.1") for name in ("a.test", "c.test"))
    with TemporaryDirectory() as folder:
        assert origin.certificate is not None
        origin.certificate.write(folder)
        options = NetOptions(ca_file=str(Path(folder, "ca.pem")), resolve=names)
        load = load_page(seen.observed.final_url, browser="chromium", options=options, observed=seen.observed)
    return hints_in_chromium(load)


def faults(origin: Origin, seen: Seen, hints: tuple[HintInChromium, ...]) -> Iterator[str]:
    other = origin.url_of("c.test")
    expected = {link.replace("OTHER", other): fate for link, fate in {**HINTS, **SECOND}.items()}
    if {one.link: one.fate for one in hints} != expected:
        yield f"fates {[(one.link, one.fate) for one in hints if one.fate is not expected.get(one.link)]}"
    yield from (f"{one.link}: {one.agreement}, {one.said}, {one.why}" for one in hints
                if one.agreement is not Agreement.AGREES)  # fmt: skip
    heads, (final,) = seen.sent("interim", 103), seen.sent("head", 200)
    read = [seen.began + one.at for one in seen.in_chromium.early_hints]
    if len(read) != len(heads) or any(got < sent - 1 for got, sent in zip(read, heads, strict=False)):
        yield f"103s sent at {heads}, read at {read}"
    early = {one for one in _targets(seen) if min(seen.arrived(one)) < final and one != "/"}
    fetched = {one.url.removeprefix(seen.observed.final_url[:-1]) for one in seen.in_chromium.requests if one.hinted}
    if early != fetched:
        yield f"the origin was asked before its head for {sorted(early)}, the log has {sorted(fetched)}"
    for one in hints:
        if one.url is None or one.fetched_at is None or one.fate is Fate.CONNECTED:
            continue
        arrived = seen.arrived(one.url.removeprefix(seen.observed.final_url[:-1]))
        times = 2 if one.fate is Fate.FETCHED_AGAIN else 1
        if len(arrived) != times:
            yield f"{one.url}: asked for {len(arrived)} times"
        elif not (heads[0] - 1 <= seen.began + one.fetched_at <= arrived[0] + 1 < final):
            yield f"{one.url}: fetched at {seen.began + one.fetched_at}, arrived at {arrived[0]}, head sent at {final}"
        elif one.used_at is not None and seen.began + one.used_at < final - 1:
            yield f"{one.url}: used at {seen.began + one.used_at}, before the head at {final}"
    if len(seen.arrived("/late.png")) != 1 or not any(one.url.endswith("/late.png") for one in seen.observed.requests):
        yield "what the script asked for is missing"


def _targets(seen: Seen) -> set[str]:
    return {one.target for one in seen.log if isinstance(one, RequestArrived)}


def test_what_a_killed_chromium_leaves_is_read() -> None:
    """As far as it came: the file ends in the middle, which is said."""
    with served(Site({})) as (origin,), TemporaryDirectory() as folder:
        page, file = f"{origin.url_of('a.test')}/", Path(folder, "net.json")
        origin.site = netlog_site(origin.url_of("c.test"))
        with suppress(ChromiumFailed), chromium(origin, f"--log-net-log={file}") as browser, browser.tab() as tab:
            tab.load(page)
            waited_for(origin, "/late.png")
            deadline = time.monotonic() + PATIENCE
            while time.monotonic() < deadline and b"/late.png" not in file.read_bytes():
                time.sleep(0.1)  # it is written a part at a time
            os.killpg(browser.pid, signal.SIGKILL)  # its network service, left alone, would end the file
        found = for_page(read_observed(str(file)), page)
        assert found is not None
        assert found.in_chromium is not None
        assert found.in_chromium.cut_off
        assert found.in_chromium.early_hints
