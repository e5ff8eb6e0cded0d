"""Items made one ahead, in a thread."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from pipelines.sources.read_ahead import read_ahead


def test_items_come_in_order_whatever_they_are() -> None:
    items = [0, None, "", b"", 5, [], 7]
    assert list(read_ahead(iter(items))) == items
    assert list(read_ahead(iter([]))) == []


def test_never_more_than_one_is_ahead() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(9):
            made.append(number)
            yield number

    with closing(read_ahead(items())) as ahead:
        for number in ahead:
            assert len(made) <= number + 2
            if number == 4:
                break
    assert made == list(range(6))


def test_an_error_comes_in_the_place_of_its_item() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("the third")

    ahead = read_ahead(items())
    assert [next(ahead), next(ahead)] == [1, 2]
    with pytest.raises(ValueError, match="the third"):
        next(ahead)
