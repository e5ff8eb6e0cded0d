"""What an agency asks of tables made of its records before they may leave: the primary rules, and the width.

Belongs here: the rules as values, and what they cannot be. Not here: the file they are read from (sources), or how they
are kept (estimation).
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class PrimaryRules:
    """When an output is unsafe; each rule can be left out by None.

    minimum_employers: fewer contributors than this. dominance_share: one contributor has more than this share (0–1) of
    jobs or of wages. p_percent: what the two largest leave is less than this share (0–1) of the largest, so that the
    second largest could estimate the largest more closely than that.
    """

    minimum_employers: int | None = 3
    dominance_share: float | None = 0.8
    p_percent: float | None = None

    def __post_init__(self) -> None:
        """Raises ValueError naming the rule that cannot be."""
        if self.minimum_employers is not None and self.minimum_employers < 1:
            raise ValueError(f"minimum_employers {self.minimum_employers}: expected 1 or more")
        for name in ("dominance_share", "p_percent"):
            share = getattr(self, name)
            if share is not None and not 0 < share <= 1:
                raise ValueError(f"{name} {share}: expected a share over 0 and at most 1")
        if self.minimum_employers is None and self.dominance_share is None and self.p_percent is None:
            raise ValueError("no rule is set: expected minimum_employers, dominance_share or p_percent")


@dataclass(frozen=True)
class DisclosurePolicy:
    """The rules in force, how far (0–1) from the truth the range of a hidden figure must reach, who set them, when."""

    rules: PrimaryRules
    width: float
    set_by: str
    set_on: date
