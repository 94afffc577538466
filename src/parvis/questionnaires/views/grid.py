"""A grid as anybody may read it: every criterion with its weight, its limit and its source."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from parvis.accounts.requests import OpenRequest
from parvis.foundation.access import public
from parvis.questionnaires.enums import Channel, CriterionKind, Determinant, JourneyStage
from parvis.questionnaires.grid_document import Criterion, GridDocument
from parvis.questionnaires.grid_schema import canonical_bytes
from parvis.questionnaires.grids import document_of
from parvis.questionnaires.permissions import access_grid


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """A criterion in the reader's language. `scale` says what each answer or delay is worth."""

    code: str
    label: str
    help: str
    determinant: str
    kind: str
    weight: str
    limit: str
    scale: list[str]
    source: str
    source_anchor: str
    notes: list[str]


@dataclass(frozen=True, slots=True)
class StageBlock:
    anchor: str
    label: str
    lines: list[CriterionLine]


@dataclass(frozen=True, slots=True)
class ChannelBlock:
    anchor: str
    label: str
    count: int
    stages: list[StageBlock]


@public
@require_safe
# The one public page that is long enough to pass 60 kB; nothing in it is anybody's own words.
@gzip_page
def grid_page(request: OpenRequest, pk: int) -> HttpResponse:
    """All criteria by channel and stage, in the reader's language; prints as it is."""
    grid = access_grid(request.hat, pk)
    document = document_of(grid)
    language = get_language() or "fr"
    return render(
        request,
        "questionnaires/grid.html",
        {
            "grid": grid,
            "document": document,
            "title": document.title.in_language(language),
            "description": document.description.in_language(language),
            "channels": _channel_blocks(document, language),
            "sources": [
                {
                    "anchor": _source_anchor(source.code),
                    "name": source.name.in_language(language),
                    "reference": source.reference.in_language(language),
                    "nature": _nature(source.nature),
                }
                for source in document.sources
            ],
        },
    )


@public
@require_safe
def grid_json(request: OpenRequest, pk: int) -> HttpResponse:
    """The canonical bytes of the grid: their SHA-256 is the one that scoring runs cite."""
    grid = access_grid(request.hat, pk)
    return HttpResponse(
        canonical_bytes(document_of(grid)),
        content_type="application/json; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{grid.code}-v{grid.version}.json"',
            "ETag": f'"{grid.sha256}"',
        },
    )


def _channel_blocks(document: GridDocument, language: str) -> list[ChannelBlock]:
    sources = {source.code: source.name.in_language(language) for source in document.sources}
    blocks = []
    for channel in Channel:
        criteria = document.of_channel(channel)
        if not criteria:
            continue
        stages = []
        for stage in JourneyStage:
            lines = [
                _line(document, criterion, sources, language)
                for criterion in criteria
                if criterion.stage == stage
            ]
            if lines:
                anchor = f"{channel.value}-{stage.value}"
                stages.append(StageBlock(anchor, str(stage.label), lines))
        blocks.append(ChannelBlock(channel.value, str(channel.label), len(criteria), stages))
    return blocks


def _line(
    document: GridDocument, criterion: Criterion, sources: dict[str, str], language: str
) -> CriterionLine:
    return CriterionLine(
        code=criterion.code,
        label=criterion.label.in_language(language),
        help=criterion.help.in_language(language),
        determinant=str(Determinant(criterion.determinant).label),
        kind=str(CriterionKind(criterion.kind).label),
        weight=_number(criterion.weight),
        limit=criterion.limit.label.in_language(language) if criterion.limit else "",
        scale=_scale(criterion, language),
        source=sources[criterion.source],
        source_anchor=_source_anchor(criterion.source),
        notes=_notes(document, criterion, language),
    )


def _scale(criterion: Criterion, language: str) -> list[str]:
    """What each answer, count or delay is worth, one line each; empty for a yes or no."""
    if criterion.options:
        return [
            _("%(answer)s : %(score)s")
            % {"answer": option.label.in_language(language), "score": _number(option.score)}
            for option in criterion.options
        ]
    unit = {
        CriterionKind.DURATION.value: _("min"),
        CriterionKind.DELAY.value: _("h ouvrées"),
    }.get(criterion.kind, "")
    lines = []
    for band in criterion.bands:
        if band.up_to is None:
            lines.append(_("au-delà : %(score)s") % {"score": _number(band.score)})
        else:
            value = f"{_number(band.up_to)}\u00a0{unit}".rstrip("\u00a0")
            lines.append(
                _("jusqu’à %(value)s : %(score)s") % {"value": value, "score": _number(band.score)}
            )
    return lines


def _notes(document: GridDocument, criterion: Criterion, language: str) -> list[str]:
    notes = []
    if criterion.asked_if is not None:
        condition = document.criterion(criterion.asked_if.criterion)
        notes.append(
            _("Posé selon la réponse à « %(criterion)s »")
            % {"criterion": condition.label.in_language(language)}
        )
    if criterion.not_applicable:
        notes.append(_("Peut être sans objet"))
    if criterion.scored_zero_if_no_answer:
        notes.append(_("Vaut 0 sans réponse"))
    return notes


def _number(value: float) -> str:
    decimals = 0 if value == int(value) else 2
    shown = number_format(value, decimals, use_l10n=True)
    return shown.rstrip("0").rstrip(",.") if decimals else shown


def _source_anchor(code: str) -> str:
    return f"source-{code}"


def _nature(nature: str) -> str:
    return {
        "law": _("Loi ou règlement"),
        "public_commitment": _("Engagement public"),
        "standard": _("Norme ou référentiel"),
        "choice": _("Choix de cette grille"),
    }[nature]
