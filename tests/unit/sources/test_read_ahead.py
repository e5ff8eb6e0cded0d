"""Items made ahead of their use, in a thread."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from pipelines.sources.read_ahead import read_ahead


def test_items_come_in_order_whatever_they_are() -> None:
    items = [0, None, "", b"", 5, [], 7]
    assert list(read_ahead(iter(items))) == items
    assert list(read_ahead(iter([]))) == []


@pytest.mark.parametrize("most", [1, 3])
def test_never_more_are_ahead_than_asked_for(most: int) -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(9):
            made.append(number)
            yield number

    with closing(read_ahead(items(), most)) as ahead:
        for number in ahead:
            assert len(made) <= number + 1 + most
            if number == 4:
                break
    assert made == list(range(len(made)))
    assert 5 <= len(made) <= 5 + most


def test_an_error_comes_in_the_place_of_its_item() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("the third")

    ahead = read_ahead(items(), 4)
    assert [next(ahead), next(ahead)] == [1, 2]
    with pytest.raises(ValueError, match="the third"):
        next(ahead)
