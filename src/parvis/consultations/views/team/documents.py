"""Documents that a team joins to a phase, or to a costed project of it: PDF files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.consultations.enums import ContributionKind, PhaseKind
from parvis.consultations.models import Attachment, Contribution, Phase
from parvis.consultations.operations.attaching import MOST_DOCUMENTS, attach, receive_document
from parvis.consultations.permissions.team import access_phase
from parvis.foundation.errors import Refusal
from parvis.foundation.forms import show_refusal

# Of a phase itself; a costed project has `attaching.MOST_DOCUMENTS`.
MOST_OF_A_PHASE = 10


class DocumentForm(forms.Form):
    """A PDF, and what it is about."""

    about = forms.ChoiceField(label=gettext_lazy("Ce document présente"))
    document = forms.FileField(
        label=gettext_lazy("Document PDF"),
        help_text=gettext_lazy("Son nom est montré tel quel : donnez-lui un nom clair."),
    )

    def __init__(self, *args: Any, projects: list[Contribution], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if projects:
            self.fields["about"].choices = [  # type: ignore[attr-defined]
                ("", _("l’étape dans son ensemble")),
                *((str(one.number), f"{one.number}. {one.title}") for one in projects),
            ]
            self.fields["about"].required = False
        else:
            del self.fields["about"]


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.COORDINATOR)
def documents(request: HatRequest, pk: int, position: int) -> HttpResponse:
    """The documents of a phase and of its costed projects; add one."""
    phase = access_phase(request.hat, pk, position)
    projects = _projects(phase)
    form = DocumentForm(projects=projects)
    status = 200
    if request.method == "POST":
        form = DocumentForm(request.POST, request.FILES, projects=projects)
        status = 422
        if form.is_valid():
            about = next(
                (one for one in projects if str(one.number) == form.cleaned_data.get("about")), None
            )
            try:
                _refuse_too_many(phase, about)
                received = receive_document(form.cleaned_data["document"], field="document")
                attach(received, phase=phase, contribution=about)
            except Refusal as refusal:
                show_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("Document enregistré."))
                return redirect("consultations:phase_documents", pk=pk, position=position)
    rows = Attachment.objects.filter(phase=phase, contribution=None) | Attachment.objects.filter(
        phase=phase, contribution__in=projects
    )
    return render(
        request,
        "consultations/team/documents.html",
        {
            "consultation": phase.consultation,
            "phase": phase,
            "form": form,
            "documents": list(rows.select_related("contribution").order_by("pk")),
        },
        status=status,
    )


@require_POST
@hat_required(RoleKind.COORDINATOR)
def remove(request: HatRequest, pk: int, position: int, document: int) -> HttpResponse:
    """Take a document off; its file is swept the day after."""
    phase = access_phase(request.hat, pk, position)
    found = Attachment.objects.visible_to(request.hat).filter(phase=phase, pk=document).first()
    if found is None or (
        found.contribution is not None and found.contribution.kind != ContributionKind.PROJECT
    ):
        raise Http404
    found.delete()
    messages.success(request, _("Document retiré."))
    return redirect("consultations:phase_documents", pk=pk, position=position)


def _projects(phase: Phase) -> list[Contribution]:
    if phase.kind != PhaseKind.BUDGET:
        return []
    rows = Contribution.objects.published().filter(phase=phase, kind=ContributionKind.PROJECT)
    return list(rows.order_by("number"))


def _refuse_too_many(phase: Phase, about: Contribution | None) -> None:
    most = MOST_OF_A_PHASE if about is None else MOST_DOCUMENTS
    if Attachment.objects.filter(phase=phase, contribution=about).count() >= most:
        raise Refusal(
            _("%(most)d documents au plus : retirez-en un d’abord.") % {"most": most},
            field="document",
        )
