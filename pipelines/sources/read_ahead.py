"""Makes the next items of an iterator while the one before is used.

Belongs here: that one thread. Not here: what the items are.
"""

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def read_ahead(items: Iterator[Item], most: int = 1) -> Generator[Item, None, None]:
    """The same items in the same order, at most so many of them ahead of their use.

    What making an item raises is raised in its place. Closing it waits for the item that is being made.
    """
    with ThreadPoolExecutor(1, "read-ahead") as pool:
        following: deque[Future[tuple[Item] | None]] = deque(pool.submit(_next, items) for _ in range(most))
        try:
            while made := following.popleft().result():
                following.append(pool.submit(_next, items))
                yield made[0]
        finally:
            for waiting in following:
                waiting.cancel()


def _next(items: Iterator[Item]) -> tuple[Item] | None:
    for item in items:
        return (item,)
    return None
