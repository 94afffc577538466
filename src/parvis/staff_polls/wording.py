"""Words that the form of agents, their player and the results say alike."""

from __future__ import annotations

from django.utils.translation import gettext as _


def smiley_labels() -> list[str]:
    """Names of the four faces, from the worst."""
    return [_("Très mal"), _("Plutôt mal"), _("Plutôt bien"), _("Très bien")]
