"""The sheet of an organisation, as `scoring` wrote it and as pages, report and exports read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from parvis.questionnaires.enums import Channel, Determinant, JourneyStage
from parvis.results.scoring import BASIS_ABSENT, BASIS_ASSUMED


@dataclass(frozen=True, slots=True)
class Estimate:
    """A score on 0–100 with its 95 % interval.

    `percent` is None where nothing was assessed; the bounds are None too then, or where no
    variance could be estimated. `basis` says what the interval of a channel rests on.
    """

    percent: float | None
    lower: float | None
    upper: float | None
    contacts: int
    basis: str = ""
    assumed: bool = False

    @property
    def is_absent(self) -> bool:
        """A mandatory channel that the organisation declared not to have: 0, as a finding."""
        return self.basis == BASIS_ABSENT

    @property
    def rests_on_assumption(self) -> bool:
        return self.assumed or self.basis == BASIS_ASSUMED

    def is_above(self, reference: float | None) -> bool:
        """The whole interval lies above: certain at 95 %. A finding without interval never is."""
        return reference is not None and self.lower is not None and self.lower > reference

    def is_below(self, reference: float | None) -> bool:
        return reference is not None and self.upper is not None and self.upper < reference


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a run found for one organisation."""

    stratum: str
    overall: Estimate
    coverage_percent: float
    channels: dict[Channel, Estimate]
    stages: dict[JourneyStage, Estimate]
    determinants: dict[Determinant, Estimate]
    criteria: dict[str, Estimate]


def read_sheet(document: Mapping[str, Any]) -> Sheet:
    overall = document["overall"]
    return Sheet(
        stratum=document["stratum"],
        overall=_estimate(overall, contacts=document["contacts"]),
        coverage_percent=overall["coverage_percent"],
        channels={channel: _estimate(document["channels"][channel]) for channel in Channel},
        stages={stage: _estimate(document["stages"][stage]) for stage in JourneyStage},
        determinants={
            determinant: _estimate(document["determinants"][determinant])
            for determinant in Determinant
        },
        criteria={
            code: Estimate(mean, lower, upper, contacts)
            for code, (mean, lower, upper, contacts) in document["criteria"].items()
        },
    )


def _estimate(part: Mapping[str, Any], *, contacts: int | None = None) -> Estimate:
    return Estimate(
        percent=part["estimate"],
        lower=part["lower"],
        upper=part["upper"],
        contacts=part["contacts"] if contacts is None else contacts,
        basis=part.get("basis", ""),
        assumed=part.get("assumed", False),
    )
