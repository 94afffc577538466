"""What an alert says: what was seen, since when, and how often it would ring for nothing."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.feedback.boards.wording import answers_count, grouped, joined, percent
from parvis.feedback.enums import AlertKind, Exclusion
from parvis.feedback.models import Alert
from parvis.foundation.days import day_in_words


def alert_sentences(alert: Alert) -> list[str]:
    """The sentences of the mail and of the page, the finding first."""
    return {
        AlertKind.DROP: _drop,
        AlertKind.SILENT: _silent,
        AlertKind.MISUSE: _misuse,
    }[AlertKind(alert.kind)](alert)


def false_alarms(alarms_a_year: int) -> str:
    """How often the drop alarm rings although nothing changed."""
    return ngettext(
        "Réglée pour au plus une fausse alerte par an en moyenne.",
        "Réglée pour au plus %(count)d fausses alertes par an en moyenne.",
        alarms_a_year,
    ) % {"count": alarms_a_year}


def _drop(alert: Alert) -> list[str]:
    found = alert.details
    return [
        _(
            "Depuis le %(since)s, %(share)s des avis sont mécontents, sur %(answers)s ; "
            "d’ordinaire %(usual)s."
        )
        % {
            "since": day_in_words(_day(found["since"])),
            "share": percent(found["dissatisfied"] / max(found["answers"], 1)),
            "answers": answers_count(found["answers"]),
            "usual": percent(found["usual_share"]),
        },
        _("Le cumul des écarts a passé son seuil le %(day)s.")
        % {"day": day_in_words(_day(found["day"]))},
        false_alarms(found["alarms_a_year"]),
    ]


def _silent(alert: Alert) -> list[str]:
    found = alert.details
    seen = parse_datetime(found["last_seen_at"]) if found["last_seen_at"] else None
    names = joined([f"« {name} »" for name in found["kiosks"]])
    said = ngettext(
        "Pas de nouvelles de la borne %(names)s.",
        "Pas de nouvelles des bornes %(names)s.",
        len(found["kiosks"]),
    ) % {"names": names}
    sentences = [said]
    if seen is not None:
        local = timezone.localtime(seen, alert.touchpoint.zone)
        sentences.append(
            _("Dernières nouvelles le %(moment)s.")
            % {"moment": date_format(local, "SHORT_DATETIME_FORMAT")}
        )
    sentences.append(
        ngettext(
            "Elle aurait dû se manifester pendant %(count)d heure où l’on vous donne d’ordinaire "
            "des avis.",
            "Elle aurait dû se manifester pendant %(count)d heures où l’on vous donne d’ordinaire "
            "des avis.",
            found["hours"],
        )
        % {"count": found["hours"]}
    )
    sentences.append(
        _("Les réponses données hors ligne ne sont pas perdues : elles partiront au retour.")
    )
    return sentences


def _misuse(alert: Alert) -> list[str]:
    found = alert.details
    reasons = [
        f"{Exclusion(int(reason)).label} : {grouped(count)}"
        for reason, count in sorted(found["reasons"].items())
    ]
    since = day_in_words(_day(found["since"]))
    if alert.touchpoint.could_follow_an_agent:
        # Beside the number received, it would tell how many of two days are counted.
        first = _("%(excluded)s avis ont été écartés depuis le %(since)s.") % {
            "excluded": grouped(found["excluded"]),
            "since": since,
        }
    else:
        first = _(
            "%(excluded)s avis sur %(raw)s ont été écartés depuis le %(since)s (%(share)s)."
        ) % {
            "excluded": grouped(found["excluded"]),
            "raw": grouped(found["raw"]),
            "since": since,
            "share": percent(found["excluded"] / max(found["raw"], 1)),
        }
    return [
        first,
        " ; ".join(reasons) + ".",
        _("Rien n’est effacé : les avis écartés gardent leur raison, et ne sont pas comptés."),
    ]


def _day(raw: str) -> date:
    found = parse_date(raw)
    assert found is not None
    return found
