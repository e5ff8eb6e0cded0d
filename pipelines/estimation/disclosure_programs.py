"""The linear programs of disclosure control: what an attacker can find out, and what must be hidden so that he cannot.

Belongs here: the two programs. Not here: in what order they are asked (disclosure).

The attacker knows every shown figure, every equation, and that nothing is negative. A shift is a change of figures that
keeps all equations; where the hidden figures alone can shift, the attacker cannot tell before from after. A shift that
moves a figure by its width is therefore the proof that the figure is protected.
"""

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipelines.estimation.cell_network import Flags
from pipelines.estimation.linear_programs import Floats, new_solver, require_optimum

Places = NDArray[np.intp]

SLACK = 1e-6
"""What the solver's tolerances may leave of an equation, in the units of the program."""
FAR = 10.0
"""How many times the largest hidden figure a range is followed."""
_FREE = 1e-6  # keeps shifts of hidden figures from wandering
_UNBOUNDED = 1e9


class AttackerProgram:
    """What hidden values fit all that is shown."""

    def __init__(self, equations: sparse.csr_array, values: Floats, hidden: Flags) -> None:
        """values: the true ones, by figure, of whatever unit."""
        self.places = np.flatnonzero(hidden)
        own = sparse.csc_array(equations[:, self.places])
        own = own[np.diff(sparse.csr_array(own).indptr) > 0]
        self._truth = values[self.places]
        # Where even the total is hidden nothing ends a range; a shift that goes further is no better proof.
        far = FAR * (1 + self._truth.max(initial=0))
        self._solver = new_solver(own, own @ self._truth, upper=np.full(len(self.places), far))

    def shift(self, wish: Floats) -> Floats:
        """The shift of the hidden figures to the values that make wish @ values largest; by place.

        Raises RuntimeError where the solver does not reach an optimum.
        """
        self._solver.changeColsCost(len(wish), np.arange(len(wish), dtype=np.int32), -wish)
        self._solver.run()
        require_optimum(self._solver.getModelStatus())
        return np.array(self._solver.getSolution().col_value) - self._truth


class ShiftProgram:
    """The cheapest shift that moves a figure, paid for by what it makes hide."""

    def __init__(self, equations: sparse.csr_array) -> None:
        self._by_figure = sparse.csc_array(equations)
        self._by_equation = sparse.csr_array(equations)
        self._equations_of = sparse.csr_array(self._by_figure.T)

    def cheapest(
        self, figure: int, amount: float, values: Floats, price: Floats, movable: Flags, most_figures: int
    ) -> tuple[Floats, float] | None:
        """A shift of `figure` by `amount` (less than 0: downwards), by figure, and its price; None where there is none.

        price: of a unit of shift, by figure; about 0 for what is hidden. Only the most_figures figures around are
        moved, the cheapest of those furthest out: where that is not all, a cheaper shift may be further off.
        """
        places = self._around(figure, price, movable, most_figures)
        own = self._by_figure[:, places]
        own = own[np.diff(sparse.csr_array(own).indptr) > 0]
        cost = price[places] + _FREE
        up, down = np.full(len(places), _UNBOUNDED), values[places].copy()
        least_up, least_down = np.zeros(len(places)), np.zeros(len(places))
        (me,) = np.flatnonzero(places == figure)
        if amount > 0:
            least_up[me], down[me] = amount, 0
        else:
            least_down[me], up[me] = -amount, 0
        solver = new_solver(
            sparse.csc_array(sparse.hstack([own, -own])),
            np.zeros(own.shape[0]),
            np.concatenate([cost, cost]),
            np.concatenate([least_up, least_down]),
            np.concatenate([up, down]),
        )
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = np.array(solver.getSolution().col_value)
        moved = solution[: len(places)] - solution[len(places) :]
        shift = np.zeros(len(values))
        shift[places] = np.where(np.abs(moved) > SLACK, moved, 0)
        return shift, float(np.abs(shift) @ price)

    def _around(self, figure: int, price: Floats, movable: Flags, most: int) -> Places:
        """The figures that can be moved, equation by equation outwards, until there are enough."""
        seen = np.zeros(len(movable), dtype=bool)
        seen[figure] = True
        front = np.array([figure])
        while len(front) and seen.sum() < most:
            equations = np.unique(self._equations_of[front].indices)
            found = np.unique(self._by_equation[equations].indices)
            found = found[movable[found] & ~seen[found]]
            room = most - int(seen.sum())
            front = found if len(found) <= room else found[np.argsort(price[found], kind="stable")[:room]]
            seen[front] = True
        return np.flatnonzero(seen)
