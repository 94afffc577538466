"""Words that the pages, the report and the exports of results share."""

from __future__ import annotations

import math
from collections.abc import Sequence

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from parvis.documents.charts import IntervalWords
from parvis.documents.charts.scale import whole
from parvis.foundation.days import day_in_words
from parvis.organisations.enums import Stratum, WiderGroup
from parvis.questionnaires.enums import Channel, Determinant
from parvis.questionnaires.grid_schema import WORKING_HOURS_PER_DAY
from parvis.results.comparisons import Cell
from parvis.results.models import Run
from parvis.results.sheets import Estimate

# Where a channel is met, as in "above the mean by phone".
BY_CHANNEL = {
    Channel.PHONE: gettext_lazy("par téléphone"),
    Channel.EMAIL: gettext_lazy("par courriel"),
    Channel.WEBSITE: gettext_lazy("sur le site internet"),
    Channel.POST: gettext_lazy("par courrier"),
    Channel.SOCIAL: gettext_lazy("sur les réseaux sociaux"),
    Channel.VISIT: gettext_lazy("lors des visites"),
}

# One word a channel, where lines are short.
SHORT_CHANNEL = {
    Channel.PHONE: gettext_lazy("Téléphone"),
    Channel.EMAIL: gettext_lazy("Courriel"),
    Channel.WEBSITE: gettext_lazy("Site"),
    Channel.POST: gettext_lazy("Courrier"),
    Channel.SOCIAL: gettext_lazy("Réseaux"),
    Channel.VISIT: gettext_lazy("Visite"),
}

SHORT_DETERMINANT = {
    Determinant.ANSWER_QUALITY: gettext_lazy("Réponse"),
    Determinant.TRANSFER: gettext_lazy("Transfert"),
    Determinant.COMPLAINTS: gettext_lazy("Réclamations"),
}

# From two working days on, people count in days.
HOURS_SAID_IN_DAYS = 2 * WORKING_HOURS_PER_DAY


def joined(words: Sequence[str]) -> str:
    """ "a", "a et b", "a, b et c"."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s et %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def scope_name(run: Run) -> str:
    """The wave of a run, or the whole edition."""
    return _("vague %d") % run.wave.number if run.wave else _("ensemble des vagues")


def group_label(group: str) -> str:
    """A comparison group in words."""
    if group in WiderGroup.values:
        return str(WiderGroup(group).label)
    return str(Stratum(group).label)


def contacts_count(count: int) -> str:
    return ngettext("%(count)s prise de contact", "%(count)s prises de contact", count) % {
        "count": number_format(count, use_l10n=True, force_grouping=True)
    }


def participants_count(count: int) -> str:
    return ngettext("%(count)s participant", "%(count)s participants", count) % {
        "count": number_format(count, use_l10n=True, force_grouping=True)
    }


def interval_sentence(estimate: Estimate) -> str:
    """The interval in words, and what it rests on when that is an assumption."""
    if estimate.lower is None or estimate.upper is None:
        return ""
    sentence = _("Entre %(lower)s et %(upper)s, avec une confiance de 95 %%.") % {
        "lower": whole(estimate.lower),
        "upper": whole(estimate.upper),
    }
    if estimate.rests_on_assumption:
        sentence += " " + _(
            "Cet intervalle repose en partie sur une dispersion supposée, faute de mesures "
            "répétées."
        )
    return sentence


def mean_sentence(cell: Cell | None) -> str:
    """The mean of a group in words; empty where it may not be shown."""
    if cell is None:
        return ""
    if cell.group == WiderGroup.ALL:
        return _("Moyenne des participants : %(mean)s.") % {"mean": whole(cell.mean_percent)}
    return _("Votre groupe (%(group)s, %(count)s) : %(mean)s.") % {
        "group": group_label(cell.group),
        "count": participants_count(cell.members),
        "mean": whole(cell.mean_percent),
    }


def quartile_sentence(cell: Cell | None) -> str:
    """Between which scores the middle half of the participants lies; empty if not to be shown."""
    if cell is None or cell.quartiles is None:
        return ""
    low, _median, high = cell.quartiles
    return _("La moitié centrale des participants va de %(low)s à %(high)s.") % {
        "low": whole(low),
        "high": whole(high),
    }


def delay_in_words(hours: float) -> str:
    """A delay in working hours, or in working days of eight hours when it is long."""
    if hours >= HOURS_SAID_IN_DAYS:
        # Rounded up: what exceeds a limit of five days never reads "5 jours".
        days = math.ceil(round(10 * hours / WORKING_HOURS_PER_DAY, 6)) / 10
        return _("%s jours ouvrés") % number_format(
            days, 0 if days.is_integer() else 1, use_l10n=True
        )
    whole_hours = round(hours)
    if whole_hours == 0:
        return _("moins d’une heure ouvrée")
    return ngettext("%d h ouvrée", "%d h ouvrées", whole_hours) % whole_hours


def run_sentence(run: Run) -> str:
    return _("Calcul n° %(number)d du %(day)s") % {
        "number": run.number,
        "day": day_in_words(run.edition.day_of(run.created_at)),
    }


def interval_words(label_header: str) -> IntervalWords:
    return IntervalWords(
        label_header=label_header,
        value_header=_("Vous"),
        interval_header=_("Intervalle"),
        reference_header=_("Moyenne"),
        position_header=_("Écart"),
        value_sign=_("votre score"),
        interval_sign=_("ce qui est possible à 95 %"),
        reference_sign=_("moyenne des participants"),
        outside_sign=_("écart certain à 95 %"),
        above=_("au-dessus"),
        below=_("en dessous"),
        missing=_("non évalué"),
    )
