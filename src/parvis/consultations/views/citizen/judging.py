"""What the pages of opinions and of pairs share: numbers sent by forms, the form of a proposal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.consultations.enums import ContributionKind, ContributionState
from parvis.consultations.forms.proposals import ProposalForm
from parvis.consultations.models import Contribution, Participant, Phase
from parvis.consultations.near_texts import near_texts
from parvis.consultations.operations.proposing import alike, propose
from parvis.consultations.opinion_pages import text_in
from parvis.consultations.phase_settings import Shape, settings_as
from parvis.consultations.results.showing import is_shown
from parvis.consultations.views.citizen.visit import Visit
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.forms import show_refusal
from parvis.foundation.permissions import Denied

LARGEST_KEY = 2**62
# Of the form of a proposal: what is nearly the same was read, and is not.
DIFFERENT = "differente"
Form = TypeVar("Form", bound=ProposalForm)


def key_of(text: str) -> int:
    """A key as a form sends it; raise `Refusal` for what is none."""
    if text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) < LARGEST_KEY:
        return int(text)
    raise Refusal(_("Ce vote n’est pas lisible : rechargez la page, puis votez de nouveau."))


def settings_of(visit: Visit, shape: type[Shape], kind: str) -> Shape:
    """The settings of the phase of a page made for one kind; 404 for a phase of another."""
    if visit.running.kind != kind:
        raise Http404
    return settings_as(shape, visit.running.kind, visit.running.settings)


def voter(visit: Visit) -> Participant:
    """Who votes; raise `Conflict` where the phase takes nothing, before anybody new is let in."""
    decision = visit.may_take_part()
    if isinstance(decision, Denied):
        raise Conflict(decision.reason)
    return visit.actor()


def phase_address(visit: Visit, name: str = "consultations:phase") -> str:
    return reverse(name, args=[visit.consultation.code, visit.running.position])


def closed_page(
    visit: Visit, result_template: str, reason: str, shown: Callable[[Phase], dict[str, Any]]
) -> HttpResponse:
    """A phase that takes nothing now: why, and what came out once it may be read."""
    return visit.render(
        "consultations/public/judging_closed.html",
        {
            "reason": reason,
            "result_template": result_template,
            "is_counted": visit.running.closed_at is not None,
            "result": shown(visit.running) if is_shown(visit.running) else None,
        },
    )


def proposal_page(
    visit: Visit,
    *,
    form_class: type[ProposalForm],
    kind: ContributionKind,
    template: str,
) -> HttpResponse:
    """The form of a proposal: shown, refused with its words kept, or stored.

    What says nearly the same is shown first, once: `DIFFERENT` says that it was read.
    """
    status = 200
    form = form_class()
    near: list[Contribution] = []
    if visit.request.method == "POST":
        form = form_class(visit.request.POST)
        status = 422
        if form.is_valid():
            text = form.cleaned_data["text"]
            near = near_texts(visit.running, kind, text)
            is_read = visit.request.POST.get(DIFFERENT) or alike(visit.running, kind, text)
            if near and not is_read:
                return visit.render(template, _proposal(visit, form, near))
            try:
                author = voter(visit)
                made = propose(
                    phase=visit.running,
                    kind=kind,
                    text=text,
                    author=author,
                    token=form.cleaned_data["token"],
                )
            except Refusal as refusal:
                show_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(visit.request, _thanks(made.state))
                return HttpResponseRedirect(phase_address(visit), status=303)
    return visit.render(template, _proposal(visit, form, near), status=status)


def _proposal(visit: Visit, form: Form, near: Sequence[Contribution]) -> dict[str, Any]:
    return {
        "form": form,
        "near": [(one.pk, text_in(one, visit.language)) for one in near],
        "different": DIFFERENT,
    }


def _thanks(state: str) -> str:
    if state == ContributionState.PUBLISHED:
        return _("Merci : votre proposition est publiée.")
    return _(
        "Merci : votre proposition est enregistrée. Elle sera lue par l’équipe de modération avant "
        "d’être montrée."
    )
