"""Which modules are still of use, against the plain reading of it, on graphs drawn at random."""

from __future__ import annotations

import itertools
import random
import time

import pytest

from fetcher.browser.document.module_graph import ModuleGraph


def plainly_wanted(graph: ModuleGraph, module: str) -> bool:
    """By walking up from it, with nothing remembered."""
    seen, left = {module}, [module]
    while left:
        each = left.pop()
        if each in graph.entries and each not in graph.broken:
            return True
        left += [above for above in graph.importers.get(each, ()) if above not in seen]
        seen |= graph.importers.get(each, set())
    return False


@pytest.mark.parametrize("seed", range(20))
def test_it_is_as_walking_up_says(seed: int) -> None:
    """Whatever comes in whatever order."""
    drawn = random.Random(seed)
    graph = ModuleGraph()
    names = [f"m{number}" for number in range(12)]
    for _ in range(150):
        match drawn.randrange(6):
            case 0:
                graph.begin(drawn.choice(names))
            case 1 if drawn.random() < 0.5:
                graph.fail(drawn.choice(names))
            case 1 | 2 | 3:
                graph.link(drawn.choice(names), drawn.choice(names))
            case _:
                name = drawn.choice(names)
                expected = not graph.broken or plainly_wanted(graph, name)
                assert graph.is_wanted(name) is expected


@pytest.mark.parametrize("entry", ["stands", "broken"])
def test_thousands_of_modules_in_a_chain_are_judged_at_once(entry: str) -> None:
    """What was found out of one is used for the next."""
    graph = ModuleGraph()
    for name in ("stands", "broken"):
        graph.begin(name)
    graph.link("broken", "x")
    graph.fail("x")
    names = [entry, *(f"m{number}" for number in range(4_000))]
    for above, below in itertools.pairwise(names):
        graph.link(above, below)
    start = time.process_time()
    assert {graph.is_wanted(name) for name in names} == {entry == "stands"}
    assert time.process_time() - start < 2
