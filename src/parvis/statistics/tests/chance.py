"""What chance alone gives, for tests that attack what should leave an attacker nothing else."""

import math

# How seldom chance alone may fail a test: once in a million runs.
ONCE_IN = 1e-6


def is_chance(found: int, expected: float) -> bool:
    """Whether a count is one that chance gives, of rare and independent successes.

    A random matching has as many right as Poisson's law says, to all its moments up to its size;
    independent guesses vary a little less.
    """
    return poisson_tail(found, expected) > ONCE_IN


def poisson_tail(found: int, expected: float) -> float:
    """The chance of a count as far on the same side of what was expected, or further."""

    def of(count: int) -> float:
        return math.exp(count * math.log(expected) - expected - math.lgamma(count + 1))

    below = math.fsum(of(count) for count in range(found + (found < expected)))
    return below if found < expected else 1 - below
