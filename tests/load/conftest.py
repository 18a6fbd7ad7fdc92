"""Every record that a test in this folder makes is held against ``tests.support.invariants`` when the test ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fetcher.load import page
from fetcher.record import PageLoad
from fetcher.record.recorder import Recorder
from tests.support.invariants import sound

SAVED = 5
"""How many of a test's records are also saved and read again."""


@pytest.fixture(autouse=True)
def every_record_is_sound(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    made: list[PageLoad] = []

    class Watched(Recorder):
        def load(self) -> PageLoad:
            made.append(super().load())
            return made[-1]

    monkeypatch.setattr(page, "Recorder", Watched)
    yield
    for number, record in enumerate(made):
        sound(record, saving=number < SAVED)
