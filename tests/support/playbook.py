"""A playbook: the conversation with the browser machine, event in, commands out, told in short lines.

    play = Playbook("https://a.test/")
    play.opens(HttpVersion.HTTP_2)            # answers the OpenConnection for the navigation
    assert play.interim("</a.css>; rel=preload; as=style") == ["interim 0 acted EH 4.2", "hint 0 acted EH 4.6", ...]

Every answer is also kept in ``log``. Time passes by one millisecond an event.
"""

from __future__ import annotations

from fetcher.browser import commands as c
from fetcher.browser import events as e
from fetcher.browser.machine import Browser
from fetcher.browser.options import BrowserOptions
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.record.recorder import Recorder
from fetcher.terms import ConnectionFacts, ConnectionTimes, Fields, HttpVersion, ProfileName, ProxyFacts, TlsFacts

HTML: Fields = (("content-type", "text/html"),)
CSS: Fields = (("content-type", "text/css"), ("cache-control", "max-age=600"))
FRESH: Fields = (("cache-control", "max-age=600"),)


def tell(command: c.Command) -> str:
    """One command as a line; what a test rarely asks about is left out."""
    match command:
        case c.OpenConnection():
            key = command.key
            apart = " third-party" if key.third_party else "" if key.credentialed else " uncredentialed"
            return f"open {command.connection} {key.scheme}://{key.host}:{key.port} {command.reason}{apart}"
        case c.ResolveName():
            return f"resolve {command.host}:{command.port}"
        case c.QueueFetch():
            return f"queue {command.fetch} {command.request.url}"
        case c.StartFetch():
            request = command.request
            return f"start {command.fetch} {request.url} on {command.connection} {request.destination} {request.mode}"
        case c.CancelFetch():
            return f"cancel {command.fetch}"
        case c.CloseConnection():
            return f"close {command.connection}"
        case c.Scan():
            return f"scan {command.fetch} {command.kind}"
        case c.ServeStored():
            return f"serve {command.fetch} {command.served}"
        case c.Finish():
            return f"finish {command.kind or 'loaded'}"
        case c.InterimJudged():
            return f"interim {command.interim} {'acted' if command.acted else 'ignored'} {command.rule}"
        case c.HintJudged():
            made = "" if command.fetch is None else f" fetch {command.fetch}"
            return f"hint {command.hint} {command.outcome} {command.rule}{made}"
        case c.DiscoveryResolved():
            made = "" if command.fetch is None else f" {command.fetch}"
            return f"found {command.candidate.kind} {command.outcome}{made}"
        case _:
            return type(command).__name__


class Playbook:
    """Drives one machine and its recorder; methods are events and return what they caused."""

    def __init__(
        self,
        url: str = "https://a.test/",
        *,
        profile: ProfileName = ProfileName.CHROMIUM,
        http: str = "auto",
        wall: float = 1_800_000_000.0,
        **options: object,
    ) -> None:
        self.browser = Browser(BrowserOptions(profile=profile, http=http, **options))  # type: ignore[arg-type]
        self.recorder = Recorder(
            profile, early_hints=bool(options.get("early_hints", True)), only_hints=bool(options.get("only_hints"))
        )
        self.at = 1000.0
        self.log: list[str] = []
        self.kept: set[int] = set()
        self.commands: list[c.Command] = []
        self.first = self.event(e.NavigationStarted(self.at, wall, url))

    def event(self, event: e.Event) -> list[str]:
        self.at += 1
        self.commands = self.browser.handle(event)
        self.recorder.observe(event, self.commands)
        self.kept |= {command.fetch for command in self.commands if isinstance(command, c.KeepContent)}
        lines = [tell(command) for command in self.commands if not isinstance(command, c.KeepContent)]
        self.log += lines
        return lines

    def opens(
        self,
        protocol: HttpVersion = HttpVersion.HTTP_2,
        connection: int = 0,
        streams: int | None = None,
        *,
        address: str = "192.0.2.1",
        verified: bool = True,
        names: tuple[str, ...] = (),
        proxy: ProxyFacts | None = None,
    ) -> list[str]:
        times = ConnectionTimes(None, None, self.at, None, self.at, self.at)
        tls = TlsFacts("TLSv1.3", "", protocol.value, verified, names)
        facts = ConnectionFacts(protocol, address, 443, times, tls, proxy=proxy)
        room = streams or (1 if protocol is HttpVersion.HTTP_1_1 else 100)
        return self.event(e.ConnectionReady(self.at, connection, facts, room))

    def resolves(self, host: str, *addresses: str, port: int = 443) -> list[str]:
        return self.event(e.NameResolved(self.at, host, port, tuple((each, port) for each in addresses)))

    def interim(self, *links: str, status: int = 103, fetch: int = 0, fields: Fields = ()) -> list[str]:
        every = tuple(("link", link) for link in links) + fields
        return self.event(e.Interim(self.at, fetch, status, "", every, b"", None))

    def head(self, fetch: int, status: int = 200, fields: Fields = HTML) -> list[str]:
        return self.event(e.Head(self.at, fetch, status, "", "HTTP/2", fields, None))

    def finds(self, *candidates: Candidate, fetch: int = 0) -> list[str]:
        return self.event(e.Discovered(self.at, fetch, candidates))

    def ends(self, fetch: int, size: int = 100) -> list[str]:
        return self.event(e.FetchEnded(self.at, fetch, size, size, kept=fetch in self.kept))

    def drains(self, fetch: int = 0) -> list[str]:
        return self.event(e.ScanDrained(self.at, fetch))

    def fails(self, fetch: int, kind: str = "connection-lost", *, processed: bool | None = None) -> list[str]:
        return self.event(e.FetchFailed(self.at, fetch, kind, f"{kind} it is", processed))

    def sent(self, fetch: int) -> Fields:
        """The fields ``fetch`` was last started with."""
        return self.browser.state.fetches[fetch].sent


def candidate(
    kind: CandidateKind, url: str, element: str = "link", *, in_head: bool = True, **attributes: str
) -> Candidate:
    named = tuple((name.rstrip("_"), value) for name, value in attributes.items())
    return Candidate(kind, url, element, named, 1, 0, in_head)


def sheet(url: str, **attributes: str) -> Candidate:
    return candidate(CandidateKind.STYLESHEET, url, "link", **attributes)


def script(url: str, **attributes: str) -> Candidate:
    return candidate(CandidateKind.SCRIPT, url, "script", **attributes)


def image(url: str, **attributes: str) -> Candidate:
    return candidate(CandidateKind.IMAGE, url, "img", in_head=False, **attributes)
