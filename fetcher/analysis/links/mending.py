"""The text that would make a refused link act: mended step by step, each step for one named refusal.

What comes out is proved and not guessed: the profile's own reading is asked after every step and must act in the end.
Where only the author can know what was meant (a policy, a target of another scheme), there is no text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fetcher.browser.hints.reading import Asked, Dropped, Early, Reading
from fetcher.browser.profiles import DRIVING
from fetcher.fields.early_hint import PARAMETERS, RELATIONS
from fetcher.fields.link import Link, parse, parts
from fetcher.record.page_load import Hint, PageLoad
from fetcher.urls import resolve

MOST_STEPS = 8
LONGEST = 4_096
"""Characters of a link that is mended; who writes a longer one has another problem."""

_AS_BY_SUFFIX = {
    "css": "style", "js": "script", "mjs": "script", "woff2": "font", "woff": "font", "ttf": "font", "otf": "font",
    "png": "image", "jpg": "image", "jpeg": "image", "gif": "image", "webp": "image", "avif": "image", "svg": "image",
    "ico": "image", "jxl": "image", "json": "fetch", "wasm": "fetch",
}  # fmt: skip
_AS_MEANT = {
    "stylesheet": "style", "css": "style", "javascript": "script", "js": "script", "module": "script", "img": "image",
    "picture": "image", "xhr": "fetch", "json": "fetch", "fonts": "font", "scripts": "script", "styles": "style",
}  # fmt: skip
_WANT_CORS = ("font", "fetch")


def mended(text: str, read: Reading, early: Early) -> str | None:
    """``text`` changed so that ``read`` acts on it; None where that takes more than the link."""
    if len(text) > LONGEST:
        return None
    others = tuple(pair for pair in early.fields if pair[0] != "link")
    for _ in range(MOST_STEPS):
        found = read(replace(early, fields=(*others, ("link", text))))
        if len(found) != 1:
            return None
        one = found[0]
        if isinstance(one, Asked):
            return text
        if one.link is not None and "<" in one.link.target:
            return None  # an unclosed "<" swallowed what follows (EH 13.3): nobody knows where the target ends
        changed = _step(one, text)
        if changed is None or changed == text:
            return None
        text = changed
    return None


def mended_hint(load: PageLoad, hint: Hint) -> str | None:
    """The text with which the profile that drove ``load`` would have acted on ``hint``; None where it was not its text
    that was refused (a transport, a limit, an earlier link)."""
    interim = load.interim[hint.interim]
    base = resolve(load.requests[interim.request].url)
    if hint.acted or base is None or load.profile is None:
        return None
    text = mended(hint.raw, DRIVING[load.profile].read, Early(base, interim.fields))
    return text if text != hint.raw else None


def _step(dropped: Dropped, text: str) -> str | None:
    code = dropped.refusal.code
    if dropped.link is None:
        mend = _UNREADABLE.get(code)
        return mend(text) if mend is not None else None
    step = _READABLE.get(code)
    link = step(dropped.link) if step is not None else None
    return written(link) if link is not None else None


def written(link: Link) -> str:
    """The link as text, each value quoted where it is no token."""
    return f"<{link.target}>" + "".join(f"; {_parameter(name, value)}" for name, value in link.params)


def _parameter(name: str, value: str | None) -> str:
    if value is None:
        return name
    if value and all(each.isascii() and (each.isalnum() or each in "!#$%&'*+-.^_`|~/:=") for each in value):
        return f"{name}={value}"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{name}="{escaped}"'


# -- texts that are no link (EH 2.3-2.7)


def _bracketed(text: str) -> str | None:
    target, semicolon, rest = text.lstrip("<").partition(";")
    target = target.strip(" \t\"'")
    return f"<{target}>{semicolon}{rest}" if target and " " not in target and ">" not in target else None


def _parted(text: str) -> str:
    target, _, rest = text.partition(">")
    return f"{target}>; {rest.lstrip()}"


def _readable_parts(text: str) -> str:
    """Only the parameters that can be read alone; of a badly quoted one the quotes go."""
    target, _, rest = text.partition(">")
    kept = []
    for part in parts(rest):
        plain = part.replace('"', "").replace("'", "").strip()
        kept += [each.strip() for each in (part, plain) if each.strip() and _reads(each)][:1]
    return "; ".join([f"{target}>", *kept])


def _reads(part: str) -> bool:
    read = parse([f"<x>;{part}"]).links
    return len(read) == 1 and len(read[0].params) == 1


_UNREADABLE: dict[str, Callable[[str], str | None]] = {
    "no-target": _bracketed,
    "no-target-end": _bracketed,
    "no-semicolon": _parted,
    "empty-value": _readable_parts,
    "no-name": _readable_parts,
    "bad-name": _readable_parts,
    "quote-in-name": _readable_parts,
    "bad-quotes": _readable_parts,
}


# -- links that are refused (EH 3, 4, 8, 10, 12)


def _set(link: Link, name: str, value: str | None) -> Link:
    """``name`` once with ``value``, where it stood."""
    if not link.has(name):
        return replace(link, params=(*link.params, (name, value)))
    params: list[tuple[str, str | None]] = []
    for key, old in link.params:
        if key != name:
            params.append((key, old))
        elif all(each[0] != name for each in params):
            params.append((name, value))
    return replace(link, params=tuple(params))


def _drop(link: Link, *names: str) -> Link:
    return replace(link, params=tuple(pair for pair in link.params if pair[0] not in names))


def _one_relation(link: Link) -> Link | None:
    words = (link.param("rel") or "").lower().replace("'", " ").split()
    known = next((word for word in words if word in RELATIONS), None)
    if known is not None:
        return _set(link, "rel", known)
    if "stylesheet" in words:
        return _set(_set(link, "rel", "preload"), "as", "style")
    return _set(link, "rel", "preload") if not words and link.has("as") else None


def _known_parameters(link: Link) -> Link:
    return _drop(link, *(name for name, _ in link.params if name not in PARAMETERS))


def _with_as(link: Link) -> Link | None:
    if (link.param("rel") or "").lower() == "modulepreload":
        return _drop(link, "as")
    word = _AS_MEANT.get((link.param("as") or "").lower())
    if word is None:
        path = link.target.partition("?")[0].partition("#")[0]
        word = _AS_BY_SUFFIX.get(path.rpartition(".")[2].lower())
    if word is None:
        return None
    link = _set(link, "as", word)
    return _set(link, "crossorigin", None) if word in _WANT_CORS and not link.has("crossorigin") else link


def _of_an_origin(link: Link) -> Link:
    url = resolve(link.target)
    return _set(
        replace(link, target=url.origin if url is not None and url.is_http else link.target), "rel", "preconnect"
    )


def _essence(link: Link) -> Link:
    """The type without its parameters where that is what was wrong, else without a type."""
    kind = link.param("type") or ""
    bare = kind.partition(";")[0].strip()
    return _set(link, "type", bare) if bare and bare != kind else _drop(link, "type")


def _secure(link: Link) -> Link | None:
    return replace(link, target=f"https{link.target[4:]}") if link.target[:5].lower() == "http:" else None


_READABLE: dict[str, Callable[[Link], Link | None]] = {
    "no-rel": _one_relation,
    "rel-not-alone": _one_relation,
    "unsupported-rel": _one_relation,
    "stylesheet": _one_relation,
    "firefox-rel": _one_relation,
    "unknown-parameter": _known_parameters,
    "unusable-as": _with_as,
    "preload-without-as": _with_as,
    "unknown-crossorigin": lambda link: _set(link, "crossorigin", None),
    "invalid-type": _essence,
    "unsupported-type": lambda link: _drop(link, "type"),
    "dns-prefetch-ignored": _of_an_origin,
    "mixed-content": _secure,
    "needs-crossorigin": lambda link: _set(link, "crossorigin", None),
    "safari-viewport": lambda link: _drop(link, "media", "imagesrcset", "imagesizes"),
    "anchor-elsewhere": lambda link: _drop(link, "anchor"),
}
