"""The progress of a document in bounded memory."""

from __future__ import annotations

import pytest

from fetcher.record.chunks import MOST, Chunks


@pytest.mark.parametrize("count", [0, 1, 2, MOST - 1, MOST, MOST + 1, 2 * MOST + 1, 50_000])
def test_points_are_few_true_and_end_with_the_last(count: int) -> None:
    """Whatever the number of pieces: at most MOST points, each one that was added, in order, the last one last, and
    once there are many, never fewer than half of them."""
    chunks = Chunks()
    for number in range(1, count + 1):
        chunks.add(number * 0.5, number * 100)
    points = chunks.points
    assert len(points) <= MOST
    assert points == sorted(points)
    assert all(size == at * 200 for at, size in points)
    assert points[-1:] == ([(count * 0.5, count * 100)] if count else [])
    assert len(points) >= min(count, MOST // 2 - 1)


def test_a_document_of_few_pieces_keeps_them_all() -> None:
    """Below the limit nothing is merged."""
    chunks = Chunks()
    for number in range(MOST - 1):
        chunks.add(number, number)
    assert len(chunks.points) == MOST - 1
