"""Which modules of a document import which, and which are still of use (HTML 8.1.4.2, "fetch the descendants").

As in Chromium 156 a graph ends with its first module that fails: what of it was requested already goes on, what the
rest imports is asked for no more, unless another graph that stands wants it. Modules are told by their requested URLs,
inline ones by names of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class ModuleGraph:
    """``entries`` are what script elements begin with; ``broken`` those that failed or import, in any number of steps,
    one that did."""

    entries: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    importers: dict[str, set[str]] = field(default_factory=dict)
    _known: dict[str, str] = field(default_factory=dict)  # an entry each module was seen to be in the graph of
    _dead: set[str] = field(default_factory=set)  # and those that were seen to be in none that stands

    def begin(self, module: str) -> None:
        """A script element begins with ``module``."""
        self.entries.add(module)
        self._dead.clear()

    def link(self, importer: str, module: str) -> None:
        """``importer`` imports ``module``."""
        self.importers.setdefault(module, set()).add(importer)
        if module in self._dead and importer not in self._dead and importer not in self.broken:
            self._dead.clear()
        if module in self.broken:
            self.fail(importer)

    def fail(self, module: str) -> None:
        """``module`` cannot be had: nor can what imports it."""
        left = [module]
        while left:
            each = left.pop()
            if each not in self.broken:
                self.broken.add(each)
                left += self.importers.get(each, ())

    def is_wanted(self, module: str) -> bool:
        """Whether a graph that stands has ``module`` in it."""
        if not self.broken:
            return True
        if module in self.broken or module in self._dead:  # and so is whatever imports it
            return False
        seen, left = {module}, [module]
        while left:
            each = left.pop()
            entry = each if each in self.entries else self._known.get(each)
            if entry is not None and entry not in self.broken:
                self._known[module] = entry
                return True
            more = self.importers.get(each, set()) - seen - self.broken - self._dead
            seen |= more
            left += more
        self._dead |= seen
        return False
