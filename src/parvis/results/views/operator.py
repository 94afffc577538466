"""The operator's pages: runs of an edition, what each found, and publication."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.documents.charts import interval_bar
from parvis.editions.embargo import embargoes_on
from parvis.editions.models import Edition
from parvis.editions.permissions import access_edition
from parvis.foundation.addresses import site_address
from parvis.foundation.errors import Refusal
from parvis.organisations.enums import Stratum
from parvis.organisations.models import Organisation
from parvis.questionnaires.enums import MANDATORY_CHANNELS, Channel
from parvis.results import wording
from parvis.results.listings import ScoreSheetListing
from parvis.results.models import Publication, Run, ScoreSheet
from parvis.results.operations import (
    changes_since_current,
    current_publication,
    launch_run,
    publish,
)
from parvis.results.overview import CLASS_POINTS, EVERYBODY
from parvis.results.permissions import access_full_sheet, access_run, can_launch, can_publish
from parvis.results.reading import Reading

# How many changed bodies the publication page names before it only counts them.
NAMED_CHANGES = 20


@require_safe
@hat_required(RoleKind.OPERATOR)
def runs(request: HatRequest, slug: str) -> HttpResponse:
    """The runs of an edition, latest first, and what may be launched."""
    edition = access_edition(request.hat, slug)
    waves = list(edition.waves.order_by("number"))
    published = set(
        Publication.objects.current().filter(edition=edition).values_list("run_id", flat=True)
    )
    return render(
        request,
        "results/runs.html",
        {
            "edition": edition,
            "is_simulated": edition.is_simulated,
            "scopes": [
                (_("Vague %d") % wave.number, str(wave.number), can_launch(edition, wave))
                for wave in waves
            ]
            + [(_("Édition entière"), "", can_launch(edition, None))],
            "runs": [
                (run, wording.scope_name(run), run.pk in published)
                for run in Run.objects.visible_to(request.hat)
                .light()
                .defer("overview")
                .filter(edition=edition)
                .select_related("wave", "created_by")
            ],
        },
    )


@require_POST
@hat_required(RoleKind.OPERATOR)
def launch(request: HatRequest, slug: str) -> HttpResponse:
    """Compute the scores of a scope; the same data computed twice is the same run."""
    edition = access_edition(request.hat, slug)
    number = request.POST.get("vague", "")
    wave = None
    if number:
        wave = get_object_or_404(
            edition.waves.select_related("edition"), number=int(number) if number.isdigit() else -1
        )
    try:
        run = launch_run(edition=edition, wave=wave, by=request.user)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("results:runs", slug)
    messages.success(request, _("Le calcul n° %d est prêt.") % run.number)
    return redirect("results:run", slug, run.number)


@require_safe
@hat_required(RoleKind.OPERATOR)
def run_page(request: HatRequest, slug: str, number: int) -> HttpResponse:
    """What a run found: remarks, coverage and spread by stratum and by channel."""
    run = access_run(request.hat, slug, number)
    groups = run.overview["groups"]
    return render(
        request,
        "results/run.html",
        {
            **_context(run),
            "everybody": groups[EVERYBODY],
            "remarks": _remarks(run),
            "strata": [
                (Stratum(key).label, group) for key, group in groups.items() if key != EVERYBODY
            ],
            "channels": [
                (channel.label, groups[EVERYBODY]["channels"][channel])
                for channel in Channel
                if groups[EVERYBODY]["channels"][channel]["count"]
            ],
            "histogram": _histogram(run.overview["histogram"]),
            "tallest": max(run.overview["histogram"]),
            "decision": can_publish(run),
        },
    )


@require_safe
@hat_required(RoleKind.OPERATOR)
def sheets(request: HatRequest, slug: str, number: int) -> HttpResponseBase:
    """The score sheets of a run: filters, sorting, export."""
    run = access_run(request.hat, slug, number)
    rows = (
        ScoreSheet.objects.visible_to(request.hat)
        .light()
        .filter(run=run)
        .select_related("organisation", "run__edition")
        .defer("run__input_document", "run__result_document", "run__overview")
    )
    listing = ScoreSheetListing(request, rows)
    return listing.respond("results/sheets.html", _context(run))


@require_safe
@hat_required(RoleKind.OPERATOR)
def full_sheet(request: HatRequest, slug: str, number: int, organisation: int) -> HttpResponse:
    """The scores of one participant, published or not."""
    run = access_run(request.hat, slug, number)
    row = access_full_sheet(request.hat, run, organisation)
    publication = Publication.objects.filter(run=run).first()
    reading = Reading(row, publication.comparisons if publication else None)
    section = reading.channel_section
    return render(
        request,
        "results/full_sheet.html",
        {
            **_context(run),
            "reading": reading,
            "organisation": reading.organisation,
            "channel_chart": interval_bar(
                identifier="canaux",
                title=section.finding if publication else _("Scores par canal"),
                description=section.description,
                rows=section.rows,
                words=section.words,
            ),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.OPERATOR)
def publication(request: HatRequest, slug: str, number: int) -> HttpResponse:
    """What publishing would do, then one POST that does it."""
    run = access_run(request.hat, slug, number)
    here = reverse("results:run", args=[slug, number])
    decision = can_publish(run)
    if not decision:
        messages.error(request, decision.reason)
        return redirect(here)
    if request.method == "POST":
        return _publish(request, run, here)
    return render(
        request,
        "foundation/confirm.html",
        {
            **_context(run),
            "title": _("Publier les résultats du calcul n° %d") % run.number,
            "summary": _(
                "Chaque participant lira ses propres résultats, à côté de moyennes qui ne "
                "dévoilent personne."
            ),
            "consequences": _consequences(run),
            "irreversible": True,
            "confirm_label": _("Publier aux participants"),
            "back_url": here,
        },
    )


def _publish(request: HatRequest, run: Run, here: str) -> HttpResponseRedirect:
    try:
        publish(run=run, by=request.user, base_url=site_address(request))
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return HttpResponseRedirect(here)
    messages.success(
        request,
        _("Les résultats sont ouverts à %s ; leurs coordinateurs sont prévenus par courriel.")
        % wording.participants_count(run.organisation_count),
    )
    return HttpResponseRedirect(here)


def _consequences(run: Run) -> list[str]:
    edition = run.edition
    everybody = run.overview["groups"][EVERYBODY]
    found = [
        ngettext(
            "%(participants)s lira ses résultats (%(scope)s), soit %(contacts)s.",
            "%(participants)s liront leurs résultats (%(scope)s), soit %(contacts)s.",
            run.organisation_count,
        )
        % {
            "participants": wording.participants_count(run.organisation_count),
            "scope": wording.scope_name(run),
            "contacts": wording.contacts_count(run.contact_count),
        },
        _("Les coordinateurs confirmés reçoivent un courriel, sans aucun chiffre."),
        _("Les prises de contact validées deviennent des résultats préliminaires."),
    ]
    if everybody["without_overall"]:
        found.append(
            _("Sans score d’ensemble, faute de canaux évalués : %s.")
            % wording.participants_count(everybody["without_overall"])
        )
    current = current_publication(edition, run.wave)
    if current is None:
        found.append(
            _(
                "Les moyennes montrées sont figées aujourd’hui ; une correction ultérieure "
                "changera les scores d’un organisme, jamais ces moyennes."
            )
        )
    else:
        found.append(_replacement(run, current))
    if embargoes_on(edition, edition.day_of(timezone.now())):
        found.append(
            _(
                "Période préélectorale en cours : les participants lisent leurs résultats, les "
                "pages publiques n’en montrent aucun."
            )
        )
    return found


def _replacement(run: Run, current: Publication) -> str:
    changes = changes_since_current(run)
    names = dict(
        Organisation.objects.filter(
            pk__in=[change["organisation_id"] for change in changes[:NAMED_CHANGES]]
        ).values_list("pk", "name")
    )
    sentence = _(
        "La publication du calcul n° %(number)d est remplacée ; ses moyennes sont gardées. Scores "
        "d’ensemble changés : %(count)d."
    ) % {"number": current.run.number, "count": len(changes)}
    if names:
        sentence += " " + ", ".join(sorted(names.values())) + "."
    return sentence


def _remarks(run: Run) -> list[str]:
    """What the operator should look at before publishing."""
    everybody: dict[str, Any] = run.overview["groups"][EVERYBODY]
    bodies = wording.participants_count
    found = []
    if count := everybody["without_contact"]:
        found.append(_("Sans aucune prise de contact validée : %s.") % bodies(count))
    if count := everybody["without_overall"]:
        found.append(_("Sans score d’ensemble : %s.") % bodies(count))
    for channel in MANDATORY_CHANNELS:
        if count := everybody["missing_channels"][channel]:
            found.append(
                _("%(channel)s, sans prise de contact validée : %(participants)s.")
                % {"channel": channel.label, "participants": bodies(count)}
            )
        if count := everybody["absent_channels"][channel]:
            found.append(
                _("%(channel)s, déclaré inexistant et noté 0 : %(participants)s.")
                % {"channel": channel.label, "participants": bodies(count)}
            )
    if count := run.overview["declared_absent_but_tested"]:
        found.append(
            _("Canaux déclarés inexistants mais testés, ce qui a été vu compte : %d.") % count
        )
    return found


def _histogram(counts: list[int]) -> list[tuple[str, int]]:
    """Classes of overall scores that hold somebody, lowest first."""
    return [
        (f"{index * CLASS_POINTS}–{(index + 1) * CLASS_POINTS}", count)
        for index, count in enumerate(counts)
        if count
    ]


def _context(run: Run) -> dict[str, Any]:
    edition: Edition = run.edition
    return {
        "run": run,
        "edition": edition,
        "scope": wording.scope_name(run),
        "is_simulated": edition.is_simulated,
        "publication": Publication.objects.filter(run=run).first(),
    }
