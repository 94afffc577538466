"""What makes a grid impossible to score, or to trust, although its form is right.

Each function returns the defects it finds, as sentences for whoever writes the grid; an empty list
means that nothing is wrong.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Set
from itertools import pairwise

from django.utils.translation import gettext as _

from parvis.questionnaires.enums import Channel, CriterionKind, Determinant, JourneyStage
from parvis.questionnaires.grid_answers import parse_value
from parvis.questionnaires.grid_document import (
    BANDED_KINDS,
    DELAY_ENDS,
    DELAY_STARTS,
    NATURES,
    NOT_APPLICABLE,
    UNITS,
    Band,
    Criterion,
    GradedOption,
    GridDocument,
)

_CRITERION_CODE = re.compile(r"[a-z]+\.[a-z0-9_]+")
_OPTION_CODE = re.compile(r"[a-z][a-z0-9_]*")


def document_defects(document: GridDocument) -> list[str]:
    """Every defect of a grid whose form is right."""
    defects: list[str] = []
    if document.version < 1:
        defects.append(_("grille : la version est un entier à partir de 1."))
    if not document.criteria:
        defects.append(_("grille : aucun critère."))
    defects += _repeated(_("source"), [source.code for source in document.sources])
    defects += _repeated(_("critère"), [criterion.code for criterion in document.criteria])
    defects += [
        _("source %(code)s : nature inconnue « %(value)s ».")
        % {"code": source.code, "value": source.nature}
        for source in document.sources
        if source.nature not in NATURES
    ]
    sources = {source.code for source in document.sources}
    codes = {criterion.code for criterion in document.criteria}
    earlier: dict[str, Criterion] = {}
    for criterion in document.criteria:
        found = [
            *_identity_defects(criterion, sources),
            *_scale_defects(criterion),
            *_limit_defects(criterion),
            *_condition_defects(criterion, earlier, codes),
        ]
        defects += [
            _("%(place)s : %(message)s") % {"place": criterion.code, "message": defect}
            for defect in found
        ]
        earlier.setdefault(criterion.code, criterion)
    return defects


def _repeated(noun: str, codes: list[str]) -> list[str]:
    return [
        _("%(noun)s %(code)s : ce code est donné plusieurs fois.") % {"noun": noun, "code": code}
        for code, times in Counter(codes).items()
        if times > 1
    ]


def _identity_defects(criterion: Criterion, sources: Set[str]) -> list[str]:
    defects = []
    if not _CRITERION_CODE.fullmatch(criterion.code):
        defects.append(_("le code s’écrit « canal.nom », en minuscules sans accent."))
    elif not criterion.code.startswith(f"{criterion.channel}."):
        defects.append(_("le code doit commencer par le canal du critère."))
    for noun, value, known in (
        (_("canal inconnu"), criterion.channel, Channel.values),
        (_("étape du parcours inconnue"), criterion.stage, JourneyStage.values),
        (_("déterminant inconnu"), criterion.determinant, Determinant.values),
        (_("nature de critère inconnue"), criterion.kind, CriterionKind.values),
        (_("source inconnue"), criterion.source, sources),
    ):
        if value not in known:
            defects.append(_("%(noun)s « %(value)s ».") % {"noun": noun, "value": value})
    if not (math.isfinite(criterion.weight) and criterion.weight > 0):
        defects.append(_("le poids doit être un nombre positif."))
    return defects


def _scale_defects(criterion: Criterion) -> list[str]:
    if criterion.kind == CriterionKind.GRADED:
        return _option_defects(criterion.options)
    if criterion.kind not in BANDED_KINDS:
        return []
    # A longer wait is never better; a count may be, like that of the ways to reach a service.
    longer_is_worse = criterion.kind != CriterionKind.COUNT
    defects = _band_defects(criterion.bands, longer_is_worse=longer_is_worse)
    if criterion.kind == CriterionKind.DELAY:
        if criterion.start_event not in DELAY_STARTS:
            defects.append(_("évènement de départ inconnu « %s ».") % criterion.start_event)
        if criterion.end_event not in DELAY_ENDS:
            defects.append(_("évènement d’arrivée inconnu « %s ».") % criterion.end_event)
        if criterion.missing_score is not None and not _is_score(criterion.missing_score):
            defects.append(_("la note en l’absence d’évènement va de 0 à 100."))
    return defects


def _is_score(value: float) -> bool:
    return math.isfinite(value) and 0 <= value <= 100


def _option_defects(options: tuple[GradedOption, ...]) -> list[str]:
    defects = []
    codes = [option.code for option in options]
    scores = [option.score for option in options]
    if not 3 <= len(options) <= 4:
        defects.append(_("un critère gradué propose trois ou quatre réponses."))
    if len(set(codes)) != len(codes):
        defects.append(_("deux réponses ont le même code."))
    for code in codes:
        if not _OPTION_CODE.fullmatch(code) or code == NOT_APPLICABLE:
            defects.append(_("code de réponse impossible « %s ».") % code)
    if not all(_is_score(score) for score in scores):
        defects.append(_("la note d’une réponse va de 0 à 100."))
    elif any(later <= former for former, later in pairwise(scores)):
        defects.append(_("les réponses vont de la moins bonne à la meilleure, sans égalité."))
    elif scores and (scores[0] != 0 or scores[-1] != 100):
        defects.append(_("la première réponse vaut 0 et la dernière 100."))
    return defects


def _band_defects(bands: tuple[Band, ...], *, longer_is_worse: bool) -> list[str]:
    defects = []
    bounds = [band.up_to for band in bands[:-1]]
    if len(bands) < 2:
        defects.append(_("il faut au moins deux tranches."))
    if bands and bands[-1].up_to is not None:
        defects.append(_("la dernière tranche n’a pas de borne : elle reçoit tout le reste."))
    closed = [bound for bound in bounds if bound is not None]
    if len(closed) != len(bounds):
        defects.append(_("seule la dernière tranche est sans borne."))
    elif not all(math.isfinite(bound) and bound >= 0 for bound in closed):
        defects.append(_("la borne d’une tranche est un nombre positif ou nul."))
    elif any(later <= former for former, later in pairwise(closed)):
        defects.append(_("les bornes des tranches doivent être croissantes."))
    scores = [band.score for band in bands]
    if not all(_is_score(score) for score in scores):
        defects.append(_("la note d’une tranche va de 0 à 100."))
    elif longer_is_worse and scores != sorted(scores, reverse=True):
        defects.append(_("une attente plus longue ne peut pas être mieux notée."))
    return defects


def _limit_defects(criterion: Criterion) -> list[str]:
    limit = criterion.limit
    if limit is None:
        return []
    defects = []
    if limit.unit not in UNITS:
        defects.append(_("unité de limite inconnue « %s ».") % limit.unit)
    if not (math.isfinite(limit.value) and limit.value > 0):
        defects.append(_("la limite doit être un nombre positif."))
    if criterion.kind == CriterionKind.DELAY:
        bounds = {band.up_to for band in criterion.bands}
        if limit.working_hours is None:
            defects.append(_("la limite d’un délai se compte en temps ouvré."))
        elif limit.working_hours not in bounds:
            # Otherwise the page would announce a limit that the score does not know.
            defects.append(
                _("la limite vaut %g heures ouvrées : aucune tranche ne s’y arrête.")
                % limit.working_hours
            )
    return defects


def _condition_defects(
    criterion: Criterion, earlier: Mapping[str, Criterion], codes: Set[str]
) -> list[str]:
    condition = criterion.asked_if
    if condition is None:
        return []
    if condition.criterion not in codes:
        return [_("dépend du critère inconnu « %s ».") % condition.criterion]
    asked_before = earlier.get(condition.criterion)
    if asked_before is None:
        return [_("dépend de « %s », qui n’est posé qu’après.") % condition.criterion]
    if asked_before.channel != criterion.channel:
        return [_("dépend de « %s », qui relève d’un autre canal.") % condition.criterion]
    try:
        possible = parse_value(asked_before, condition.equals) == condition.equals
    except ValueError:
        possible = False
    if not possible:
        return [
            _("« %(value)s » n’est pas une réponse possible à « %(criterion)s ».")
            % {"value": condition.equals, "criterion": condition.criterion}
        ]
    return []
