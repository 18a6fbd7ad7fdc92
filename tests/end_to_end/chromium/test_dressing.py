"""Requests are worded as Chromium words them: the fields, their values and their order, by destination, mode, initiator
and distance, over redirects, with cookies and client hints, from the server's log.

    python -m tests.end_to_end.chromium.test_dressing [PATTERN]
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

import pytest

from tests.end_to_end.chromium.browsers import Seats, Tabs, load_ourselves
from tests.end_to_end.chromium.case import Case
from tests.end_to_end.chromium.cases.dressing import CASES
from tests.end_to_end.chromium.comparing import differences
from tests.end_to_end.chromium.network import Network, plain
from tests.support.chromium import running
from tests.support.servers import Missing, require_or_skip

pytestmark = pytest.mark.chromium
AT_ONCE = 4
# The server's HTTP/2 library joins the pieces of Cookie and puts them last, whatever their place was.
UNPLACED = frozenset({"cookie", "host"})


def orders(network: Network, label: str) -> dict[tuple[str, str], list[tuple[str, ...]]]:
    """The names of each request's fields as they came, by protocol and URL."""
    found: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    for each in network.visits[label].seen:
        url = plain(f"{each.scheme}://{each.authority}{each.target}")
        names = tuple(name for name, _ in each.fields if name not in UNPLACED)
        found.setdefault((each.protocol, url), []).append(names)
    return {key: sorted(names) for key, names in found.items()}


class Labelled(Seats):
    """Remembers which label the last load of each case had, Chromium's ("c") and ours ("f")."""

    def __init__(self, network: Network) -> None:
        super().__init__(network)
        self.labels: dict[tuple[str, str], str] = {}

    def take(self, case: Case, who: str, stretch: float = 1.0) -> str:
        label = super().take(case, who, stretch)
        self.labels[case.id, who] = label
        return label


def misplaced(seats: Labelled, case: Case) -> Iterator[str]:
    """Requests of both that have the same fields in another order."""
    theirs, ours = (orders(seats.network, seats.labels[case.id, who]) for who in ("c", "f"))
    for key in sorted(theirs.keys() & ours.keys()):
        for one, other in zip(theirs[key], ours[key], strict=False):
            if one != other and sorted(one) == sorted(other):
                yield f"{key[1]}: order: {' '.join(one)} / {' '.join(other)}"


async def compare(cases: Sequence[Case]) -> tuple[list[str], int]:
    """One line per difference that is not kept with a reason, and how many requests of Chromium were compared. A case
    that differs is loaded once more by both, everything slower."""
    room = asyncio.Semaphore(AT_ONCE)
    async with Network() as network:
        seats = Labelled(network)
        with running(trust=[network.key_hash()], resolve="MAP *.test 127.0.0.1, MAP * ~NOTFOUND") as browser:
            tabs = Tabs(browser, seats)

            async def once(case: Case, stretch: float) -> tuple[list[str], int]:
                theirs = await tabs.load(case, stretch=stretch)
                ours = await load_ourselves(seats, case, stretch)
                lines = [each for each in differences(case, theirs, ours) if not each.startswith("connections ")]
                return [*lines, *misplaced(seats, case)], len(theirs.asked)

            async def one(case: Case) -> tuple[list[str], int]:
                async with room:
                    lines, count = await once(case, 1.0)
                    if lines and not case.kept:
                        lines, count = await once(case, 3.0)
                return [] if case.kept else [f"{case.id}: {each}" for each in lines], count

            await once(Case("warm-up", (), "<img src=a.png>"), 1.0)
            results = await asyncio.gather(*(one(case) for case in cases))
    return [line for lines, _ in results for line in lines], sum(count for _, count in results)


async def test_every_field_in_its_place() -> None:
    """Names, values and order of every request of the cases; connections are another test's."""
    try:
        lines, count = await compare(CASES)
    except Missing as missing:
        require_or_skip("chromium", missing)
        raise
    print(f"{len(CASES)} cases, {count} requests, {len(lines)} differences")
    assert count > 500
    assert lines == [], "\n".join(lines)


if __name__ == "__main__":
    wanted = sys.argv[1] if len(sys.argv) > 1 else "*"
    differing, compared = asyncio.run(compare([case for case in CASES if fnmatchcase(case.id, wanted)]))
    print("\n".join([*differing, f"{compared} requests, {len(differing)} differences"]))
