"""The two directions in which opinions differ most: exact PCA of a sparse table of votes.

A missing vote is replaced by the mean of its statement, so once the columns are centred an unvoted
cell is exactly 0: the principal components of the full table are the leading singular vectors of a
sparse one, which is never filled in. They are found by a block Krylov method with thick restarts
(Golub and Underwood 1977; Wu and Simon 2000), which starts near the answer when the former answer
is given.

Two runs give the same bits: nothing here is summed by a library that may use several threads. The
products are scipy.sparse's and `einsum`'s; the small eigenproblems are below the size from which
OpenBLAS splits the work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import linalg, sparse

from parvis.statistics.opinion_votes import FloatArray, VoteTable

COMPONENTS: Final = 2
# An error of a component is at most its residual divided by the distance to the next eigenvalue.
WANTED_ERROR: Final = 1e-12
# Residuals do not go below the rounding of one product, relative to the largest eigenvalue.
ROUNDING: Final = 2e-15
LARGEST_BASIS: Final = 60
KEPT_AT_RESTART: Final = 16
MOST_PRODUCTS: Final = 400
# A direction whose length falls by this much once the others are removed holds rounding only.
NEGLIGIBLE: Final = 1e-10
# Relative to the largest eigenvalue: what rounding makes of a variance of zero is below.
NO_VARIANCE: Final = 1e-13
# Loadings this close to the largest in size are tied with it when the sign is fixed.
TIED_LOADINGS: Final = 1e-6


@dataclass(frozen=True, slots=True)
class OpinionSpace:
    """Principal components of the votes.

    Attributes
    ----------
    means : ndarray, shape (statements,)
        Mean vote; 0 where nobody voted.
    components : ndarray, shape (2, statements)
        Orthonormal, by decreasing variance; a row of zeros where the votes vary in fewer
        directions.
    singular_values : ndarray, shape (2,)
        Of the centred table; the variance along a component is its square / (people − 1).
    """

    means: FloatArray
    components: FloatArray
    singular_values: FloatArray


def opinion_space(
    table: VoteTable, *, seed: int = 0, start: FloatArray | None = None
) -> OpinionSpace:
    """The means and the two principal components of a table of votes.

    Parameters
    ----------
    table : VoteTable
    seed : int
        Of the random directions that the search starts from. It has no influence on the answer
        beyond rounding.
    start : ndarray, shape (2, statements), optional
        The components of a former table: the search is shorter, and each component keeps its
        sign. Otherwise the largest loading of each is positive (the first of those tied).

    Notes
    -----
    Where the second and third eigenvalues are equal to rounding, any direction between them is a
    second component: the answer is one of them.
    """
    centred, means = _centred(table)
    transposed = centred.T

    def product(block: FloatArray) -> FloatArray:
        """Of XᵀX with each row of a block, shape (b, statements)."""
        image = transposed @ (centred @ np.ascontiguousarray(block.T))
        return np.ascontiguousarray(image.T)

    width = len(table.statements)
    rng = np.random.default_rng(seed)
    known = np.zeros((0, width)) if start is None else start
    block = np.vstack([known, rng.standard_normal((COMPONENTS, width))])
    # Where all votes are the same, or there is none, no component has any weight.
    block[:, np.bincount(centred.indices[centred.data != 0], minlength=width) == 0] = 0
    values, vectors = _leading_eigenpairs(product, block)
    components = np.zeros((COMPONENTS, width))
    singular = np.zeros(COMPONENTS)
    for i in range(len(values)):
        singular[i] = np.sqrt(values[i])
        components[i] = vectors[i] * _sign(vectors[i], None if start is None else start[i])
    return OpinionSpace(means=means, components=components, singular_values=singular)


def positions(
    table: VoteTable, space: OpinionSpace, *, left_out_as_passes: bool = False
) -> FloatArray:
    """Where each person stands, shape (people, 2): projection × √(statements / votes cast).

    The factor undoes the pull to the centre of the cells that were filled in with the mean.
    Statements are those that somebody voted on. A person without any vote is at the origin.

    Parameters
    ----------
    left_out_as_passes : bool
        As in Polis, where a statement moderated out stays a column on which everybody passed: it
        counts among the statements and among the votes cast of each person.
    """
    centred, _ = _centred(table)
    projections: FloatArray = centred @ np.ascontiguousarray(space.components.T)
    more = table.left_out if left_out_as_passes else 0
    statements = int((table.votes_by_statement > 0).sum()) + more
    cast = table.votes_by_person + more
    return projections * np.sqrt(statements / np.maximum(cast, 1))[:, None]


def _centred(table: VoteTable) -> tuple[sparse.csr_array, FloatArray]:
    """The table without the mean of each statement: only voted cells are stored."""
    count = table.votes_by_statement
    total = np.bincount(table.columns, weights=table.values, minlength=len(table.statements))
    means = total / np.maximum(count, 1)
    shape = (len(table.people), len(table.statements))
    data = table.values - means[table.columns]
    return sparse.csr_array((data, table.columns, table.starts), shape=shape), means


def _leading_eigenpairs(
    product: Callable[[FloatArray], FloatArray], block: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The two largest eigenvalues of a positive semidefinite product, and their vectors as rows.

    Fewer where its rank is lower.
    """
    width = block.shape[1]
    basis, images = np.zeros((0, width)), np.zeros((0, width))
    block = _orthonormal(block, basis)
    largest = 0.0
    for _ in range(MOST_PRODUCTS):
        if not len(block):
            break
        image = product(block)
        basis, images = np.vstack([basis, block]), np.vstack([images, image])
        inner = _inner(basis, images)
        values, weights = linalg.eigh((inner + inner.T) / 2)
        values, weights = values[::-1], weights[:, ::-1]
        largest = max(largest, float(values[0]))
        leading = _combined(weights[:, :COMPONENTS], basis)
        residuals = _combined(weights[:, :COMPONENTS], images) - values[:COMPONENTS, None] * leading
        if _close_enough(values, np.sqrt((residuals**2).sum(axis=1))):
            break
        block = _orthonormal(image, basis)
        if len(basis) + len(block) > LARGEST_BASIS:
            kept = weights[:, :KEPT_AT_RESTART]
            basis, images = _combined(kept, basis), _combined(kept, images)
    if not len(basis):
        return np.zeros(0), np.zeros((0, width))
    present = values[:COMPONENTS] > largest * NO_VARIANCE
    return values[:COMPONENTS][present], leading[: len(present)][present]


def _close_enough(values: FloatArray, residuals: FloatArray) -> bool:
    """Whether both leading vectors are as exact as asked, or as rounding allows."""
    if len(values) <= COMPONENTS:
        return False
    gaps = np.minimum(values[0] - values[1], [values[0] - values[1], values[1] - values[2]])
    wanted = np.maximum(WANTED_ERROR * gaps, ROUNDING * values[0])
    return bool((residuals <= wanted).all())


def _orthonormal(block: FloatArray, basis: FloatArray) -> FloatArray:
    """Rows that span what a block adds to an orthonormal basis; fewer rows than given, or none."""
    found = basis
    for vector in block:
        before = np.sqrt(np.einsum("m,m->", vector, vector))
        if before == 0:
            continue
        vector = vector / before
        # Twice is enough (Kahan, in Parlett 1980): the first pass leaves rounding.
        for _ in range(2):
            vector = vector - _combined(_inner(found, vector[None, :]), found)[0]
        length = np.sqrt(np.einsum("m,m->", vector, vector))
        if length > NEGLIGIBLE:
            found = np.vstack([found, vector / length])
    return found[len(basis) :]


def _inner(left: FloatArray, right: FloatArray) -> FloatArray:
    """Inner products of rows."""
    products: FloatArray = np.einsum("im,jm->ij", left, right)
    return products


def _combined(weights: FloatArray, rows: FloatArray) -> FloatArray:
    """Sums of rows by the columns of `weights`, shape (columns, width)."""
    sums: FloatArray = np.einsum("ij,im->jm", weights, rows)
    return sums


def _sign(component: FloatArray, former: FloatArray | None) -> float:
    if former is not None:
        agreement = np.einsum("m,m->", component, former)
        if agreement != 0:
            return 1.0 if agreement > 0 else -1.0
    sizes = np.abs(component)
    first = int(np.argmax(sizes >= sizes.max() * (1 - TIED_LOADINGS)))
    return 1.0 if component[first] >= 0 else -1.0
