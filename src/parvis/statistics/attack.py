"""What a reader could deduce about another organisation from everything it was shown.

The auditor's side of `disclosure`: linear programming gives the narrowest interval that the shown
figures, their rounding and the reader's own values leave to any unknown value.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linprog


def deducible_bounds(
    coefficients: ArrayLike,
    figures: ArrayLike,
    rounding: ArrayLike,
    *,
    known: Mapping[int, float],
    target: int,
) -> tuple[float, float]:
    """Bound an unknown value from linear figures about it.

    Parameters
    ----------
    coefficients : array_like of float, shape (n_figures, n_values)
        Each figure is a weighted sum of the values: 1 / members for a mean.
    figures : array_like of float, shape (n_figures,)
        The figures shown.
    rounding : array_like of float, shape (n_figures,) or ()
        Half of the last digit shown: 0.5 for whole points, 0 for an exact link.
    known : mapping of int to float
        Values that the reader knows, by position.
    target : int
        Position of the value attacked.

    Returns
    -------
    lower, upper : float
        Within [0, 100].

    Raises
    ------
    ValueError
        Shapes that do not fit together, a position out of range, or figures that no values between
        0 and 100 could give.

    Examples
    --------
    >>> deducible_bounds([[0.5, 0.5]], [60.0], 0.5, known={0: 50.0}, target=1)
    (69.0, 71.0)
    """
    matrix = np.asarray(coefficients, dtype=np.float64)
    if matrix.ndim != 2:
        raise ValueError("coefficients must have shape (n_figures, n_values)")
    n_figures, n_values = matrix.shape
    shown = np.asarray(figures, dtype=np.float64)
    if shown.shape != (n_figures,):
        raise ValueError(f"figures must have shape ({n_figures},), got {shown.shape}")
    half = np.broadcast_to(np.asarray(rounding, dtype=np.float64), (n_figures,))
    if not all(0 <= position < n_values for position in (*known, target)):
        raise ValueError(f"positions must be from 0 to {n_values - 1}")

    limits = [
        (known.get(position, 0.0), known.get(position, 100.0)) for position in range(n_values)
    ]
    objective = np.zeros(n_values)
    objective[target] = 1.0
    found = []
    for sign in (1.0, -1.0):
        outcome = linprog(
            sign * objective,
            A_ub=np.vstack([matrix, -matrix]),
            b_ub=np.concatenate([shown + half, half - shown]),
            bounds=limits,
            method="highs",
        )
        if outcome.x is None:
            raise ValueError("no values between 0 and 100 give these figures")
        found.append(float(outcome.x[target]))
    return found[0], found[1]
