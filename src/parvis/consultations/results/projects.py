"""The result of a judged project: how relevant people find it, and the reasons they give.

Notes go from 0 (not at all) to 4 (entirely), placed evenly on 0–100. The relevance as a whole is
the mean over people of the mean of their notes: somebody who skips a criterion weighs as much as
somebody who notes them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from parvis.consultations import disclosure
from parvis.consultations.disclosure import are_few
from parvis.consultations.enums import ContributionKind, VoteKind
from parvis.consultations.models import ClosedVote, Contribution, Phase, Vote
from parvis.consultations.operations.voting import MOST_NOTE
from parvis.consultations.opinion_pages import text_gone
from parvis.consultations.results.opinions import forget_live_figures
from parvis.consultations.results.project_charts import relevance_chart
from parvis.documents.charts import Chart
from parvis.statistics.bounded_means import bounded_means

POINTS_PER_NOTE = 100 / MOST_NOTE
# Arguments of each side that the result shows.
MOST_ARGUMENTS = 5
ARGUMENT_KINDS = (
    ContributionKind.ARGUMENT_FOR,
    ContributionKind.ARGUMENT_AGAINST,
    ContributionKind.CONDITION,
)

# (voter, key of a criterion, note from 0 to 4)
Note = tuple[int, int, int]


def count(phase: Phase) -> dict[str, Any]:
    """The result, as JSON.

    `{"voters", "overall": {"answers", "mean", "lower", "upper"}, "criteria": [{"number", "text",
    "counts": [5], "answers", "mean", "lower", "upper"}], "arguments": {kind: [{"number",
    "support"}]}}`; means are on 0–100 with their 95 % interval, None without answer. Arguments are
    the most supported ones, their words read where they are shown: a moderator may refuse one yet.
    """
    forget_live_figures(phase)
    notes = list(
        ClosedVote.objects.filter(phase=phase, kind=VoteKind.JUDGEMENT)
        .order_by("voter", "subject")
        .values_list("voter", "subject", "value")
    )
    document = relevance(criteria_of(phase), notes)
    document["arguments"] = {
        kind.value: [
            {"number": number, "support": support}
            for number, support in Contribution.objects.published()
            .filter(phase=phase, kind=kind)
            .order_by("-support_count", "number")
            .values_list("number", "support_count")[:MOST_ARGUMENTS]
        ]
        for kind in ARGUMENT_KINDS
    }
    return document


def live(phase: Phase) -> dict[str, Any]:
    """The relevance as it stands while the phase runs, in the shape of `count`."""
    notes = Vote.objects.filter(phase=phase, kind=VoteKind.JUDGEMENT).order_by("pk")
    rows = notes.values_list("participant", "subject", "value")
    return relevance(criteria_of(phase), rows.iterator(chunk_size=5_000))


def has_few_supporters(phase: Phase) -> bool:
    """Whether so few people support an argument of the phase that nobody is told which.

    Before and after supports are cut from those who gave them. Asked at each page: no more of them
    are looked for than it takes.
    """
    given = Vote.objects.filter(phase=phase, kind=VoteKind.SUPPORT).values("participant")
    cut = ClosedVote.objects.filter(phase=phase, kind=VoteKind.SUPPORT).values("voter")
    return are_few(sum(len(rows.distinct()[: disclosure.FEWEST_PEOPLE]) for rows in (given, cut)))


def criteria_of(phase: Phase) -> list[Contribution]:
    """The criteria of a phase, in the order of their numbers."""
    rows = Contribution.objects.published().filter(phase=phase, kind=ContributionKind.CRITERION)
    return list(rows.order_by("number"))


def relevance(criteria: Sequence[Contribution], notes: Iterable[Note]) -> dict[str, Any]:
    """What the notes say of each criterion and of the whole; those of other criteria are left."""
    place = {criterion.pk: rank for rank, criterion in enumerate(criteria)}
    counts = np.zeros((len(criteria), MOST_NOTE + 1), dtype=np.int64)
    of_person: dict[int, list[int]] = {}
    for voter, subject, note in notes:
        if subject in place and 0 <= note <= MOST_NOTE:
            counts[place[subject], note] += 1
            of_person.setdefault(voter, []).append(note)
    points = np.arange(MOST_NOTE + 1) * POINTS_PER_NOTE
    means = bounded_means(counts.sum(axis=1), counts @ points, counts @ points**2)
    each = np.array(
        [POINTS_PER_NOTE * sum(given) / len(given) for given in of_person.values()],
        dtype=np.float64,
    )
    whole = bounded_means(len(each), each.sum(), (each**2).sum())
    return {
        "voters": len(each),
        "overall": {
            "answers": len(each),
            "mean": _figure(whole.estimate_percent),
            "lower": _figure(whole.lower_percent),
            "upper": _figure(whole.upper_percent),
        },
        "criteria": [
            {
                "number": criterion.number,
                "text": criterion.text,
                "counts": counts[rank].tolist(),
                "answers": int(counts[rank].sum()),
                "mean": _figure(means.estimate_percent[rank]),
                "lower": _figure(means.lower_percent[rank]),
                "upper": _figure(means.upper_percent[rank]),
            }
            for rank, criterion in enumerate(criteria)
        ],
    }


def _figure(value: Any) -> float | None:
    number = float(value)
    return None if np.isnan(number) else number


# --- On the page ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CriterionShown:
    """A line of the table: how many gave each note, in the order of `note_words`."""

    text: str
    counts: list[int]
    answers: int
    mean: float | None
    lower: float | None
    upper: float | None

    @property
    def by_word(self) -> list[tuple[str, int]]:
        """How many gave each note, named."""
        return list(zip(note_words(), self.counts, strict=True))


@dataclass(frozen=True, slots=True)
class ArgumentShown:
    number: int
    text: str
    support: int


def note_words() -> list[str]:
    """What each note means, from 0 to 4."""
    return [
        _("pas du tout"),
        _("plutôt pas"),
        _("en partie"),
        _("plutôt oui"),
        _("tout à fait"),
    ]


def shown(phase: Phase) -> dict[str, Any]:
    """What the template of the result reads; `{"voters": 0}` where nothing was counted yet."""
    result = phase.result
    if not result:
        return {"voters": 0, "criteria": [], "arguments": []}
    if has_few_supporters(phase):
        return {**figures(phase, result), "arguments": [], "few_supporters": True}
    return {**figures(phase, result), "arguments": _arguments(phase, result["arguments"])}


def figures(phase: Phase, result: Mapping[str, Any]) -> dict[str, Any]:
    """The relevance as pages show it, final or live; `{"is_few": True}` of few people."""
    if are_few(result["voters"]):
        return {"is_few": True}
    result = {**result, "criteria": _readable(phase, result["criteria"])}
    chart: Chart | None = relevance_chart(phase, result)
    return {
        "voters": result["voters"],
        "overall": result["overall"],
        "notes": note_words(),
        "criteria": [
            CriterionShown(
                one["text"],
                one["counts"],
                one["answers"],
                one["mean"],
                one["lower"],
                one["upper"],
            )
            for one in result["criteria"]
        ],
        "chart": chart,
    }


def _readable(phase: Phase, counted: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The criteria counted, without the words of one taken off since; none of it while running."""
    published = {criterion.number for criterion in criteria_of(phase)}
    gone = text_gone(phase)
    return [
        {**one, "text": one["text"] if one["number"] in published else gone}
        for one in counted
        if gone or one["number"] in published
    ]


def _arguments(
    phase: Phase, counted: Mapping[str, Sequence[Mapping[str, int]]]
) -> list[tuple[str, list[ArgumentShown]]]:
    """The most supported of each side that may still be read: (title, arguments), none empty."""
    titles = {
        ContributionKind.ARGUMENT_FOR: _("Pour"),
        ContributionKind.ARGUMENT_AGAINST: _("Contre"),
        ContributionKind.CONDITION: _("Oui, à condition que…"),
    }
    numbers = [one["number"] for rows in counted.values() for one in rows]
    readable = dict(
        Contribution.objects.public()
        .filter(phase=phase, number__in=numbers)
        .values_list("number", "text")
    )
    found = []
    for kind, title in titles.items():
        rows = [
            ArgumentShown(one["number"], readable[one["number"]], one["support"])
            for one in counted.get(kind.value, ())
            if one["number"] in readable
        ]
        if rows:
            found.append((title, rows))
    return found
