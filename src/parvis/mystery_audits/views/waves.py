"""The operator's pages on a wave: its contacts, generating, assigning, giving up, closing.

Each act that reaches many contacts first shows what it would do, in numbers, and does it on POST.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.editions.enums import WaveState
from parvis.editions.models import Wave
from parvis.foundation.errors import Refusal
from parvis.foundation.listing import ChoiceFilter, Column, Listing, TextFilter
from parvis.mystery_audits.enums import ContactState
from parvis.mystery_audits.forms import CitizenChoiceForm, PerChannelForm, ReasonForm
from parvis.mystery_audits.models import Contact, MysteryCitizen
from parvis.mystery_audits.operations import assignments, planning, reviewing, waves
from parvis.mystery_audits.querysets import ContactQuerySet
from parvis.mystery_audits.states import pill_of
from parvis.questionnaires.enums import Channel

# Ticked rows come in one request: above this, use the filters and the even assignment.
MAX_SELECTION = 500


def panel_choices() -> list[tuple[int, str]]:
    return list(MysteryCitizen.objects.order_by("code_name").values_list("pk", "code_name"))


class WaveContacts(Listing):
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
        Column("scenario", gettext_lazy("Scénario"), "scenario.code", order=("scenario__code",)),
        Column("planned", gettext_lazy("Prévue le"), "planned_on", order=("planned_on",)),
        Column(
            "citizen",
            gettext_lazy("Citoyen-mystère"),
            lambda contact: contact.mystery_citizen.code_name if contact.mystery_citizen else None,
            order=("mystery_citizen__code_name",),
        ),
        Column("state", gettext_lazy("État"), "get_state_display", order=("state",), pill=pill_of),
    )
    filters = (
        ChoiceFilter("canal", gettext_lazy("Canal"), "channel", choices=Channel.choices),
        ChoiceFilter("etat", gettext_lazy("État"), "state", choices=ContactState.choices),
        ChoiceFilter(
            "citoyen", gettext_lazy("Citoyen-mystère"), "mystery_citizen", choices=panel_choices
        ),
        TextFilter("organisme", gettext_lazy("Organisme"), "organisation__name__icontains"),
    )
    default_sort = "planned"
    row_template = "mystery_audits/wave_row.html"
    caption = gettext_lazy("Prises de contact de la vague")
    export_name = "prises-de-contact"
    empty_title = gettext_lazy("Aucune prise de contact")
    empty_text = gettext_lazy(
        "Générez-les : un nombre fixé par canal, pour chaque organisme dont le mandat est confirmé."
    )


def access_wave(pk: int) -> Wave:
    return get_object_or_404(Wave.objects.select_related("edition"), pk=pk)


@require_safe
@hat_required(RoleKind.OPERATOR)
def wave(request: HatRequest, pk: int) -> HttpResponseBase:
    """The contacts of a wave, filtered, with their progress by channel and state."""
    current = access_wave(pk)
    rows = Contact.objects.visible_to(request.hat).filter(wave=current)
    listing = WaveContacts(
        request, rows.select_related("organisation", "scenario", "mystery_citizen")
    )
    progress = waves.progress_by_channel(wave=current)
    in_all = waves.in_all(progress.values())
    return listing.respond(
        "mystery_audits/wave.html",
        {
            "wave": current,
            "edition": current.edition,
            "is_closed": current.state == WaveState.CLOSED,
            "progress": progress.items(),
            "in_all": in_all,
            "next_act": _next_act(in_all),
            "is_simulated": current.edition.is_simulated,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.OPERATOR)
def generate(request: HatRequest, pk: int) -> HttpResponse:
    """How many per channel, then what that makes, then the generation itself."""
    current = access_wave(pk)
    form = PerChannelForm(request.POST or None)
    plan = None
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                if request.POST.get("action") == "generate":
                    done = planning.generate_contacts(
                        wave=current, per_channel=form.per_channel(), by=request.user
                    )
                    created = sum(done.to_create.values())
                    messages.success(
                        request,
                        ngettext(
                            "%d prise de contact créée.", "%d prises de contact créées.", created
                        )
                        % created,
                    )
                    return redirect("mystery_audits:wave", pk=pk)
                plan = planning.plan_contacts(wave=current, per_channel=form.per_channel())
            except Refusal as refusal:
                form.add_error(refusal.field or None, refusal.message)
                status = refusal.status
        else:
            status = 422
    return render(
        request,
        "mystery_audits/generate.html",
        {
            "wave": current,
            "form": form,
            "plan": plan,
            "lines": _plan_lines(plan) if plan else [],
            "created": sum(plan.to_create.values()) if plan else 0,
            "is_simulated": current.edition.is_simulated,
        },
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.OPERATOR)
def assign(request: HatRequest, pk: int) -> HttpResponse:
    """Give ticked contacts to one person, or take them back; a preview comes first."""
    current = access_wave(pk)
    source = request.POST if request.method == "POST" else request.GET
    contacts = _selection(current, source.getlist("contact"))
    form = CitizenChoiceForm(source if "mystery_citizen" in source else None)
    plan, status = None, 200
    if form.is_bound and form.is_valid():
        citizen = form.cleaned_data["mystery_citizen"]
        try:
            if source.get("action") == "assign" and request.method == "POST":
                plan = assignments.assign(
                    contacts=contacts, mystery_citizen=citizen, by=request.user
                )
                messages.success(
                    request,
                    ngettext(
                        "%(count)d prise de contact confiée à %(name)s.",
                        "%(count)d prises de contact confiées à %(name)s.",
                        plan.total,
                    )
                    % {"count": plan.total, "name": citizen.code_name},
                )
                return redirect("mystery_audits:wave", pk=pk)
            plan = assignments.plan_assignment(contacts=contacts, mystery_citizen=citizen)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            status = refusal.status
    elif form.is_bound:
        status = 422
    return render(
        request,
        "mystery_audits/assign.html",
        {
            "wave": current,
            "contacts": list(contacts.select_related("organisation").order_by("planned_on", "pk")),
            "form": form,
            "plan": plan,
            "is_simulated": current.edition.is_simulated,
        },
        status=status,
    )


@require_POST
@hat_required(RoleKind.OPERATOR)
def unassign(request: HatRequest, pk: int) -> HttpResponse:
    """Take ticked contacts back, where nobody has begun them."""
    current = access_wave(pk)
    contacts = _selection(current, request.POST.getlist("contact"))
    moved = assignments.unassign(contacts=contacts, by=request.user)
    messages.success(
        request,
        ngettext("%d prise de contact reprise.", "%d prises de contact reprises.", moved) % moved,
    )
    return redirect("mystery_audits:wave", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.OPERATOR)
def assign_evenly(request: HatRequest, pk: int) -> HttpResponse:
    """Share all planned contacts among the panel, after showing the shares."""
    current = access_wave(pk)
    if request.method == "POST":
        done = assignments.assign_evenly(wave=current, by=request.user)
        messages.success(
            request,
            ngettext(
                "%d prise de contact attribuée.", "%d prises de contact attribuées.", done.total
            )
            % done.total,
        )
        return redirect("mystery_audits:wave", pk=pk)
    plan = assignments.plan_even_assignment(wave=current)
    if not plan.shares:
        messages.info(
            request,
            _("Rien à attribuer : aucune prise de contact planifiée, ou personne sur le panel."),
        )
        return redirect("mystery_audits:wave", pk=pk)
    consequences = [
        _("%(contacts)d prises de contact sont confiées à %(people)d citoyens-mystère.")
        % {"contacts": plan.total, "people": len(plan.shares)},
        _("Chacun en reçoit de %(least)d à %(most)d.")
        % {"least": plan.smallest_share, "most": plan.largest_share},
    ]
    if plan.repeated:
        consequences.append(
            _("Confiées à la personne qui a testé ce canal dans une autre vague : %d.")
            % plan.repeated
        )
    if plan.impossible:
        consequences.append(
            _("Encore à attribuer, personne du panel n’y convenant : %d.") % plan.impossible
        )
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": _("Attribuer à parts égales"),
            "summary": _(
                "Une autre personne que dans l’autre vague pour un organisme et un canal donnés, "
                "les visites dans le département de chacun."
            ),
            "consequences": consequences,
            "confirm_label": _("Attribuer"),
            "back_url": reverse("mystery_audits:wave", args=[pk]),
            "is_simulated": current.edition.is_simulated,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.OPERATOR)
def cancel_rest(request: HatRequest, pk: int) -> HttpResponse:
    """Give up every contact of the wave that nobody handed in, with one reason."""
    current = access_wave(pk)
    rest = Contact.objects.visible_to(request.hat).filter(wave=current)
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            moved = reviewing.cancel_not_handed_in(
                contacts=rest, reason=form.cleaned_data["reason"], by=request.user
            )
            messages.success(
                request,
                ngettext("%d prise de contact annulée.", "%d prises de contact annulées.", moved)
                % moved,
            )
            return redirect("mystery_audits:close_wave", pk=pk)
        status = 422
    by_state = waves.progress_of(wave=current).by_state
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": _("Annuler ce qui n’a pas été transmis"),
            "summary": _("Ces prises de contact ne compteront jamais et ne se reprennent pas."),
            "consequences": [
                f"{state.label} : {by_state[state]}"
                for state in reviewing.NOT_HANDED_IN
                if state in by_state
            ],
            "irreversible": True,
            "danger": True,
            "form": form,
            "confirm_label": _("Annuler ces prises de contact"),
            "back_url": reverse("mystery_audits:close_wave", args=[pk]),
            "is_simulated": current.edition.is_simulated,
        },
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.OPERATOR)
def close_wave(request: HatRequest, pk: int) -> HttpResponse:
    """What closing means, what stands in its way, then the closing."""
    current = access_wave(pk)
    if request.method == "POST":
        waves.close_wave(wave=current, by=request.user)
        messages.success(request, _("Vague %d close.") % current.number)
        # The board says what comes next: reading what is left, then the run.
        return redirect("editions:board", current.edition.slug)
    unfinished = (
        Contact.objects.filter(wave=current)
        .unfinished()
        .select_related("organisation")
        .order_by("state", "planned_on", "pk")
    )
    return render(
        request,
        "mystery_audits/close_wave.html",
        {
            "wave": current,
            "progress": waves.progress_of(wave=current),
            "empty_channels": waves.count_empty_channels(wave=current),
            "unfinished": list(unfinished[:50]),
            "is_open": current.state == WaveState.OPEN,
            "is_simulated": current.edition.is_simulated,
        },
    )


def _next_act(progress: waves.Progress) -> str:
    """The act the page puts forward; none while the panel and the reviewers are at work."""
    if not progress.total:
        return "generate"
    if progress.planned:
        return "assign_evenly"
    return "" if progress.unfinished else "close_wave"


def _selection(current: Wave, raw: list[str]) -> ContactQuerySet:
    """The contacts of the wave that were ticked; numbers of another wave are 404."""
    numbers = {int(text) for text in raw if text.isascii() and text.isdigit() and len(text) < 19}
    if len(numbers) > MAX_SELECTION:
        raise Refusal(_("Cochez au plus %d prises de contact à la fois.") % MAX_SELECTION)
    if not numbers:
        raise Refusal(_("Cochez d’abord au moins une prise de contact."))
    contacts = Contact.objects.filter(wave=current, pk__in=numbers)
    if contacts.count() != len(numbers):
        raise Http404
    return contacts


def _plan_lines(plan: planning.ContactPlan) -> list[dict[str, Any]]:
    return [
        {
            "label": channel.label,
            "to_create": plan.to_create[channel],
            "existing": plan.existing[channel],
            "without_channel": plan.without_channel[channel],
            "without_scenario": plan.without_scenario[channel],
        }
        for channel in Channel
    ]
