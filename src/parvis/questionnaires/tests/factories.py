"""Ready-made grids for the tests of this room and of those above."""

from __future__ import annotations

from typing import Any

import factory

from parvis.questionnaires.grids import freeze, import_default_grid
from parvis.questionnaires.models import Grid


class GridFactory(factory.django.DjangoModelFactory[Grid]):
    """The default grid: one row, however often it is asked for; `used=True` freezes it."""

    class Meta:
        model = Grid

    @classmethod
    def _create(
        cls, model_class: type[Grid], *args: Any, used: bool = False, **kwargs: Any
    ) -> Grid:
        grid = import_default_grid(None)
        if used:
            freeze(grid)
        return grid
