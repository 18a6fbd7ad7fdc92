"""A real site, whole: Debian's python3-doc on a real apache2 over HTTP/2, with H2EarlyHint for the style sheets and
scripts of each page tried. What a page names is found by the standard library's parser: the two can disagree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import pytest

import fetcher
from tests.support.servers import Missing, Server, require_or_skip, running

pytestmark = pytest.mark.interop

DOCS = Path("/usr/share/doc/python3/html")
PAGES = ("index.html", "library/asyncio.html", "library/functions.html", "genindex-all.html", "tutorial/index.html")


class Named(HTMLParser):
    """The style sheets, scripts and images that a document names, as written."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.hinted: list[tuple[str, str]] = []
        self.images: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "link" and found.get("rel") == "stylesheet":
            self.hinted.append((found["href"], "style"))
        elif tag == "script" and "src" in found:
            self.hinted.append((found["src"], "script"))
        elif tag == "img":
            self.images.append(found["src"])


def file_of(path: str) -> Path:
    return DOCS / path.partition("?")[0].removeprefix("/docs/")


def imports(path: str) -> Iterator[str]:
    """The sheets that the sheet at ``path`` imports, and those that they import."""
    for name in re.findall(r'@import url\("([^"]+)"\)', file_of(path).read_text(encoding="utf-8")):
        imported = urljoin(path, name)
        yield imported
        yield from imports(imported)


def hints_and_resources(page: str) -> tuple[list[tuple[str, str]], set[str]]:
    """(path, destination) of what is to be hinted for ``page``, and the paths of all that it needs."""
    path = f"/docs/{page}"
    named = Named(file_of(path).read_text(encoding="utf-8"))
    hinted = [(urljoin(path, url), kind) for url, kind in named.hinted]
    needed = {url for url, _ in hinted} | {urljoin(path, url) for url in named.images}
    needed.update(other for url, kind in hinted if kind == "style" for other in imports(url))
    return hinted, needed


@pytest.fixture(scope="module")
def documentation(certificates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """apache2 with the documentation under /docs/ and one H2EarlyHint per sheet and script of each page in PAGES."""
    require_or_skip("apache2")
    if not (DOCS / "index.html").is_file():
        require_or_skip("apache2", Missing(f"python3-doc is not installed here ({DOCS} not found)"))
    folder = tmp_path_factory.mktemp("documentation")
    extra = folder / "hints.conf"
    with extra.open("w") as conf:
        for page in PAGES:
            conf.write(f'<Location "/docs/{page}">\n')
            for url, kind in hints_and_resources(page)[0]:
                conf.write(f'  H2EarlyHint Link "<{url}>; rel=preload; as={kind}"\n')
            conf.write("</Location>\n")
    with running("apache2", certificates, folder, DOCS=str(DOCS.resolve()), EXTRA=str(extra)) as server:
        yield server


@pytest.mark.parametrize("page", PAGES)
async def test_every_resource_of_the_page_is_loaded(documentation: Server, trusting, page: str) -> None:
    """Each sheet, import, script and image of the page comes with 200, once, and the hinted ones were asked for before
    the final head and used."""
    hinted, needed = hints_and_resources(page)
    load = await fetcher.load_page(documentation.url(f"/docs/{page}"), options=trusting(http="2"))
    assert (load.outcome, load.document_request.status) == ("loaded", 200)
    asked = Counter(request.url.removeprefix(documentation.url("")) for request in load.requests[1:])
    assert needed <= set(asked)
    assert {request.status for request in load.requests} == {200}
    assert {request.outcome for request in load.requests} == {"complete"}
    assert asked.most_common(1)[0][1] == 1
    assert load.document_request.sizes.decoded == file_of(f"/docs/{page}").stat().st_size
    assert len(load.interim) == 1
    assert [(hint.href, hint.destination) for hint in load.hints] == hinted
    assert all(hint.acted and hint.used for hint in load.hints)
    assert len({request.connection for request in load.requests}) == 1
