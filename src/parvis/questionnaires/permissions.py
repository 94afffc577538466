"""The only entrance to grids: published ones for anybody, the others for the operator."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from parvis.accounts.hats import Hat
from parvis.questionnaires.models import Grid


def access_grid(hat: Hat | None, pk: int) -> Grid:
    """The grid of that number; Http404 when it does not exist or nothing has published it."""
    return get_object_or_404(Grid.objects.visible_to(hat), pk=pk)
