"""What a participant is told of its sheet: first what is certain, then the scores beside the means.

The page, the PDF report and the export say the same thing because they all read it here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.documents.charts import IntervalRow, Position
from parvis.documents.participant_report import ScoreSection
from parvis.mystery_audits.questions import in_language
from parvis.organisations.enums import Stratum
from parvis.questionnaires.enums import Channel, Determinant, JourneyStage
from parvis.questionnaires.grid_schema import Criterion, GridDocument
from parvis.questionnaires.grids import document_of
from parvis.results import wording
from parvis.results.comparisons import (
    OVERALL,
    Cell,
    Comparisons,
    channel_measure,
    criterion_measure,
    determinant_measure,
    stage_measure,
)
from parvis.results.models import ScoreSheet
from parvis.results.sheets import Estimate, Sheet, read_sheet

# How many criteria the page and the report name on each side.
NAMED_CRITERIA = 5
# How many stages or determinants the title of a chart names.
NAMED_PARTS = 2


@dataclass(frozen=True, slots=True)
class Score:
    """One score with the means it is read beside; None where a mean may not be shown."""

    code: str
    label: str
    estimate: Estimate
    everybody: Cell | None
    peers: Cell | None

    @property
    def reference(self) -> float | None:
        return self.everybody.mean_percent if self.everybody else None

    @property
    def position(self) -> Position:
        if self.estimate.is_above(self.reference):
            return Position.ABOVE
        if self.estimate.is_below(self.reference):
            return Position.BELOW
        return Position.WITHIN

    @property
    def is_above(self) -> bool:
        return self.position is Position.ABOVE

    @property
    def is_below(self) -> bool:
        return self.position is Position.BELOW

    @property
    def row(self) -> IntervalRow:
        return IntervalRow(
            label=self.label,
            value_percent=self.estimate.percent,
            lower_percent=self.estimate.lower,
            upper_percent=self.estimate.upper,
            reference_percent=self.reference,
            position=self.position,
        )


@dataclass(frozen=True, slots=True)
class CriterionScore:
    """A criterion's score with the criterion itself."""

    criterion: Criterion
    score: Score

    @property
    def channel_label(self) -> str:
        return str(Channel(self.criterion.channel).label)


class Reading:
    """A sheet read beside the comparisons of a publication (None: not published, no means)."""

    def __init__(self, row: ScoreSheet, comparisons: Mapping[str, object] | None) -> None:
        self.row = row
        self.run = row.run
        self.organisation = row.organisation
        self.edition = row.run.edition
        self.sheet: Sheet = read_sheet(row.sheet)
        self.stratum = Stratum(self.sheet.stratum)
        self.comparisons = Comparisons(comparisons or {"groups": {}, "measures": {}, "spread": []})

    @cached_property
    def grid(self) -> GridDocument:
        return document_of(self.edition.grid)

    @cached_property
    def overall(self) -> Score:
        return self._score(OVERALL, "", _("Score d’ensemble"), self.sheet.overall)

    @cached_property
    def channels(self) -> list[Score]:
        """The channels, in order; those outside the overall score only where they were tested."""
        return [
            self._score(channel_measure(channel), channel, str(channel.label), estimate)
            for channel, estimate in self.sheet.channels.items()
            if estimate.percent is not None or channel not in (Channel.SOCIAL, Channel.VISIT)
        ]

    @cached_property
    def stages(self) -> list[Score]:
        return [
            self._score(stage_measure(stage), stage, str(stage.label), self.sheet.stages[stage])
            for stage in JourneyStage
        ]

    @cached_property
    def determinants(self) -> list[Score]:
        return [
            self._score(
                determinant_measure(determinant),
                determinant,
                str(determinant.label),
                self.sheet.determinants[determinant],
            )
            for determinant in Determinant
        ]

    @cached_property
    def criteria(self) -> list[CriterionScore]:
        """The criteria assessed at least once, in the order of the grid."""
        return [
            CriterionScore(
                criterion,
                self._score(
                    criterion_measure(criterion.code),
                    criterion.code,
                    in_language(criterion.label),
                    self.sheet.criteria[criterion.code],
                ),
            )
            for criterion in self.grid.criteria
            if criterion.code in self.sheet.criteria
        ]

    @property
    def strongest(self) -> list[CriterionScore]:
        """The criteria most certainly good: the highest lower bounds, not the luckiest scores."""
        good = [item for item in self.criteria if _percent(item) >= 50.0]
        return sorted(good, key=lambda item: (-_lower(item), *_solidity(item)))[:NAMED_CRITERIA]

    @property
    def weakest(self) -> list[CriterionScore]:
        """The criteria most certainly poor: the lowest upper bounds."""
        poor = [item for item in self.criteria if _percent(item) < 50.0]
        return sorted(poor, key=lambda item: (_upper(item), *_solidity(item)))[:NAMED_CRITERIA]

    @property
    def rests_on_assumption(self) -> list[str]:
        """The channels whose interval rests on a declared spread, by name."""
        return [score.label for score in self.channels if score.estimate.rests_on_assumption]

    @property
    def absent_channels(self) -> list[str]:
        return [score.label for score in self.channels if score.estimate.is_absent]

    @property
    def missing_channels(self) -> list[str]:
        """Channels of the overall score without any valid contact."""
        return [score.label for score in self.channels if score.estimate.percent is None]

    # --- Sentences -----------------------------------------------------------------------------

    @property
    def certain(self) -> list[SafeString]:
        """What is certain, in two or three sentences; before any figure."""
        assessed = [score for score in self.channels if score.estimate.percent is not None]
        if not assessed:
            return [
                conditional_escape(
                    _("Aucune prise de contact n’a pu être validée : il n’y a pas de résultat.")
                )
            ]
        if all(score.everybody is None for score in assessed):
            return [
                conditional_escape(
                    _(
                        "Trop peu d’organismes participent pour vous comparer sans dévoiler leurs "
                        "résultats : lisez vos scores pour eux-mêmes."
                    )
                )
            ]
        above = [_where(score) for score in assessed if score.is_above]
        below = [_where(score) for score in assessed if score.is_below]
        sentences = []
        if above:
            sentences.append(
                format_html(
                    _(
                        "Vous êtes <strong>au-dessus</strong> de la moyenne des participants "
                        "{where}."
                    ),
                    where=wording.joined(above),
                )
            )
        if below:
            sentences.append(
                format_html(
                    _(
                        "Vous êtes <strong>en dessous</strong> de la moyenne des participants "
                        "{where}."
                    ),
                    where=wording.joined(below),
                )
            )
        if not sentences:
            return [
                conditional_escape(
                    _(
                        "Vos résultats ne se distinguent pas de la moyenne des "
                        "participants : avec ce nombre de prises de contact, les écarts peuvent "
                        "tenir au hasard."
                    )
                )
            ]
        if len(above) + len(below) < len(assessed):
            sentences.append(
                conditional_escape(
                    _("Pour le reste, vos résultats ne se distinguent pas de cette moyenne.")
                )
            )
        return sentences

    @property
    def overall_sentences(self) -> list[str]:
        """The interval, the means, or why there is no overall score."""
        overall = self.overall
        if overall.estimate.percent is None:
            return [
                _(
                    "Pas de score d’ensemble : %(coverage)s %% du poids des canaux obligatoires a "
                    "pu être évalué, il en faut %(needed)s %%."
                )
                % {
                    "coverage": round(self.sheet.coverage_percent),
                    "needed": self.edition.minimum_coverage_percent,
                }
            ]
        found = [
            wording.interval_sentence(overall.estimate),
            wording.mean_sentence(overall.everybody),
            wording.quartile_sentence(overall.everybody),
            wording.mean_sentence(overall.peers),
        ]
        if overall.everybody is None:
            found.append(_("Trop peu de participants pour en montrer la moyenne."))
        return [sentence for sentence in found if sentence]

    # --- Charts --------------------------------------------------------------------------------

    @property
    def channel_section(self) -> ScoreSection:
        above = [_where(score) for score in self.channels if score.is_above]
        below = [_where(score) for score in self.channels if score.is_below]
        if not _is_compared(self.channels):
            finding = _("Vos scores par canal")
            description = _("Scores de 0 à 100 par canal, avec leur intervalle à 95 %.")
        else:
            finding = _finding(above, below, _("Vos canaux sont autour de la moyenne"))
            description = _(
                "Scores de 0 à 100 par canal, avec leur intervalle à 95 %, à côté de la moyenne "
                "des participants."
            )
        return ScoreSection(
            finding=finding,
            description=description,
            rows=tuple(score.row for score in self.channels),
            words=wording.interval_words(_("Canal")),
        )

    @property
    def stage_section(self) -> ScoreSection:
        return _part_section(
            self.stages,
            _("Aucune étape ne s’écarte de la moyenne")
            if _is_compared(self.stages)
            else _("Vos scores par étape"),
            _("Scores de 0 à 100 à chaque étape du parcours de l’usager."),
            _("Étape"),
        )

    @property
    def determinant_section(self) -> ScoreSection:
        return _part_section(
            self.determinants,
            _("Aucun déterminant ne s’écarte de la moyenne")
            if _is_compared(self.determinants)
            else _("Vos scores par déterminant"),
            _("Scores de 0 à 100 pour chaque déterminant de la qualité."),
            _("Déterminant"),
        )

    def every_score(self) -> Iterator[tuple[str, Score]]:
        """Each score with the name of its table, in the order of the pages."""
        yield _("Ensemble"), self.overall
        for table, scores in (
            (_("Canal"), self.channels),
            (_("Étape"), self.stages),
            (_("Déterminant"), self.determinants),
            (_("Critère"), [item.score for item in self.criteria]),
        ):
            for score in scores:
                yield table, score

    def _score(self, measure: str, code: str, label: str, estimate: Estimate) -> Score:
        return Score(
            code=str(code),
            label=label,
            estimate=estimate,
            everybody=self.comparisons.everybody(measure),
            peers=self.comparisons.peers(measure, self.sheet.stratum),
        )


def _is_compared(scores: Sequence[Score]) -> bool:
    """Whether a score and a mean stand side by side: otherwise nothing is said of the mean."""
    return any(
        score.estimate.percent is not None and score.reference is not None for score in scores
    )


def _where(score: Score) -> str:
    return str(wording.BY_CHANNEL[Channel(score.code)])


def _percent(item: CriterionScore) -> float:
    return item.score.estimate.percent or 0.0


def _lower(item: CriterionScore) -> float:
    """The lower bound; below any other where no interval could be estimated."""
    lower = item.score.estimate.lower
    return -1.0 if lower is None else lower


def _upper(item: CriterionScore) -> float:
    upper = item.score.estimate.upper
    return 101.0 if upper is None else upper


def _solidity(item: CriterionScore) -> tuple[float, float, str]:
    return (-item.score.estimate.contacts, -item.criterion.weight, item.criterion.code)


def _finding(above: Sequence[str], below: Sequence[str], neither: str) -> str:
    """The sentence that the chart by channel shows."""
    if above and below:
        return _("Au-dessus de la moyenne %(above)s, en dessous %(below)s") % {
            "above": wording.joined(above),
            "below": wording.joined(below),
        }
    if above:
        return _("Au-dessus de la moyenne %s") % wording.joined(above)
    if below:
        return _("En dessous de la moyenne %s") % wording.joined(below)
    return neither


def _some(names: Sequence[str]) -> str:
    """The first names, and how many more: a title stays a title."""
    shown = [name.lower() for name in names[:NAMED_PARTS]]
    more = len(names) - len(shown)
    if more:
        shown.append(ngettext("%d autre", "%d autres", more) % more)
    return wording.joined(shown)


def _part_section(
    scores: Sequence[Score], neither: str, description: str, header: str
) -> ScoreSection:
    above = [score.label for score in scores if score.is_above]
    below = [score.label for score in scores if score.is_below]
    parts = []
    if above:
        parts.append(_("Au-dessus de la moyenne : %s") % _some(above))
    if below:
        parts.append(_("En dessous de la moyenne : %s") % _some(below))
    return ScoreSection(
        finding=". ".join(parts) or neither,
        description=description,
        rows=tuple(score.row for score in scores),
        words=wording.interval_words(header),
    )
