"""When a figure is an estimate with a range, and when its range is only rounding.

Belongs here: this rule, the same on every page, sheet and terminal. Not here: how a range is worded or drawn.
"""

from collections.abc import Mapping
from typing import Any

INVISIBLE = 1e-9
"""Ranges of less than this part of the figure are rounding."""


def is_open(figure: Mapping[str, Any]) -> bool:
    """Whether a figure (lower, estimate, upper) has a range that is more than rounding; one that is hidden has none."""
    if figure["estimate"] is None or figure["lower"] is None:
        return False
    # what is divided by jobs that may be none has no upper end
    return figure["upper"] is None or bool(figure["upper"] - figure["lower"] > INVISIBLE * max(abs(figure["upper"]), 1))
