"""What a person may do with their own account."""

from __future__ import annotations

import json

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parvis.accounts.access import has_second_factor
from parvis.accounts.exports import account_of
from parvis.accounts.forms import ProfileForm
from parvis.accounts.operations import erase_person
from parvis.accounts.requests import SignedInRequest


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Votre profil est enregistré."))
        return redirect("accounts:profile")
    return render(
        request,
        "accounts/profile.html",
        {"form": form, "has_second_factor": has_second_factor(request)},
        status=422 if form.errors else 200,
    )


@require_safe
def second_factor(request: SignedInRequest) -> HttpResponse:
    """Why a second factor is asked for, and how to set it up."""
    return render(request, "accounts/second_factor.html")


@require_safe
def export(request: SignedInRequest) -> HttpResponse:
    """Everything the account holds about its person, as a JSON file."""
    response = HttpResponse(
        json.dumps(account_of(request.user), ensure_ascii=False, indent=2),
        content_type="application/json; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="mon-compte-parvis.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: SignedInRequest) -> HttpResponse:
    """Say what erasing an account does, then do it."""
    if request.method == "POST":
        person = request.user
        erase_person(person=person, by=person)
        logout(request)
        messages.success(request, _("Votre compte est effacé."))
        return redirect("web:home")
    return render(request, "accounts/erase.html")
