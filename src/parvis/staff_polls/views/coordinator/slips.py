"""Printed ballots to draw from a hat: what is left to print, and each sheet, given once."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.documents.ballot_slips import render_slips
from parvis.foundation.drawn_codes import new_seed, read_seed
from parvis.staff_polls.addresses import agents_address
from parvis.staff_polls.enums import PollState
from parvis.staff_polls.forms.coordinator import SlipsForm
from parvis.staff_polls.models import PollGroup
from parvis.staff_polls.operations.printing import codes_left, declared_codes, register_codes
from parvis.staff_polls.permissions.coordinator import access_poll
from parvis.staff_polls.printed_sheets import MOST_AT_ONCE, codes_of
from parvis.staff_polls.slips import slips_of


@hat_required(RoleKind.COORDINATOR)
@require_safe
def slips(request: HatRequest, pk: int) -> HttpResponse:
    current = access_poll(request.hat, pk)
    if current.state == PollState.DRAFT:
        messages.info(request, _("Les bulletins s’impriment une fois le sondage lancé."))
        return redirect("staff_polls:groups", pk)
    rows = []
    for group in current.voting_groups():
        declared, left = declared_codes(group), codes_left(group)
        if declared:
            most = min(left, MOST_AT_ONCE)
            rows.append(
                {
                    "group": group,
                    "declared": declared,
                    "printed": declared - left,
                    "left": left,
                    "most": most,
                    "seed": new_seed(),
                }
            )
    response = render(
        request,
        "staff_polls/slips.html",
        {
            "poll": current,
            "rows": rows,
            "is_closed": current.state == PollState.CLOSED,
            "tab": "slips",
            "is_simulated": current.organisation.is_simulated,
        },
    )
    # The page holds what draws the codes: no copy of it stays on the way.
    response["Cache-Control"] = "private, no-store"
    return response


@hat_required(RoleKind.COORDINATOR)
@require_POST
def print_slips(request: HatRequest, pk: int, number: int) -> HttpResponse:
    """The sheet that this form draws, as a PDF; the same form gives the same sheet."""
    current = access_poll(request.hat, pk)
    group = (
        PollGroup.objects.filter(poll=current, number=number).select_related("poll").first()
        if number < 2**15
        else None
    )
    if group is None:
        raise Http404
    form = SlipsForm(request.POST)
    seed = read_seed(request.POST.get("seed", ""))
    if seed is None or not form.is_valid():
        messages.warning(
            request, _("Dites combien de bulletins imprimer, de 1 à %d à la fois.") % MOST_AT_ONCE
        )
        return redirect("staff_polls:slips", pk)
    codes = codes_of(seed, current, group, form.cleaned_data["count"])
    register_codes(group=group, codes=codes, by=request.user)
    # Should this fail, the same form sent again gives the same codes: none is lost.
    content = render_slips(slips_of(current, group, codes, agents_address(request, current)))
    response = HttpResponse(content, content_type="application/pdf")
    name = f"bulletins-{slugify(group.name) or group.number}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
