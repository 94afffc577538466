"""Being verified, once: the entrance of a consultation that asks for it, by the means it offers."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parvis.consultations import identity_provider
from parvis.consultations.entrance import forget
from parvis.consultations.enums import ConsultationState, Proof
from parvis.consultations.forms.entering import CodeForm, MailForm, RollForm
from parvis.consultations.models import ParticipantAccess
from parvis.consultations.operations.verifying import (
    Admitted,
    Entry,
    NumberNeeded,
    enter_by_code,
    enter_by_link,
    enter_by_roll,
    send_link,
    usable_link,
)
from parvis.consultations.views.citizen.visit import Visit, visiting
from parvis.foundation.addresses import absolute
from parvis.foundation.errors import Refusal
from parvis.foundation.forms import show_refusal

# No number of a phase is longer.
_MOST_DIGITS = 5


@require_safe
@never_cache
@visiting
def enter(visit: Visit) -> HttpResponse:
    """The means that this consultation offers, each with its form."""
    return _page(visit)


@require_POST
@visiting
def enter_by_mail(visit: Visit) -> HttpResponse:
    """Send a link; the answer is the same whoever has the address."""
    refuse_other_means(visit, Proof.MAIL)
    form = MailForm(visit.request.POST)
    if not form.is_valid():
        return _page(visit, mail=form)
    if not form.is_from_a_program:
        try:
            send_link(entry(visit), address=form.cleaned_data["email"], link=_link(visit))
        except Refusal as refusal:
            show_refusal(form, refusal)
            return _page(visit, mail=form, status=refusal.status)
    return redirect("consultations:link_sent", visit.consultation.code)


@require_safe
@visiting
def link_sent(visit: Visit) -> HttpResponse:
    """What to do now, without saying whether the address took part already."""
    return visit.render("consultations/public/link_sent.html", {})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@visiting
def mail_link(visit: Visit, secret: str) -> HttpResponse:
    """The page that a link opens: reading it changes nothing, its button admits."""
    try:
        if visit.request.method == "POST":
            return admitted(visit, enter_by_link(entry(visit), secret=secret))
        usable_link(visit.consultation, secret)
    except Refusal as refusal:
        return visit.render(
            "consultations/public/link_refused.html",
            {"reason": refusal.message, "step": step(visit)},
            status=refusal.status,
        )
    return visit.render("consultations/public/mail_link.html", {"step": step(visit)})


@require_POST
@visiting
def enter_with_code(visit: Visit) -> HttpResponse:
    refuse_other_means(visit, Proof.CODE)
    form = CodeForm(visit.request.POST)
    if form.is_valid():
        try:
            return admitted(visit, enter_by_code(entry(visit), typed=form.cleaned_data["code"]))
        except Refusal as refusal:
            show_refusal(form, refusal)
            return _page(visit, code=form, status=refusal.status)
    return _page(visit, code=form)


@require_POST
@visiting
def enter_from_roll(visit: Visit) -> HttpResponse:
    refuse_other_means(visit, Proof.ROLL)
    form = RollForm(visit.request.POST)
    if form.is_valid():
        try:
            return admitted(visit, enter_by_roll(entry(visit), named=form.named()))
        except NumberNeeded as needed:
            form = RollForm(visit.request.POST, with_number=True)
            form.is_valid()
            show_refusal(form, needed)
            return _page(visit, roll=form)
        except Refusal as refusal:
            show_refusal(form, refusal)
            return _page(visit, roll=form, status=refusal.status)
    return _page(visit, roll=form)


@require_POST
@visiting
def leave(visit: Visit) -> HttpResponse:
    """Take back the access of this browser: the person stays, and may enter again elsewhere."""
    answer = redirect("consultations:public", visit.consultation.code)
    if visit.participant is not None:
        ParticipantAccess.objects.filter(pk=visit.access_key).delete()
        messages.success(
            visit.request,
            _(
                "Cet appareil ne participe plus. Vos votes et vos textes restent ; pour y revenir, "
                "entrez de nouveau avec le même moyen."
            )
            if visit.consultation.is_verified
            else _("Cet appareil ne participe plus. Vos votes et vos textes restent."),
        )
    forget(answer, visit.consultation)
    return answer


def entry(visit: Visit) -> Entry:
    """Who tries to enter; a browser is told by the secret that its forms bear, hashed."""
    get_token(visit.request)
    own = str(visit.request.META.get("CSRF_COOKIE", ""))
    browser = hashlib.sha256(own.encode("utf-8", "surrogatepass")).hexdigest()
    return Entry(visit.consultation, browser, visit.language)


def admitted(visit: Visit, made: Admitted) -> HttpResponseRedirect:
    """Give the access to this browser, and send it where it was going."""
    visit.participant, visit.secret = made
    messages.success(visit.request, _("C’est fait : vous pouvez participer depuis cet appareil."))
    return redirect(after(visit, step(visit)))


def after(visit: Visit, position: str) -> str:
    """The page of the phase that somebody came from, or that of the consultation."""
    if position and visit.consultation.phases.filter(position=int(position)).exists():
        return reverse("consultations:phase", args=[visit.consultation.code, int(position)])
    return reverse("consultations:public", args=[visit.consultation.code])


def step(visit: Visit) -> str:
    """The position of the phase that sent somebody here; empty when none did."""
    request = visit.request
    sent = visit.came_from or request.POST.get("etape", "") or request.GET.get("etape", "")
    return sent if sent.isascii() and sent.isdigit() and len(sent) <= _MOST_DIGITS else ""


def _link(visit: Visit) -> Any:
    position = step(visit)
    query = f"?{urlencode({'etape': position})}" if position else ""

    def link(secret: str) -> str:
        path = reverse("consultations:mail_link", args=[visit.consultation.code, secret])
        return absolute(path, visit.request) + query

    return link


def is_offered(visit: Visit, proof: Proof) -> bool:
    """Whether this consultation verifies people so, and this installation can."""
    return (
        visit.consultation.is_verified
        and proof in visit.consultation.proofs
        and (proof != Proof.OIDC or identity_provider.is_configured())
    )


def refuse_other_means(visit: Visit, proof: Proof) -> None:
    """Raise `Refusal` for a means that this consultation does not offer."""
    if not is_offered(visit, proof):
        raise Refusal(_("Cette consultation ne vérifie pas les personnes de cette façon."))


def _page(
    visit: Visit,
    *,
    mail: MailForm | None = None,
    code: CodeForm | None = None,
    roll: RollForm | None = None,
    status: int = 0,
) -> HttpResponse:
    consultation = visit.consultation
    shown: dict[str, forms.Form] = {
        Proof.MAIL: mail or MailForm(),
        Proof.CODE: code or CodeForm(),
        Proof.ROLL: roll or RollForm(),
    }
    offered = [
        (proof, shown.get(proof)) for proof in consultation.proofs if is_offered(visit, proof)
    ]
    # The means that was just tried comes first: its message is what matters now.
    offered.sort(key=lambda one: one[1] is None or not one[1].is_bound)
    is_bound = any(form is not None and form.is_bound for _proof, form in offered)
    return visit.render(
        "consultations/public/entrance.html",
        {
            "offered": offered,
            "step": step(visit),
            "destination": after(visit, step(visit)),
            "provider": identity_provider.name(),
            "is_open": consultation.state == ConsultationState.OPEN,
            "is_over": consultation.key_destroyed_at is not None,
        },
        status=status or (422 if is_bound else 200),
    )
