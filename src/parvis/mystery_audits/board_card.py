"""The card of the fieldwork on the operator's board of an edition."""

from __future__ import annotations

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.accounts.hats import Hat
from parvis.editions.board import BoardCard, BoardLine, NextStep
from parvis.editions.enums import WaveState
from parvis.editions.models import Edition, Wave
from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.models import Contact
from parvis.mystery_audits.operations.waves import ClosingSummary


def fieldwork_card(edition: Edition, hat: Hat) -> BoardCard | None:
    """Where the contacts of each wave stand, and the next thing they wait for."""
    waves = list(edition.waves.all())
    if not edition.is_open or not waves:
        return None
    summaries = {wave.pk: ClosingSummary(by_state={}, empty_channels=0) for wave in waves}
    counted = (
        Contact.objects.visible_to(hat)
        .filter(wave__edition=edition)
        .order_by()
        .values_list("wave", "state")
        .annotate(Count("pk"))
    )
    for wave, state, count in counted:
        summaries[wave].by_state[state] = count
    lines = [
        BoardLine(
            label=_("Vague %d") % wave.number,
            value=_line(summaries[wave.pk]),
            url=reverse("mystery_audits:wave", args=[wave.pk]),
            pill="wait" if summaries[wave.pk].to_review else "",
        )
        for wave in waves
    ]
    steps = [
        step
        for wave in waves
        if wave.state == WaveState.OPEN and (step := _next_step(wave, summaries[wave.pk]))
    ]
    return BoardCard(
        title=_("Prises de contact"),
        order=40,
        lines=lines,
        links=[
            (_("À relire"), reverse("mystery_audits:review_queue")),
            (_("Panel"), reverse("mystery_audits:panel")),
        ],
        next_step=min(steps, key=lambda step: step.order, default=None),
    )


def _line(summary: ClosingSummary) -> str:
    if not summary.total:
        return _("aucune prise de contact")
    return _("%(accepted)d validées sur %(total)d, %(review)d à relire") % {
        "accepted": summary.accepted,
        "total": summary.total,
        "review": summary.to_review,
    }


def _next_step(wave: Wave, summary: ClosingSummary) -> NextStep | None:
    page = reverse("mystery_audits:wave", args=[wave.pk])
    if not summary.total:
        return NextStep(
            order=40,
            sentence=_("La vague %d est ouverte et n’a aucune prise de contact.") % wave.number,
            label=_("Générer les prises de contact"),
            url=reverse("mystery_audits:generate", args=[wave.pk]),
        )
    planned = summary.by_state.get(ContactState.PLANNED, 0)
    if planned:
        return NextStep(
            order=45,
            sentence=ngettext(
                "%(count)d prise de contact de la vague %(number)d n’est confiée à personne.",
                "%(count)d prises de contact de la vague %(number)d ne sont confiées à personne.",
                planned,
            )
            % {"count": planned, "number": wave.number},
            label=_("Les attribuer"),
            url=reverse("mystery_audits:assign_evenly", args=[wave.pk]),
        )
    if summary.to_review:
        return NextStep(
            order=50,
            sentence=ngettext(
                "%d prise de contact attend d’être relue.",
                "%d prises de contact attendent d’être relues.",
                summary.to_review,
            )
            % summary.to_review,
            label=_("Relire"),
            url=reverse("mystery_audits:review_queue") + f"?vague={wave.pk}",
        )
    if not summary.unfinished:
        return NextStep(
            order=60,
            sentence=_("Tout est réglé dans la vague %d : elle peut se clore.") % wave.number,
            label=_("Clore la vague"),
            url=reverse("mystery_audits:close_wave", args=[wave.pk]),
        )
    return NextStep(
        order=65,
        sentence=_("La vague %d est sur le terrain.") % wave.number,
        label=_("Voir où elle en est"),
        url=page,
    )
