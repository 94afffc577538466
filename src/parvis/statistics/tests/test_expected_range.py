"""Units beside the field: the published estimate of DerSimonian and Laird, and rates of error."""

import numpy as np
import pytest

from parvis.statistics.expected_range import RangeClass, expected_range, expected_shares

# Thirteen trials of BCG vaccine (Colditz et al. 1994): cases and others, vaccinated and not.
BCG = np.array(
    [
        (4, 119, 11, 128),
        (6, 300, 29, 274),
        (3, 228, 11, 209),
        (62, 13536, 248, 12619),
        (33, 5036, 47, 5761),
        (180, 1361, 372, 1079),
        (8, 2537, 10, 619),
        (505, 87886, 499, 87892),
        (29, 7470, 45, 7232),
        (17, 1699, 65, 1600),
        (186, 50448, 141, 27197),
        (5, 2493, 3, 2338),
        (27, 16886, 29, 17825),
    ],
    dtype=float,
)


def log_risk_ratios():
    a, b, c, d = BCG.T
    estimate = np.log(a / (a + b)) - np.log(c / (c + d))
    error = np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
    return estimate, error


def test_without_winsorising_it_is_the_estimator_of_dersimonian_and_laird():
    """Published for these trials: τ² 0.3088, Q 152.23, mean −0.7141."""
    estimate, error = log_risk_ratios()
    found = expected_range(estimate, error, winsorised=0.0)
    assert found.between_variance == pytest.approx(0.3088, abs=5e-5)
    assert found.over_dispersion * 13 == pytest.approx(152.23, abs=0.01)
    assert found.centre == pytest.approx(-0.7141, abs=5e-5)


def test_winsorising_keeps_an_outlier_from_hiding_itself():
    estimates = np.append(np.linspace(-0.2, 0.2, 19), -3.0)
    errors = np.full(20, 0.1)
    assert expected_range(estimates, errors).classes[-1] is RangeClass.FAR_BELOW
    assert (
        expected_range(estimates, errors).between_variance
        < expected_range(estimates, errors, winsorised=0.0).between_variance / 5
    )


def test_classes_on_both_sides_and_limits():
    found = expected_shares([500] * 8 + [380, 620], [1000] * 10)
    assert found.classes[:8] == (RangeClass.WITHIN,) * 8
    assert found.classes[8] in (RangeClass.BELOW, RangeClass.FAR_BELOW)
    assert found.classes[9] in (RangeClass.ABOVE, RangeClass.FAR_ABOVE)
    assert found.centre == pytest.approx(0.5, abs=0.001)
    assert 0.38 < found.lower[8] < 0.5 < found.upper[9] < 0.62


@pytest.mark.parametrize(
    ("estimate", "error", "winsorised"),
    [
        ([1.0], [1.0], 0.1),
        ([1.0, 2.0], [1.0], 0.1),
        ([1.0, np.nan], [1.0, 1.0], 0.1),
        ([1.0, 2.0], [1.0, 0.0], 0.1),
        ([1.0, 2.0], [1.0, 1.0], 0.5),
    ],
)
def test_what_cannot_be_compared_is_refused(estimate, error, winsorised):
    with pytest.raises(ValueError):
        expected_range(estimate, error, winsorised=winsorised)


@pytest.mark.parametrize("units", [5, 10, 40])
@pytest.mark.parametrize("spread", [0.0, 0.3])
def test_few_ordinary_units_are_called_out(units, spread):
    """Units that differ by chance, or by an ordinary diversity (SD 0.3 in logits).

    Share called out over 1,500 fields, nominal 5 %.
    """
    rng = np.random.default_rng(11)
    out = []
    for _field in range(1500):
        logits = 1.2 + spread * rng.normal(size=units)
        trials = rng.integers(20, 600, size=units)
        found = expected_shares(rng.binomial(trials, 1 / (1 + np.exp(-logits))), trials)
        out.append(np.mean([name is not RangeClass.WITHIN for name in found.classes]))
    assert np.mean(out) <= 0.08


def test_a_truly_worse_unit_is_found():
    rng = np.random.default_rng(12)
    found = 0
    for _field in range(300):
        shares = np.append(np.full(9, 0.8), 0.6)
        names = expected_shares(rng.binomial(300, shares), np.full(10, 300)).classes
        found += names[-1] in (RangeClass.BELOW, RangeClass.FAR_BELOW)
    assert found / 300 > 0.95
