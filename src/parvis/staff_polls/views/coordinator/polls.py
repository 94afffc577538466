"""The polls of the coordinator's body: the list, one of them, its settings, a new one."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.documents.qr import qr_svg
from parvis.editions.dates import moment_in_words
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.forms import show_refusal
from parvis.foundation.working_time import time_zone_of
from parvis.organisations.permissions import body_of
from parvis.staff_polls.addresses import agents_address, to_type
from parvis.staff_polls.drafts import problems_of
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.forms.coordinator import (
    NewPollForm,
    RevisionForm,
    SettingsForm,
    settings_form,
)
from parvis.staff_polls.models import StaffPoll
from parvis.staff_polls.operations.launching import BETWEEN_REMINDERS, launch_problems
from parvis.staff_polls.operations.preparing import (
    Start,
    change_settings,
    create_poll,
    delete_draft,
)
from parvis.staff_polls.permissions.coordinator import access_poll, may_prepare
from parvis.staff_polls.player_page import minutes_needed
from parvis.staff_polls.reading import Ending, ending_of, participation
from parvis.staff_polls.sizes import sizes_of
from parvis.staff_polls.views.coordinator.bodies import changes_a_draft, option_missing

# Keys take seconds and the task is tried again for minutes: from then on, something is wrong.
LATE_OPENING = timedelta(minutes=15)


@hat_required(RoleKind.COORDINATOR)
@require_safe
def polls(request: HatRequest) -> HttpResponse:
    rows = (
        StaffPoll.objects.visible_to(request.hat)
        .select_related("follows", "organisation")
        .annotate(group_count=Count("groups", filter=Q(groups__merged_into__isnull=True)))
        .order_by("-pk")
    )
    zone = time_zone_of(body_of(request.hat).departement_code)
    with timezone.override(ZoneInfo(zone)):
        return render(
            request,
            "staff_polls/polls.html",
            {
                "polls": rows,
                "may_prepare": may_prepare(request.hat),
                "is_simulated": request.hat.is_simulated,
            },
        )


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HatRequest) -> HttpResponse:
    """A new poll; the address may name the poll to start from."""
    if missing := option_missing(request):
        return missing
    body = body_of(request.hat)
    if request.method == "POST":
        form = NewPollForm(request.POST, hat=request.hat)
        if form.is_valid():
            try:
                made = create_poll(
                    organisation=body,
                    content=form.content(),
                    start=Start(form.cleaned_data["start"]),
                    source=form.cleaned_data.get("source"),
                    by=request.user,
                )
            except Refusal as refusal:
                show_refusal(form, refusal)
            else:
                return redirect("staff_polls:poll", made.pk)
    else:
        form = NewPollForm(initial=_start_asked(request), hat=request.hat)
    return render(
        request,
        "staff_polls/poll_new.html",
        {"form": form, "is_simulated": body.is_simulated},
        status=422 if form.errors else 200,
    )


def _start_asked(request: HatRequest) -> dict[str, object]:
    """What the address asks for: `?copier=<number>` or `?repeter=<number>`."""
    for name, start in (("copier", Start.COPY), ("repeter", Start.REPEAT)):
        asked = request.GET.get(name, "")
        if asked.isascii() and asked.isdigit() and len(asked) < 10:
            source = StaffPoll.objects.visible_to(request.hat).filter(pk=int(asked)).first()
            if source is not None:
                return {
                    "start": start,
                    "source": source.pk,
                    "title": source.title,
                    "introduction": source.introduction,
                    "threshold": source.threshold,
                }
    return {}


@hat_required(RoleKind.COORDINATOR)
@require_safe
def poll(request: HatRequest, pk: int) -> HttpResponse:
    """What is left to do before the launch; from then on, how the poll goes."""
    current = access_poll(request.hat, pk)
    if current.state == PollState.DRAFT:
        return _draft_page(request, current)
    return _follow_page(request, current)


def _draft_page(request: HatRequest, current: StaffPoll) -> HttpResponse:
    cards = current.document.get("cards", [])
    sizes = sizes_of(current)
    problems = {problem.field.split(".")[0] for problem in launch_problems(current)}
    return render(
        request,
        "staff_polls/poll_draft.html",
        {
            "poll": current,
            "card_count": len(cards),
            "minutes": minutes_needed(card.get("kind") for card in cards),
            "card_problems": len(problems_of(current.document)),
            "group_count": sum(size.is_voting for size in sizes),
            "agent_count": sum(size.agents for size in sizes),
            "closes": closing_words(current),
            "missing": problems,
            "tab": "poll",
            "is_simulated": current.organisation.is_simulated,
        },
    )


def _follow_page(request: HatRequest, current: StaffPoll) -> HttpResponse:
    address = agents_address(request, current)
    now = timezone.now()
    again = current.reminded_at + BETWEEN_REMINDERS if current.reminded_at else now
    zone = time_zone_of(current.organisation.departement_code)
    return render(
        request,
        "staff_polls/poll_follow.html",
        {
            "poll": current,
            "is_open": current.state == PollState.OPEN,
            "is_preparing": current.state == PollState.PREPARING,
            "is_late": current.state == PollState.PREPARING and _is_late(current, now),
            "is_closed": current.state == PollState.CLOSED,
            "uncounted": uncounted(current),
            "participation": participation(current),
            "closes": closing_words(current),
            "closes_soon": bool(
                current.closes_at and current.closes_at - now < timedelta(hours=24)
            ),
            "reminder_possible": again <= now,
            "reminder_from": moment_in_words(again, zone),
            "has_printed": any(size.group.printed_codes for size in sizes_of(current)),
            "address": address,
            "address_parts": to_type(address).split("/"),
            "qr": qr_svg(address, label=_("Code à scanner pour ouvrir le sondage")),
            "may_prepare": may_prepare(request.hat),
            "tab": "poll",
            "is_simulated": current.organisation.is_simulated,
        },
    )


def uncounted(current: StaffPoll) -> str:
    """Why a closed poll has no final results, as the templates name it; empty where it has."""
    ending = ending_of(current)
    return "" if ending is None or ending is Ending.COUNTED else ending.name.lower()


def _is_late(current: StaffPoll, now: datetime) -> bool:
    return current.launched_at is not None and now - current.launched_at > LATE_OPENING


def closing_words(current: StaffPoll) -> str:
    """When the poll ends, or ended, by the clocks of the body; empty = not decided."""
    moment = current.closed_at or current.closes_at
    zone = time_zone_of(current.organisation.departement_code)
    # To the minute: nobody asks at which second a vote was closed by hand.
    return moment_in_words(moment.replace(second=0, microsecond=0), zone) if moment else ""


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
@changes_a_draft
def settings(request: HatRequest, current: StaffPoll) -> HttpResponse:
    if current.state != PollState.DRAFT:
        return redirect("staff_polls:poll", current.pk)
    form = SettingsForm(request.POST) if request.method == "POST" else settings_form(current)
    stale, status = "", 200
    if request.method == "POST" and form.is_valid():
        try:
            change_settings(
                poll=current,
                content=form.content(),
                by=request.user,
                revision=form.cleaned_data["revision"],
            )
        except Refusal as refusal:
            status = refusal.status
            if isinstance(refusal, Conflict):
                current.refresh_from_db()
                stale = refusal.message
                form = SettingsForm(
                    {name: form.data.get(name, "") for name in form.fields}
                    | {"revision": current.revision}
                )
            else:
                show_refusal(form, refusal)
        else:
            messages.success(request, _("Les réglages sont enregistrés."))
            return redirect("staff_polls:poll", current.pk)
    return render(
        request,
        "staff_polls/poll_settings.html",
        {
            "poll": current,
            "form": form,
            "stale": stale,
            "tab": "settings",
            "is_simulated": current.organisation.is_simulated,
        },
        status=status if status != 200 else (422 if form.errors else 200),
    )


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
@changes_a_draft
def delete(request: HatRequest, current: StaffPoll) -> HttpResponse:
    if current.state != PollState.DRAFT:
        return redirect("staff_polls:poll", current.pk)
    if request.method == "POST":
        delete_draft(poll=current, by=request.user)
        messages.success(request, _("Le brouillon est supprimé."))
        return redirect("staff_polls:polls")
    agents = sum(size.mailed for size in sizes_of(current))
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": _("Supprimer « %s » ?") % current.title,
            "consequences": [
                _("Ses cartes et ses services sont supprimés."),
                ngettext(
                    "%d adresse d’agent est effacée.", "%d adresses d’agents sont effacées.", agents
                )
                % agents,
            ],
            "irreversible": True,
            "danger": True,
            "form": RevisionForm(initial={"revision": current.revision}),
            "confirm_label": _("Supprimer le brouillon"),
            "back_url": reverse("staff_polls:poll", args=[current.pk]),
            "is_simulated": current.organisation.is_simulated,
        },
    )
