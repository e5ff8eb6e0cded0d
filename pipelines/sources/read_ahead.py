"""Makes the next item of an iterator while the one before is used.

Belongs here: that one thread. Not here: what the items are.
"""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def read_ahead(items: Iterator[Item]) -> Generator[Item, None, None]:
    """The same items in the same order, at most one of them ahead of its use.

    What making an item raises is raised in its place. Closing it waits for the item that is being made.
    """
    with ThreadPoolExecutor(1, "read-ahead") as pool:
        following = pool.submit(_next, items)
        while made := following.result():
            following = pool.submit(_next, items)
            yield made[0]


def _next(items: Iterator[Item]) -> tuple[Item] | None:
    for item in items:
        return (item,)
    return None
