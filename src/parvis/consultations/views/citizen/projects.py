"""Pages of a phase about a project: presentation, criteria, pros and cons, conditions.

Figures (means, supports) are shown to whoever has given a note or a support, and to everybody once
the phase is over: seen before, they would pull the answer towards them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from parvis.consultations.calendar import When, place_in_words, steps_of, when_of
from parvis.consultations.delivery import delivered
from parvis.consultations.entrance import needs_proof
from parvis.consultations.enums import (
    ContributionKind,
    ContributionState,
    PhaseKind,
    VoteKind,
)
from parvis.consultations.exposure import log_shown
from parvis.consultations.forms.projects import (
    NOTE,
    ArgumentEditForm,
    ArgumentForm,
    kinds_of,
    read_notes,
)
from parvis.consultations.models import Attachment, Contribution, Phase, PhaseFigures, Vote
from parvis.consultations.operations.contributing import Content
from parvis.consultations.operations.idea_editing import REWRITABLE, rewrite
from parvis.consultations.operations.proposing import propose
from parvis.consultations.operations.voting import Ballot, Choice, vote
from parvis.consultations.permissions.public import open_contribution
from parvis.consultations.phase_settings import ProjectSettings, settings_as
from parvis.consultations.random_order import seed_of, shuffled
from parvis.consultations.results.projects import (
    ARGUMENT_KINDS,
    criteria_of,
    figures,
    has_few_supporters,
    note_words,
)
from parvis.consultations.results.showing import is_shown
from parvis.consultations.told import told
from parvis.consultations.views.citizen.idea import access_needed, what_becomes
from parvis.consultations.views.citizen.judging import phase_address, voter
from parvis.consultations.views.citizen.maps import allow_tiles, where
from parvis.consultations.views.citizen.visit import Visit, entrance_address, visiting
from parvis.foundation.errors import Refusal
from parvis.foundation.forms import show_refusal
from parvis.foundation.permissions import Denied
from parvis.foundation.stale import StaleForm

KINDS = (PhaseKind.PROJECT, PhaseKind.EVALUATION)
# Of each side, before "show them all"; then at most.
FEW, MANY = 8, 300
BY_SUPPORT = "soutiens"
# With fewer people, the means would tell what each of the others answered.
FEWEST_LIVE = 10


@dataclass(frozen=True, slots=True)
class ArgumentLine:
    """An argument as its reader sees it; `support` None = not told yet."""

    number: int
    text: str
    support: int | None
    is_mine: bool
    is_supported: bool
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class Side:
    """The arguments of one kind; `hidden` more are one link away."""

    kind: str
    title: str
    lines: list[ArgumentLine]
    hidden: int


def page(visit: Visit) -> HttpResponse:
    """The page of the phase."""
    return _page(visit, notes=_own_notes(visit))


@require_POST
@visiting
def note(visit: Visit) -> HttpResponse:
    """Give one's notes, all in one form; a criterion left aside takes its note back."""
    _settings(visit.running)
    criteria = criteria_of(visit.running)
    given = read_notes(visit.request.POST, criteria)
    decision = visit.may_take_part()
    if isinstance(decision, Denied):
        return _page(visit, notes=given, problem=decision.reason, status=409)
    if needs_proof(visit.consultation, visit.participant):
        return _page(visit, notes=given, proof_is_needed=True, status=403)
    had = _own_notes(visit)
    if not given and not had:
        problem = _("Donnez une note à un critère au moins ; vous pouvez passer les autres.")
        return _page(visit, notes=given, problem=problem, status=422)
    choices = [
        Choice(criterion.pk, given[criterion.number])
        for criterion in criteria
        if criterion.number in given
    ]
    who = visit.actor()
    try:
        vote(Ballot(visit.running, who.pk, VoteKind.JUDGEMENT, choices, replaces=True))
    except Refusal as refusal:
        return _page(visit, notes=given, problem=refusal.message, status=refusal.status)
    told = _("Vos notes sont enregistrées. Vous pouvez les changer jusqu’à la fin.")
    messages.success(visit.request, told if given else _("Vos notes sont retirées."))
    return _see_other(f"{phase_address(visit)}#avis")


@require_POST
@visiting
def argument_write(visit: Visit) -> HttpResponse:
    """Write an argument or a condition."""
    settings = _settings(visit.running)
    form = ArgumentForm(visit.request.POST, settings=settings)
    if not kinds_of(settings):
        raise Http404
    is_valid = form.is_valid()
    status = 422
    if needs_proof(visit.consultation, visit.participant):
        form.add_error(None, access_needed())
        status = 403
    elif is_valid:
        try:
            made = propose(
                phase=visit.running,
                kind=ContributionKind(form.cleaned_data["kind"]),
                text=form.cleaned_data["text"].replace("\r\n", "\n").strip(),
                author=voter(visit),
                token=form.cleaned_data["token"],
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
            status = refusal.status
        else:
            messages.success(visit.request, what_becomes(made))
            return _see_other(f"{phase_address(visit)}#n{made.number}")
    return _page(visit, notes=_own_notes(visit), form=form, status=status)


@require_POST
@visiting
def argument_support(visit: Visit, number: int) -> HttpResponse:
    """Support an argument in one tap, or take the support back (`soutien` = "non")."""
    _settings(visit.running)
    found = open_contribution(visit.running, number)
    if found.kind not in ARGUMENT_KINDS:
        raise Http404
    wanted = visit.request.POST.get("soutien") != "non"
    choice = Choice(found.pk, 1 if wanted else None)
    try:
        by = voter(visit)
        vote(Ballot(visit.running, by.pk, VoteKind.SUPPORT, [choice]))
    except Refusal as refusal:
        messages.error(visit.request, refusal.message)
    else:
        told = _("Votre soutien est enregistré.") if wanted else _("Votre soutien est retiré.")
        messages.success(visit.request, told)
    return _see_other(f"{phase_address(visit)}#n{number}")


@require_http_methods(["GET", "HEAD", "POST"])
@visiting
def argument_edit(visit: Visit, number: int) -> HttpResponse:
    """Change one's own argument while the phase runs."""
    _settings(visit.running)
    found: Contribution | None = None
    if visit.participant is not None:
        found = Contribution.objects.filter(
            phase=visit.running,
            number=number,
            author=visit.participant,
            kind__in=ARGUMENT_KINDS,
            state__in=REWRITABLE,
        ).first()
    if found is None or visit.participant is None:
        raise Http404
    found.phase = visit.running
    status = 200
    form = ArgumentEditForm(initial={"text": found.text, "revision": found.revision})
    if visit.request.method == "POST":
        form = ArgumentEditForm(visit.request.POST)
        status = 422
        if form.is_valid():
            text = form.cleaned_data["text"].replace("\r\n", "\n").strip()
            try:
                made = rewrite(
                    idea=found,
                    content=Content(text=text),
                    revision=form.cleaned_data["revision"],
                    by=visit.participant,
                )
            except StaleForm:
                raise
            except Refusal as refusal:
                show_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(visit.request, what_becomes(made))
                return _see_other(f"{phase_address(visit)}#n{number}")
    return visit.render(
        "consultations/public/argument_edit.html",
        {
            "form": form,
            "argument": found,
            "title": _titles()[found.kind],
            "back_url": f"{phase_address(visit)}#n{number}",
        },
        status=status,
    )


# --- The page -------------------------------------------------------------------------------------


def _page(
    visit: Visit,
    *,
    notes: Mapping[int, int],
    form: ArgumentForm | None = None,
    problem: str = "",
    proof_is_needed: bool = False,
    status: int = 200,
) -> HttpResponse:
    phase, settings = visit.running, _settings(visit.running)
    when = when_of(phase, visit.consultation, visit.now)
    is_running = when is When.PRESENT and bool(visit.may_take_part())
    tells = _tells_figures(visit, when)
    tells_supports = tells and not has_few_supporters(phase)
    by_support = tells_supports and visit.request.GET.get("tri") == BY_SUPPORT
    sides = _sides(visit, settings, tells=tells_supports, by_support=by_support)
    if is_running:
        numbers = [line.number for side in sides for line in side.lines]
        log_shown(
            Contribution.objects.filter(phase=phase, number__in=numbers).values_list(
                "pk", flat=True
            )
        )
    known = _figures(visit, when) if tells else None
    steps = steps_of(visit.consultation, now=visit.now)
    response = visit.render(
        "consultations/public/project.html",
        {
            "title": told(phase, "title"),
            "presentation": told(phase, "presentation"),
            "steps": steps,
            "place": place_in_words(phase, steps),
            "has_result": is_shown(phase),
            "when": when.name,
            "is_running": is_running,
            "attachments": list(
                Attachment.objects.filter(phase=phase, contribution=None).order_by("pk")
            ),
            "criteria": [
                (one.number, f"{NOTE}{one.number}", one.text, notes.get(one.number))
                for one in criteria_of(phase)
            ],
            "notes": list(enumerate(note_words())),
            "has_noted": bool(_own_notes(visit)),
            "delivery": delivered(phase),
            **where(settings.map),
            "figures": known,
            "waits_for": 0 if known or not tells else FEWEST_LIVE,
            "tells": tells_supports,
            "by_support": by_support,
            "shows_all": bool(visit.request.GET.get("tout")),
            "sides": sides,
            "form": form
            or (ArgumentForm(settings=settings, initial={}) if is_running and sides else None),
            "problem": problem,
            "proof_is_needed": proof_is_needed,
            "must_enter": is_running and needs_proof(visit.consultation, visit.participant),
            "entrance_url": entrance_address(visit),
        },
        status=status,
    )
    if settings.map is not None:
        allow_tiles(response)
    return response


def _sides(visit: Visit, settings: ProjectSettings, *, tells: bool, by_support: bool) -> list[Side]:
    phase = visit.running
    most = MANY if visit.request.GET.get("tout") else FEW
    titles = _titles()
    supported = _supported(visit)
    own = visit.participant.pk if visit.participant else None
    sides = []
    for kind, _label in kinds_of(settings):
        rows = Contribution.objects.published().filter(phase=phase, kind=kind)
        if by_support:
            published = list(rows.order_by("-support_count", "number")[:MANY])
        else:
            seed = seed_of(phase, visit.participant)
            keys = shuffled(list(rows.order_by("pk").values_list("pk", flat=True)), seed)[:most]
            found = rows.in_bulk(keys)
            published = [found[key] for key in keys if key in found]
        waiting = (
            Contribution.objects.filter(
                phase=phase, kind=kind, author=own, state=ContributionState.WAITING
            )
            if own is not None
            else ()
        )
        lines = [
            ArgumentLine(
                number=one.number,
                text=told(one, "text"),
                support=one.support_count if tells else None,
                is_mine=own is not None and one.author_id == own,
                is_supported=one.pk in supported,
                is_waiting=one.state == ContributionState.WAITING,
            )
            for one in (*waiting, *published[:most])
        ]
        sides.append(Side(kind, titles[kind], lines, max(0, rows.count() - len(published[:most]))))
    return sides


def _titles() -> dict[str, str]:
    return {
        ContributionKind.ARGUMENT_FOR: _("Pour"),
        ContributionKind.ARGUMENT_AGAINST: _("Contre"),
        ContributionKind.CONDITION: _("Oui, à condition que…"),
    }


def _tells_figures(visit: Visit, when: When) -> bool:
    if when is When.PAST:
        # Here no sooner than on the page of results, and in no pre-electoral period.
        return is_shown(visit.running)
    if visit.participant is None:
        return False
    return Vote.objects.filter(phase=visit.running, participant=visit.participant).exists()


def _figures(visit: Visit, when: When) -> dict[str, Any] | None:
    """The relevance as last followed, or as it was counted; None while too few answered."""
    phase = visit.running
    if phase.closed_at is not None:
        result = phase.result
    else:
        rows = PhaseFigures.objects.filter(phase=phase)
        result = rows.values_list("document", flat=True).first() or {}
    if not result or result["voters"] < (1 if when is When.PAST else FEWEST_LIVE):
        return None
    return figures(phase, result)


def _own_notes(visit: Visit) -> dict[int, int]:
    """{number of a criterion: note} of this browser's participant."""
    return dict(_own(visit, VoteKind.JUDGEMENT, "subject__number"))


def _supported(visit: Visit) -> set[int]:
    return {key for key, _value in _own(visit, VoteKind.SUPPORT, "subject")}


def _own(visit: Visit, kind: VoteKind, field: str) -> Sequence[tuple[int, int]]:
    if visit.participant is None:
        return ()
    rows = Vote.objects.filter(phase=visit.running, participant=visit.participant, kind=kind)
    return list(rows.values_list(field, "value"))


def _settings(phase: Phase) -> ProjectSettings:
    """Those of a judged project; 404 where the phase is none."""
    if phase.kind not in KINDS:
        raise Http404
    return settings_as(ProjectSettings, phase.kind, phase.settings)


def _see_other(address: str) -> HttpResponse:
    return HttpResponseRedirect(address, status=303)
