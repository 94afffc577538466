"""“Ma participation”: all that a participant said, what became of it, and how to take it back."""

from __future__ import annotations

import json
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parvis.consultations import own_participation
from parvis.consultations.entrance import forget
from parvis.consultations.enums import MoveState, VoteKind
from parvis.consultations.forms.own import DigestForm, ErasureForm, SelfForm
from parvis.consultations.models import Contribution, Participant, Phase, Vote
from parvis.consultations.notice_wording import Wording
from parvis.consultations.operations import leaving
from parvis.consultations.operations.digests import ask_for_digest, unsubscribe
from parvis.consultations.operations.voting import Ballot, Choice, vote
from parvis.consultations.pre_electoral import withheld
from parvis.consultations.views.citizen.entering import entry
from parvis.consultations.views.citizen.visit import ProofNeeded, View, Visit, visiting
from parvis.foundation.addresses import absolute
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.forms import show_refusal

_NOTICES = 50


def by_a_participant(view: View) -> View:
    """Open a page to whoever takes part; nobody becomes a participant by looking at their own."""

    @wraps(view)
    def opened(visit: Visit, **kwargs: Any) -> HttpResponseBase:
        if visit.participant is not None:
            return view(visit, visit.participant, **kwargs)
        if visit.consultation.is_verified:
            raise ProofNeeded
        if visit.request.method in ("GET", "HEAD"):
            return _page(visit)
        raise Conflict(
            _("Cet appareil ne participe pas à cette consultation : il n’y a rien à changer ici.")
        )

    return opened


@require_safe
@never_cache
@visiting
def own(visit: Visit) -> HttpResponse:
    return _page(visit)


@require_safe
@never_cache
@visiting
@by_a_participant
def own_votes(visit: Visit, participant: Participant) -> HttpResponse:
    """All the votes of one phase, by pages."""
    given = (
        Vote.objects.filter(participant=participant, phase=visit.running)
        .select_related("subject")
        .order_by("pk")
    )
    page = Paginator(given, own_participation.VOTES_A_PAGE).get_page(visit.request.GET.get("page"))
    return visit.render(
        "consultations/public/own_votes.html",
        {
            "page": page,
            "votes": own_participation.votes_in_words(visit.running, page.object_list),
            "may_change": bool(visit.may_take_part()),
        },
    )


@require_POST
@visiting
@by_a_participant
def take_back(visit: Visit, participant: Participant) -> HttpResponse:
    """Take one vote of the phase back; a second press finds it taken back."""
    subject, other = _number(visit, "subject"), _number(visit, "other")
    given = Vote.objects.filter(
        participant=participant, phase=visit.running, subject=subject, other=other
    ).first()
    if given is not None:
        vote(
            Ballot(
                visit.running,
                participant.pk,
                VoteKind(given.kind),
                [Choice(subject, None, other)],
            )
        )
    messages.success(visit.request, _("Votre vote est repris : il ne compte plus."))
    if visit.request.POST.get("page"):
        return redirect("consultations:own_votes", visit.consultation.code, visit.running.position)
    return redirect("consultations:own", visit.consultation.code)


@require_POST
@visiting
@by_a_participant
def withdraw(visit: Visit, participant: Participant, contribution: int) -> HttpResponse:
    found = Contribution.objects.filter(
        pk=contribution, author=participant, phase__consultation=visit.consultation
    ).first()
    if found is None:
        raise Http404
    leaving.withdraw(contribution=found, author=participant)
    messages.success(visit.request, _("Votre texte est retiré : il ne se lit plus."))
    return redirect("consultations:own", visit.consultation.code)


@require_POST
@visiting
@by_a_participant
def present_oneself(visit: Visit, participant: Participant) -> HttpResponse:
    """How they sign, and in which language they are written to."""
    form = SelfForm(visit.request.POST)
    if not form.is_valid():
        return _page(visit, self_form=form, status=422)
    Participant.objects.filter(pk=participant.pk, erased_on__isnull=True).update(
        **form.cleaned_data
    )
    messages.success(visit.request, _("C’est enregistré."))
    return redirect("consultations:own", visit.consultation.code)


@require_POST
@visiting
@by_a_participant
def ask_digest(visit: Visit, participant: Participant) -> HttpResponse:
    form = DigestForm(visit.request.POST)
    if not form.is_valid():
        return _page(visit, digest_form=form, status=422)
    if not form.is_from_a_program:
        try:
            ask_for_digest(
                participant=participant,
                address=form.cleaned_data["email"],
                browser=entry(visit).browser,
                link=lambda token: absolute(
                    reverse("consultations:confirm", args=[visit.consultation.code, token]),
                    visit.request,
                ),
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
            return _page(visit, digest_form=form, status=refusal.status)
    messages.success(
        visit.request,
        _("Un courriel part à cette adresse : ouvrez son lien pour la confirmer."),
    )
    return redirect("consultations:own", visit.consultation.code)


@require_POST
@visiting
@by_a_participant
def stop_digest(visit: Visit, participant: Participant) -> HttpResponse:
    unsubscribe(participant=participant)
    messages.success(visit.request, _("Votre adresse est effacée : plus rien ne partira."))
    return redirect("consultations:own", visit.consultation.code)


@require_safe
@never_cache
@visiting
@by_a_participant
def own_data(visit: Visit, participant: Participant) -> HttpResponse:
    """Everything kept of them, as JSON."""
    document = own_participation.own_document(participant, visit.now)
    response = HttpResponse(
        json.dumps(document, ensure_ascii=False, indent=1), content_type="application/json"
    )
    name = f"ma-participation-{visit.consultation.code}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@visiting
@by_a_participant
def erase(visit: Visit, participant: Participant) -> HttpResponseBase:
    """What leaves and what stays, then one button."""
    form = ErasureForm(visit.request.POST if visit.request.method == "POST" else None)
    if not form.is_valid():
        return visit.render(
            "consultations/public/erase.html",
            {"form": form},
            status=422 if form.is_bound else 200,
        )
    taken = 0
    if form.cleaned_data["votes"] == "take_back":
        try:
            taken = leaving.take_back_votes(participant)
        except Conflict as conflict:
            # A phase that has just ended: its votes count, and are about to be cut.
            messages.warning(visit.request, conflict.message)
    leaving.erase(participant=participant, withdraw_texts=form.cleaned_data["texts"] == "withdraw")
    messages.success(
        visit.request,
        _("Vos données de cette consultation sont effacées.")
        + (
            " " + ngettext("%d vote est repris.", "%d votes sont repris.", taken) % taken
            if taken
            else ""
        ),
    )
    answer = redirect("consultations:public", visit.consultation.code)
    forget(answer, visit.consultation)
    return answer


def _number(visit: Visit, name: str) -> int:
    """A key sent by a form; 0 for anything else."""
    sent = visit.request.POST.get(name, "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) <= 18 else 0


def _page(
    visit: Visit,
    *,
    self_form: SelfForm | None = None,
    digest_form: DigestForm | None = None,
    status: int = 200,
) -> HttpResponse:
    participant = visit.participant
    context: dict[str, Any] = {}
    if participant is not None:
        context = {
            "phases": own_participation.own_phases(
                participant, visit.now, most=own_participation.VOTES_A_PAGE
            ),
            "closed_phases": _counted(visit),
            "texts": own_participation.own_texts(participant),
            "answers_wait": withheld(visit.consultation) is not None,
            "news": list(
                Wording(participant).lines(own_participation.own_notices(participant, _NOTICES))
            ),
            "moves": participant.moves.filter(state=MoveState.ASKED).select_related(
                "source__phase", "target__phase"
            ),
            "follows": Contribution.objects.public()
            .filter(pk__in=participant.follows.values("contribution"))
            .select_related("phase")
            .order_by("phase", "number"),
            "self_form": self_form
            or SelfForm(
                initial={
                    "display_name": participant.display_name,
                    "language": participant.language,
                }
            ),
            "digest_form": digest_form or DigestForm(),
        }
    return visit.render("consultations/public/own.html", context, status=status)


def _counted(visit: Visit) -> list[Phase]:
    return list(visit.consultation.phases.filter(closed_at__isnull=False, participants__gt=0))
