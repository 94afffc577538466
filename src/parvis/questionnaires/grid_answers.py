"""One answer against one criterion: is it asked, is it possible, what is it worth.

Answers are stored as short strings: `yes`, `no`, `na`, an option code, or whole digits (a count,
or minutes). Delays are not answers: they come from two dated events, in working hours.
"""

import math
import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from parvis.questionnaires.enums import CriterionKind
from parvis.questionnaires.grid_document import NO, NOT_APPLICABLE, YES, Band, Criterion

# Beyond these an entry is a slip of the finger, not an observation.
MAX_COUNT = 999
MAX_DURATION_MINUTES = 600

_WHOLE_NUMBER = re.compile(r"[0-9]{1,6}")


def parse_value(criterion: Criterion, raw: str) -> str:
    """Return the stored form of an answer: `yes`, `no`, `na`, an option code or whole digits.

    Raises ValueError with a message for the person who answers.
    """
    value = raw.strip()
    if not criterion.is_entered:
        raise ValueError(_("Ce délai est calculé : il ne se saisit pas."))
    if value == NOT_APPLICABLE:
        if not criterion.not_applicable:
            raise ValueError(_("« Sans objet » n’est pas possible pour ce critère."))
        return value
    if criterion.kind == CriterionKind.YES_NO:
        if value not in (YES, NO):
            raise ValueError(_("Répondez par oui ou par non."))
        return value
    if criterion.kind == CriterionKind.GRADED:
        if value not in {option.code for option in criterion.options}:
            raise ValueError(_("Choisissez l’une des réponses proposées."))
        return value
    if not _WHOLE_NUMBER.fullmatch(value):
        raise ValueError(_("Saisissez un nombre entier, sans virgule ni signe."))
    number = int(value)
    if criterion.kind == CriterionKind.COUNT and number > MAX_COUNT:
        raise ValueError(_("Saisissez un nombre de 0 à %d.") % MAX_COUNT)
    if criterion.kind == CriterionKind.DURATION and number > MAX_DURATION_MINUTES:
        raise ValueError(_("Saisissez une durée de 0 à %d minutes.") % MAX_DURATION_MINUTES)
    return str(number)


def score_of(criterion: Criterion, raw_value: str) -> float | None:
    """Score, 0 to 100, of an entered answer; None when it is not applicable.

    Raises ValueError, as `parse_value`, for a value the criterion cannot have.
    """
    value = parse_value(criterion, raw_value)
    if value == NOT_APPLICABLE:
        return None
    if criterion.kind == CriterionKind.YES_NO:
        return 100.0 if value == YES else 0.0
    if criterion.kind == CriterionKind.GRADED:
        return next(option.score for option in criterion.options if option.code == value)
    return _band_score(criterion.bands, int(value))


def score_delay(criterion: Criterion, hours: float | None) -> float | None:
    """Score, 0 to 100, of a delay in working hours; `hours` is None when the event never came.

    A missing event gives the criterion's `missing_score`, itself None when not applicable.
    Raises ValueError for a criterion that is not a delay, or for negative or undefined hours.
    """
    if criterion.kind != CriterionKind.DELAY:
        raise ValueError(_("Ce critère n’est pas un délai."))
    if hours is None:
        return criterion.missing_score
    if not math.isfinite(hours) or hours < 0:
        raise ValueError(_("Un délai est un nombre d’heures ouvrées positif ou nul."))
    return _band_score(criterion.bands, hours)


def delay_hours(
    criterion: Criterion, *, acknowledged_hours: float | None, answered_hours: float | None
) -> float | None:
    """Choose, among the two delays known of a contact, the one the criterion measures.

    Both are working hours since the sending; None: it never came. Where an earlier answer makes
    an acknowledgement unnecessary (`acknowledged_or_answered`), the shorter one counts.
    """
    if criterion.end_event == "acknowledged":
        return acknowledged_hours
    if criterion.end_event == "answered":
        return answered_hours
    known = [hours for hours in (acknowledged_hours, answered_hours) if hours is not None]
    return min(known, default=None)


def is_asked(criterion: Criterion, values: Mapping[str, str]) -> bool:
    """Whether the criterion applies, given the stored values of the criteria before it."""
    condition = criterion.asked_if
    return condition is None or values.get(condition.criterion) == condition.equals


def _band_score(bands: tuple[Band, ...], value: float) -> float:
    return next(band.score for band in bands if band.up_to is None or value <= band.up_to)
