"""What is to leave the agency as one table of figures, and every sum that ties the figures together.

Belongs here: outputs, the equations between them, and outputs that are the same figure. Not here: which outputs there
are (disclosure_outputs), which must be hidden (disclosure_rules, disclosure).

An equation says that parts add up to a whole. A whole of one part is that part: both are one figure, hidden or shown
together. So half of the outputs of a state's quarter go.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from pipelines.estimation.cell_network import MEASURES, Flags, Whole
from pipelines.estimation.linear_programs import Floats


@dataclass(frozen=True)
class DisclosureTable:
    """Figures by number, and what everybody knows of them: equations @ values == 0, values >= 0.

    figure: the figure of each output, by the output's row number. equations: 1 for a part, -1 for its whole, by figure.
    values: by measure and figure. is_unsafe: the primary rules hide it. is_public: already published by somebody else,
    so that nothing can hide it. left: by measure, how far up and how far down what is public leaves each figure, where
    that is too near; else infinite. loss: what hiding it costs, more than 0.
    """

    figure: NDArray[np.int32]
    equations: sparse.csr_array
    values: Mapping[str, Whole]
    is_unsafe: Flags
    is_public: Flags
    left: Mapping[str, tuple[Floats, Floats]]
    loss: Floats

    @property
    def figures(self) -> int:
        """How many figures there are."""
        return len(self.is_unsafe)

    @cached_property
    def protected(self) -> Flags:
        """The figures that must not be told: unsafe, and not published by others."""
        protected: Flags = self.is_unsafe & ~self.is_public
        return protected

    @cached_property
    def is_told(self) -> Flags:
        """The figures that what is public tells too well already, in some measure and direction."""
        return np.asarray(np.isfinite(list(self.left.values())).any(axis=(0, 1)))


def disclosure_table(outputs: pl.DataFrame, parts: pl.DataFrame) -> DisclosureTable:
    """Ties outputs together by the sums they are in.

    outputs: month1_employment, month2_employment, month3_employment, wages_usd, is_unsafe, is_public, loss; an output
    is its row number. parts: whole, part, both row numbers, and equation, the number of the sum: a whole can be one of
    several sums.

    Raises ValueError naming the row number of a whole that its parts do not add up to.
    """
    figure = _same_figures(outputs.height, parts)
    count = int(figure.max(initial=-1)) + 1
    values = {name: _by_figure(figure, outputs[column].to_numpy(), count) for name, column in MEASURES.items()}
    _require_sums(outputs, parts)
    flags = (outputs[name].to_numpy() for name in ("is_unsafe", "is_public"))
    is_unsafe, is_public = (np.bincount(figure, flag, count) > 0 for flag in flags)
    loss = np.bincount(figure, outputs["loss"].to_numpy(), count).astype(np.float64)
    left = {name: (np.full(count, np.inf), np.full(count, np.inf)) for name in MEASURES}
    return DisclosureTable(figure, _equations(figure, parts, count), values, is_unsafe, is_public, left, loss)


def _same_figures(outputs: int, parts: pl.DataFrame) -> NDArray[np.int32]:
    alone = parts.filter(pl.len().over("equation") == 1)
    pairs = (alone["part"].to_numpy(), alone["whole"].to_numpy())
    graph = sparse.coo_array((np.ones(alone.height, dtype=np.int8), pairs), shape=(outputs, outputs))
    _, figure = connected_components(graph, directed=False)
    same: NDArray[np.int32] = figure.astype(np.int32)
    return same


def _by_figure(figure: NDArray[np.int32], values: Whole, count: int) -> Whole:
    own = np.zeros(count, dtype=np.int64)
    own[figure] = values
    return own


def _require_sums(outputs: pl.DataFrame, parts: pl.DataFrame) -> None:
    columns = list(MEASURES.values())
    numbered = outputs.select(columns).with_row_index("output")
    sums = (
        parts.join(numbered, left_on="part", right_on="output")
        .group_by("equation", "whole")
        .agg(pl.col(columns).sum())
        .join(numbered, left_on="whole", right_on="output", suffix="_whole")
    )
    wrong = sums.filter(pl.any_horizontal(pl.col(name) != pl.col(f"{name}_whole") for name in columns)).sort("whole")
    if wrong.height:
        raise ValueError(f"the parts of output {wrong['whole'][0]} do not add up to it: {wrong.height} sums are wrong")


def _equations(figure: NDArray[np.int32], parts: pl.DataFrame, count: int) -> sparse.csr_array:
    """One row a sum of two parts or more; sums that say the same stand once."""
    sums = (
        parts.filter(pl.len().over("equation") > 1)
        .select(
            "equation",
            whole=pl.lit(pl.Series(figure)).gather(pl.col("whole")),
            part=pl.lit(pl.Series(figure)).gather(pl.col("part")),
        )
        .group_by("equation", "whole", maintain_order=True)
        .agg(pl.col("part").sort())
        .unique(("whole", "part"), keep="first", maintain_order=True)
        .with_row_index("row")
    )
    each = sums.explode("part", empty_as_null=False)
    rows = np.concatenate([each["row"].to_numpy(), sums["row"].to_numpy()])
    columns = np.concatenate([each["part"].to_numpy(), sums["whole"].to_numpy()])
    signs = np.repeat([1.0, -1.0], [each.height, sums.height])
    return sparse.csr_array(sparse.coo_array((signs, (rows, columns)), shape=(sums.height, count)))
