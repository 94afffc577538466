"""The launch, reminders, the end moved or brought about: each says first what it changes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.foundation.addresses import absolute
from parvis.foundation.errors import Refusal
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.forms.coordinator import PostponeForm, RevisionForm
from parvis.staff_polls.models import StaffPoll
from parvis.staff_polls.operations.launching import launch as launch_poll
from parvis.staff_polls.operations.launching import launch_problems, postpone, remind
from parvis.staff_polls.operations.preparing import closing_day, closing_moment
from parvis.staff_polls.operations.releasing import close as close_poll
from parvis.staff_polls.permissions.coordinator import access_poll
from parvis.staff_polls.sizes import GroupSize, sizes_of
from parvis.staff_polls.views.coordinator.bodies import option_missing
from parvis.staff_polls.views.coordinator.polls import closing_words

# Where each field of a refusal is mended.
_PAGE_OF_FIELD = {"cards": "cards", "closes_at": "settings", "groups": "groups"}


def _base_url(request: HatRequest) -> str:
    return absolute("/", request)


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def launch(request: HatRequest, pk: int) -> HttpResponse:
    """What freezes and what happens, then the launch of the draft that was seen."""
    current = access_poll(request.hat, pk)
    if current.state != PollState.DRAFT:
        return redirect("staff_polls:poll", pk)
    if missing := option_missing(request):
        return missing
    if request.method == "POST":
        try:
            launch_poll(
                poll=current,
                by=request.user,
                revision=request.POST.get("revision", ""),
                base_url=_base_url(request),
            )
        except Refusal as refusal:
            return _launch_refused(request, current, refusal)
        messages.success(
            request, _("Le sondage est lancé. Il ouvre dans la minute, et les invitations partent.")
        )
        return redirect("staff_polls:poll", current.pk)
    return _launch_page(request, current)


def _launch_refused(request: HatRequest, current: StaffPoll, refusal: Refusal) -> HttpResponse:
    """A double click finds the poll launched: that is what was asked for."""
    current.refresh_from_db()
    if current.state != PollState.DRAFT:
        return redirect("staff_polls:poll", current.pk)
    return _launch_page(request, current, refused=refusal.message, status=refusal.status)


def _launch_page(
    request: HatRequest, current: StaffPoll, *, refused: str = "", status: int = 200
) -> HttpResponse:
    sizes = sizes_of(current)
    problems = launch_problems(current)
    return render(
        request,
        "staff_polls/launch.html",
        {
            "poll": current,
            "refused": refused,
            "problems": [
                {
                    "message": problem.message,
                    "url": reverse(f"staff_polls:{_page_of(problem)}", args=[current.pk])
                    + ("?verifier=1" if _page_of(problem) == "cards" else ""),
                }
                for problem in problems
            ],
            "sizes": [size for size in sizes if size.is_voting],
            "total": sum(size.agents for size in sizes),
            "card_count": len(current.document.get("cards", [])),
            "closes": closing_words(current),
            "consequences": _consequences(current, sizes),
            "form": RevisionForm(initial={"revision": current.revision}),
            "tab": "launch",
            "is_simulated": current.organisation.is_simulated,
        },
        status=status,
    )


def _page_of(problem: Refusal) -> str:
    return _PAGE_OF_FIELD.get(problem.field.split(".")[0], "cards")


def _consequences(current: StaffPoll, sizes: list[GroupSize]) -> list[str]:
    mailed = sum(size.mailed for size in sizes)
    printed = sum(size.group.printed_codes for size in sizes)
    sentences = [
        _(
            "Les cartes, les services et le seuil ne changent plus : chacun répond à la même "
            "chose, et aucun découpage fait après coup ne désigne quelqu’un."
        ),
        _(
            "Les clés du vote sont faites, tenues à l’écart de la base de données, et détruites à "
            "la clôture avec la liste des agents et les bulletins."
        ),
    ]
    if mailed:
        sentences.append(
            ngettext(
                "%d invitation part par courriel, avec un lien qui ne sert qu’à cet agent.",
                "%d invitations partent par courriel, chacune avec un lien à son agent seul.",
                mailed,
            )
            % mailed
        )
    if printed:
        sentences.append(
            ngettext(
                "Vous pourrez imprimer %d bulletin à tirer au sort, pour qui n’a pas de courriel.",
                "Vous pourrez imprimer %d bulletins à tirer au sort, pour qui n’a pas de courriel.",
                printed,
            )
            % printed
        )
    sentences.append(
        _("Personne, vous compris, ne verra qui a pris son bulletin ni qui a répondu.")
    )
    return sentences


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def send_reminder(request: HatRequest, pk: int) -> HttpResponse:
    current = access_poll(request.hat, pk)
    if request.method == "POST":
        remind(poll=current, by=request.user, base_url=_base_url(request))
        messages.success(request, _("Le rappel part."))
        return redirect("staff_polls:poll", pk)
    return _confirm(
        request,
        current,
        title=_("Rappeler ceux qui n’ont pas encore pris leur bulletin ?"),
        summary=current.title,
        consequences=[
            _("Un courriel part à chaque agent invité qui n’a pas encore pris son bulletin."),
            _(
                "Ni leurs noms ni leur nombre ne s’affichent : ce serait dire qui n’a pas répondu, "
                "ou combien."
            ),
            _("Le prochain rappel sera possible dans trois jours."),
        ],
        confirm_label=_("Envoyer le rappel"),
    )


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HatRequest, pk: int) -> HttpResponse:
    current = access_poll(request.hat, pk)
    if request.method == "POST":
        close_poll(poll=current, by=request.user)
        messages.success(request, _("Le sondage est clos."))
        return redirect("staff_polls:poll", pk)
    return _confirm(
        request,
        current,
        title=_("Clore « %s » maintenant ?") % current.title,
        summary=_("Il devait se clore le %s.") % closing_words(current),
        consequences=[
            _("Plus aucun bulletin n’est reçu, même de qui a pris le sien sans répondre encore."),
            _("Les réponses sont comptées, et les résultats par service s’affichent."),
            _(
                "La liste des agents, les bulletins et les clés sont détruits : personne ne pourra "
                "plus rien rapprocher, ni recompter."
            ),
        ],
        irreversible=True,
        danger=True,
        confirm_label=_("Clore le sondage"),
    )


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def change_end(request: HatRequest, pk: int) -> HttpResponse:
    current = access_poll(request.hat, pk)
    form = PostponeForm(request.POST or None, initial={"closes_on": closing_day(current)})
    if request.method == "POST" and form.is_valid():
        moment = closing_moment(form.cleaned_data["closes_on"], current.organisation)
        try:
            postpone(poll=current, closes_at=moment, by=request.user)
        except Refusal as refusal:
            if refusal.field != "closes_at":
                raise
            form.add_error("closes_on", refusal.message)
        else:
            messages.success(request, _("La clôture est changée."))
            return redirect("staff_polls:poll", pk)
    return _confirm(
        request,
        current,
        title=_("Changer le dernier jour"),
        summary=_("La clôture est prévue le %s.") % closing_words(current),
        consequences=[
            _(
                "Le sondage se clôt seul à la fin du jour choisi, trois mois au plus après son "
                "lancement."
            ),
            _("Les agents ne reçoivent rien ; la page du sondage leur dit la nouvelle date."),
        ],
        form=form,
        confirm_label=_("Changer la date"),
        status=422 if form.errors else 200,
    )


def _confirm(
    request: HatRequest, current: StaffPoll, *, status: int = 200, **context: Any
) -> HttpResponse:
    """The page of an act on a poll that goes on; one that does not is shown as it is."""
    if current.state not in (PollState.PREPARING, PollState.OPEN):
        return redirect("staff_polls:poll", current.pk)
    return render(
        request,
        "foundation/confirm.html",
        {
            "back_url": reverse("staff_polls:poll", args=[current.pk]),
            "is_simulated": current.organisation.is_simulated,
            **context,
        },
        status=status,
    )
