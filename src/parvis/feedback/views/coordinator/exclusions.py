"""Answers set apart by hand, and what devices sent that the counts cannot hold."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.feedback.enums import KeptApartReason
from parvis.feedback.models import KeptApart
from parvis.feedback.operations.exclusions import set_apart, take_back
from parvis.feedback.permissions.coordinator import access_touchpoint
from parvis.foundation.listing import ChoiceFilter, Column, Listing
from parvis.organisations.permissions import body_of


class DaysForm(forms.Form):
    """Days of a touchpoint, both included, in its own zone."""

    first = forms.DateField(
        label=gettext_lazy("Premier jour"), widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.DateField(
        label=gettext_lazy("Dernier jour"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("Le dernier jour précède le premier."))
        return data

    def days(self) -> dict[str, datetime.date]:
        return {"first": self.cleaned_data["first"], "last": self.cleaned_data["last"]}


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def set_answers_apart(request: HatRequest, pk: int) -> HttpResponse:
    """Take days out of the counts, or back into them: nothing is deleted."""
    touchpoint = access_touchpoint(request.hat, pk)
    form = DaysForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if "take_back" in request.POST:
            moved = take_back(touchpoint=touchpoint, by=request.user, **form.days())
            done = ngettext(
                "%(count)d réponse compte de nouveau.",
                "%(count)d réponses comptent de nouveau.",
                moved,
            )
        else:
            moved = set_apart(touchpoint=touchpoint, by=request.user, **form.days())
            done = ngettext(
                "%(count)d réponse est écartée des comptes. Elle reste gardée.",
                "%(count)d réponses sont écartées des comptes. Elles restent gardées.",
                moved,
            )
        messages.success(request, done % {"count": moved})
        return redirect("feedback:set_answers_apart", touchpoint.pk)
    return render(
        request,
        "feedback/set_apart.html",
        {
            "touchpoint": touchpoint,
            "form": form,
            "is_simulated": touchpoint.organisation.is_simulated,
            "tab": "touchpoints",
        },
        status=422 if form.errors else 200,
    )


class KeptApartListing(Listing):
    columns = (
        Column("received", gettext_lazy("Reçue le"), "received_at", order=("received_at", "pk")),
        Column("device", gettext_lazy("Venue de"), "device.name", order=("device__name",)),
        Column("reason", gettext_lazy("Pourquoi"), "get_reason_display", order=("reason",)),
        Column(
            "question", gettext_lazy("Question"), lambda row: str(row.content.get("question", ""))
        ),
        Column("value", gettext_lazy("Réponse"), lambda row: str(row.content.get("value", ""))),
        Column("version", gettext_lazy("Version"), lambda row: str(row.content.get("version", ""))),
    )
    default_sort = "-received"
    caption = gettext_lazy("Réponses gardées à part")
    export_name = "gardees-a-part"
    empty_title = gettext_lazy("Rien n’est gardé à part")
    empty_text = gettext_lazy(
        "Une réponse vient ici quand les comptes n’ont pas de place pour elle : version du "
        "questionnaire inconnue, valeur hors de l’échelle, ou même numéro qu’une autre réponse. "
        "Elle n’est ni perdue ni comptée."
    )


@hat_required(RoleKind.COORDINATOR)
@require_safe
def kept_apart(request: HatRequest) -> HttpResponseBase:
    hat = request.hat
    rows = KeptApart.objects.filter(organisation=body_of(hat)).select_related("device")
    filters = [
        ChoiceFilter("raison", gettext_lazy("Pourquoi"), "reason", choices=KeptApartReason.choices)
    ]
    return KeptApartListing(request, rows, filters=filters).respond(
        "feedback/kept_apart.html", {"is_simulated": body_of(hat).is_simulated, "tab": "kiosks"}
    )
