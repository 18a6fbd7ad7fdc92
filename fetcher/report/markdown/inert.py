"""Text in Markdown that can do nothing but be read, whatever a server put into it.

What a server sent stands in code spans, where no link, image, mention or element comes of it; sentences of ours that
quote a server have every character escaped that Markdown or GitHub gives a meaning. Texts come without controls and
line breaks (``escape.safe_load``). A comment on GitHub takes 65,536 characters; every form here stays below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from fetcher.report.lines import count

MOST_CHARACTERS = 60_000

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>()#+!|~$&^]")
_STARTS = re.compile(r"^(\s*)([-=:]|\d+[.)])")


def code(said: str) -> str:
    """``said`` as a code span, whatever back-ticks it has."""
    fence = "`" * (max((len(run) for run in re.findall(r"`+", said)), default=0) + 1)
    pad = " " if said.startswith("`") or said.endswith("`") or (said[:1] == said[-1:] == " ") else ""
    return f"{fence}{pad}{said}{pad}{fence}" if said.strip() else "(nothing)"


def text(said: str) -> str:
    """``said`` as text and nothing else: no markup, no link, no mention (GitHub finds those after rendering, so an
    invisible space keeps the sign from the name), no reference to an issue."""
    escaped = _SPECIAL.sub(lambda found: f"&#{ord(found.group())};", said)
    escaped = escaped.replace("@", "@&#8203;").replace("&#35;", "&#35;&#8203;").replace("://", "&#58;//")
    return _STARTS.sub(lambda found: f"{found[1]}&#{ord(found[2][0])};{found[2][1:]}", escaped).replace(
        "www.", "www&#46;"
    )


def fenced(lines: Sequence[str], indent: str = "") -> Iterator[str]:
    """Lines to be read or pasted as they are, in a fence longer than any in them."""
    fence = "`" * max(3, *(len(run) + 1 for line in lines for run in re.findall(r"`+", line)), 3)
    yield f"{indent}{fence}"
    yield from (f"{indent}{line}" for line in lines)
    yield f"{indent}{fence}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, between: str = "--:") -> Iterator[str]:
    """A table whose first and last columns are words and whose others, ``between``, are figures, or marks with ":-:";
    cells are inert already."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join('---' if at in (0, len(head) - 1) else between for at in range(len(head)))}|"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def folded(summary: str, blocks: Iterable[str]) -> str:
    """What is there to be opened. ``summary`` is inert already."""
    return "\n".join([f"<details><summary>{summary}</summary>", "", *blocks, "", "</details>"])


def bounded(blocks: Iterable[str], most: int = MOST_CHARACTERS) -> str:
    """The blocks as one text, blank lines between them: as many as fit into ``most`` characters, the others counted."""
    kept: list[str] = []
    size, left = 0, 0
    for block in blocks:
        if left or (kept and size + len(block) > most):
            left += 1
            continue
        kept.append(block + "\n")
        size += len(block) + 2
    if left:
        kept.append(f"_{count(left, 'more entry', 'more entries')} did not fit here._\n")
    return "\n".join(kept)
