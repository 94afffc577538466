"""Dates of an edition, read and written in its own time zone.

A deadline belongs to the edition, not to the reader: the same sentence, with the zone named, is
shown in Nouméa and in Lille.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from parvis.foundation.days import day_in_words

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

# Whose clocks those are: a whole phrase, for the article changes with the name.
_HOURS = {
    "Europe/Paris": gettext_lazy("heure de Paris"),
    "Indian/Reunion": gettext_lazy("heure de La Réunion"),
    "America/Guadeloupe": gettext_lazy("heure de la Guadeloupe"),
    "America/Martinique": gettext_lazy("heure de la Martinique"),
    "America/Cayenne": gettext_lazy("heure de Cayenne"),
    "Indian/Mayotte": gettext_lazy("heure de Mayotte"),
    "Pacific/Noumea": gettext_lazy("heure de Nouméa"),
    "Pacific/Tahiti": gettext_lazy("heure de Tahiti"),
    "Pacific/Marquesas": gettext_lazy("heure des Marquises"),
    "Pacific/Gambier": gettext_lazy("heure des Gambier"),
    "America/Miquelon": gettext_lazy("heure de Saint-Pierre"),
    "Pacific/Wallis": gettext_lazy("heure de Wallis"),
}


def is_time_zone(name: str) -> bool:
    return name in available_timezones()


def local_day(moment: datetime, time_zone: str) -> date:
    """The calendar day of a moment in a zone."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def moment_in_words(moment: datetime, time_zone: str) -> str:
    """A moment, with the place whose clocks show it: "7 décembre 2026 à 18 h 00 (heure de Paris)".

    Seconds are told only when there are some.
    """
    local = moment.astimezone(ZoneInfo(time_zone))
    return _("%(day)s à %(time)s (%(zone)s)") % {
        "day": day_in_words(local),
        "time": _time_in_words(local),
        "zone": zone_in_words(time_zone),
    }


def exact_moment_in_words(moment: datetime, time_zone: str) -> str:
    """The same with the distance to UTC, for whoever is refused: nothing is left to interpret.

    For example "31 janvier 2026 à 18 h 00 (heure de Nouméa, UTC+11:00)".
    """
    local = moment.astimezone(ZoneInfo(time_zone))
    distance = local.strftime("%z")
    return _("%(day)s à %(time)s (%(zone)s, UTC%(distance)s)") % {
        "day": day_in_words(local),
        "time": _time_in_words(local),
        "zone": zone_in_words(time_zone),
        "distance": f"{distance[:3]}:{distance[3:]}",
    }


def zone_in_words(time_zone: str) -> str:
    """ "heure de Nouméa"; a zone outside the list is named by the city of its identifier."""
    known = _HOURS.get(time_zone)
    city = time_zone.rpartition("/")[2].replace("_", " ")
    return str(known) if known else _("heure de %(city)s") % {"city": city}


def _time_in_words(local: datetime) -> str:
    time = date_format(local, "TIME_FORMAT")
    if not local.second:
        return time
    return ngettext(
        "%(time)s et %(seconds)02d seconde", "%(time)s et %(seconds)02d secondes", local.second
    ) % {"time": time, "seconds": local.second}
