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
from parvis.foundation.templatetags.parvis import grouped
from parvis.mystery_audits.models import Contact
from parvis.mystery_audits.operations.waves import Progress


def fieldwork_card(edition: Edition, hat: Hat) -> BoardCard | None:
    """Where the contacts of each wave stand, and the next thing they wait for."""
    waves = list(edition.waves.all())
    if not edition.is_open or not waves:
        return None
    by_wave: dict[int, dict[str, int]] = {wave.pk: {} for wave in waves}
    counted = (
        Contact.objects.visible_to(hat)
        .filter(wave__edition=edition)
        .order_by()
        .values_list("wave", "state")
        .annotate(Count("pk"))
    )
    for wave, state, count in counted:
        by_wave[wave][state] = count
    progress = {wave: Progress(by_state) for wave, by_state in by_wave.items()}
    lines = [
        BoardLine(
            label=_("Vague %d") % wave.number,
            value=_line(progress[wave.pk]),
            url=reverse("mystery_audits:wave", args=[wave.pk]),
            pill="wait" if progress[wave.pk].to_review else "",
        )
        for wave in waves
    ]
    steps = [
        step
        for wave in waves
        if wave.state == WaveState.OPEN and (step := _next_step(wave, progress[wave.pk]))
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


def _line(progress: Progress) -> str:
    if not progress.total:
        return _("aucune prise de contact")
    said = ngettext(
        "%(accepted)s validée sur %(total)s",
        "%(accepted)s validées sur %(total)s",
        progress.accepted,
    ) % {"accepted": grouped(progress.accepted), "total": grouped(progress.total)}
    if not progress.to_review:
        return said
    return _("%(said)s, %(review)s à relire") % {
        "said": said,
        "review": grouped(progress.to_review),
    }


def _next_step(wave: Wave, progress: Progress) -> NextStep | None:
    page = reverse("mystery_audits:wave", args=[wave.pk])
    if not progress.total:
        return NextStep(
            order=40,
            sentence=_("La vague %d est ouverte et n’a aucune prise de contact.") % wave.number,
            label=_("Générer les prises de contact"),
            url=reverse("mystery_audits:generate", args=[wave.pk]),
        )
    planned = progress.planned
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
    if progress.to_review:
        return NextStep(
            order=50,
            sentence=ngettext(
                "%d prise de contact attend d’être relue.",
                "%d prises de contact attendent d’être relues.",
                progress.to_review,
            )
            % progress.to_review,
            label=_("Relire"),
            url=reverse("mystery_audits:review_queue") + f"?vague={wave.pk}",
        )
    if not progress.unfinished:
        return NextStep(
            order=60,
            sentence=_("Tout est réglé dans la vague %d : elle peut se clore.") % wave.number,
            label=_("Clore la vague"),
            url=reverse("mystery_audits:close_wave", args=[wave.pk]),
        )
    return NextStep(
        order=65,
        sentence=_("La vague %d est sur le terrain.") % wave.number,
        label=_("Voir où elle en est"),
        url=page,
    )
