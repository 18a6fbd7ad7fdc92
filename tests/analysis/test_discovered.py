"""What a load without scripts misses of what a browser was seen to request."""

from __future__ import annotations

from fetcher.analysis.discovered import ROUNDS, Discovered, missed
from fetcher.record.observed import Observed, ObservedRequest
from fetcher.terms import Destination

PAGE = "https://a.test/"


def asked(name: str, by: str | None, *, script: bool = True, imported: bool = False, **more: object) -> ObservedRequest:
    initiator = PAGE if by == "" else f"{PAGE}{by}" if by is not None else None
    facts = {"method": "GET", "mode": None, "imported": imported, **more}
    return ObservedRequest(f"{PAGE}{name}", destination=Destination.SCRIPT, script=script, initiator=initiator, **facts)  # type: ignore[arg-type]


def names(*requests: ObservedRequest) -> list[str]:
    return [one.url.removeprefix(PAGE) for one in missed(Observed(PAGE, PAGE, "a test", requests))]


def test_what_a_call_asks_for_and_what_is_named_in_it() -> None:
    """Style sheets and imports of what was missed are missed with it, as deep as they go; each once."""
    assert names(
        asked("app.js", "", script=False),
        asked("data.json", "app.js"),
        asked("data.json", "app.js"),
        asked("late.css", "app.js"),
        asked("back.png", "late.css", script=False),
        asked("chunk.js", "app.js"),
        asked("deep.js", "chunk.js", imported=True),
        asked("deeper.js", "deep.js", imported=True),
    ) == ["data.json", "late.css", "back.png", "chunk.js", "deep.js", "deeper.js"]


def test_what_markup_or_an_import_names_as_well_is_not_missed() -> None:
    assert names(
        asked("m.js", "", script=False),
        asked("n.js", "m.js", imported=True),
        asked("a.png", "", script=False),
        asked("a.png", "m.js"),
        asked("n.js", "m.js"),
    ) == []  # fmt: skip


def test_a_forged_chain_ends() -> None:
    """Each names the one behind it: further ones are left out after some rounds, and nothing hangs."""
    chain = [asked(f"{number}.js", f"{number + 1}.js", imported=True) for number in range(2_000)]
    assert len(names(*chain, asked("2000.js", "app.js"))) <= ROUNDS + 1


def test_what_is_not_sent_again() -> None:
    """Other methods, streams, and what has lost its secret."""
    requests = (
        asked("a", "x.js"), asked("b", "x.js", method="POST"), asked("c", "x.js", stream=True),
        asked("d?token=[redacted]", "x.js"), asked("e", "", script=False, method="POST"),
    )  # fmt: skip
    found = Discovered(PAGE, "Chrome/1", observed=Observed(PAGE, PAGE, "a test", requests))
    assert [one.url.removeprefix(PAGE)[:1] for one in found.unsent] == ["b", "c", "d"]
    assert Discovered(PAGE, "Chrome/1").missed == ()
