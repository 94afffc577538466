"""The reviewer's pages: the queue, and one contact with everything its decision rests on.

The mystery citizen appears under a code name, never under an identity.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.editions.models import Wave
from parvis.foundation.errors import Refusal
from parvis.foundation.listing import ChoiceFilter, Column, Listing
from parvis.mystery_audits import contact_page
from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.forms import ReasonForm
from parvis.mystery_audits.models import Contact, Evidence, Transition
from parvis.mystery_audits.operations import reviewing
from parvis.mystery_audits.permissions import access_contact, may_review
from parvis.mystery_audits.questions import zone_of
from parvis.mystery_audits.states import pill_of
from parvis.questionnaires.enums import Channel

# What the queue shows: handed in and waiting, or held by a reviewer.
IN_QUEUE = (ContactState.SUBMITTED, ContactState.IN_REVIEW)


def waves_of_queue() -> list[tuple[int, str]]:
    """Waves that have, or had, something to review, newest edition first."""
    waves = (
        Wave.objects.filter(contacts__isnull=False)
        .select_related("edition")
        .distinct()
        .order_by("-edition__registration_opens_at", "number")
    )
    return [(wave.pk, str(wave)) for wave in waves]


class ReviewQueue(Listing):
    columns = (
        Column(
            "contact",
            gettext_lazy("Prise de contact"),
            lambda contact: f"{contact.get_channel_display()} {contact.rank}",
            order=("channel", "rank"),
            link=lambda contact: reverse("mystery_audits:review", args=[contact.pk]),
        ),
        Column(
            "organisation",
            gettext_lazy("Organisme"),
            "organisation.name",
            order=("organisation__name",),
        ),
        Column("wave", gettext_lazy("Vague"), "wave.number", order=("wave__number",), numeric=True),
        Column(
            "citizen",
            gettext_lazy("Citoyen-mystère"),
            "mystery_citizen.code_name",
            order=("mystery_citizen__code_name",),
        ),
        Column("submitted", gettext_lazy("Transmise le"), "submitted_at", order=("submitted_at",)),
        Column("state", gettext_lazy("État"), "get_state_display", order=("state",), pill=pill_of),
    )
    filters = (
        ChoiceFilter("canal", gettext_lazy("Canal"), "channel", choices=Channel.choices),
        ChoiceFilter("vague", gettext_lazy("Vague"), "wave", choices=waves_of_queue),
        ChoiceFilter(
            "etat",
            gettext_lazy("État"),
            "state",
            choices=[(state.value, state.label) for state in IN_QUEUE],
        ),
    )
    default_sort = "submitted"
    simulated = "wave.edition.is_simulated"
    caption = gettext_lazy("Prises de contact à relire, de la plus ancienne à la plus récente")
    export_name = "a-relire"
    empty_title = gettext_lazy("Rien à relire")
    empty_text = gettext_lazy("Les prises de contact transmises par le panel arrivent ici.")


@require_safe
@hat_required(RoleKind.REVIEWER, RoleKind.OPERATOR)
def review_queue(request: HatRequest) -> HttpResponseBase:
    """What waits for a second reading, oldest first; nobody sees their own tests here."""
    rows = (
        Contact.objects.visible_to(request.hat)
        .filter(state__in=IN_QUEUE)
        .exclude(mystery_citizen__person=request.user)
        .select_related("organisation", "wave__edition", "mystery_citizen")
    )
    return ReviewQueue(request, rows).respond("mystery_audits/review_queue.html")


@require_safe
@hat_required(RoleKind.REVIEWER, RoleKind.OPERATOR)
def review(request: HatRequest, pk: int) -> HttpResponse:
    """One contact: what was asked, found and attached, what happened to it, and the decision."""
    contact = access_contact(request.hat, pk)
    return _render(request, contact)


@require_POST
@hat_required(RoleKind.REVIEWER, RoleKind.OPERATOR)
def take(request: HatRequest, pk: int) -> HttpResponse:
    contact = access_contact(request.hat, pk)
    reviewing.take(contact=contact, by=request.user)
    return redirect("mystery_audits:review", pk=pk)


@require_POST
@hat_required(RoleKind.REVIEWER, RoleKind.OPERATOR)
def validate(request: HatRequest, pk: int) -> HttpResponse:
    contact = access_contact(request.hat, pk)
    reviewing.validate(contact=contact, by=request.user)
    messages.success(request, _("Prise de contact validée : elle comptera dans les résultats."))
    return redirect("mystery_audits:review_queue")


@require_POST
@hat_required(RoleKind.REVIEWER, RoleKind.OPERATOR)
def decide_with_reason(request: HatRequest, pk: int) -> HttpResponse:
    """Return to the tester, or cancel: both need a reason, typed in the same box."""
    contact = access_contact(request.hat, pk)
    form = ReasonForm(request.POST)
    decision = request.POST.get("decision")
    if decision not in {"return", "cancel"}:
        form.add_error(None, _("Choisissez de renvoyer ou d’annuler."))
    if not form.is_valid():
        return _render(request, contact, form=form, status=422)
    reason = form.cleaned_data["reason"]
    try:
        if decision == "return":
            reviewing.return_to_tester(contact=contact, reason=reason, by=request.user)
            messages.success(request, _("Prise de contact renvoyée avec votre motif."))
        else:
            reviewing.cancel(contact=contact, reason=reason, by=request.user)
            messages.success(request, _("Prise de contact annulée."))
    except Refusal as refusal:
        if refusal.field != "reason":
            raise
        form.add_error("reason", refusal.message)
        return _render(request, contact, form=form, status=refusal.status)
    return redirect("mystery_audits:review_queue")


def _render(
    request: HatRequest, contact: Contact, *, form: ReasonForm | None = None, status: int = 200
) -> HttpResponse:
    answers = contact_page.answers_by_criterion(contact)
    allowed = may_review(request.user, contact)
    holds = contact.state == ContactState.IN_REVIEW and contact.reviewer_id == request.user.pk
    evidence = list(Evidence.objects.filter(contact=contact).select_related("conflicts_with"))
    context: dict[str, Any] = {
        "contact": contact,
        "scenario": contact_page.scenario_texts(contact),
        "address": contact_page.declared_address(contact),
        "groups": contact_page.given_answers(contact, answers),
        "delays": contact_page.delays(contact),
        "no_answer_label": contact_page.no_answer_label(contact),
        "zone": zone_of(contact),
        "evidence": [piece for piece in evidence if piece.conflicts_with_id is None],
        "set_apart": [piece for piece in evidence if piece.conflicts_with_id is not None],
        "steps": _steps(contact),
        "other_waves": _other_waves(contact),
        "refusal": "" if allowed else allowed.reason,
        "can_take": bool(allowed) and contact.state == ContactState.SUBMITTED,
        "can_take_over": bool(allowed) and contact.state == ContactState.IN_REVIEW and not holds,
        "holds": bool(allowed) and holds,
        "form": form or ReasonForm(),
        "is_simulated": contact.wave.edition.is_simulated,
    }
    return render(request, "mystery_audits/review.html", context, status=status)


def _steps(contact: Contact) -> list[dict[str, Any]]:
    """The history without identities: the tester by code name, the others by what they are."""
    citizen = contact.mystery_citizen
    steps = []
    for step in Transition.objects.filter(contact=contact):
        if step.actor_id is None:
            who = _("le logiciel")
        elif citizen is not None and step.actor_id == citizen.person_id:
            who = citizen.code_name
        else:
            who = _("l’équipe de l’opérateur")
        steps.append(
            {
                "at": step.at,
                "to": ContactState(step.to_state).label,
                "who": who,
                "reason": step.reason,
            }
        )
    return steps


def _other_waves(contact: Contact) -> list[Contact]:
    """The same body by the same channel in the other waves of the edition, for comparison."""
    return list(
        Contact.objects.filter(
            organisation=contact.organisation_id,
            channel=contact.channel,
            rank=contact.rank,
            wave__edition=contact.wave.edition_id,
        )
        .exclude(pk=contact.pk)
        .select_related("wave")
        .order_by("wave__number")
    )
