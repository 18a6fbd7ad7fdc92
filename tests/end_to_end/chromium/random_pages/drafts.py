"""A page as a tree whose parts can be taken away one by one, and the smallest one that still shows a difference.

``Piece`` is text with pieces in it: ``Piece("<img", Piece(" src=a.png"), ">")``. Leaving an inner piece out, or putting
what an element holds in its place, leaves a page that is still worth loading. ``Draft`` is a whole case of such pieces.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from fetcher.origin import Answer, Body, Head, Interim, Route, Wait, links
from fetcher.terms import Fields
from tests.end_to_end.chromium.case import EARLY_MS, FRESH, HTML, OPEN, Case, type_of
from tests.end_to_end.chromium.media import CONTENT
from tests.end_to_end.chromium.network import NAME

AT_ONCE = 4
CHUNK_MS = 40.0


class Piece(tuple["str | Piece", ...]):
    """Text and pieces in order. Immutable."""

    __slots__ = ()

    def __new__(cls, *parts: str | Piece) -> Piece:
        return super().__new__(cls, parts)

    def __str__(self) -> str:
        return "".join(str(each) for each in self)

    def smaller(self) -> Iterator[Piece]:
        """One piece less each, large ones first; then one piece replaced by the pieces in it."""
        places = [number for number, each in enumerate(self) if isinstance(each, Piece)]
        if len(places) > 2:  # halves first
            middle = len(places) // 2
            for gone in (set(places[:middle]), set(places[middle:])):
                yield Piece(*(each for number, each in enumerate(self) if number not in gone))
        for number in places:
            yield Piece(*self[:number], *self[number + 1 :])
        for number in places:
            inner = self[number]
            assert isinstance(inner, Piece)
            held = tuple(each for each in inner if isinstance(each, Piece))
            if held:
                yield Piece(*self[:number], *held, *self[number + 1 :])
            for each in inner.smaller():
                yield Piece(*self[:number], each, *self[number + 1 :])


@dataclass(frozen=True, slots=True)
class File:
    """What one URL answers with, beside its content."""

    content: Piece | None = None
    status: int = 200
    fields: Fields = ()
    cors: bool = True
    fresh: bool = True
    delay_ms: float = 0.0

    def smaller(self) -> Iterator[File]:
        for name, plain in (("status", 200), ("fields", ()), ("cors", True), ("fresh", True), ("delay_ms", 0.0)):
            if getattr(self, name) != plain:
                yield replace(self, **{name: plain})
        if self.content is not None:
            yield replace(self, content=None)
            for each in self.content.smaller():
                yield replace(self, content=each)

    def answer(self, target: str) -> Answer:
        content_type = type_of(target)
        typed: Fields = (("content-type", content_type),) if content_type else ()
        if any(name == "content-type" for name, _ in self.fields):
            typed = ()
        cache: Fields = (("cache-control", FRESH),) if self.fresh else ()
        body = CONTENT.get(content_type or "", b"") if self.content is None else str(self.content).encode()
        head = Head(self.status, (*typed, *cache, *(OPEN if self.cors else ()), *self.fields))
        return (Wait(self.delay_ms), head, Body(body))


@dataclass(frozen=True, slots=True)
class Draft:
    """A case in the making. ``cuts`` are where the document's text is cut into chunks, as shares of its length."""

    name: str
    html: Piece
    hints: tuple[str, ...] = ()
    interim: Fields = ()
    fields: Fields = ()
    files: Mapping[str, File] = field(default_factory=dict)
    status: int = 200
    cuts: tuple[float, ...] = ()
    through: tuple[str, ...] = ()
    again: bool = False
    mobile: bool = False
    charset: str = "utf-8"

    def case(self) -> Case:
        """``through`` are URLs that redirect, one to the next, and at last to the document."""
        chain = (*self.through, "https://a.test/")
        files: dict[str, str | bytes | Route] = {}
        for url, each in self.files.items():
            target = url.partition("?")[0]
            files[url] = each.answer(target)
        for one, other in itertools.pairwise(chain):
            files[one] = (Head(302, (("location", other),)), Body(b""))
        files[chain[-1]] = self.document()
        screen = {"viewport": (412, 823), "dpr": 1.75, "mobile": True} if self.mobile else {}
        return Case(
            self.name, ("random",), files=files, url=chain[0], visits=(chain[0],) if self.again else (),
            **screen,  # type: ignore[arg-type]
        )  # fmt: skip

    def document(self) -> Answer:
        early = ()
        if self.hints or self.interim:
            early = (Wait(EARLY_MS), Interim(103, links(*self.hints) + self.interim), Wait(150.0))
        text = str(self.html)
        chunks: list[bytes] = []
        start = 0
        names = [match.span() for match in NAME.finditer(text)]
        for share in (*self.cuts, 1.0):
            end = max(text.rfind("<", 0, int(share * len(text))), 0) if share < 1.0 else len(text)
            end = next((after for before, after in names if before < end < after), end)
            if start < end or share == 1.0:
                chunks.append(text[start:end].encode(self.charset, "replace"))
                start = end
        typed = self.fields if any(name == "content-type" for name, _ in self.fields) else (*HTML, *self.fields)
        bodies = [step for each in chunks for step in (Wait(CHUNK_MS), Body(each))][1:]
        return (*early, Head(self.status, typed), *bodies)

    def smaller(self) -> Iterator[Draft]:
        if self.again:
            yield replace(self, again=False)
        if self.through:
            yield replace(self, through=self.through[1:])
        if self.hints:
            yield replace(self, hints=())
        if self.files:
            yield replace(self, files={})
        for each in self.html.smaller():
            yield replace(self, html=each)
        for name in ("hints", "interim", "fields", "cuts"):
            values = getattr(self, name)
            for number in range(len(values)):
                yield replace(self, **{name: values[:number] + values[number + 1 :]})
        names = list(self.files)
        for half in (names[: len(names) // 2], names[len(names) // 2 :]):
            yield replace(self, files={name: each for name, each in self.files.items() if name not in half})
        if self.status != 200:
            yield replace(self, status=200)
        if self.mobile:
            yield replace(self, mobile=False)
        if self.charset != "utf-8":
            yield replace(self, charset="utf-8")
        for url, file in self.files.items():
            yield replace(self, files={name: each for name, each in self.files.items() if name != url})
            for less in file.smaller():
                yield replace(self, files={**self.files, url: less})

    def __str__(self) -> str:
        """As it would be written down."""
        lines = [repr(str(self.html))]
        told = ("hints", "interim", "fields", "cuts", "through", "again", "mobile")
        lines += [f"{name}={getattr(self, name)!r}" for name in told if getattr(self, name)]
        lines += [f"status={self.status}"] * (self.status != 200) + [f"charset={self.charset}"] * (
            self.charset != "utf-8"
        )
        for url, each in self.files.items():
            told = [] if each.content is None else [repr(str(each.content))]
            for name, plain in (("status", 200), ("fields", ()), ("cors", True), ("fresh", True), ("delay_ms", 0.0)):
                if getattr(each, name) != plain:
                    told.append(f"{name}={getattr(each, name)!r}")
            lines.append(f"{url!r}: file({', '.join(told)})")
        return "\n    ".join(lines)


async def shrink(draft: Draft, differs: Callable[[Draft], Awaitable[bool]], patience: int = 400) -> Draft:
    """The smallest draft to be had by taking parts away, one after the other, that still ``differs``; several are tried
    side by side. Ends after ``patience`` trials."""
    tried: set[str] = set()
    progress = True
    while progress and len(tried) < patience:
        progress = False
        waiting = draft.smaller()
        while len(tried) < patience and not progress:
            batch = [each for _, each in zip(range(AT_ONCE), _untried(waiting, tried), strict=False)]
            if not batch:
                break
            answers = await asyncio.gather(*(differs(each) for each in batch))
            for each, yes in zip(batch, answers, strict=True):
                if yes:
                    draft, progress = each, True
                    break
    return draft


def _untried(drafts: Iterator[Draft], tried: set[str]) -> Iterator[Draft]:
    for each in drafts:
        if (told := str(each)) not in tried:
            tried.add(told)
            yield each
