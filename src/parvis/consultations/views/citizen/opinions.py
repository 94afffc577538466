"""Pages of a phase of opinions: statements one at a time, one's own answers, the map of groups."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parvis.consultations import opinion_pages
from parvis.consultations.enums import ContributionKind, PhaseKind, VoteKind
from parvis.consultations.forms.proposals import ProposalForm
from parvis.consultations.models import Contribution, Vote
from parvis.consultations.operations.voting import Ballot, Choice, vote
from parvis.consultations.opinion_map import enough_votes, opinion_map
from parvis.consultations.phase_settings import OpinionsSettings
from parvis.consultations.results import opinions as result
from parvis.consultations.routing import next_statement
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

VALUES = {"accord": 1, "desaccord": -1, "passe": 0}
TAKE_BACK = "retirer"
PAGE = 50


def page(visit: Visit) -> HttpResponse:
    """A statement to judge, while the phase runs; what was found, once it is closed."""
    settings = settings_of(visit, OpinionsSettings, PhaseKind.OPINIONS)
    decision = visit.may_take_part()
    if isinstance(decision, Denied):
        template = "consultations/results/_opinions.html"
        return closed_page(visit, template, decision.reason, result.shown)
    given = _given(visit).count()
    needed = enough_votes(_published(visit))
    statement = next_statement(visit.running, visit.voter_key)
    return visit.render(
        "consultations/public/opinions/statement.html",
        {
            "statement": statement,
            "text": opinion_pages.text_in(statement, visit.language) if statement else "",
            "given": given,
            "needed": needed,
            "missing": max(0, needed - given),
            "settings": settings,
        },
    )


@require_POST
@visiting
def give_opinion(visit: Visit) -> HttpResponse:
    """Agree, disagree, pass, or take it back; then the next statement, or the list again."""
    settings_of(visit, OpinionsSettings, PhaseKind.OPINIONS)
    sent = visit.request.POST
    answer = sent.get("avis", "")
    if answer not in VALUES and answer != TAKE_BACK:
        raise Refusal(_("Choisissez « d’accord », « pas d’accord » ou « passer »."))
    choice = Choice(key_of(sent.get("sujet", "")), VALUES.get(answer))
    who = voter(visit)
    vote(Ballot(visit.running, who.pk, VoteKind.OPINION, [choice]))
    if sent.get("retour") == "liste":
        number = sent.get("page", "")
        is_page = number.isascii() and number.isdigit() and len(number) < 10
        query = f"?page={number}" if is_page else ""
        address = phase_address(visit, "consultations:opinions_own") + query
        return HttpResponseRedirect(f"{address}#a{choice.subject}", status=303)
    return HttpResponseRedirect(phase_address(visit), status=303)


@require_safe
@visiting
def own_opinions(visit: Visit) -> HttpResponse:
    """One's own answers, each to be changed or taken back."""
    settings_of(visit, OpinionsSettings, PhaseKind.OPINIONS)
    rows = Paginator(
        _given(visit).select_related("subject").order_by("subject__number"), PAGE
    ).get_page(visit.request.GET.get("page"))
    return visit.render(
        "consultations/public/opinions/own.html",
        {
            "rows": rows,
            "answers": [
                {
                    "key": vote.subject_id,
                    "text": opinion_pages.text_in(vote.subject, visit.language),
                    "value": vote.value,
                }
                for vote in rows
            ],
            "may_change": bool(visit.may_take_part()),
        },
    )


@require_safe
@visiting
def groups(visit: Visit) -> HttpResponse:
    """The map of groups with one's own place: once one has judged enough not to be swayed."""
    settings_of(visit, OpinionsSettings, PhaseKind.OPINIONS)
    if visit.running.closed_at is not None:
        return HttpResponseRedirect(phase_address(visit))
    own = dict(_given(visit).values_list("subject__number", "value"))
    missing = max(0, enough_votes(_published(visit)) - len(own))
    known = opinion_map(visit.running)
    shown = None
    if known is not None and not missing and visit.participant is not None:
        shown = opinion_pages.told(
            visit.running,
            known.document,
            place=known.place_of(own),
            own_group=known.group_of(visit.participant.pk),
        )
    return visit.render(
        "consultations/public/opinions/groups.html",
        {
            "missing": missing,
            "result": shown,
            "computed_at": known.computed_at if known else None,
            "may_vote": bool(visit.may_take_part()),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@visiting
def propose_statement(visit: Visit) -> HttpResponse:
    """The form of a statement, where citizens may propose some."""
    settings = settings_of(visit, OpinionsSettings, PhaseKind.OPINIONS)
    if not settings.citizens_propose or not visit.may_take_part():
        return visit.render("consultations/public/judging_no_proposal.html", {}, status=409)
    return proposal_page(
        visit,
        form_class=ProposalForm,
        kind=ContributionKind.STATEMENT,
        template="consultations/public/opinions/propose.html",
    )


def _given(visit: Visit) -> QuerySet[Vote]:
    return Vote.objects.filter(
        participant=visit.participant, phase=visit.running, kind=VoteKind.OPINION
    )


def _published(visit: Visit) -> int:
    statements = Contribution.objects.published().filter(
        phase=visit.running, kind=ContributionKind.STATEMENT
    )
    return int(statements.count())
