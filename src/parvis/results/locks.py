"""What a publication settles in the rules of its edition."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from parvis.editions.locks import Section
from parvis.editions.models import Edition
from parvis.results.models import Publication


def locked_once_published(edition: Edition) -> Mapping[Section, str]:
    """Scores were read: what they were computed with no longer changes."""
    if not Publication.objects.filter(edition=edition).exists():
        return {}
    reason = _("Des résultats de cette édition sont publiés : leurs règles ne changent plus.")
    return dict.fromkeys(
        (
            Section.GRID,
            Section.WEIGHTS,
            Section.THRESHOLDS,
            Section.SHOWN_THRESHOLDS,
            Section.TIME_ZONE,
        ),
        reason,
    )
