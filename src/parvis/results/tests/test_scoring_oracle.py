"""Scores and intervals, computed again by plain loops from domain.md §4, without shared code."""

from __future__ import annotations

from statistics import fmean
from typing import Any

import pytest
from scipy.stats import t as student

from parvis.questionnaires.enums import Channel
from parvis.results.inputs import build_input
from parvis.results.scoring import score
from parvis.results.tests.factories import small_barometer, without_channel

MANDATORY = ["phone", "email", "website", "post"]


def banded(bands: list[dict[str, Any]], value: float) -> float:
    for band in bands:
        if band.get("up_to") is None or value <= band["up_to"]:
            return band["score"]
    raise AssertionError("the last band takes everything")


def value_of(criterion: dict[str, Any], contact: dict[str, Any]) -> float | None:
    """Points of one criterion in one contact; None: not applicable."""
    if contact["no_answer"] and criterion["scored_zero_if_no_answer"]:
        return 0.0
    condition = criterion.get("asked_if")
    if condition and contact["answers"].get(condition["criterion"]) != condition["equals"]:
        return None
    if criterion["kind"] == "delay":
        hours = {
            "acknowledged": [contact["acknowledged_hours"]],
            "answered": [contact["answered_hours"]],
            "acknowledged_or_answered": [contact["acknowledged_hours"], contact["answered_hours"]],
        }[criterion["to"]]
        known = [item for item in hours if item is not None]
        return banded(criterion["bands"], min(known)) if known else criterion.get("missing_score")
    given = contact["answers"].get(criterion["code"])
    if given in (None, "na"):
        return None
    if criterion["kind"] == "yes_no":
        return 100.0 if given == "yes" else 0.0
    if criterion["kind"] == "graded":
        return next(o["score"] for o in criterion["options"] if o["code"] == given)
    return banded(criterion["bands"], float(given))


def weighted(pairs: list[tuple[float, float]]) -> float | None:
    total = sum(weight for weight, _value in pairs)
    return sum(weight * value for weight, value in pairs) / total if total else None


def of_contact(grid: list[dict[str, Any]], contact: dict[str, Any], **only: str) -> float | None:
    pairs = []
    for criterion in grid:
        if criterion["channel"] != contact["channel"]:
            continue
        if any(criterion[name] != wanted for name, wanted in only.items()):
            continue
        value = value_of(criterion, contact)
        if value is not None:
            pairs.append((criterion["weight"], value))
    return weighted(pairs)


def channel_mean(
    grid: list[dict[str, Any]], contacts: list[dict[str, Any]], channel: str, **only: str
) -> float | None:
    scores = [of_contact(grid, c, **only) for c in contacts if c["channel"] == channel]
    known = [value for value in scores if value is not None]
    return fmean(known) if known else None


def over_channels(values: dict[str, float | None], weights: dict[str, float]) -> float | None:
    known = {channel: value for channel, value in values.items() if value is not None}
    if not any(weights[channel] for channel in known):
        return fmean(known.values()) if known else None
    return weighted([(weights[channel], value) for channel, value in known.items()])


def rounded(value: float | None) -> float | None:
    return None if value is None else pytest.approx(value, abs=6e-5)


@pytest.mark.django_db
@pytest.mark.parametrize("waves", [1, 2])
def test_scores_agree_with_plain_loops(waves: int) -> None:
    contacts_per_channel = {
        Channel.PHONE: 2,
        Channel.EMAIL: 3,
        Channel.WEBSITE: 1,
        Channel.POST: 2,
        Channel.SOCIAL: 1,
    }
    barometer = small_barometer(organisations=6, waves=waves, contacts=contacts_per_channel, seed=9)
    without_channel(barometer, barometer.organisations[1], Channel.POST)
    without_channel(barometer, barometer.organisations[2], Channel.SOCIAL)
    document = build_input(edition=barometer.edition, wave=None)
    result = score(document)
    grid = document["grid"]["document"]["criteria"]
    weights = {c: float(document["rules"]["channel_weights_percent"][c]) for c in Channel.values}
    scored = dict(result["contacts"])
    for contact in document["contacts"]:
        assert scored[contact["id"]] == rounded(of_contact(grid, contact))
    for body, sheet in zip(document["organisations"], result["organisations"], strict=True):
        contacts = [c for c in document["contacts"] if c["organisation"] == body["id"]]
        channels = {c: channel_mean(grid, contacts, c) for c in Channel.values}
        for channel in body["absent_channels"]:
            channels[channel] = 0.0
        for channel in Channel.values:
            assert sheet["channels"][channel]["estimate"] == rounded(channels[channel])
        coverage = sum(weights[c] for c in MANDATORY if channels[c] is not None)
        assert sheet["overall"]["coverage_percent"] == coverage
        assert sheet["overall"]["estimate"] == rounded(over_channels(channels, weights))
        for part, name in (("stages", "stage"), ("determinants", "determinant")):
            for code, found in sheet[part].items():
                by_channel = {
                    c: channel_mean(grid, contacts, c, **{name: code}) for c in Channel.values
                }
                assert found["estimate"] == rounded(over_channels(by_channel, weights)), (
                    part,
                    code,
                )
        for criterion in grid:
            values = [
                value_of(criterion, c) for c in contacts if c["channel"] == criterion["channel"]
            ]
            known = [value for value in values if value is not None]
            if known:
                mean, _lower, _upper, count = sheet["criteria"][criterion["code"]]
                assert (mean, count) == (rounded(fmean(known)), len(known))
            else:
                assert criterion["code"] not in sheet["criteria"]


@pytest.mark.django_db
def test_contact_without_answer_scores_zero_on_what_is_about_the_answer() -> None:
    barometer = small_barometer(organisations=2, contacts={Channel.EMAIL: 4}, seed=2)
    document = build_input(edition=barometer.edition, wave=None)
    contact = document["contacts"][0]
    contact |= {
        "no_answer": True,
        "answered_hours": None,
        "acknowledged_hours": None,
        "answers": {},
    }
    about = [
        criterion
        for criterion in document["grid"]["document"]["criteria"]
        if criterion["channel"] == "email" and criterion["scored_zero_if_no_answer"]
    ]
    assert about
    assert all(value_of(criterion, contact) == 0.0 for criterion in about)
    scored = dict(score(document)["contacts"])
    assert scored[contact["id"]] == 0.0


def scatter(values: list[float]) -> tuple[int, float]:
    """Degrees of freedom and squared deviations of the contacts of one cell."""
    mean = fmean(values)
    return len(values) - 1, sum((value - mean) ** 2 for value in values)


def variance_of_contacts(
    cells: dict[int, list[float]], groupings: list[dict[int, str]]
) -> dict[int, tuple[float, float]]:
    """Moderated variance of a contact and its degrees of freedom, by body; none: not estimable.

    `cells` are the scores of one channel by body, `groupings` the groups from the narrowest.
    """
    spread = {body: scatter(values) for body, values in cells.items()}
    pooled: dict[int, tuple[float, float]] = {}
    for body in cells:
        for level, group_of in enumerate(groupings):
            peers = [spread[other] for other in cells if group_of[other] == group_of[body]]
            degrees, squares = (sum(column) for column in zip(*peers, strict=True))
            if degrees >= 10 and (squares > 0 or level == len(groupings) - 1):
                pooled[body] = squares / degrees, degrees
                break
    first = second = total = 0.0
    for body, (variance, degrees) in pooled.items():
        own, squares = spread[body]
        if own and variance:
            ratio = squares / own / variance
            total += own
            first += own * ratio
            second += own * ratio**2 * own / (own + 2) * (degrees + 2) / degrees
    excess = second * total / first**2 - 1 if first else 0.0
    if excess <= 1e-6:
        return pooled
    prior = 4 + 2 / excess
    return {
        body: (
            ((prior - 2) * variance + spread[body][1]) / (prior + spread[body][0]),
            min(prior + spread[body][0], degrees),
        )
        for body, (variance, degrees) in pooled.items()
    }


@pytest.mark.django_db
def test_intervals_agree_with_plain_loops() -> None:
    """Channels and overall: pooled and moderated variances, Student, and the sum of Students."""
    barometer = small_barometer(
        organisations=14,
        waves=2,
        contacts={Channel.PHONE: 3, Channel.EMAIL: 2, Channel.WEBSITE: 1, Channel.POST: 1},
        populations=(12_000, 12_000, 3_000),
        seed=4,
    )
    without_channel(barometer, barometer.organisations[1], Channel.POST)
    document = build_input(edition=barometer.edition, wave=None)
    result = score(document)
    scored = dict(result["contacts"])
    weights = {c: float(document["rules"]["channel_weights_percent"][c]) for c in MANDATORY}
    bodies = document["organisations"]
    groupings = [
        {body["id"]: body["stratum"] for body in bodies},
        {body["id"]: body["wider_group"] for body in bodies},
        {body["id"]: "all" for body in bodies},
    ]
    # Variance and degrees of freedom of the mean of each channel, by body.
    errors: dict[int, dict[str, tuple[float, float]]] = {body["id"]: {} for body in bodies}
    for channel in MANDATORY:
        cells: dict[int, list[float]] = {}
        for contact in document["contacts"]:
            if contact["channel"] == channel and scored[contact["id"]] is not None:
                cells.setdefault(contact["organisation"], []).append(scored[contact["id"]])
        for body, (variance, degrees) in variance_of_contacts(cells, groupings).items():
            errors[body][channel] = variance / len(cells[body]), degrees
    compared = 0
    for body, sheet in zip(bodies, result["organisations"], strict=True):
        spread = fourth = 0.0
        for channel in MANDATORY:
            found = sheet["channels"][channel]
            if channel in body["absent_channels"]:
                assert (found["lower"], found["upper"]) == (0.0, 0.0)
                continue
            variance, degrees = errors[body["id"]][channel]
            assert_interval(found, variance, degrees)
            part = (weights[channel] / 100) ** 2 * variance * degrees / (degrees - 2)
            spread += part
            fourth += part**2 / (degrees - 4)
            compared += 1
        degrees = 4 + spread**2 / fourth
        assert_interval(sheet["overall"], spread * (1 - 2 / degrees), degrees)
    assert compared == 14 * 4 - 1


def assert_interval(found: dict[str, Any], variance: float, degrees: float) -> None:
    half = float(student.ppf(0.975, degrees)) * variance**0.5
    # Contacts are read back to four decimals.
    assert found["lower"] == pytest.approx(max(0.0, found["estimate"] - half), abs=1e-3)
    assert found["upper"] == pytest.approx(min(100.0, found["estimate"] + half), abs=1e-3)
