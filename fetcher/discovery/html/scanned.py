"""What a scanner of documents, HTML or XHTML, finds and counts, and the CSS of a document that is read whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fetcher.discovery.candidates import Candidate, CandidateKind, candidate_of
from fetcher.discovery.css.scanner import CssScanner
from fetcher.discovery.html import elements
from fetcher.discovery.html.digests import of_text
from fetcher.discovery.html.embedding import Embedding
from fetcher.discovery.html.picture import Picture

Pairs = tuple[tuple[str, str], ...]


class Scanned:
    """``inline_scripts`` counts inline <script> elements of JavaScript types, ``is_past_head`` tells whether the body
    has begun, ``overflows`` counts tags, urls and values dropped for their size, ``data_urls`` those seen in CSS.
    ``_found`` is what the stretch at hand has named so far."""

    def __init__(self, *, digest_styles: bool) -> None:
        self.inline_scripts = 0
        self.is_past_head = False
        self.overflows = 0
        self.data_urls = 0
        self._found: list[Candidate] = []
        self._digest_styles = digest_styles
        self._families: set[str] = set()  # that some CSS of the document has named
        self._templates = 0
        self._picture = Picture()
        self._embedding = Embedding()

    def _name(
        self,
        named: Iterable[tuple[CandidateKind, str]],
        element: str,
        attributes: Mapping[str, str],
        pairs: Pairs,
        sources: tuple[Pairs, ...],
        line: int,
        offset: int,
    ) -> None:
        """What an element names, with ``pairs`` of its attributes; ``sources`` are those of its <picture>."""
        for kind, url in named:
            if kind is CandidateKind.CONTENT_SECURITY_POLICY and "'sha" in attributes.get("content", "").lower():
                self._digest_styles = True
            self._found.append(
                candidate_of(
                    kind, url, element, pairs, line, offset, in_head=not self.is_past_head, sources=sources,
                    srcdoc=attributes.get("srcdoc"),
                )
            )  # fmt: skip

    def _declarations(self, text: str | None, element: str, line: int, offset: int) -> None:
        """A style attribute, or what is one in the making."""
        if text and elements.worth_scanning(text):
            self._whole_css(text.encode("utf-8", "surrogatepass"), element, line, offset, declarations=True)

    def _whole_css(
        self,
        text: bytes,
        element: str,
        line: int,
        offset: int,
        attributes: Pairs = (),
        *,
        declarations: bool = False,
    ) -> None:
        """What CSS names stands where its element does: its text is decoded, so bytes do not match."""
        css = CssScanner(
            line=line,
            offset=offset,
            element=element,
            inline=True,
            in_head=not self.is_past_head,
            declarations=declarations,
            fixed=True,
            attributes=attributes,
            families=self._families,
        )
        found = [*css.feed(text), *css.close()]
        self._found += of_text(text, found) if self._digest_styles and found else found
        self.overflows += css.overflows
        self.data_urls += css.data_urls
