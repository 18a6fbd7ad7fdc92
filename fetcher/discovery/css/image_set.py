"""image-set() (CSS Images 4, 2.2): its options, and which of them a screen takes.

Observed in Chromium 156: options of an unknown type are left out, then the least resolution that is enough for the
screen wins, else the greatest; of equals the first. One option that is wrong makes the whole declaration invalid, so
that nothing is asked for. A url is an option's image; so is a gradient, which asks for nothing when it wins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fetcher.discovery.escapes import unescape
from fetcher.discovery.viewport.component_values import Kind, TooMuch, Value, parse, spaceless, split
from fetcher.discovery.viewport.lengths import Screen, resolution
from fetcher.fields import mime
from fetcher.terms import Destination

MOST = 64
"""Options of one image-set() that are told apart."""


_ODD = re.compile(r"[^-\w.+/;=*]")  # in a type


@dataclass(frozen=True, slots=True)
class Option:
    """``url`` is None for an image that is generated, "" for an empty one."""

    url: str | None
    resolution: float
    type: str | None = None

    @property
    def words(self) -> str:
        """What it says of its image, in few words."""
        return f"{self.resolution:g}x" + (f" type({_ODD.sub('?', self.type)})" if self.type is not None else "")


def read(text: str) -> list[Option] | None:
    """The options in ``text``, which stood in the parentheses; None when it is not valid."""
    try:
        parts = split(parse(text))
    except TooMuch:
        return None
    options = [option(part) for part in parts]
    found = [each for each in options if each is not None]
    return found if len(found) == len(options) <= MOST else None


def option(values: Sequence[Value]) -> Option | None:
    """One option; None when it is not valid."""
    words = spaceless(values)
    if not words:
        return None
    image = words[0]
    url: str | None = None
    if image.kind is Kind.STRING:
        url = image.text.strip(" \t\n\r\f")
    elif image.kind is Kind.FUNCTION and image.text == "url":
        strings = [value.text for value in image.inside if value.kind is Kind.STRING]
        url = strings[0].strip(" \t\n\r\f") if strings else ""
    elif image.kind is Kind.BAD and image.text[:4].lower() == "url(":
        url = unescape(image.text[4:].removesuffix(")").strip(" \t\n\r\f"))
    elif image.kind is not Kind.FUNCTION or image.text.endswith("image-set"):
        return None
    density: float | None = None
    type_: str | None = None
    for word in words[1:]:
        if word.kind is Kind.FUNCTION and word.text == "type":
            inside = spaceless(word.inside)
            if type_ is not None or len(inside) != 1 or inside[0].kind is not Kind.STRING:
                return None
            type_ = inside[0].text
        else:
            given = resolution(word, Screen())
            if density is not None or given is None or given < 0:
                return None
            density = given
    return Option(url, 1.0 if density is None else density, type_)


def pick(options: Sequence[Option], dpr: float) -> int | None:
    """The index of the option that a screen with ``dpr`` device pixels per CSS pixel shows; None when none can be."""
    able = [
        (option.resolution, index)
        for index, option in enumerate(options)
        if option.resolution > 0 and mime.supports(Destination.IMAGE, option.type or "")
    ]
    enough = [each for each in able if each[0] >= dpr]
    if enough:
        return min(enough)[1]
    return max(able, key=lambda each: (each[0], -each[1]))[1] if able else None


def told(text: str, urls: Sequence[str]) -> list[tuple[tuple[str, str], ...]]:
    """For each of the ``urls`` met in ``text``, in order, the attributes that say which option it is: "image-set" and
    "option"; the former empty and the latter missing where the text is not valid; none where it cannot be told."""
    lower = text.lower()
    if "var(" in lower or "env(" in lower:
        return [()] * len(urls)
    options = read(text)
    if options is None:
        return [(("image-set", ""),)] * len(urls)
    words = describe(options)
    found: list[tuple[tuple[str, str], ...]] = []
    index = 0
    for url in urls:
        at = next((n for n in range(index, len(options)) if options[n].url == url), None)
        found.append(() if at is None else (("image-set", words), ("option", str(at))))
        index = index if at is None else at + 1
    return found


def chosen(words: str, option: str, dpr: float) -> bool:
    """Whether a candidate with these attributes is what the screen shows."""
    return pick(described(words), dpr) == int(option)


def describe(options: Sequence[Option]) -> str:
    """All of them in words, as a candidate carries them: "1x, 2x type(image/avif)"."""
    return ", ".join(option.words for option in options)


def described(words: str) -> list[Option]:
    """The options that ``describe`` told, without their urls."""
    options: list[Option] = []
    for each in words.split(", "):
        density, _, kind = each.partition("x type(")
        options.append(Option(None, float(density.removesuffix("x")), kind[:-1] if kind else None))
    return options
