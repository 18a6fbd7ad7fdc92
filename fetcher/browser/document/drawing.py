"""What is asked for because something is drawn with it: pictures and fonts of style sheets (``styles``), and what names
decide where a document is too much for the cascade (``css_images``, ``fonts``).
"""

from __future__ import annotations

from fetcher.browser.commands import (
    Command,
    DiscoveryOutcome,
    DiscoveryResolved,
)
from fetcher.browser.document import modules, viewport
from fetcher.browser.document.answers import Answers
from fetcher.browser.document.consumers import consumer_of, consumers_of, document_of, url_of
from fetcher.browser.document.wanting import kept_out
from fetcher.browser.fetches import Document, Fetch
from fetcher.browser.policies import gate
from fetcher.browser.state import LoadState
from fetcher.browser.styles import drawn
from fetcher.browser.styles.css_images import why_conditions_fail
from fetcher.browser.styles.font_sources import EARLIER
from fetcher.discovery.candidates import Candidate, CandidateKind


class Drawing(Answers):
    """``due`` is to be asked after every event."""

    def __init__(self, state: LoadState) -> None:
        super().__init__(state)
        self._screen = state.screen
        self._stirred: dict[int, Document] = {}  # whose styles may have something to ask for

    def _ask(self, source: Fetch, candidate: Candidate, at: float) -> list[Command]:
        commands: list[Command] = []
        for consumer in consumers_of(source, candidate, at, self._screen):
            if isinstance(consumer, str):
                commands.append(self._none(source, candidate, at, consumer))
                commands += self._next_font(document_of(source), candidate)
                continue
            if candidate.kind is CandidateKind.MODULE_SCRIPT:
                modules.begin(consumer)
            commands += self.want(consumer)
        return commands

    def _passed_over(self, source: Fetch, candidate: Candidate, at: float, reason: str) -> list[Command]:
        styles = document_of(source).styles
        if reason is EARLIER and styles.reads:
            styles.spare(source.id, candidate, at)
            return []
        return [self._none(source, candidate, at, reason)]

    def _font(self, source: Fetch, candidate: Candidate, at: float) -> list[Command]:
        """A face waits for a rule that uses its family, and for its characters."""
        document = document_of(source)
        if candidate.attribute("selector") is not None:
            return [self._none(source, candidate, at, "an @font-face in another rule is not valid")]
        conditions = why_conditions_fail(candidate, viewport.screen_in(document, self._screen))
        if conditions is not None:
            return [self._none(source, candidate, at, conditions)]
        if document.styles.reads:
            document.styles.face(source.id, candidate, at)
            return []
        return [command for face in document.fonts.face(source.id, candidate, at) for command in self._face(*face)]

    def _face(self, source: int, face: Candidate, at: float) -> list[Command]:
        return self._ask(self.state.source(source), face, at)

    def _font_used(self, user: Fetch, candidate: Candidate, at: float) -> list[Command]:
        document = document_of(user)
        screen = viewport.screen_in(document, self._screen)
        family = candidate.attribute("family") or ""
        if family in document.fonts.families or isinstance(viewport.use(user, candidate, screen), str):
            return []
        if document.css_images.judge(user.id, candidate, screen, at) is not True:
            return []
        return [command for face in document.fonts.used(family) for command in self._face(*face)]

    def _css_image(self, source: Fetch, candidate: Candidate, at: float) -> list[Command]:
        document = document_of(source)
        judged = document.css_images.judge(source.id, candidate, viewport.screen_in(document, self._screen), at)
        if isinstance(judged, str):
            return [self._none(source, candidate, at, judged)]
        return self._draw(source, candidate, at) if judged else []

    def _draw(self, source: Fetch, candidate: Candidate, at: float) -> list[Command]:
        """A picture whose rule may apply: asked for once something is drawn with it, where that can be told."""
        document = document_of(source)
        if not document.styles.reads or gate.forbidden_inline(document, candidate) is not None:
            return self._ask(source, candidate, at)
        if candidate.attribute("property") is None and candidate.attribute("background") is None:
            return self._ask(source, candidate, at)  # an <feImage>, which is no matter of styles
        use = viewport.use(source, candidate, viewport.screen_in(document, self._screen))
        if isinstance(use, str):
            return [self._none(source, candidate, at, use)]
        document.styles.picture(source.id, candidate, at)
        return []

    def due(self, at: float) -> list[Command]:
        """The pictures and faces that the elements there are by now are drawn with; to be asked after every event."""
        commands: list[Command] = []
        state = self.state
        for number, document in list(self._stirred.items()):
            stands_at = document.parsing.stands_at
            document.styles.parsed(stands_at)
            if not document.styles.is_due:
                if stands_at is None or not (document.styles.pictures or document.styles.fonts):
                    del self._stirred[number]  # until something more is found for it
                continue
            if not drawn.may_be_drawn(document, state):
                continue
            screen = viewport.screen_in(document, self._screen)
            pictures, fonts, unread = drawn.settle(document, screen, url_of, self.state)
            for source, each, met in (*pictures, *fonts):
                commands += self._ask(self.state.source(source), each, met)
            for source, each, met in unread:
                for face in document.fonts.face(source, each, met):
                    commands += self._face(*face)
        return commands

    def _markup(self, source: Fetch, candidate: Candidate, at: float) -> list[Command]:
        """More of the document has come: rules that name pictures may apply now."""
        commands: list[Command] = []
        document = document_of(source)
        characters = "".join(value for key, value in candidate.attributes if key == "characters")
        if characters:
            commands += [command for face in document.fonts.seen(characters) for command in self._face(*face)]
        names = [value for key, value in candidate.attributes if key == "name"]
        for sheet, each in document.css_images.seen(names):
            if each.kind is CandidateKind.FONT_USE:
                faces = document.fonts.used(each.attribute("family") or "")
                commands += [command for face in faces for command in self._face(*face)]
            else:
                commands += self._draw(self.state.source(sheet), each, at)
        return commands

    def _next_font(self, document: Document, candidate: Candidate) -> list[Command]:
        """The next source of a face, after one that asks for nothing, is refused or fails."""
        commands: list[Command] = []
        self._stirred[document.fetch.id] = document
        while candidate.kind is CandidateKind.CSS_FONT and (spare := document.styles.failed(candidate)) is not None:
            number, candidate, at = spare
            source = self.state.source(number)
            consumer = consumer_of(source, candidate, at, self._screen)
            blocked = None
            if not isinstance(consumer, str):
                consumer.is_judged = True
                blocked = gate.before(consumer)
                if blocked is None:
                    return commands + self.want(consumer)
                commands.append(kept_out(consumer, blocked))
            else:
                commands.append(self._none(source, candidate, at, consumer))
        return commands

    def _none(self, source: Fetch, candidate: Candidate, at: float, reason: str) -> DiscoveryResolved:
        url = url_of(source, candidate) if candidate.url else None
        return DiscoveryResolved(
            source.id, candidate, at, url.href if url else None, DiscoveryOutcome.NO_REQUEST, reason
        )
