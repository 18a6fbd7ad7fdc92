"""Real documents, loaded by us and by a real Chromium from a real apache2: do both ask for the same things?

Pages of four of Debian's -doc packages, over HTTP/2 with TLS, each with a 103 (H2EarlyHint) for its style sheets,
scripts or banner where it has any. Scripts are inert, not switched off: external ones are served empty, inline ones
blocked by a policy. Each load has a host name of its own, so the server's access log says which load a request belongs
to, and no load finds a connection or a cached file of another.

    python -m tests.end_to_end.chromium.documents --count 500
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import fetcher
from fetcher.net import NetOptions
from tests.support import chromium
from tests.support.servers import Missing, Server, running, write_certificates

COLLECTIONS = {
    "python": Path("/usr/share/doc/python3/html"),
    "postgresql": Path("/usr/share/doc/postgresql-doc-15/html"),
    "git": Path("/usr/share/doc/git-doc"),
    "sqlite": Path("/usr/share/doc/sqlite3"),
}
"""Four generators: Sphinx, DocBook, AsciiDoc (whose pages carry style and script within), and SQLite's own."""

PACKAGES = {"python": "python3-doc", "postgresql": "postgresql-doc-15", "git": "git-doc", "sqlite": "sqlite3-doc"}
HINTS = {
    "python": [
        *((f"_static/{name}", "style") for name in ("pygments.css", "pydoctheme.css?2022.1")),
        *((f"_static/{name}.js", "script") for name in (
            "documentation_options", "jquery", "underscore", "_sphinx_javascript_frameworks_compat", "doctools",
            "sphinx_highlight", "sidebar", "copybutton", "menu",
        )),
    ],
    "postgresql": [("stylesheet.css", "style")],
    "git": [],
    "sqlite": [("sqlite.css", "style"), ("images/sqlite370_banner.gif", "image")],
}  # fmt: skip
DOMAIN = "docs.test"
HOSTS = {"chromium": "c{}." + DOMAIN, "fetcher": "f{}." + DOMAIN}
CHROMIUM, FETCHER = "chromium", "fetcher"


@dataclass(frozen=True, slots=True)
class Document:
    """``path`` is where the site has it, such as "/python/library/asyncio.html"."""

    number: int
    path: str


@dataclass(frozen=True, slots=True)
class Logged:
    """One line of the access log. ``destination`` is Sec-Fetch-Dest, ``referrer`` the path of Referer or ""."""

    target: str
    method: str
    status: str
    destination: str
    referrer: str


@dataclass(frozen=True, slots=True)
class Difference:
    """``asked`` came ``by_chromium`` times and ``by_us`` times while ``document`` was loaded."""

    document: Document
    asked: Logged
    by_chromium: int
    by_us: int

    @property
    def kind(self) -> str:
        """Which differences are alike."""
        what = f"{self.asked.method} {self.asked.target} {self.asked.status} as {self.asked.destination}"
        if not self.by_us or not self.by_chromium:
            return f"{'only Chromium' if self.by_chromium else 'only fetcher'} asks: {what}"
        return f"Chromium asks {self.by_chromium} times, fetcher {self.by_us}: {what}"

    @property
    def reason(self) -> str | None:
        """Why it is to be expected; None is a fault, ours until shown otherwise."""
        if self.asked.target == "/favicon.ico" and not self.by_us:
            return "for the tab strip, after the load; no document names it"
        return None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of it. ``requests`` counts Chromium's and ours; ``hinted`` those of ours that a 103 caused."""

    documents: tuple[Document, ...]
    requests: tuple[int, int]
    hinted: int
    with_a_103: int
    differences: tuple[Difference, ...]
    failures: tuple[str, ...]
    seconds: tuple[float, float]


def choose(count: int) -> list[Document]:
    """``count`` documents, as many of each collection, evenly spread over the sorted list of its files."""
    paths: list[str] = []
    for place, (name, folder) in enumerate(COLLECTIONS.items()):
        files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
        if not files:
            raise Missing(f"{PACKAGES[name]} is not installed here (no documents in {folder})")
        share = min(len(files), count // len(COLLECTIONS) + (place < count % len(COLLECTIONS)))
        paths += [f"/{name}/{files[number * len(files) // share]}" for number in range(share)]
    return [Document(number, path) for number, path in enumerate(paths)]


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[tuple[Server, Path]]:
    """apache2 with all collections; gives it and its access log."""
    folder.chmod(0o755)
    empty = folder / "empty.js"
    empty.write_bytes(b"")
    log = folder / "access.log"
    lines = [
        'LogFormat "%{Host}i %m %U%q %>s %{Sec-Fetch-Dest}i %{Referer}i" each',
        f'CustomLog "{log}" each',
        f'AliasMatch "\\.js$" "{empty}"',
        f'<Directory "{folder}">\n  Require all granted\n</Directory>',
        "Header set Content-Security-Policy \"script-src 'self'\"",
    ]
    for name, documents in COLLECTIONS.items():
        lines.append(f'Alias "/{name}/" "{documents.resolve()}/"')
        lines.append(
            f'<Directory "{documents.resolve()}">\n  Require all granted\n  Options +FollowSymLinks\n</Directory>'
        )
        lines.append(f'<LocationMatch "^/{name}/.*\\.html$">')
        lines += [f'  H2EarlyHint Link "</{name}/{url}>; rel=preload; as={kind}"' for url, kind in HINTS[name]]
        lines.append("</LocationMatch>")
    extra = folder / "documents.conf"
    extra.write_text("\n".join(lines) + "\n")
    certificates = write_certificates(folder, f"*.{DOMAIN}", "localhost")
    with running("apache2", certificates, folder, EXTRA=str(extra)) as server:
        yield server, log


def compare(documents: Sequence[Document]) -> Comparison:
    """Load every document with both and read the access log. Raises ``Missing`` where apache2 or Chromium is."""
    # Not one of pytest's folders: apache2's own user cannot look into those.
    with tempfile.TemporaryDirectory(prefix="fetcher-documents-") as folder:
        return _compare(documents, Path(folder))


def _compare(documents: Sequence[Document], folder: Path) -> Comparison:
    trust = []
    failures: list[str] = []
    with serving(folder) as (server, log):
        trust.append(chromium.key_hash(folder / "server.pem"))
        rules = f"MAP *.{DOMAIN} 127.0.0.1, MAP * ~NOTFOUND"
        with chromium.running(trust=trust, resolve=rules) as browser:
            for _ in range(2):  # its first loads do more than a load
                with browser.tab() as tab:
                    tab.load(f"https://warm.{DOMAIN}:{server.port}{documents[0].path}")
            start = time.monotonic()
            for document in documents:
                url = url_of(CHROMIUM, document, server)
                for attempt in (1, 2):
                    try:
                        with browser.tab(watch_network=True) as tab:
                            tab.load(url)
                        break
                    except chromium.ChromiumFailed as error:
                        if attempt == 2:
                            failures.append(f"{document.path}: {error}")
            theirs = time.monotonic() - start
        start = time.monotonic()
        hinted, with_a_103 = asyncio.run(_load_all(documents, server, failures))
        ours = time.monotonic() - start
    logged = read(log)
    differences = []
    requests = [0, 0]
    for document in documents:
        by_chromium, by_us = (logged.get(HOSTS[who].format(document.number), []) for who in (CHROMIUM, FETCHER))
        requests[0] += len(by_chromium)
        requests[1] += len(by_us)
        differences += differences_of(document, by_chromium, by_us)
    return Comparison(
        documents=tuple(documents),
        requests=(requests[0], requests[1]),
        hinted=hinted,
        with_a_103=with_a_103,
        differences=tuple(differences),
        failures=tuple(failures),
        seconds=(theirs, ours),
    )


def differences_of(document: Document, by_chromium: Sequence[Logged], by_us: Sequence[Logged]) -> Iterator[Difference]:
    """What one asked for more often than the other, by target, method and status."""
    asked = {key_of(each): each for each in (*by_us, *by_chromium)}
    counts = [Counter(key_of(each) for each in one) for one in (by_chromium, by_us)]
    for key in sorted(asked):
        if counts[0][key] != counts[1][key]:
            yield Difference(document, asked[key], counts[0][key], counts[1][key])


def key_of(logged: Logged) -> tuple[str, str, str]:
    return logged.target, logged.method, logged.status


def url_of(who: str, document: Document, server: Server) -> str:
    return f"https://{HOSTS[who].format(document.number)}:{server.port}{document.path}"


async def _load_all(documents: Sequence[Document], server: Server, failures: list[str]) -> tuple[int, int]:
    options = NetOptions(resolve=(("*", server.port, "127.0.0.1"),), ca_file=str(server.ca))
    hinted = with_a_103 = 0
    for document in documents:
        load = await fetcher.load_page(url_of(FETCHER, document, server), browser="chromium", options=options)
        hinted += sum(hint.acted for hint in load.hints)
        with_a_103 += bool(load.interim)
        failures += [
            f"{document.path}: {request.url} {request.status} {request.outcome} {request.error}"
            for request in load.requests
            if request.outcome != "complete" or request.status != 200
        ]
    return hinted, with_a_103


def read(log: Path) -> dict[str, list[Logged]]:
    """The access log by host name."""
    found: dict[str, list[Logged]] = {}
    for line in log.read_text().splitlines():
        authority, method, target, status, destination, referrer = line.split(" ")
        path = urlsplit(referrer).path if referrer != "-" else ""
        found.setdefault(authority.partition(":")[0], []).append(Logged(target, method, status, destination, path))
    return found


def report(found: Comparison) -> str:
    unexplained = [difference for difference in found.differences if difference.reason is None]
    lines = [
        f"{len(found.documents)} documents; requests: Chromium {found.requests[0]} in {found.seconds[0]:.1f} s, "
        f"fetcher {found.requests[1]} in {found.seconds[1]:.1f} s",
        f"{found.with_a_103} came with a 103; {found.hinted} requests were made for hints",
        f"{len(found.differences)} differences, {len(unexplained)} of them unexplained; {len(found.failures)} failures",
    ]
    kinds = Counter((difference.kind, difference.reason) for difference in found.differences)
    for (kind, reason), count in sorted(kinds.items(), key=lambda each: (each[0][1] or "", -each[1], each[0][0])):
        lines.append(f"  {count:4} x {kind}   {reason or 'UNEXPLAINED'}")
    return "\n".join([*lines, *(f"  failed: {each}" for each in found.failures)])


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.end_to_end.chromium.documents")
    options.add_argument("--count", type=int, default=500, help="how many documents (default 500)")
    given = options.parse_args()
    try:
        found = compare(choose(given.count))
    except Missing as missing:
        print(missing)
        return 0
    print(report(found))
    return 1 if found.failures or any(each.reason is None for each in found.differences) else 0


if __name__ == "__main__":
    sys.exit(main())
