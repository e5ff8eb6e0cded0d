"""Linear programs as HiGHS takes them.

Belongs here: building a program with its options, and requiring an optimum. Not here: what is
minimised and why (component_program, disclosure_programs).
"""

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]


def new_solver(
    matrix: sparse.csc_array,
    sums: Floats,
    cost: Floats | None = None,
    lower: Floats | None = None,
    upper: Floats | None = None,
    **options: int | str,
) -> highspy.Highs:
    """Minimise cost @ values where matrix @ values == sums and lower <= values <= upper, on one thread.

    Without them costs and lower ends are 0, and there are no upper ends. Raises RuntimeError where HiGHS refuses it.
    """
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = matrix.shape
    program.col_cost_ = np.zeros(matrix.shape[1]) if cost is None else cost
    program.col_lower_ = np.zeros(matrix.shape[1]) if lower is None else lower
    program.col_upper_ = np.full(matrix.shape[1], np.inf) if upper is None else upper
    program.row_lower_ = program.row_upper_ = sums
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_, program.a_matrix_.index_ = matrix.indptr, matrix.indices
    program.a_matrix_.value_ = matrix.data.astype(np.float64)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    single: dict[str, int | str] = {"threads": 1, "parallel": "off", "presolve": "off"}
    for name, value in (single | options).items():
        solver.setOptionValue(name, value)
    if solver.passModel(program) != highspy.HighsStatus.kOk:
        raise RuntimeError("HiGHS refused a linear program")
    return solver


def require_optimum(status: highspy.HighsModelStatus) -> None:
    """Raises RuntimeError, naming the status, unless it is an optimum."""
    if status != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"HiGHS found no optimum: its status is {status.name}")
