"""Grids as rows of the database: importing a version, reading it, freezing it at its first use.

A version may be corrected until an edition publishes it; from then on its bytes are those that
scoring runs cite, and a correction is a new version.
"""

from __future__ import annotations

import hashlib
from importlib import resources

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parvis.accounts.models import Person
from parvis.foundation.errors import Conflict
from parvis.journal.operations import record
from parvis.questionnaires.grid_schema import (
    GridDocument,
    canonical_bytes,
    document_mapping,
    load_grid,
    read_grid,
)
from parvis.questionnaires.models import Grid

# An installation holds a handful of grids; parsing one takes tens of milliseconds.
_MAX_PARSED = 16
_parsed: dict[str, GridDocument] = {}


def default_grid_text() -> str:
    """The YAML of the grid that ships with the software."""
    return (resources.files(__package__) / "data" / "default_grid.yaml").read_text(encoding="utf-8")


@transaction.atomic
def import_grid(text: str, by: Person | None) -> Grid:
    """Store the grid written in `text` (YAML or JSON) and return its row; `by` None: a command.

    The same grid twice is one row. Other content under a known code and version corrects that
    row while no edition has published it. Raises GridError for a grid that could not be scored,
    Conflict for a change to a version in use.
    """
    document = load_grid(text)
    sha256 = hashlib.sha256(canonical_bytes(document)).hexdigest()
    grid = (
        Grid.objects.select_for_update()
        .filter(code=document.code, version=document.version)
        .first()
    )
    if grid is None:
        grid = Grid(code=document.code, version=document.version)
        action = "grid.imported"
    elif grid.sha256 == sha256:
        return grid
    elif grid.first_used_at is not None:
        raise Conflict(
            _(
                "La version %(version)d de la grille « %(code)s » sert déjà à une édition : elle "
                "ne change plus. Donnez un nouveau numéro de version à votre fichier."
            )
            % {"version": grid.version, "code": grid.code}
        )
    else:
        action = "grid.corrected"
    grid.title_fr = document.title.fr
    grid.title_en = document.title.en
    grid.document = document_mapping(document)
    grid.sha256 = sha256
    grid.save()
    record(action=action, actor_id=by.pk if by else None, subject=grid, sha256=sha256)
    return grid


def import_default_grid(by: Person | None) -> Grid:
    """Store the grid that ships with the software, or find it there."""
    return import_grid(default_grid_text(), by)


def document_of(grid: Grid) -> GridDocument:
    """The parsed document of a stored grid; the same object for the same bytes."""
    document = _parsed.get(grid.sha256)
    if document is None:
        document = read_grid(grid.document)
        while len(_parsed) >= _MAX_PARSED:
            _parsed.pop(next(iter(_parsed)), None)
        _parsed[grid.sha256] = document
    return document


def freeze(grid: Grid) -> None:
    """From now on the grid no longer changes; called when an edition publishes it."""
    now = timezone.now()
    if Grid.objects.filter(pk=grid.pk, first_used_at__isnull=True).update(first_used_at=now):
        grid.first_used_at = now
