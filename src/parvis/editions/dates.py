"""Dates of an edition, read and written in its own time zone.

A deadline belongs to the edition, not to the reader: the same sentence, with the zone named, is
shown in Nouméa and in Lille.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# The zones of the territories where French public bodies stand, in the order of their size.
TIME_ZONES = [
    ("Europe/Paris", gettext_lazy("France hexagonale")),
    ("Indian/Reunion", gettext_lazy("La Réunion")),
    ("America/Guadeloupe", gettext_lazy("Guadeloupe, Saint-Martin, Saint-Barthélemy")),
    ("America/Martinique", gettext_lazy("Martinique")),
    ("America/Cayenne", gettext_lazy("Guyane")),
    ("Indian/Mayotte", gettext_lazy("Mayotte")),
    ("Pacific/Noumea", gettext_lazy("Nouvelle-Calédonie")),
    ("Pacific/Tahiti", gettext_lazy("Polynésie française (Tahiti)")),
    ("Pacific/Marquesas", gettext_lazy("Polynésie française (Marquises)")),
    ("Pacific/Gambier", gettext_lazy("Polynésie française (Gambier)")),
    ("America/Miquelon", gettext_lazy("Saint-Pierre-et-Miquelon")),
    ("Pacific/Wallis", gettext_lazy("Wallis-et-Futuna")),
]


def is_time_zone(name: str) -> bool:
    return name in available_timezones()


def local_day(moment: datetime, time_zone: str) -> date:
    """The calendar day of a moment in a zone."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def moment_in_words(moment: datetime, time_zone: str) -> str:
    """A moment to the second, with its zone and its distance to UTC.

    For example "31 janvier 2026 à 18:00:00 (heure de Pacific/Noumea, UTC+11:00)".
    """
    local = moment.astimezone(ZoneInfo(time_zone))
    distance = local.strftime("%z")
    return _("%(day)s à %(time)s (heure de %(zone)s, UTC%(distance)s)") % {
        "day": date_format(local, "DATE_FORMAT"),
        "time": local.strftime("%H:%M:%S"),
        "zone": time_zone,
        "distance": f"{distance[:3]}:{distance[3:]}",
    }
