"""The import lexer: an ECMAScript module's bytes in, its import specifiers out, with nothing run and no tree built.

A module's imports are known to a browser only once all of it has come, so the answer comes with ``close``; the bytes
are looked at as they come (``feed``), so that no step takes longer than its piece deserves: for every cutting the same
answer. Time is linear in the bytes whatever they are. It tells strings, templates, comments and regular expressions
from code, not right programs from wrong ones: ``Unreadable`` is raised for what cannot be lexed, brackets that do not
pair, HTML-like comments (which modules forbid) and import declarations that are none; names declared twice and other
early errors are not seen. A slash right after the closing brace of a function or class is taken to begin a regular
expression, since nobody divides a function that was not called.
"""

from __future__ import annotations

import re

from fetcher.discovery.modules import tokens as t
from fetcher.discovery.modules.declarations import Import, Mark, Unreadable, declared

DEPTH = 50_000
"""Brackets and templates open at a time, past which nothing is read."""
UNREAD = 262_144
"""Bytes that are only searched for the words an import needs. What is larger is read as it comes: no step of it is
long, however late the first import stands."""
_MARKS = (b"import", b"export", b"<!--", b"-->")
_IS_WORD = re.compile(rb"[" + t.WORD + rb"\\#]")
_PLAIN_END = re.compile(rb"[\w$\x80-\xff\\<!-]++\Z")
_OPENING = {0x28: 0x29, 0x5B: 0x5D, 0x7B: 0x7D}
_CLOSING = frozenset(_OPENING.values())
_QUOTES = b"\"'`"
_WIDE_SPACES = tuple(each.encode() for each in "\xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff")


class ImportLexer:
    """One module. ``limit``: how many imports are looked for; the rest is left out and ``is_cut`` says so."""

    def __init__(self, limit: int = 20_000) -> None:
        self.is_cut = False
        self._limit = limit
        self._text = bytearray()
        self._index = 0
        self._wait = 0  # no further try before the text is this long
        self._error: Unreadable | None = None
        self._stack: list[tuple[int, bool]] = []  # offset of each open bracket, and whether it is that of a template
        self._marks = dict.fromkeys(_MARKS, -1)  # the next place of each, -1 when none is known
        self._searched = dict.fromkeys(_MARKS, 0)  # up to where each that is not known was looked for
        self._nearest = 0
        self._found: list[Mark] = []  # those in code
        self._comment = (0, 0)  # the last comments with nothing but space between
        self._run = 0  # where the last run began that is not only space
        self._stepped = True  # whether what is no run came after it
        self._blank = False  # whether one of only space came after it
        self._regex_end = -1
        self._last_close = (-1, -1)  # the bracket closed last by hand: where it was opened, where it ended

    def feed(self, data: bytes) -> None:
        """More of the text; an error is kept for ``close``."""
        if self._error is not None or self.is_cut:
            return
        self._text += data
        self._nearest = -1
        if len(self._text) < self._wait or (len(self._text) < UNREAD and not self._may_import()):
            return
        # A word may be cut: what follows the last byte that is none waits.
        tail = _PLAIN_END.search(self._text, max(0, len(self._text) - 64))
        self._advance(tail.start() if tail else len(self._text), last=False)

    def close(self) -> list[Import]:
        """The imports, in order. Raises Unreadable."""
        if not self._index and not self._may_import():
            return []
        if self._error is None and not self.is_cut:
            self._advance(len(self._text), last=True)
        if self._error is not None:
            raise self._error
        if self._stack and not self.is_cut:
            raise Unreadable("a bracket or template is not closed", self._stack[-1][0])
        found, left_out = declared(self._text, self._found, self._limit)
        self.is_cut = self.is_cut or left_out
        return found

    def _may_import(self) -> bool:
        """Whether the words are there that an import needs: without them nothing has to be told apart."""
        return b"import" in self._text or (b"export" in self._text and b"from" in self._text)

    @property
    def text(self) -> bytearray:
        return self._text

    # -- telling code from what is none

    def _advance(self, end: int, *, last: bool) -> None:
        try:
            self._lex(end, last)
        except Unreadable as error:
            self._error = error.with_traceback(None)  # whose frames would hold on to the text

    def _lex(self, end: int, last: bool) -> None:
        text, index = self._text, self._index
        if index == 0 and end:
            index = self._hashbang(last)
            if index < 0:
                return
        run, stepped = t.RUN, self._stepped
        while index < end:
            match = run.match(text, index, end)
            after = match.end()  # type: ignore[union-attr]  # it may be empty
            if after > index:
                if (stepped or self._blank) and not text[index:after].isspace():
                    self._run, self._blank = index, False  # what stands before a slash is never only space
                elif stepped:
                    self._blank = True
                stepped = False
                if (self._nearest if self._nearest >= index else self._next_mark(index)) < after:
                    self._mark(index, after)
                index = after
                if index == end:
                    break
            following = self._step(index, end, last)
            if following < 0:  # not whole: once as much has come again
                self._wait = len(text) + (len(text) - index)
                break
            index, stepped = following, True
            if self.is_cut:
                break
        self._index, self._stepped = index, stepped

    def _hashbang(self, last: bool) -> int:
        text = self._text
        start = 3 if text.startswith(b"\xef\xbb\xbf") else 0
        if len(text) < 6 and not last:
            return -1
        if not text.startswith(b"#!", start):
            return start
        ended = t.LINE_END.search(text, start)
        if ended is None:
            return len(text) if last else -1
        return ended.start()

    def _step(self, index: int, end: int, last: bool) -> int:
        """What a run stopped at: the index after it, -1 when it is not whole yet."""
        text = self._text
        byte = text[index]
        if byte == 0x2F:
            return self._slash(index, end, last)
        if byte in _OPENING:
            self._push(index, False)
            return index + 1
        if byte in _CLOSING:
            return self._pop(index, end, last)
        if byte == 0x60:
            return self._template(index, index + 1, end, last)
        match = t.PIECE.match(text, index, end)  # a string that is not whole
        if match is None:
            if last or t.LINE_END.search(text, index, min(end, index + 65_536)):
                self._unclosed_string(index, end, last)
            return -1
        return match.end()

    def _unclosed_string(self, index: int, end: int, last: bool) -> None:
        body = re.compile(rb"(?:[^%c\\\n\r]++|\\(?:\r\n|[\s\S]))*+" % self._text[index])
        stopped = body.match(self._text, index + 1, end).end()  # type: ignore[union-attr]  # it may be empty
        if last or stopped < end - 2:
            raise Unreadable("a string is not closed", index)

    def _push(self, index: int, template: bool) -> None:
        if len(self._stack) >= DEPTH:
            raise Unreadable(f"more than {DEPTH} brackets are open", index)
        self._stack.append((index, template))

    def _pop(self, index: int, end: int, last: bool) -> int:
        text = self._text
        if not self._stack:
            raise Unreadable("a bracket closes none", index)
        opened, template = self._stack[-1]
        if template:
            if text[index] != 0x7D:
                raise Unreadable("brackets do not pair", index)
            following = self._template(opened, index + 1, end, last)
            if following >= 0 and self._stack[-1] == (opened, True) and text[following - 1] == 0x60:
                self._stack.pop()
            return following
        if _OPENING[text[opened]] != text[index]:
            raise Unreadable("brackets do not pair", index)
        self._stack.pop()
        self._last_close = (opened, index + 1)
        return index + 1

    def _template(self, opened: int, start: int, end: int, last: bool) -> int:
        """Template text from ``start``: up to and including its "`", or a "${" that is now open."""
        text = self._text
        stop = t.TEMPLATE_TEXT.match(text, start, end).end()  # type: ignore[union-attr]  # it may be empty
        if stop < end and text[stop] == 0x60:
            return stop + 1
        if stop + 1 < end and text[stop] == 0x24 and text[stop + 1] == 0x7B:
            if not (self._stack and self._stack[-1] == (opened, True)):
                self._push(opened, True)
            return stop + 2
        if last:
            raise Unreadable("a template is not closed", opened)
        return -1

    def _slash(self, index: int, end: int, last: bool) -> int:
        text = self._text
        following = text[index + 1] if index + 1 < end else -1
        if following < 0 and not last:
            return -1
        if following == 0x2A:
            stop = text.find(b"*/", index + 2, end)
            if stop < 0:
                if last:
                    raise Unreadable("a comment is not closed", index)
                return -1
            return self._commented(index, stop + 2)
        if following == 0x2F:
            ended = t.LINE_END.search(text, index, end)
            if ended is None and not last:
                return -1
            return self._commented(index, ended.start() if ended else end)
        if not self._begins_regex(index):
            return index + 1
        match = t.REGEX.match(text, index, end)
        if match is None or (match.end() == end and not last):
            ended = t.LINE_END.search(text, index, end)
            if last or (ended is not None and match is None):
                raise Unreadable("a regular expression is not closed", index)
            return -1
        self._regex_end = match.end()
        return match.end()

    def _commented(self, start: int, end: int) -> int:
        first, before = self._comment
        joined = before and t.GAPS.match(self._text, before, start).end() == start  # type: ignore[union-attr]
        self._comment = (first if joined else start, end)
        return end

    def _before(self, index: int) -> int:
        """The index after the last token before ``index``."""
        text = self._text
        while index:
            while index and text[index - 1] in b"\t\n\v\f\r ":
                index -= 1
            first, after = self._comment
            if not after or index != after:
                return index
            index = first
        return index

    def _begins_regex(self, index: int) -> bool:
        """Whether a slash begins a regular expression: what stands before it decides (ECMA-262 12, the goal
        symbols)."""
        text = self._text
        before = self._before(index)
        if before == 0 or before == self._regex_end:
            return before == 0
        byte = text[before - 1]
        if byte in _QUOTES or byte == 0x5D:
            return False
        if byte == 0x29:
            return self._word_before(self._opener(before)) in t.HEADS
        if byte == 0x7D:
            return self._is_block(self._opener(before))
        if byte == 0x2E:  # the end of a number, or of "..."
            return text[max(0, before - 3) : before] == b"..."
        word = self._word_before(before)
        if word is None:
            return bytes(text[before - 2 : before]) not in (b"++", b"--")
        return word in t.OPERATORS

    def _word_before(self, end: int) -> bytes | None:
        """The identifier that ends at ``end`` (after space is passed over); b"" for one that is too long, a number or
        a property, None for none."""
        text = self._text
        while end and text[end - 1] in b"\t\n\v\f\r ":
            end -= 1
        if not end or not _IS_WORD.match(text, end - 1):
            return None
        match = t.LAST_WORD.search(text, max(0, end - 17), end)
        if match is None:
            return b""
        start = before = match.start()
        while before and text[before - 1] in b"\t\f\v ":  # a comment before it may end as a property does
            before -= 1
        property_of = bytes(text[start - 1 : start]) in (b"#", b"\\") or (
            text[before - 1 : before] == b"." and text[max(0, before - 3) : before] != b"..."
        )
        return b"" if property_of else match[0]

    def _opener(self, closed: int) -> int:
        """Where the bracket was opened that ends at ``closed``."""
        opened, ended = self._last_close
        if ended == closed:
            return opened
        stack: list[int] = []
        for match in t.PIECE.finditer(self._text, self._run, closed):
            byte = match[0][0]
            if byte in _OPENING:
                stack.append(match.start())
            elif byte in _CLOSING and stack:
                opened = stack.pop()
        return opened

    def _is_block(self, opened: int) -> bool:
        """Whether the brace at ``opened`` begins statements or a body, not an object."""
        text = self._text
        end = opened
        while end and text[end - 1] in b"\t\n\v\f\r ":
            end -= 1
        if not end or text[end - 1] in b";{})":
            return True
        if text[end - 1] == 0x3A:  # of a label or case; in an object, or in brackets, of a property
            return not self._stack or text[self._stack[-1][0]] == 0x7B
        if text[end - 2 : end] == b"=>":
            return True
        word = self._word_before(end)
        return word is not None and word not in t.EXPRESSION_BEFORE_BRACE

    # -- the words that matter

    def _next_mark(self, index: int) -> int:
        """Where the next of the words is, far away when none has come. Every byte is looked at once for each."""
        text, nearest = self._text, 1 << 62
        for mark, place in self._marks.items():
            if place < index:
                start = max(index, self._searched[mark])
                place = text.find(mark, start)
                self._marks[mark] = place
                if place < 0:
                    self._searched[mark] = max(0, len(text) - len(mark) + 1)  # its beginning may have come
                    continue
            nearest = min(nearest, place)
        self._nearest = nearest
        return nearest

    def _mark(self, start: int, end: int) -> None:
        """Take down which words of a run stand in code, and how deep."""
        text = self._text
        depth = len(self._stack)
        place = self._next_mark(start)
        pieces = t.PIECE.finditer(text, start, end)
        piece = next(pieces, None)
        while place < end:
            while piece is not None and piece.end() <= place:
                byte = piece[0][0]
                depth += (byte in _OPENING) - (byte in _CLOSING)
                piece = next(pieces, None)
            mark = next(mark for mark, at in self._marks.items() if at == place)
            if (piece is None or piece.start() > place) and self._is_token(place, mark):
                self._found.append((place, mark, depth))
                if len(self._found) > 2 * self._limit:
                    self.is_cut = True
                    return
            place = self._next_mark(place + 1)

    def _is_token(self, place: int, mark: bytes) -> bool:
        text = self._text
        if mark == b"<!--":
            raise Unreadable("an HTML-like comment, which a module may not have", place)
        if mark == b"-->":
            begun = max(0, self._before(place))
            if place == 0 or begun == 0 or t.LINE_END.search(text, begun, place):
                raise Unreadable("an HTML-like comment, which a module may not have", place)
            return False
        if place and _IS_WORD.match(text, place - 1) and not text[max(0, place - 3) : place].endswith(_WIDE_SPACES):
            return False
        if place + 6 < len(text) and _IS_WORD.match(text, place + 6):
            return False
        before = self._before(place)
        return not (before and text[before - 1] == 0x2E and text[max(0, before - 3) : before] != b"...")
