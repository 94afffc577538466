"""Groups of a poll and their roll. Once launched, the page tells who votes where, and no more."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.forms import show_refusal
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.forms.coordinator import (
    GroupForm,
    RevisionForm,
    RollForm,
)
from parvis.staff_polls.models import EligibleAgent, PollGroup, StaffPoll
from parvis.staff_polls.operations.groups import (
    add_group,
    change_group,
    merge_as_proposed,
    merge_group,
    remove_group,
)
from parvis.staff_polls.operations.preparing import Launched
from parvis.staff_polls.operations.rolls import RollReport, add_agents, remove_agents
from parvis.staff_polls.permissions.coordinator import may_prepare
from parvis.staff_polls.roll_lines import decode
from parvis.staff_polls.sizes import propose_merges, sizes_of, too_small
from parvis.staff_polls.views.coordinator.bodies import changes_a_draft

AGENTS_A_PAGE = 100
# Lines of a report that the page spells out; the others are counted, and given back like them.
LINES_SPELT_OUT = 200


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
@changes_a_draft
def groups(request: HatRequest, current: StaffPoll) -> HttpResponse:
    """All the groups; a POST adds one."""
    form = GroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_group(
                poll=current,
                name=form.cleaned_data["name"],
                printed_codes=form.printed,
                by=request.user,
            )
        except Refusal as refusal:
            _show_or_raise(form, refusal)
        else:
            messages.success(request, _("« %s » est ajouté.") % made.name)
            return _to_groups(current)
    return _groups_page(request, current, group_form=form, status=422 if form.errors else 200)


@hat_required(RoleKind.COORDINATOR)
@require_POST
@changes_a_draft
def roll(request: HatRequest, current: StaffPoll) -> HttpResponse:
    """A list of agents to add; what cannot be read comes back, line by line."""
    form = RollForm(request.POST, request.FILES, poll=current)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            report = add_agents(
                poll=current,
                text=decode(file.read()) if file else form.cleaned_data["lines"],
                default=form.cleaned_data.get("default"),
                by=request.user,
            )
        except Refusal as refusal:
            _show_or_raise(form, refusal)
        else:
            if not report.refused and not report.repeated:
                messages.success(request, _outcome(report))
                return _to_groups(current)
            current.refresh_from_db()
            default = form.cleaned_data.get("default")
            again = RollForm(initial={"lines": report.to_correct, "default": default}, poll=current)
            return _groups_page(
                request,
                current,
                roll_form=again,
                report=report,
                status=422 if report.refused else 200,
            )
    return _groups_page(request, current, roll_form=form, status=422)


@hat_required(RoleKind.COORDINATOR)
@require_POST
@changes_a_draft
def merge(request: HatRequest, current: StaffPoll) -> HttpResponse:
    """All the merges proposed, or one group into another: `group` and `into` by their numbers."""
    if request.POST.get("action") == "proposed":
        merged = merge_as_proposed(
            poll=current, by=request.user, revision=request.POST.get("revision", "")
        )
        messages.success(
            request,
            ngettext("%d regroupement est fait.", "%d regroupements sont faits.", merged) % merged,
        )
    else:
        group = _access_group(current, request.POST.get("group", ""))
        into = request.POST.get("into", "")
        target = _access_group(current, into) if into else None
        merge_group(group=group, into=target, by=request.user)
        messages.success(
            request,
            _("« %(group)s » vote avec « %(into)s ».") % {"group": group.name, "into": target.name}
            if target
            else _("« %s » vote sous son nom.") % group.name,
        )
    return _to_groups(current)


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
@changes_a_draft
def group(request: HatRequest, current: StaffPoll, number: int) -> HttpResponse:
    """One group: its name, its agents without mail, and the addresses of the others."""
    own = _access_group(current, str(number))
    if current.state != PollState.DRAFT:
        return _to_groups(current)
    form: GroupForm = GroupForm(request.POST) if request.method == "POST" else _form_of(own)
    if request.method == "POST" and form.is_valid():
        try:
            change_group(
                group=own,
                name=form.cleaned_data["name"],
                printed_codes=form.printed,
                by=request.user,
                revision=form.cleaned_data["revision"],
            )
        except Launched:
            raise
        except Refusal as refusal:
            current.refresh_from_db()
            form = GroupForm({**request.POST.dict(), "revision": current.revision})
            form.is_valid()
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Le service est enregistré."))
            return _to_groups(current)
    agents = EligibleAgent.objects.filter(poll=current, group=own).order_by("email")
    query = request.GET.get("q", "").replace("\x00", "").strip()[:254]
    found = agents.filter(email__icontains=query) if query else agents
    return render(
        request,
        "staff_polls/group.html",
        {
            "poll": current,
            "group": own,
            "form": form,
            "agent_count": agents.count(),
            "query": query,
            "page": Paginator(found, AGENTS_A_PAGE).get_page(request.GET.get("page")),
            "tab": "groups",
            "is_simulated": current.organisation.is_simulated,
        },
        status=422 if form.errors else 200,
    )


def _form_of(group: PollGroup) -> GroupForm:
    return GroupForm(
        initial={
            "revision": group.poll.revision,
            "name": group.name,
            "printed_codes": group.printed_codes,
        }
    )


@hat_required(RoleKind.COORDINATOR)
@require_POST
@changes_a_draft
def remove_from_roll(request: HatRequest, current: StaffPoll, number: int) -> HttpResponse:
    """Take the ticked agents off the roll."""
    own = _access_group(current, str(number))
    removed = remove_agents(
        group=own, agents=_numbers(request.POST.getlist("agent")), by=request.user
    )
    messages.success(
        request,
        ngettext("%d agent est retiré.", "%d agents sont retirés.", removed) % removed,
    )
    return redirect("staff_polls:group", current.pk, own.number)


@hat_required(RoleKind.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
@changes_a_draft
def remove(request: HatRequest, current: StaffPoll, number: int) -> HttpResponse:
    own = _access_group(current, str(number))
    if request.method == "POST":
        remove_group(group=own, by=request.user)
        messages.success(request, _("« %s » est retiré.") % own.name)
        return _to_groups(current)
    if current.state != PollState.DRAFT:
        return _to_groups(current)
    agents = EligibleAgent.objects.filter(group=own).count()
    return render(
        request,
        "foundation/confirm.html",
        {
            "title": _("Retirer « %s » ?") % own.name,
            "consequences": [
                ngettext(
                    "%d adresse d’agent est effacée de ce brouillon.",
                    "%d adresses d’agents sont effacées de ce brouillon.",
                    agents,
                )
                % agents,
                _("Les services regroupés avec lui votent de nouveau sous leur nom."),
            ],
            "danger": True,
            "form": RevisionForm(initial={"revision": current.revision}),
            "confirm_label": _("Retirer le service"),
            "back_url": reverse("staff_polls:group", args=[current.pk, own.number]),
            "is_simulated": current.organisation.is_simulated,
        },
    )


# --- Pieces ---------------------------------------------------------------------------------------


def _groups_page(
    request: HatRequest,
    current: StaffPoll,
    *,
    group_form: GroupForm | None = None,
    roll_form: RollForm | None = None,
    report: RollReport | None = None,
    status: int = 200,
) -> HttpResponse:
    sizes = sizes_of(current)
    small = too_small(sizes, current.threshold)
    return render(
        request,
        "staff_polls/groups.html",
        {
            "poll": current,
            "is_draft": current.state == PollState.DRAFT,
            "sizes": sizes,
            "small": {size.group.pk for size in small},
            "targets": [size.group for size in sizes if size.is_voting],
            "merges": propose_merges(sizes, current.threshold) if small else [],
            "total": sum(size.agents for size in sizes),
            "is_enough": sum(size.agents for size in sizes) >= current.threshold,
            "group_form": group_form or GroupForm(),
            "roll_form": roll_form or RollForm(poll=current),
            "report": report,
            "outcome": _outcome(report) if report else "",
            "spelt_out": report.refused[:LINES_SPELT_OUT] if report else [],
            "unspelt": max(0, len(report.refused) - LINES_SPELT_OUT) if report else 0,
            "repeated": report.repeated[:LINES_SPELT_OUT] if report else [],
            "may_prepare": may_prepare(request.hat),
            "tab": "groups",
            "is_simulated": current.organisation.is_simulated,
        },
        status=status,
    )


def _outcome(report: RollReport) -> str:
    """What was kept of a list, in a sentence or two."""
    words = [
        ngettext("%d agent est ajouté.", "%d agents sont ajoutés.", report.added) % report.added
    ]
    if report.already:
        words.append(
            ngettext("%d y était déjà.", "%d y étaient déjà.", report.already) % report.already
        )
    if report.new_groups:
        words.append(
            ngettext("%d service est créé.", "%d services sont créés.", len(report.new_groups))
            % len(report.new_groups)
        )
    return " ".join(words)


def _show_or_raise(form: GroupForm | RollForm, refusal: Refusal) -> None:
    """Put a refusal in the form; a state that changed meanwhile is a page of its own."""
    if isinstance(refusal, Conflict) and not refusal.field:
        raise refusal
    show_refusal(form, refusal)


def _access_group(poll: StaffPoll, number: str) -> PollGroup:
    """A group of the poll by its number, or 404."""
    if not (number.isascii() and number.isdigit() and len(number) < 6):
        raise Http404
    found: PollGroup | None = (
        PollGroup.objects.select_related("poll").filter(poll=poll, number=int(number)).first()
    )
    if found is None:
        raise Http404
    return found


def _numbers(sent: list[str]) -> list[UUID]:
    numbers = []
    for text in sent[:AGENTS_A_PAGE]:
        try:
            numbers.append(UUID(text))
        except ValueError:
            continue
    return numbers


def _to_groups(poll: StaffPoll) -> HttpResponse:
    return redirect("staff_polls:groups", poll.pk)
