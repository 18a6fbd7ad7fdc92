"""Named probes: a request or two more, each to learn one thing that loading the page as a browser does cannot show.

``plan`` says what each will request before anything is sent, so that a person (or a page's owner) can be told the
number; ``make`` makes it. All but "repeat" and "query" are one request for the document, its 103 read and not acted on,
and one more for each redirect that it meets. They ask for the page's final URL, where no redirect is expected.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from fetcher.audits.page import Answers, Probe
from fetcher.errors import FetcherError, UsageError
from fetcher.load import load_page
from fetcher.record.page_load import PageLoad
from fetcher.urls import parse

CRAWLER = "Mozilla/5.0 (compatible; fetcher-probe/1.0; crawler; bot)"
"""Names itself as what it is: a crawler, and nobody else's."""

_BROWSERS_OWN = (
    "sec-fetch-site", "sec-fetch-mode", "sec-fetch-user", "sec-fetch-dest", "upgrade-insecure-requests", "sec-ch-ua",
    "sec-ch-ua-mobile", "sec-ch-ua-platform", "priority",
)  # fmt: skip
"""What a browser sends with a navigation and a plain HTTP client does not."""

_DOCUMENT_ONLY: Mapping[str, Any] = {"only_hints": True, "early_hints": False}


class ProbeName(StrEnum):
    CORS = "cors"
    HTTP1 = "http1"
    QUERY = "query"
    NO_COOKIES = "no-cookies"
    CRAWLER = "crawler"
    REPEAT = "repeat"


ABOUT: Mapping[ProbeName, str] = {
    ProbeName.CORS: "the page's URL as a script fetches it: Sec-Fetch-Mode: cors",
    ProbeName.HTTP1: "the page over HTTP/1.1",
    ProbeName.QUERY: "the page with another query: without its own, or with one where it has none",
    ProbeName.NO_COOKIES: "the page as a visitor without cookies or credentials asks for it",
    ProbeName.CRAWLER: "the page as a crawler asks for it: its User-Agent, no Sec-Fetch field",
    ProbeName.REPEAT: "the page a second time, with the cookies and the cache that a first view left",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """One probe of one page. ``requests``: how many it makes when nothing redirects; where ``at_most`` says so it is
    what the page itself needed, from which it may differ. ``options`` are set over those of the page's own loads."""

    name: ProbeName
    url: str
    requests: int
    at_most: bool = False
    views: int = 1
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def about(self) -> str:
        return ABOUT[self.name]

    def __str__(self) -> str:
        """ "cors: 1 request (the page's URL as a script fetches it ...)"."""
        number = f"about {self.requests}" if self.at_most else str(self.requests)
        return f"{self.name.value}: {number} request{'' if self.requests == 1 else 's'} ({self.about})"


def named(names: Iterable[str]) -> tuple[ProbeName, ...]:
    """Each once, in the order asked for; raises UsageError for one that does not exist."""
    found: dict[ProbeName, None] = {}
    for name in names:
        try:
            found[ProbeName(name)] = None
        except ValueError:
            known = ", ".join(each.value for each in ProbeName)
            raise UsageError(f"there is no probe {name!r} (--probe); there are {known}") from None
    return tuple(found)


def plan(name: ProbeName, load: PageLoad) -> Plan:
    """What ``name`` will ask for of the page that ``load`` is a load of."""
    url = load.final_url or load.url
    sent = sum(request.times.request_start is not None for request in load.requests) or 1
    match name:
        case ProbeName.CORS:
            asks = (("accept", "*/*"), ("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "cors"))
            options = {"headers": (*asks, ("sec-fetch-dest", "empty"))}
            without = {"without": ("sec-fetch-user", "upgrade-insecure-requests")}
            return Plan(name, url, 1, options={**_DOCUMENT_ONLY, **options, **without})
        case ProbeName.HTTP1:
            return Plan(name, url, 1, options={**_DOCUMENT_ONLY, "http": "1.1"})
        case ProbeName.NO_COOKIES:
            return Plan(name, url, 1, options={**_DOCUMENT_ONLY, "state": None, "auth": None})
        case ProbeName.CRAWLER:
            crawls = {"user_agent": CRAWLER, "without": _BROWSERS_OWN, "headers": (("accept", "*/*"),)}
            return Plan(name, url, 1, options={**_DOCUMENT_ONLY, "state": None, "auth": None, **crawls})
        case ProbeName.QUERY:
            return Plan(name, _other_query(url), sent, at_most=True)
        case ProbeName.REPEAT:
            return Plan(name, load.url, 2 * sent, at_most=True, views=2)


async def make(planned: Plan, *, load: Callable[..., Awaitable[PageLoad]] = load_page, **options: Any) -> Probe:
    """The probe's answer; ``options`` are ``load_page``'s (or ``load``'s), those of the page's own loads. A load
    that failed is an answer too. Raises FetcherError only where there is nothing to tell, as for options that cannot
    be."""
    asked = _together(options, planned)
    state = asked.pop("state", None)
    left = None

    def keep(after: Any) -> None:
        nonlocal left
        left = after

    made = None
    for _ in range(planned.views):
        try:
            made = await load(planned.url, state=state, on_state=keep, **asked)
        except UsageError:
            raise
        except FetcherError as error:
            if error.record is None:
                raise
            made = error.record
            break
        state = left
    assert made is not None
    return Probe(planned.name.value, made)


async def make_all(
    plans: Iterable[Plan], *, load: Callable[..., Awaitable[PageLoad]] = load_page, **options: Any
) -> Answers:
    """Each of ``plans``, one after the other; else as ``make``."""
    made = {planned.name: await make(planned, load=load, **options) for planned in plans}
    repeat = made.pop(ProbeName.REPEAT, None)
    return Answers({name.value: probe for name, probe in made.items()}, repeat.load if repeat is not None else None)


def _together(options: Mapping[str, Any], planned: Plan) -> dict[str, Any]:
    """The page's own options with the probe's over them: fields are added to its own, but for those of a visitor."""
    asked = {**options, **{name: value for name, value in planned.options.items() if name != "headers"}}
    own = tuple(options.get("headers", ()))
    if planned.name in (ProbeName.NO_COOKIES, ProbeName.CRAWLER):
        own = tuple(each for each in own if each[0].lower() not in ("cookie", "authorization"))
    added = tuple(planned.options.get("headers", ()))
    given = {name.lower() for name, _ in added}
    asked["headers"] = (*(each for each in own if each[0].lower() not in given), *added)
    return asked


def _other_query(url: str) -> str:
    """Without the query where there is one, else with one that no page can know."""
    parsed = parse(url)
    bare = url.partition("#")[0].partition("?")[0]
    return bare if parsed.target.partition("?")[2] else f"{bare}?fetcher-probe=1"
