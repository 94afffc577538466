"""What became of each project, and of the whole envelope, in a sentence anybody can check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.consultations.amounts import euros
from parvis.consultations.disclosure import are_few
from parvis.statistics.budgets import Reason

_CHOSEN_BY_SUPPORT = (Reason.MOST_SUPPORTED, Reason.COMPLETED)


def finding(result: Mapping[str, Any]) -> str:
    """The result in one sentence."""
    voters, chosen = result["voters"], len(result["selected"])
    if not voters:
        return _("Personne n’a voté : aucun projet n’est retenu.")
    if not chosen and are_few(voters):
        return _("Moins de cinq personnes ont voté, et aucun projet n’est retenu.")
    if not chosen:
        return ngettext(
            "%(voters)d personne a voté, et aucun projet n’est retenu.",
            "%(voters)d personnes ont voté, et aucun projet n’est retenu.",
            voters,
        ) % {"voters": voters}
    return ngettext(
        "%(chosen)d projet retenu pour %(cost)s, sur une enveloppe de %(envelope)s.",
        "%(chosen)d projets retenus pour %(cost)s, sur une enveloppe de %(envelope)s.",
        chosen,
    ) % {
        "chosen": chosen,
        "cost": euros(result["total_cost"]),
        "envelope": euros(result["envelope_euros"]),
    }


def reason_in_words(project: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """Why a project of the result is chosen or not; with the tie that settled it, if one did."""
    said = _reason(project, is_points=result["ballot"] == "points")
    tie = _tie(project, result)
    return f"{said} {tie}" if tie else said


def _reason(project: Mapping[str, Any], *, is_points: bool) -> str:
    reason = Reason(project["reason"])
    missing = euros(project.get("missing", 0))
    if reason is Reason.BOUGHT:
        return _bought(project, is_points=is_points)
    if reason is Reason.MOST_SUPPORTED:
        return _("C’était le plus soutenu de ceux qui restaient, et il tenait dans l’enveloppe.")
    if reason is Reason.COMPLETED:
        return _(
            "Payé avec ce qui restait de l’enveloppe : c’était le plus soutenu de ceux qui "
            "y tenaient."
        )
    if reason is Reason.FREE:
        return _("Il est soutenu et ne coûte rien.")
    if reason is Reason.TOO_DEAR:
        return _("Il coûte %(missing)s de plus que toute l’enveloppe.") % {"missing": missing}
    if reason is Reason.NO_SUPPORT:
        return _("Personne ne l’a soutenu.")
    if reason is Reason.SUPPORTERS_SHORT:
        return _(
            "Il manquait %(missing)s aux personnes qui le soutiennent, une fois payés "
            "les autres projets qu’elles soutiennent."
        ) % {"missing": missing}
    return _("Quand son tour est venu, il manquait %(missing)s dans l’enveloppe.") % {
        "missing": missing
    }


def _bought(project: Mapping[str, Any], *, is_points: bool) -> str:
    price = euros(project["full_price"])
    full, less = project["paid_full"], project["paid_less"]
    parts = []
    if full and is_points:
        parts.append(
            ngettext(
                "Payé par %(full)d personne qui le soutient, %(price)s par point",
                "Payé par %(full)d personnes qui le soutiennent, %(price)s par point",
                full,
            )
            % {"full": full, "price": price}
        )
    elif full:
        parts.append(
            ngettext(
                "Payé par %(full)d personne qui le soutient, %(price)s",
                "Payé par %(full)d personnes qui le soutiennent, %(price)s chacune",
                full,
            )
            % {"full": full, "price": price}
        )
    in_all = {"less": less, "in_all": euros(project["less_in_all"])}
    if less and full:
        parts.append(
            ngettext(
                "%(less)d autre a donné tout ce qui lui restait, %(in_all)s",
                "%(less)d autres ont donné tout ce qui leur restait, %(in_all)s en tout",
                less,
            )
            % in_all
        )
    elif less:
        parts.append(
            ngettext(
                "Payé par %(less)d personne qui le soutient, tout ce qui lui restait (%(in_all)s)",
                "Payé par %(less)d personnes qui le soutiennent, tout ce qui leur restait "
                "(%(in_all)s en tout)",
                less,
            )
            % in_all
        )
    return "\N{NO-BREAK SPACE}; ".join(parts) + "."


def _tie(project: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """A project left out although one chosen had as much support for the same cost."""
    if project["selected"] or not project["support"]:
        return ""
    by_support = Reason(project["reason"]) is Reason.DID_NOT_FIT
    for other in result["projects"]:
        same_cost = other["cost_euros"] == project["cost_euros"]
        if (
            other["selected"]
            and other["support"] == project["support"]
            and (same_cost or (by_support and Reason(other["reason"]) in _CHOSEN_BY_SUPPORT))
            and other["number"] < project["number"]
        ):
            return _(
                "À égalité de soutiens avec le projet n° %(number)d, dont le numéro est plus petit."
            ) % {"number": other["number"]}
    return ""
