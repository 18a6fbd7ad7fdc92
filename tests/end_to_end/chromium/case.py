"""One case of the corpus: a page and what it shows. Chromium and we load it, and the server's log judges.

How to add cases. Put them in the file of their subject below ``cases/`` (or a new file there; any file that has a
tuple or list ``CASES`` counts), one ``Case`` each:

    Case("eh-3-2-nopush", ("EH 3.2",), hints=["</a.css>; rel=preload; as=style; nopush"])
    Case("img-srcset-density", ("html img srcset",), "<img src=a.png srcset='b.png 2x'>", dpr=2.0)
    Case("css-import", ("css import",), "<link rel=stylesheet href=s.css>", files={"s.css": "@import 'i.css';"})

then ask Chromium, look at what it asked for, and keep that for the fast test:

    python -m tests.end_to_end.chromium.corpus --only 'img-*' --renew -v

What you write is the body of a document at https://a.test/; ``page()`` puts a doctype and a title before it unless it
begins with "<!doctype" or "<html". Any name that ends in ".test" is an origin of its own, so write https://b.a.test/
(same site), https://other.test/, https://cdn.shop.test/ and so on, in markup, style sheets and header fields alike.
All speak HTTP/2 over TLS; https://old.test and its subdomains speak HTTP/1.1 over TLS, http:// is HTTP/1.1 in clear.
A certificate is for one name, but for https://x.wide.test and its like: theirs is for wide.test and *.wide.test.
In a policy write sources with their scheme (https://other.test), since a port is added to it on the way; content
whose hash counts (integrity) must name no origin. Behind the
scenes each case has sites of its own (a-c17.test), so nothing is shared between cases: no connection, cookie or cache.

What is not in ``files`` is answered by its extension, or by Sec-Fetch-Dest where it has none: an empty style sheet,
an empty script, a picture of one pixel, a font that loads, an empty page; fresh for ten minutes and readable by every
origin. Scripts are therefore inert; write no inline script that asks for things.

``hints`` are Link values of a 103 sent 50 ms after the request (Chromium loses an immediate one); the final head
follows ``think_ms`` later. Several 103s, redirects, early ends: give a whole ``site`` of ``fetcher.origin`` steps with
these same names (``early()`` makes the usual answer). A compared load is over when the load event has fired and the
server has heard nothing for a while.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from fetcher.origin import Answer, Body, Head, Interim, RequestSeen, Route, Site, Step, Wait, links
from fetcher.terms import Fields
from tests.end_to_end.chromium.media import CONTENT, TYPES

EARLY_MS = 50.0
OPEN: Fields = (("access-control-allow-origin", "*"),)
FRESH = "max-age=600"


@dataclass(frozen=True, slots=True)
class Case:
    """``id``: lower case with dashes, unique. ``rules``: what it shows, as "EH 4.2" or words such as "html img srcset".

    ``html``, ``fields`` and ``status`` are the final response of ``url``, ``hints`` and ``interim`` the Link values and
    other fields of the 103 before it. ``files``: by path (relative to ``url``) or whole URL, the text of a file or a
    whole answer (``file()`` makes one). ``site``, if given, answers everything and replaces all of these; its
    ``default`` may be ``anything``. ``visits`` are URLs navigated to afterwards with the same cache and cookies.
    ``kept`` says why a difference stays; the README lists it. ``unscored`` names parts of the comparison that Chromium
    itself does now this way, now that way: "connections", "before", "repeats" (how
    often one URL is asked for), or a field's name; ``unscored_why`` says why.
    ``counted``: every TLS handshake counts as a connection, used or not, and origins that shared one are told; only
    for pages that ask a host for one thing at a time, since Chromium opens several sockets to one it does not know.
    """

    id: str
    rules: tuple[str, ...]
    html: str = ""
    hints: Sequence[str] = ()
    interim: Fields = ()
    fields: Fields = ()
    files: Mapping[str, str | bytes | Route] = field(default_factory=dict)
    status: int = 200
    url: str = "https://a.test/"
    site: Site | None = None
    visits: Sequence[str] = ()
    viewport: tuple[int, int] = (1350, 940)
    dpr: float = 1.0
    mobile: bool = False
    think_ms: float = 150.0
    kept: str = ""
    unscored: tuple[str, ...] = ()
    unscored_why: str = ""
    counted: bool = False

    @property
    def emulates(self) -> bool:
        """Chromium must be told of another screen than its own."""
        return (self.viewport, self.dpr, self.mobile) != ((1350, 940), 1.0, False)

    def as_site(self) -> Site:
        """Everything this case answers, with the names it is written with."""
        if self.site is not None:
            return self.site
        document = early(
            self.html, self.hints, interim=self.interim, fields=self.fields, status=self.status, think_ms=self.think_ms
        )
        hosts: dict[str, dict[str, Route]] = {}
        for name, content in {self.url: document, **self.files}.items():
            place = urlsplit(urljoin(self.url, name))
            target = (place.path or "/") + (f"?{place.query}" if place.query else "")
            answer = file(content, type_of(target)) if isinstance(content, str | bytes) else content
            hosts.setdefault(place.hostname or "", {})[target] = answer
        return Site({}, hosts, anything)


def page(html: str) -> str:
    """``html`` as a whole document; one that is whole already stays as it is."""
    if html.lstrip().lower().startswith(("<!doctype", "<html")):
        return html
    return f"<!doctype html><meta charset=utf-8><title>x</title>{html}"


def early(
    html: str = "",
    hints: Sequence[str] = (),
    *,
    interim: Fields = (),
    fields: Fields = (),
    status: int = 200,
    think_ms: float = 150.0,
) -> Answer:
    """A document with a 103 before it where there are hints or interim fields, at once where there are none."""
    head: tuple[Step, ...] = ()
    if hints or interim:
        head = (Wait(EARLY_MS), Interim(103, links(*hints) + interim), Wait(think_ms))
    typed = fields if any(name == "content-type" for name, _ in fields) else (*HTML, *fields)
    return (*head, Head(status, typed), Body(page(html).encode()))


HTML: Fields = (("content-type", "text/html; charset=utf-8"),)


def file(
    content: str | bytes = b"",
    content_type: str | None = None,
    *,
    status: int = 200,
    cache: str | None = FRESH,
    cors: Fields = OPEN,
    fields: Fields = (),
    delay_ms: float = 0,
) -> Answer:
    """A file's answer: ``cache`` is its Cache-Control, ``cors`` what lets other origins read it (() for nothing)."""
    head: Fields = (("content-type", content_type),) if content_type else ()
    if cache is not None:
        head += (("cache-control", cache),)
    data = content.encode() if isinstance(content, str) else content
    return (Wait(delay_ms), Head(status, head + cors + fields), Body(data))


def redirect(to: str, *, status: int = 302, fields: Fields = ()) -> Answer:
    return (Head(status, (("location", to), *fields)), Body(b""))


def type_of(target: str) -> str | None:
    """The content type that goes with a path's extension; None without a known one."""
    name = target.partition("?")[0].rpartition("/")[2]
    return TYPES.get(name.rpartition(".")[2]) if "." in name else None


def anything(request: RequestSeen) -> Answer:
    """The answer to what no case mentions: something valid of the type that is asked for."""
    content_type = type_of(request.target)
    if content_type is None:
        content_type = {
            "style": "text/css", "script": "text/javascript", "image": "image/png", "font": "font/woff2",
            "document": HTML[0][1], "iframe": HTML[0][1], "frame": HTML[0][1],
        }.get(request.field("sec-fetch-dest") or "", "text/plain")  # fmt: skip
    return file(CONTENT.get(content_type, b""), content_type)
