"""The machine's own memory of one request: mutable, never shown outside ``browser``."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from fetcher.browser.commands import ConnectionKey
from fetcher.browser.document.embedded import Embedded
from fetcher.browser.document.module_graph import ModuleGraph
from fetcher.browser.document.parsing import Parsing
from fetcher.browser.policies.container import Policies
from fetcher.browser.requests.client_hints import HintsAsked
from fetcher.browser.requests.priorities import Place
from fetcher.browser.storage.http_cache import Entry
from fetcher.browser.styles.css_images import CssImages
from fetcher.browser.styles.fonts import Fonts
from fetcher.browser.styles.styles import Styles
from fetcher.discovery.candidates import Candidate
from fetcher.discovery.modules.import_map import ImportMap
from fetcher.discovery.viewport.meta import UNSAID, Layout
from fetcher.fields.referrer_policy import DEFAULT, ReferrerPolicy
from fetcher.terms import Credentials, Destination, FetchPriority, Fields, Initiator, Mode, NetPriority
from fetcher.urls import URL


class FetchState(Enum):
    QUEUED = "queued"
    STARTED = "started"
    ENDED = "ended"
    FAILED = "failed"
    CANCELED = "canceled"


def is_credentialed(credentials: Credentials, url: URL, client: URL | None) -> bool:
    """Whether cookies and credentials go with a request, and its Set-Cookie is kept (Fetch, "includeCredentials")."""
    if credentials is Credentials.SAME_ORIGIN:
        return client is None or client.origin == url.origin
    return credentials is Credentials.INCLUDE


ResourceKey = tuple[str, Destination, Mode, Credentials]


@dataclass(slots=True, eq=False)
class Document:
    """One document: the page's, or that of a frame in ``parent``. ``resources``: what it has already, by HTML's preload
    key. ``fonts``: its faces.
    ``refreshes`` counts its declarative refreshes; ``css_images`` are those of its rules that do not apply so far,
    ``embedded`` its sources and fallbacks; ``preferred`` is the title of the style sheets that apply, once there is
    one; ``styles`` is what its elements are drawn with. ``data_modules``: what was read
    of its modules in data: URLs; ``is_hidden``: its frame is not shown, so that nothing is
    drawn. ``layout``: what its <meta name=viewport> says so far;
    ``required_csp``: the policy that its frame asks of it."""

    fetch: Fetch
    base: URL
    referrer_policy: ReferrerPolicy = DEFAULT
    parent: Document | None = None
    depth: int = 0
    base_is_set: bool = False
    refreshes: int = 0
    resources: dict[ResourceKey, Fetch] = field(default_factory=dict)
    fonts: Fonts = field(default_factory=Fonts)
    css_images: CssImages = field(default_factory=CssImages)
    styles: Styles = field(default_factory=Styles)
    hints_asked: HintsAsked = field(default_factory=HintsAsked)
    place: Place = field(default_factory=Place)
    policies: Policies = field(default_factory=Policies)
    import_map: ImportMap = field(default_factory=ImportMap)
    embedded: Embedded = field(default_factory=Embedded)
    preferred: str | None = None
    graph: ModuleGraph = field(default_factory=ModuleGraph)
    parsing: Parsing = field(default_factory=Parsing)
    data_modules: set[str] = field(default_factory=set)
    is_srcdoc: bool = False
    is_hidden: bool = False
    layout: Layout = UNSAID
    required_csp: str | None = None

    @property
    def url(self) -> URL:
        return self.fetch.url


@dataclass(slots=True, eq=False)
class Consumer:
    """An element or rule of ``document`` that wants a URL: kept while it waits for the head of a hinted request
    (EH 9.3). ``applies``: whether a style sheet does, here, so that what it names can be wanted; ``note`` is said of
    what becomes of it. ``is_judged``: the policies were asked about it."""

    document: Document
    source: int
    candidate: Candidate
    url: URL
    found_at: float
    destination: Destination
    mode: Mode
    credentials: Credentials
    priority: NetPriority
    fetch_priority: FetchPriority
    initiator: Initiator
    client: URL
    referrer: URL
    applies: bool = True
    note: str = ""
    is_judged: bool = False
    referrer_policy: ReferrerPolicy | None = None

    @property
    def policy(self) -> ReferrerPolicy:
        """Its own, else the document's."""
        return self.referrer_policy or self.document.referrer_policy


@dataclass(slots=True, eq=False)
class Fetch:
    """``client`` is the document it is made for (None for a navigation), ``referrer`` the document or sheet that named
    it. ``consumer`` is what asked for it, None for navigations and hints nobody claimed. ``sent`` are the fields it
    went with, kept for Vary; ``asked`` and ``received`` are when it went and its head came, seconds since the epoch.
    ``hops`` are the URLs that redirected here, ``restarted``: it was sent before, without a critical client hint.
    ``stored`` is the cache entry that answers it, or that the server is asked about with ``conditions``; ``keeps``: its
    own answer becomes one. ``background``: it only renews an entry that was used stale, which ``renewed_for`` got.
    ``retried`` allows one second try, ``misdirected`` another after a 421, ``returned`` counts how often it came back
    unsent. ``encoding`` is what its text is read as, ``document`` what a navigation became. ``hop`` is where a redirect
    led before anybody wanted it (EH 7.3).
    ``crossed``: a hop before it was of another origin than its client; ``tainted``: its origin is then "null" to the
    server (Fetch). ``integrity`` is the metadata it is checked against, ``is_checked`` False while that goes on.
    ``unwanted``: a hint's, which no document takes (EH 12.1).
    ``told_by``: of what stands in a document (``inner``), whose id is below 0, the request that brought it."""

    id: int
    url: URL
    destination: Destination
    mode: Mode
    credentials: Credentials
    priority: NetPriority
    fetch_priority: FetchPriority
    initiator: Initiator
    key: ConnectionKey
    client: URL | None = None
    referrer: URL | None = None
    referrer_policy: ReferrerPolicy = DEFAULT
    hint: int | None = None
    consumer: Consumer | None = None
    state: FetchState = FetchState.QUEUED
    connection: int | None = None
    reused: bool = False
    retried: bool = False
    misdirected: bool = False
    returned: int = 0
    redirects: int = 0
    interims: int = 0
    status: int | None = None
    reason: str = ""
    version: str = ""
    fields: Fields = ()
    hops: tuple[URL, ...] = ()
    restarted: bool = False
    sent: Fields = ()
    scanning: bool = False
    encoding: str | None = None
    document: Document | None = None
    hop: Fetch | None = None
    crossed: bool = False
    tainted: bool = False
    integrity: str = ""
    is_checked: bool = True
    unwanted: bool = False
    waiting: list[Consumer] = field(default_factory=list)
    until_end: list[Consumer] = field(default_factory=list)
    asked: float | None = None
    received: float | None = None
    stored: Entry | None = None
    conditions: Fields = ()
    keeps: bool = False
    background: bool = False
    renewed_for: Consumer | None = None
    told_by: int | None = None

    @property
    def is_navigation(self) -> bool:
        """Of the page itself, not of a frame in it."""
        return self.destination is Destination.DOCUMENT

    @property
    def is_hinted(self) -> bool:
        """Started by a 103, and not by the document; so is where its redirect led."""
        return self.hint is not None

    @property
    def is_ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def recorded(self) -> int:
        """The request of the record that it is, or stands in."""
        return self.id if self.told_by is None else self.told_by

    @property
    def is_cached(self) -> bool:
        """Answered by the HTTP cache alone."""
        return self.stored is not None and not self.conditions and not self.background

    @property
    def is_pending(self) -> bool:
        return self.state is FetchState.QUEUED or self.state is FetchState.STARTED


@dataclass(frozen=True, slots=True)
class Preload:
    """HTML's preload entry for a hint (EH 9.1): the request, and the integrity metadata its link named ("": none)."""

    fetch: Fetch
    integrity: str

    def fits(self, consumer: Consumer) -> bool:
        """Whether ``consumer``, whose request is the same, may have it: its integrity is empty or the preload's."""
        wanted = (consumer.candidate.attribute("integrity") or "").split()
        return not wanted or wanted == self.integrity.split()
