"""Paper: what waits in each phase, keying a sheet, settling it, printing blank ones."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.requests import HatRequest
from parvis.consultations.blank_sheets import MOST_SHEETS, sheets_of
from parvis.consultations.enums import SheetState
from parvis.consultations.forms.paper import LabelForm, SheetForm, shown
from parvis.consultations.models import PaperSheet, Phase
from parvis.consultations.operations import keying, paper_counting
from parvis.consultations.paper_forms import WHO, differences, paper_proofs, takes_paper
from parvis.consultations.paper_words import keyed_by, outcome, said_on
from parvis.consultations.permissions.members import access_sheet, may_key_paper
from parvis.consultations.permissions.public import may_take_part
from parvis.consultations.permissions.team import access_consultation, access_phase
from parvis.consultations.views.team.page import TEAM, team_context
from parvis.documents.paper_sheets import render_sheets
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.forms import show_refusal
from parvis.foundation.listing import ChoiceFilter, Column, Listing
from parvis.foundation.permissions import Denied, require

MOST_REFUSALS_TOLD = 5
PILLS = {
    SheetState.WAITING: "wait",
    SheetState.DIFFERS: "bad",
    SheetState.AGREED: "wait",
    SheetState.COUNTED: "good",
    SheetState.PARTLY: "good",
    SheetState.UNCOUNTED: "bad",
    SheetState.VOID: "",
}
_COUNTED = (SheetState.COUNTED, SheetState.PARTLY)
_LEFT = (SheetState.WAITING, SheetState.DIFFERS, SheetState.AGREED)


class SheetListing(Listing):
    columns = (
        Column(
            "feuille",
            gettext_lazy("Feuille"),
            "label",
            order=("label",),
            link=lambda sheet: (
                reverse("consultations:paper_sheet", args=[sheet.phase.consultation_id, sheet.pk])
                if sheet.state != SheetState.WAITING
                else ""
            ),
        ),
        Column(
            "etat",
            gettext_lazy("État"),
            "get_state_display",
            order=("state",),
            pill=lambda sheet: PILLS[SheetState(sheet.state)],
        ),
        Column("motif", gettext_lazy("Motif, ou ce qui n’est pas compté"), outcome),
        Column("par", gettext_lazy("Saisie par"), keyed_by),
        Column("le", gettext_lazy("Dernière saisie le"), "keyed_at", order=("keyed_at",)),
    )
    filters = (ChoiceFilter("etat", gettext_lazy("État"), "state", choices=SheetState.choices),)
    search_fields = ("label",)
    search_label = gettext_lazy("Numéro de feuille")
    default_sort = "-le"
    caption = gettext_lazy("Feuilles saisies")
    export_name = "feuilles"
    empty_title = gettext_lazy("Aucune feuille saisie")
    empty_text = gettext_lazy(
        "Une personne saisit une feuille, une autre la saisit de nouveau sans voir la première "
        "saisie : d’accord, elle est comptée."
    )


class PrintForm(forms.Form):
    first = forms.IntegerField(
        label=gettext_lazy("Premier numéro"), min_value=1, max_value=99_999, initial=1
    )
    count = forms.IntegerField(
        label=gettext_lazy("Nombre de feuilles"), min_value=1, max_value=MOST_SHEETS, initial=20
    )


@require_safe
@hat_required(*TEAM)
def phases(request: HatRequest, pk: int) -> HttpResponse:
    """The phases that take paper, with how many sheets wait in each."""
    consultation = access_consultation(request.hat, pk)
    require(may_key_paper(request.hat, consultation))
    rows = [
        {"phase": phase, "takes": may_take_part(phase, timezone.now())}
        for phase in consultation.phases.annotate(
            counted=Count("sheets", filter=Q(sheets__state__in=_COUNTED)),
            void=Count("sheets", filter=Q(sheets__state=SheetState.VOID)),
            uncounted=Count("sheets", filter=Q(sheets__state=SheetState.UNCOUNTED)),
            left=Count("sheets", filter=Q(sheets__state__in=_LEFT)),
        )
        if takes_paper(phase)
    ]
    return render(
        request,
        "consultations/paper/phases.html",
        {"rows": rows, **team_context(consultation, "paper")},
    )


@require_safe
@hat_required(*TEAM)
def sheets(request: HatRequest, pk: int, position: int) -> HttpResponseBase:
    """The sheets of a phase: what waits, what differs, what is counted."""
    phase = _phase(request, pk, position)
    rows = PaperSheet.objects.visible_to(request.hat).filter(phase=phase)
    listing = SheetListing(
        request, rows.select_related("phase", "first_by", "second_by", "settled_by", "organisation")
    )
    counts = dict(rows.order_by().values_list("state").annotate(number=Count("pk")))
    return listing.respond(
        "consultations/paper/sheets.html",
        {
            "phase": phase,
            "takes": may_take_part(phase, timezone.now()),
            "counts": counts,
            "left": sum(counts.get(state, 0) for state in _LEFT),
            "to_count": len(paper_counting.may_be_counted(phase)),
            "form": LabelForm(),
            "print_form": PrintForm(),
            **team_context(phase.consultation, "paper"),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(*TEAM)
def key(request: HatRequest, pk: int, position: int) -> HttpResponse:
    """Key a sheet, first or second: the page is the same, and blank both times."""
    phase = _phase(request, pk, position)
    decision = may_take_part(phase, timezone.now())
    if isinstance(decision, Denied):
        messages.warning(request, decision.reason)
        return redirect("consultations:paper_sheets", pk, position)
    sent = request.POST if request.method == "POST" else None
    label_form, form = LabelForm(sent), SheetForm(phase, sent)
    if sent is not None and label_form.is_valid() and form.is_valid():
        try:
            sheet = keying.key_sheet(
                phase=phase,
                label=label_form.cleaned_data["label"],
                document=form.document(),
                by=request.user,
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            _tell(request, sheet)
            return redirect("consultations:paper_key", pk, position)
    invalid = bool(label_form.errors or form.errors)
    return render(
        request,
        "consultations/paper/key.html",
        {
            "phase": phase,
            "label_form": label_form,
            "form": form,
            "how_to": form.shape.how_to,
            "is_proved": bool(paper_proofs(phase.consultation)),
            "has_other_proofs": set(phase.consultation.proofs)
            > set(paper_proofs(phase.consultation)),
            **team_context(phase.consultation, "paper"),
        },
        status=422 if invalid else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(*TEAM)
def sheet(request: HatRequest, pk: int, sheet: int) -> HttpResponse:
    """What a sheet says, and what of it is not counted; where two readings differ, settling it."""
    found = access_sheet(request.hat, pk, sheet)
    phase = found.phase
    require(may_key_paper(request.hat, phase.consultation))
    if found.state == SheetState.DIFFERS:
        return _settle(request, found)
    if request.method == "POST" or found.state == SheetState.WAITING:
        # A second reading is blind to the first.
        messages.info(
            request,
            _("Feuille %(label)s : %(state)s.")
            % {"label": found.label, "state": SheetState(found.state).label.lower()},
        )
        return redirect("consultations:paper_sheets", pk, phase.position)
    return render(
        request,
        "consultations/paper/sheet.html",
        {
            "phase": phase,
            "sheet": found,
            "pill": PILLS[SheetState(found.state)],
            "outcome": outcome(found),
            "said": said_on(found),
            "may_come_back": phase.closed_at is None
            and not paper_counting.MAY_COME_BACK.isdisjoint(found.left_out.values()),
            "is_forgotten": not found.first,
            **team_context(phase.consultation, "paper"),
        },
    )


def _settle(request: HatRequest, found: PaperSheet) -> HttpResponse:
    """Both readings side by side; what the paper says, keyed a third time."""
    phase = found.phase
    pk = phase.consultation_id
    apart = differences(found.first, found.second)
    sent = request.POST if request.method == "POST" else None
    agreed = {name: value for name, value in found.first.items() if name not in apart}
    form = SheetForm(phase, sent, initial=agreed, asks_voter=WHO in apart)
    order = {name: rank for rank, name in enumerate(form.fields)}
    if sent is not None and form.is_valid():
        try:
            done = keying.settle_sheet(sheet=found, document=form.document(), by=request.user)
        except Conflict as conflict:
            messages.warning(request, conflict.message)
            return redirect("consultations:paper_sheets", pk, phase.position)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            _tell(request, done)
            return redirect("consultations:paper_sheets", pk, phase.position)
    return render(
        request,
        "consultations/paper/settle.html",
        {
            "phase": phase,
            "sheet": found,
            "apart": [
                {
                    "label": _("De qui est la feuille") if name == WHO else form.fields[name].label,
                    "first": shown(form, name, found.first),
                    "second": shown(form, name, found.second),
                }
                for name in sorted(apart, key=lambda name: order.get(name, -1))
            ],
            "form": form,
            **team_context(phase.consultation, "paper"),
        },
        status=422 if form.errors else 200,
    )


@require_POST
@hat_required(*TEAM)
def count(request: HatRequest, pk: int, position: int) -> HttpResponse:
    """Count what was agreed and not counted: after a cut, or once it is proposed again."""
    phase = _phase(request, pk, position)
    done = refused = 0
    for sheet in paper_counting.may_be_counted(phase):
        try:
            paper_counting.count_sheet(sheet=sheet, by=request.user)
        except Refusal as refusal:
            # One that cannot be counted does not keep the others.
            refused += 1
            if refused <= MOST_REFUSALS_TOLD:
                messages.warning(
                    request,
                    _("Feuille %(label)s : %(why)s")
                    % {"label": sheet.label, "why": refusal.message},
                )
        else:
            done += 1
    messages.success(request, _("Feuilles comptées : %(count)d.") % {"count": done})
    return redirect("consultations:paper_sheets", pk, position)


@require_safe
@hat_required(*TEAM)
def printed(request: HatRequest, pk: int, position: int) -> HttpResponse:
    """Blank sheets as a PDF, each with its number."""
    phase = _phase(request, pk, position)
    form = PrintForm(request.GET)
    if not form.is_valid():
        messages.warning(
            request,
            _("Dites combien de feuilles imprimer, de 1 à %(most)d à la fois.")
            % {"most": MOST_SHEETS},
        )
        return redirect("consultations:paper_sheets", pk, position)
    content = render_sheets(
        sheets_of(phase, form.cleaned_data["first"], form.cleaned_data["count"])
    )
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="feuilles-{phase.position}.pdf"'
    return response


def _phase(request: HatRequest, pk: int, position: int) -> Phase:
    phase = access_phase(request.hat, pk, position)
    require(may_key_paper(request.hat, phase.consultation))
    if not takes_paper(phase):
        raise Http404
    return phase


def _tell(request: HatRequest, sheet: PaperSheet) -> None:
    words = {
        SheetState.WAITING: _("Feuille %(label)s : première saisie enregistrée."),
        SheetState.DIFFERS: _(
            "Feuille %(label)s : les deux saisies diffèrent. Relisez-la depuis la liste."
        ),
        SheetState.AGREED: _("Feuille %(label)s : saisies d’accord, à compter."),
        SheetState.COUNTED: _("Feuille %(label)s : comptée."),
        SheetState.PARTLY: _("Feuille %(label)s : comptée, sauf %(what)s."),
        SheetState.UNCOUNTED: _(
            "Feuille %(label)s : rien n’a pu être compté, %(what)s. Elle reste lisible depuis la "
            "liste."
        ),
        SheetState.VOID: _("Feuille %(label)s : nulle (%(what)s)."),
    }
    is_well = sheet.state in (SheetState.WAITING, SheetState.COUNTED, SheetState.VOID)
    messages.add_message(
        request,
        messages.SUCCESS if is_well else messages.WARNING,
        words[SheetState(sheet.state)] % {"label": sheet.label, "what": outcome(sheet)},
    )
