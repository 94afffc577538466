"""Words and figures of the boards, the wall and the alerts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from parvis.documents.charts.scale import whole
from parvis.feedback.boards.periods import Period
from parvis.foundation.days import day_in_words

WEEKDAYS = (
    gettext_lazy("lundi"),
    gettext_lazy("mardi"),
    gettext_lazy("mercredi"),
    gettext_lazy("jeudi"),
    gettext_lazy("vendredi"),
    gettext_lazy("samedi"),
    gettext_lazy("dimanche"),
)
# Without the full stop of an abbreviation: seven of them stand abreast on a phone.
SHORT_WEEKDAYS = (
    gettext_lazy("lun"),
    gettext_lazy("mar"),
    gettext_lazy("mer"),
    gettext_lazy("jeu"),
    gettext_lazy("ven"),
    gettext_lazy("sam"),
    gettext_lazy("dim"),
)


def grouped(number: int) -> str:
    """ "1 240"."""
    return number_format(number, use_l10n=True, force_grouping=True)


def answers_count(count: int) -> str:
    return ngettext("%(count)s avis", "%(count)s avis", count) % {"count": grouped(count)}


def joined(words: Sequence[str]) -> str:
    """ "a", "a et b", "a, b et c"."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s et %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def percent(share: float) -> str:
    """ "72 %" for 0.72."""
    return _("%(number)s %%") % {"number": whole(100.0 * share)}


def percent_range(lower: float, upper: float) -> str:
    """ "de 71 à 76 %" for 0.71 and 0.76, "72 %" when both round alike."""
    low, high = whole(100.0 * lower), whole(100.0 * upper)
    if low == high:
        return percent(lower)
    return _("de %(lower)s à %(upper)s %%") % {"lower": low, "upper": high}


def points(value: float) -> str:
    """A signed whole number of points: "+45", "−12", "0"."""
    said = whole(abs(value))
    if said == "0":
        return said
    return ("+" if value > 0 else "−") + said


def period_in_words(period: Period) -> str:
    if period.first == period.last:
        return _("le %(day)s") % {"day": day_in_words(period.first)}
    return _("du %(first)s au %(last)s") % {
        "first": day_in_words(period.first),
        "last": day_in_words(period.last),
    }


def short_day(day: date) -> str:
    """ "05/03"."""
    return f"{day:%d/%m}"


def month_in_words(day: date) -> str:
    """ "mars 2026"."""
    return date_format(day, "F Y")
