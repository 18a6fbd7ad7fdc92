"""A proof site: one page per rule that the rule must find, and nothing else of its family.

    Proof(
        "interim-repeated",
        {"/": (interim(HINTS), interim(HINTS), *rest)},
    )

Each page has a host of its own, ``https://<name>.test``, so that no page's assets are another's; further hosts it needs
are in ``hosts``. A family's pages are ``PAGES`` of ``tests.audits.site.pages.<family>``. The same pages are loaded in
virtual time (every one, in the fast suite) and from a real origin over HTTP/2.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from fetcher.analysis import Expectations
from fetcher.audits import Page
from fetcher.origin import Answer, RequestSeen, Route, Site
from fetcher.record import PageLoad
from fetcher.runs.probes import make_all, named, plan
from fetcher.terms import ProfileName

Load = Callable[..., Awaitable[PageLoad]]
"""``load(url, **options)``: one load of this proof's site, failed or not."""


@dataclass(frozen=True, slots=True)
class Proof:
    """``routes`` are those of its own host, ``path`` the page's own; ``runs`` loads are made, one after the other.

    ``also`` names rules of the family that are right to speak too, since the fault cannot be had without theirs.
    ``options`` are ``load_page``'s, ``page`` what else ``Page`` is given. ``siblings`` are paths of further pages that
    are audited with it. ``http1`` lists hosts that speak nothing newer, ``rtt`` is virtual time's (ms).
    """

    rule: str
    routes: Mapping[str, Route]
    path: str = "/"
    name: str = ""
    hosts: Mapping[str, Mapping[str, Route]] = field(default_factory=dict)
    runs: int = 1
    expected: Expectations = field(default_factory=Expectations)
    profile: ProfileName = ProfileName.CHROMIUM
    options: Mapping[str, Any] = field(default_factory=dict)
    page: Mapping[str, Any] = field(default_factory=dict)
    probes: tuple[str, ...] = ()
    siblings: tuple[str, ...] = ()
    also: frozenset[str] = frozenset()
    http1: bool = False
    rtt: float = 20.0

    @property
    def host(self) -> str:
        return f"{self.name or self.rule}.test"

    @property
    def url(self) -> str:
        return f"https://{self.host}{self.path}"

    @property
    def site(self) -> Site:
        """As it is in virtual time, where each page is alone."""
        return Site({}, {self.host: self.routes, **self.hosts})


async def page_of(proof: Proof, load: Load) -> Page:
    """The proof's page, its loads made by ``load``."""
    options = {"browser": "chromium", "find_text": proof.expected.text, **proof.options}
    loads = [await load(proof.url, **options) for _ in range(proof.runs)]
    siblings = [Page((await load(f"https://{proof.host}{path}", **options),)) for path in proof.siblings]
    answers = await make_all([plan(name, loads[0]) for name in named(proof.probes)], load=load, **options)
    return Page(
        tuple(loads),
        profile=proof.profile,
        expected=proof.expected,
        probes=answers.probes,
        repeat=answers.repeat,
        siblings=siblings,
        **proof.page,
    )


def in_turn(*answers: Answer) -> Route:
    """The first answer to the first request, and so on, round and round: a page that differs from run to run."""
    asked = count()

    def route(request: RequestSeen) -> Answer:
        return answers[next(asked) % len(answers)]

    return route
