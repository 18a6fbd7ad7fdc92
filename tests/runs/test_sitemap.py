"""Sitemaps: lists, indexes, gzip; what hostile ones meet."""

from __future__ import annotations

import gzip

import pytest

from fetcher.errors import ContentError, FetcherError
from fetcher.runs import sitemap
from fetcher.runs.sitemap import read_sitemap

NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urlset(*places: str) -> bytes:
    return f"<urlset {NAMESPACE}>{''.join(f'<url><loc> {one} </loc></url>' for one in places)}</urlset>".encode()


def index(*places: str) -> bytes:
    entries = "".join(f"<sitemap><loc>{one}</loc></sitemap>" for one in places)
    return f"<?xml version='1.0'?><sitemapindex {NAMESPACE}>{entries}</sitemapindex>".encode()


async def read(files: dict[str, bytes], most: int = 100) -> sitemap.Sitemap:
    async def get(url: str) -> bytes:
        path = url.removeprefix("https://a.test")
        if path not in files:
            raise FetcherError(f"{url} answered 404")
        return files[path]

    return await read_sitemap("https://a.test/sitemap.xml", get, most=most)


async def test_an_index_of_lists() -> None:
    """Every list is read, gzip or not, each page once; other sites' are left out and counted."""
    found = await read({
        "/sitemap.xml": index("https://a.test/1.xml", "https://a.test/2.xml.gz", "https://other.test/3.xml"),
        "/1.xml": urlset("https://a.test/a", "https://a.test/b?x=1&amp;y=2", "https://other.test/c"),
        "/2.xml.gz": gzip.compress(urlset("https://a.test/a", "https://www.a.test/d", "ftp://a.test/e", ""), mtime=0),
    })  # fmt: skip
    assert [one.url for one in found.pages] == ["https://a.test/a", "https://a.test/b?x=1&y=2", "https://www.a.test/d"]
    assert (found.foreign, found.more) == (2, False)


async def test_no_more_than_asked_for() -> None:
    """The first ones, and it says that there are more; lists that are not needed are not fetched."""
    files = {
        "/sitemap.xml": index("https://a.test/1.xml", "https://a.test/gone.xml"),
        "/1.xml": urlset(*[f"https://a.test/{number}" for number in range(10)]),
    }
    found = await read(files, most=3)
    assert (len(found.pages), found.more) == (3, True)


async def test_an_index_that_names_itself() -> None:
    """Each list is read once, and only so deep."""
    files = {"/sitemap.xml": index("https://a.test/sitemap.xml", "https://a.test/0.xml")}
    files |= {f"/{number}.xml": index(f"https://a.test/{number + 1}.xml") for number in range(9)}
    with pytest.raises(ContentError, match="names no page of its own site"):
        await read(files)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<html></html>", "this is no sitemap; its XML is a <html>"),
        (b"nothing", "the sitemap is no XML"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><urlset/>", "has a document type"),
        (urlset().decode().encode("utf-16"), "is not UTF-8"),
        (gzip.compress(urlset("https://a.test/"), mtime=0)[:-9], "gzip breaks off"),
        (b"\x1f\x8bnothing", "gzip cannot be read"),
        (urlset("https://other.test/"), "names no page of its own site"),
    ],
)
async def test_what_is_no_sitemap(content: bytes, told: str) -> None:
    """One sentence with the URL."""
    with pytest.raises(ContentError, match=told) as caught:
        await read({"/sitemap.xml": content})
    assert str(caught.value).startswith("https://a.test/sitemap.xml: ")


@pytest.mark.parametrize("packed", [False, True])
async def test_size_is_bounded(packed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before and after decompression."""
    monkeypatch.setattr(sitemap, "MOST_BYTES", 1000)
    content = b" " * 2000 + urlset("https://a.test/")
    with pytest.raises(ContentError, match="more than 1000 bytes"):
        await read({"/sitemap.xml": gzip.compress(content, mtime=0) if packed else content})
