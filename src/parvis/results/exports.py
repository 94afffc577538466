"""A participant's own results as a spreadsheet: every score, then every contact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.documents.spreadsheets import Cell
from parvis.foundation.working_time import time_zone_of
from parvis.results import wording
from parvis.results.contact_lines import contact_rows
from parvis.results.reading import Reading


def headers() -> list[str]:
    return [
        _("Tableau"),
        _("Élément"),
        _("Score"),
        _("Borne basse à 95 %"),
        _("Borne haute à 95 %"),
        _("Prises de contact"),
        _("Moyenne des participants"),
        _("Participants"),
        _("Groupe de comparaison"),
        _("Moyenne du groupe"),
        _("Demande faite le"),
        _("Réponse"),
    ]


def rows(reading: Reading) -> Iterator[Sequence[Cell]]:
    """Scores with their intervals and means, then contacts; never who tested."""
    for table, score in reading.every_score():
        estimate, everybody, peers = score.estimate, score.everybody, score.peers
        yield [
            table,
            score.label,
            _points(estimate.percent),
            _points(estimate.lower),
            _points(estimate.upper),
            estimate.contacts,
            everybody.mean_percent if everybody else None,
            everybody.members if everybody else None,
            wording.group_label(peers.group) if peers else None,
            peers.mean_percent if peers else None,
            None,
            None,
        ]
    zone = time_zone_of(reading.organisation.departement_code)
    with timezone.override(zone):
        for row in contact_rows(reading.row, reading.grid):
            yield [
                _("Prise de contact"),
                f"{row.channel.label} – {row.request}",
                _points(row.score_percent),
                *[None] * 7,
                timezone.localtime(row.sent_at) if row.sent_at else None,
                row.outcome,
            ]


def _points(value: float | None) -> float | None:
    """To the tenth: more digits would claim a precision nothing has."""
    return None if value is None else round(value, 1)
