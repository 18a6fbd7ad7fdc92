"""What an element is like by itself: the pseudo-classes that ask for no argument (Selectors 4), and what only somebody
does to a page, which matches nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from fetcher.discovery.tree import Element

Test = Callable[[Element], bool]
NEVER = frozenset(
    "active hover focus focus-within focus-visible visited target target-within target-current target-before "  # noqa: SIM905
    "target-after fullscreen -webkit-full-screen -webkit-full-page-media -webkit-full-screen-ancestor "
    "modal popover-open autofill -webkit-autofill playing seeking buffering stalled muted volume-locked user-valid "
    "user-invalid host host-context picture-in-picture xr-overlay active-view-transition future past current "
    "active-view-transition-type state interest-source interest-target -webkit-drag window-inactive "
    "horizontal vertical decrement increment start end double-button single-button no-button corner-present "
    "has-slotted permission-granted invalid out-of-range open -internal-autofill-selected".split()
)
_FORM = frozenset("button fieldset input optgroup option select textarea".split())  # noqa: SIM905
_WRITABLE_NOT = frozenset("button checkbox color file hidden image radio range reset submit".split())  # noqa: SIM905


def language(element: Element | None, words: list[str]) -> bool:
    while element is not None:
        if "lang" in element.attributes:
            has = element.attributes["lang"].lower()
            return any(word == "*" or has == word or has.startswith(f"{word}-") for word in words if has)
        element = element.parent
    return False


def direction(element: Element | None) -> str:
    while element is not None:
        if element.attributes.get("dir", "").lower() in ("ltr", "rtl"):
            return element.attributes["dir"].lower()
        element = element.parent
    return "ltr"


def same_kind(element: Element) -> list[Element]:
    return [each for each in element.siblings if each.tag == element.tag]


def _disabled(element: Element) -> bool:
    return element.tag in _FORM and "disabled" in element.attributes


def _writes(element: Element) -> bool:
    if element.tag == "textarea" or (
        element.tag == "input" and element.attributes.get("type", "").lower() not in _WRITABLE_NOT
    ):
        return not {"disabled", "readonly"} & element.attributes.keys()
    return element.attributes.get("contenteditable", "false").lower() != "false"


def _checked(element: Element) -> bool:
    if element.tag == "option":
        return "selected" in element.attributes
    kind = element.attributes.get("type", "").lower()
    return element.tag == "input" and kind in ("checkbox", "radio") and "checked" in element.attributes


def _is_link(element: Element) -> bool:
    return element.tag in ("a", "area") and ("href" in element.attributes or "xlink:href" in element.attributes)


def _required(element: Element) -> bool:
    return element.tag in ("input", "select", "textarea") and "required" in element.attributes


def _placeheld(element: Element) -> bool:
    return (
        element.tag in ("input", "textarea")
        and "placeholder" in element.attributes
        and not element.attributes.get("value")
        and not element.text
    )


SIMPLE: dict[str, Test] = {
    "root": lambda e: e.parent is None,
    "scope": lambda e: e.parent is None,
    "empty": lambda e: not e.children and not e.text,
    "first-child": lambda e: e.index == 0,
    "last-child": lambda e: e.siblings[-1] is e,
    "only-child": lambda e: len(e.siblings) == 1,
    "first-of-type": lambda e: same_kind(e)[0] is e,
    "last-of-type": lambda e: same_kind(e)[-1] is e,
    "only-of-type": lambda e: len(same_kind(e)) == 1,
    "link": _is_link,
    "any-link": _is_link,
    "-webkit-any-link": _is_link,
    "enabled": lambda e: e.tag in _FORM and not _disabled(e),
    "disabled": _disabled,
    "checked": _checked,
    "default": _checked,
    "indeterminate": lambda e: e.tag == "progress" and "value" not in e.attributes,
    "required": _required,
    "optional": lambda e: e.tag in ("input", "select", "textarea") and not _required(e),
    "valid": lambda e: e.tag in ("input", "select", "textarea", "form") and not _required(e),
    "in-range": lambda e: e.tag == "input" and bool({"min", "max"} & e.attributes.keys()),
    "read-only": lambda e: not _writes(e),
    "read-write": _writes,
    "placeholder-shown": _placeheld,
    "defined": lambda e: "-" not in e.tag or not e.in_html,
    "paused": lambda e: e.tag in ("audio", "video"),
}
SIMPLE["open"] = lambda e: e.tag in ("details", "dialog") and "open" in e.attributes
NEVER = NEVER - {"open"}
CHEAP = SIMPLE.keys() - {"first-of-type", "last-of-type", "only-of-type"}
