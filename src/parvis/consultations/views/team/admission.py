"""How people are verified: codes of letters, each sheet given once, and the local roll."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.consultations import identity_provider
from parvis.consultations.enums import ConsultationState, Proof
from parvis.consultations.forms.admission import CodesForm, RollFileForm
from parvis.consultations.letters import slips_of
from parvis.consultations.models import Consultation, Participant, RollEntry
from parvis.consultations.operations import printing, rolls
from parvis.consultations.permissions.team import access_consultation
from parvis.consultations.views.team.page import team_page
from parvis.documents.ballot_slips import render_slips
from parvis.foundation.addresses import absolute
from parvis.foundation.drawn_codes import new_seed, read_seed
from parvis.foundation.errors import Refusal
from parvis.foundation.forms import show_refusal


@require_safe
@cache_control(private=True, no_store=True)
@hat_required(RoleKind.COORDINATOR)
def admission(request: HatRequest, pk: int) -> HttpResponse:
    return _page(request, access_consultation(request.hat, pk))


@require_POST
@cache_control(private=True, no_store=True)
@hat_required(RoleKind.COORDINATOR)
def print_codes(request: HatRequest, pk: int) -> HttpResponse:
    """The sheet that this form draws, as a PDF; the same form gives the same sheet."""
    consultation = access_consultation(request.hat, pk)
    form = CodesForm(request.POST)
    seed = read_seed(request.POST.get("seed", ""))
    if not form.is_valid():
        return _page(request, consultation, codes_form=form, status=422)
    if seed is None:
        messages.warning(request, _("Cette page était incomplète : imprimez depuis celle-ci."))
        return redirect("consultations:admission", pk)
    codes = printing.codes_of(seed, consultation, form.cleaned_data["count"])
    try:
        batch = printing.register_codes(consultation=consultation, codes=codes, by=request.user)
    except Refusal as refusal:
        show_refusal(form, refusal)
        return _page(request, consultation, codes_form=form, status=refusal.status)
    # Should this fail, the same form sent again gives the same codes: none is lost.
    entrance = absolute(reverse("consultations:enter", args=[consultation.code]), request)
    content = render_slips(slips_of(consultation, batch, codes, entrance))
    response = HttpResponse(content, content_type="application/pdf")
    name = f"codes-{consultation.code}-{batch}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@hat_required(RoleKind.COORDINATOR)
def cancel_codes(request: HatRequest, pk: int, batch: int) -> HttpResponse:
    consultation = access_consultation(request.hat, pk)
    # No sheet has a longer number.
    number = batch if batch <= printing.MOST_BATCHES else 0
    removed = printing.cancel_batch(consultation=consultation, batch=number, by=request.user)
    messages.success(
        request,
        ngettext(
            "%d code de cette planche n’ouvre plus rien.",
            "%d codes de cette planche n’ouvrent plus rien.",
            removed,
        )
        % removed
        if removed
        else _("Cette planche n’a plus de code à annuler."),
    )
    return redirect("consultations:admission", pk)


@require_POST
@cache_control(private=True, no_store=True)
@hat_required(RoleKind.COORDINATOR)
def import_roll(request: HatRequest, pk: int) -> HttpResponse:
    """Read a roll, and say line by line what was not taken; the file is not kept."""
    consultation = access_consultation(request.hat, pk)
    form = RollFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, consultation, roll_form=form, status=422)
    file = form.cleaned_data["file"]
    try:
        report = rolls.import_roll(
            consultation=consultation, content=file.read(rolls.MOST_BYTES + 1), by=request.user
        )
    except Refusal as refusal:
        show_refusal(form, refusal)
        return _page(request, consultation, roll_form=form, status=refusal.status)
    if report.refused:
        return _page(request, consultation, report=report, status=422)
    messages.success(request, report_words(report))
    return redirect("consultations:admission", pk)


@require_POST
@hat_required(RoleKind.COORDINATOR)
def remove_roll(request: HatRequest, pk: int) -> HttpResponse:
    consultation = access_consultation(request.hat, pk)
    removed = rolls.remove_roll(consultation=consultation, by=request.user)
    messages.success(
        request,
        ngettext(
            "La liste est retirée : %d personne n’y est plus.",
            "La liste est retirée : %d personnes n’y sont plus.",
            removed,
        )
        % removed,
    )
    return redirect("consultations:admission", pk)


def report_words(report: rolls.RollReport) -> str:
    """What an import did, in a sentence or several."""
    words = [
        ngettext("%d personne ajoutée.", "%d personnes ajoutées.", report.added) % report.added
    ]
    if report.already:
        words.append(
            ngettext("%d y était déjà.", "%d y étaient déjà.", report.already) % report.already
        )
    if report.repeated:
        words.append(
            ngettext(
                "%d ligne répétée, prise une fois.",
                "%d lignes répétées, prises une fois.",
                report.repeated,
            )
            % report.repeated
        )
    if report.homonyms:
        words.append(
            ngettext(
                "%d homonyme donnera aussi son numéro.",
                "%d homonymes donneront aussi leur numéro.",
                report.homonyms,
            )
            % report.homonyms
        )
    return " ".join(words)


def _page(
    request: HatRequest,
    consultation: Consultation,
    *,
    codes_form: CodesForm | None = None,
    roll_form: RollFileForm | None = None,
    report: rolls.RollReport | None = None,
    status: int = 200,
) -> HttpResponse:
    entered = dict(
        Participant.objects.filter(consultation=consultation)
        .values_list("proof")
        .annotate(number=Count("pk"))
    )
    proofs = [Proof(proof) for proof in consultation.proofs]
    return team_page(
        request,
        "consultations/team/admission.html",
        consultation,
        {
            "proofs": [(proof, entered.get(proof, 0)) for proof in proofs],
            "several": len(proofs) > 1,
            "with_codes": Proof.CODE in proofs,
            "with_roll": Proof.ROLL in proofs,
            "provider": identity_provider.name()
            if Proof.OIDC in proofs and identity_provider.is_configured()
            else "",
            "provider_missing": Proof.OIDC in proofs and not identity_provider.is_configured(),
            "codes_form": codes_form or CodesForm(),
            "seed": new_seed(),
            "batches": printing.batches_of(consultation),
            "roll_form": roll_form or RollFileForm(),
            "on_roll": RollEntry.objects.filter(consultation=consultation).count(),
            "report": report,
            "report_words": report_words(report) if report else "",
            "is_changeable": consultation.state
            in (ConsultationState.DRAFT, ConsultationState.OPEN),
        },
        status=status,
    )
