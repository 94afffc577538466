"""Questionnaires of the coordinator's body: list, editor, preview, publication, versions.

The editor is one form. Its buttons add, remove and move by their value, save what is typed and
come back to the same place, with or without scripts.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Max
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.feedback.drafts import Draft, TakenNames, apply, problems_of, read_form
from parvis.feedback.editor import PHONE, Editor, editor_of, field_id, preview_of
from parvis.feedback.forms.coordinator import NewQuestionnaireForm
from parvis.feedback.models import Questionnaire, Touchpoint
from parvis.feedback.operations.questionnaires import (
    create_questionnaire,
    publish,
    save_draft,
)
from parvis.feedback.permissions.coordinator import access_questionnaire, may_set_up
from parvis.feedback.questionnaire_document import LANGUAGES
from parvis.feedback.views.coordinator.bodies import option_missing
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.forms import show_refusal
from parvis.organisations.permissions import body_of

CHECK = "verifier"


@hat_required(RoleKind.COORDINATOR)
@require_safe
def questionnaires(request: HatRequest) -> HttpResponse:
    rows = (
        Questionnaire.objects.visible_to(request.hat)
        .annotate(
            last_number=Max("versions__number"),
            last_published_at=Max("versions__published_at"),
            touchpoint_count=Count("touchpoints", distinct=True),
        )
        .order_by("name")
    )
    return render(
        request,
        "feedback/questionnaires.html",
        {
            "questionnaires": rows,
            "may_set_up": may_set_up(request.hat),
            "is_simulated": body_of(request.hat).is_simulated,
            "tab": "questionnaires",
        },
    )


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HatRequest) -> HttpResponse:
    if missing := option_missing(request):
        return missing
    body = body_of(request.hat)
    form = NewQuestionnaireForm(request.POST or None, hat=request.hat)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_questionnaire(
                organisation=body,
                name=form.cleaned_data["name"],
                copied_from=form.cleaned_data.get("copied_from"),
                by=request.user,
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("feedback:questionnaire", made.pk)
    return render(
        request,
        "feedback/questionnaire_new.html",
        {"form": form, "is_simulated": body.is_simulated},
        status=422 if form.errors else 200,
    )


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def questionnaire(request: HatRequest, pk: int) -> HttpResponse:
    """The editor of the draft."""
    current = access_questionnaire(request.hat, pk)
    if request.method == "POST":
        return _save(request, current)
    problems = problems_of(current.draft) if CHECK in request.GET else {}
    return _editor_page(
        request, current, current.name, current.draft, editor_of(current.draft, problems)
    )


def _save(request: HatRequest, current: Questionnaire) -> HttpResponse:
    action = request.POST.get("action", "save")
    name, draft = request.POST.get("name", "").replace("\x00", ""), read_form(request.POST)
    taken = TakenNames(current.versions.values_list("document", flat=True))
    place = apply(action, draft, taken=taken)
    try:
        save_draft(
            questionnaire=current,
            name=name,
            draft=draft,
            by=request.user,
            revision=request.POST.get("revision", ""),
        )
    except Refusal as refusal:
        current.refresh_from_db()
        return _editor_page(
            request,
            current,
            name,
            draft,
            editor_of(draft, {}),
            refusal=refusal,
            status=refusal.status,
        )
    address = reverse("feedback:questionnaire", args=[current.pk])
    if action == "publish":
        if problems_of(draft):
            return redirect(f"{address}?{CHECK}=1")
        return redirect("feedback:publish_questionnaire", current.pk)
    if action == "preview":
        return redirect("feedback:preview_questionnaire", current.pk)
    if action == "save":
        messages.success(request, _("Le brouillon est enregistré. Rien n’est publié."))
    return redirect(f"{address}#{field_id(place)}" if place else address)


def _editor_page(
    request: HatRequest,
    current: Questionnaire,
    name: str,
    draft: Draft,
    editor: Editor,
    *,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    last = current.versions.order_by("-number").first()
    stale = isinstance(refusal, Conflict) and not refusal.field
    return render(
        request,
        "feedback/questionnaire.html",
        {
            "questionnaire": current,
            "name": name,
            "name_problem": refusal.message if refusal and refusal.field == "name" else "",
            "stale": refusal.message if refusal and stale else "",
            "editor": editor,
            "last": last,
            "is_published": last is not None and last.document == draft,
            "preview": preview_of(draft, request.POST.get("apercu_langue", ""), PHONE),
            "is_simulated": current.organisation.is_simulated,
            "tab": "questionnaires",
        },
        status=status,
    )


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HatRequest, pk: int) -> HttpResponse:
    """The draft as a phone and a kiosk will show it; a POST shows what is typed, unsaved."""
    current = access_questionnaire(request.hat, pk)
    if request.method == "POST":
        return render(
            request,
            "feedback/preview.html",
            {
                "preview": preview_of(
                    read_form(request.POST),
                    request.POST.get("apercu_langue", ""),
                    request.POST.get("apercu_forme", ""),
                )
            },
        )
    return _preview_page(request, current, current.draft, number=None)


@hat_required(RoleKind.COORDINATOR)
@require_safe
def version(request: HatRequest, pk: int, number: int) -> HttpResponse:
    """A published version, as it is shown for ever."""
    current = access_questionnaire(request.hat, pk)
    found = current.versions.filter(number=number).first()
    if found is None:
        raise Http404
    return _preview_page(request, current, found.document, number=number)


def _preview_page(
    request: HatRequest, current: Questionnaire, document: Draft, *, number: int | None
) -> HttpResponse:
    language, shape = request.GET.get("langue", ""), request.GET.get("forme", "")
    return render(
        request,
        "feedback/preview_page.html",
        {
            "questionnaire": current,
            "number": number,
            "preview": preview_of(document, language, shape),
            "is_simulated": current.organisation.is_simulated,
            "tab": "questionnaires",
        },
    )


class RevisionForm(forms.Form):
    revision = forms.CharField(widget=forms.HiddenInput)


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def publish_draft(request: HatRequest, pk: int) -> HttpResponse:
    """What publishing changes, then the publication of the draft that was seen."""
    current = access_questionnaire(request.hat, pk)
    if problems_of(current.draft):
        return redirect(f"{reverse('feedback:questionnaire', args=[pk])}?{CHECK}=1")
    if request.method == "POST":
        try:
            made = publish(
                questionnaire=current,
                by=request.user,
                revision=request.POST.get("revision", ""),
            )
        except Refusal as refusal:
            messages.warning(request, refusal.message)
            return redirect("feedback:questionnaire", pk)
        messages.success(request, _("La version %d est publiée.") % made.number)
        return redirect("feedback:questionnaire_versions", pk)
    touchpoints = Touchpoint.objects.visible_to(request.hat).open().filter(questionnaire=current)
    count = touchpoints.count()
    consequences = [
        ngettext(
            "%d point d’écoute ouvert la montre aussitôt sur sa page publique.",
            "%d points d’écoute ouverts la montrent aussitôt sur leur page publique.",
            count,
        )
        % count
        if count
        else _("Vous pourrez la choisir pour un point d’écoute."),
        _("Les bornes la prennent à leur prochain contact, sans perdre ce qu’elles gardent."),
        _("Les textes sont dits à haute voix : leurs sons se font dans la minute."),
        _("Les comptes des questions qui restent continuent."),
        _("Une version publiée ne change plus ; vous pourrez en publier une autre."),
    ]
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": _("Publier « %s » ?") % current.name,
            "summary": _("Langues : %s.")
            % ", ".join(LANGUAGES[code] for code in current.draft["languages"]),
            "consequences": consequences,
            "form": RevisionForm(initial={"revision": current.revision}),
            "confirm_label": _("Publier"),
            "back_url": reverse("feedback:questionnaire", args=[pk]),
            "is_simulated": current.organisation.is_simulated,
        },
    )


@hat_required(RoleKind.COORDINATOR)
@require_safe
def versions(request: HatRequest, pk: int) -> HttpResponse:
    current = access_questionnaire(request.hat, pk)
    rows: list[dict[str, Any]] = [
        {
            "version": row,
            "languages": ", ".join(LANGUAGES[code] for code in row.document["languages"]),
            "screens": len(row.document["steps"]),
        }
        for row in current.versions.select_related("published_by").order_by("-number")
    ]
    return render(
        request,
        "feedback/versions.html",
        {
            "questionnaire": current,
            "rows": rows,
            "is_simulated": current.organisation.is_simulated,
            "tab": "questionnaires",
        },
    )
