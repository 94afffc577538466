"""The card of results on the operator's board: what is computed, what is published, what waits."""

from __future__ import annotations

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from parvis.accounts.hats import Hat
from parvis.editions.board import BoardCard, BoardLine, NextStep
from parvis.editions.enums import WaveState
from parvis.editions.models import Edition, Wave
from parvis.results.models import Publication, Run


def results_card(edition: Edition, hat: Hat) -> BoardCard | None:
    """Runs and publications by scope; nothing until a wave is closed."""
    waves = list(edition.waves.all())
    closed = [wave for wave in waves if wave.state == WaveState.CLOSED]
    if not closed:
        return None
    runs: dict[int | None, Run] = {}
    latest = Run.objects.visible_to(hat).light().defer("overview").filter(edition=edition)
    for run in latest:
        runs.setdefault(run.wave_id, run)
    published = {
        publication.wave_id: publication
        for publication in Publication.objects.current()
        .filter(edition=edition)
        .defer("comparisons")
    }
    scopes: list[tuple[str, Wave | None]] = [(_("Vague %d") % w.number, w) for w in closed]
    if len(closed) == len(waves):
        scopes.append((_("Édition entière"), None))
    lines, steps = [], []
    for label, wave in scopes:
        key = wave.pk if wave else None
        found, publication = runs.get(key), published.get(key)
        lines.append(_line(edition, label, found, publication))
        if step := _next_step(edition, label, found, publication):
            steps.append(step)
    return BoardCard(
        title=_("Résultats"),
        order=70,
        lines=lines,
        links=[(_("Calculs et publications"), reverse("results:runs", args=[edition.slug]))],
        next_step=min(steps, key=lambda step: step.order, default=None),
    )


def _line(
    edition: Edition, label: str, run: Run | None, publication: Publication | None
) -> BoardLine:
    if publication is not None:
        day = date_format(edition.day_of(publication.published_at), "SHORT_DATE_FORMAT")
        return BoardLine(label, _("publiés le %s") % day, pill="good")
    if run is not None:
        return BoardLine(label, _("calculés, non publiés"), pill="wait")
    return BoardLine(label, _("à calculer"), pill="wait")


def _next_step(
    edition: Edition, label: str, run: Run | None, publication: Publication | None
) -> NextStep | None:
    if publication is not None:
        return None
    if run is None:
        return NextStep(
            order=70,
            sentence=_("%s : tout est relu, les scores peuvent être calculés.") % label,
            label=_("Lancer un calcul"),
            url=reverse("results:runs", args=[edition.slug]),
        )
    return NextStep(
        order=90,
        sentence=_("%(scope)s : le calcul n° %(number)d attend d’être publié.")
        % {"scope": label, "number": run.number},
        label=_("Vérifier et publier"),
        url=reverse("results:run", args=[edition.slug, run.number]),
    )
