"""Pages of a phase of comparisons by pairs: which of the two matters more, and the ranking."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parvis.consultations import pair_pages
from parvis.consultations.enums import ContributionKind, PhaseKind, VoteKind
from parvis.consultations.forms.proposals import ItemForm
from parvis.consultations.models import Contribution, PhaseFigures, Vote
from parvis.consultations.operations.voting import Ballot, Choice, preference, vote
from parvis.consultations.opinion_pages import text_in
from parvis.consultations.phase_settings import PairsSettings
from parvis.consultations.results import pairs as result
from parvis.consultations.routing import next_pair
from parvis.consultations.views.citizen.judging import (
    closed_page,
    key_of,
    phase_address,
    proposal_page,
    settings_of,
    voter,
)
from parvis.consultations.views.citizen.visit import Visit, visiting
from parvis.foundation.errors import Refusal
from parvis.foundation.permissions import Denied

NEITHER, TAKE_BACK = "aucun", "retirer"
PAGE = 50


def page(visit: Visit) -> HttpResponse:
    """Two items to compare, while the phase runs; the ranking, once it is closed."""
    settings = settings_of(visit, PairsSettings, PhaseKind.PAIRS)
    decision = visit.may_take_part()
    if isinstance(decision, Denied):
        template = "consultations/results/_pairs.html"
        return closed_page(visit, template, decision.reason, result.shown)
    pair = next_pair(visit.running, visit.voter_key)
    return visit.render(
        "consultations/public/pairs/pair.html",
        {
            "pair": [{"key": one.pk, "text": text_in(one, visit.language)} for one in pair or ()],
            "given": _given(visit).count(),
            "settings": settings,
        },
    )


@require_POST
@visiting
def prefer(visit: Visit) -> HttpResponse:
    """The item that matters more, neither, or take it back; then the next two, or the list."""
    settings_of(visit, PairsSettings, PhaseKind.PAIRS)
    sent = visit.request.POST
    first, second = key_of(sent.get("premier", "")), key_of(sent.get("second", ""))
    answer = sent.get("choix", "")
    if answer not in {str(first), str(second), NEITHER, TAKE_BACK} or first == second:
        raise Refusal(_("Choisissez l’un des deux sujets, ou « je ne sais pas »."))
    who = voter(visit)
    vote(
        Ballot(visit.running, who.pk, VoteKind.PREFERENCE, [choice_between(first, second, answer)])
    )
    if sent.get("retour") == "liste":
        address = phase_address(visit, "consultations:pairs_own")
        return HttpResponseRedirect(address, status=303)
    return HttpResponseRedirect(phase_address(visit), status=303)


def choice_between(first: int, second: int, answer: str) -> Choice:
    """The choice of `answer`, the key of one of both items or a word of the form."""
    if answer == TAKE_BACK:
        low, high = sorted((first, second))
        return Choice(subject=low, other=high, value=None)
    other = first if answer == str(second) else second
    preferred = second if answer == str(second) else first
    return preference(preferred, other, neither=answer == NEITHER)


@require_safe
@visiting
def ranking(visit: Visit) -> HttpResponse:
    """Items by the share of comparisons they won so far."""
    settings_of(visit, PairsSettings, PhaseKind.PAIRS)
    if visit.running.closed_at is not None:
        return HttpResponseRedirect(phase_address(visit))
    figures = PhaseFigures.objects.filter(phase=visit.running).first()
    return visit.render(
        "consultations/public/pairs/ranking.html",
        {
            "result": pair_pages.told(visit.running, figures.document) if figures else None,
            "computed_at": figures.computed_at if figures else None,
            "given": _given(visit).count(),
            "may_vote": bool(visit.may_take_part()),
        },
    )


@require_safe
@visiting
def own_comparisons(visit: Visit) -> HttpResponse:
    """One's own comparisons, each to be changed or taken back."""
    settings_of(visit, PairsSettings, PhaseKind.PAIRS)
    rows = Paginator(_given(visit).order_by("subject", "other"), PAGE).get_page(
        visit.request.GET.get("page")
    )
    keys = {key for vote in rows for key in (vote.subject_id, vote.other)}
    texts = {
        item.pk: text_in(item, visit.language)
        for item in Contribution.objects.filter(pk__in=keys, phase=visit.running)
    }
    return visit.render(
        "consultations/public/pairs/own.html",
        {
            "rows": rows,
            "comparisons": [_told(vote, texts) for vote in rows],
            "may_change": bool(visit.may_take_part()),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@visiting
def propose_item(visit: Visit) -> HttpResponse:
    """The form of an item, where citizens may propose some."""
    settings = settings_of(visit, PairsSettings, PhaseKind.PAIRS)
    if not settings.citizens_propose or not visit.may_take_part():
        return visit.render("consultations/public/judging_no_proposal.html", {}, status=409)
    return proposal_page(
        visit,
        form_class=ItemForm,
        kind=ContributionKind.ITEM,
        template="consultations/public/pairs/propose.html",
    )


def _given(visit: Visit) -> QuerySet[Vote]:
    return Vote.objects.filter(
        participant=visit.participant, phase=visit.running, kind=VoteKind.PREFERENCE
    )


def _told(vote: Vote, texts: dict[int, str]) -> dict[str, Any]:
    sides = (vote.subject_id, vote.other)
    preferred = None if vote.value == 0 else sides[0] if vote.value > 0 else sides[1]
    return {
        "first": sides[0],
        "second": sides[1],
        "sides": [
            {"key": key, "text": texts.get(key, ""), "is_preferred": key == preferred}
            for key in sides
        ],
        "is_open": preferred is None,
    }
