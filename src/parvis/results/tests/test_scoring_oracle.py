"""The scores, computed again by plain loops from domain.md §4, without NumPy or shared code."""

from __future__ import annotations

from statistics import fmean
from typing import Any

import pytest

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
