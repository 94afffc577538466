"""The mystery citizen's pages: my contacts, and the form of one, filled on a phone.

The form is complete without JavaScript: one button saves every field, attaches a file if one was
chosen, and hands in. The page's script only saves each field sooner, through `save_field`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.editions.enums import WaveState
from parvis.foundation.errors import Refusal
from parvis.mystery_audits import contact_page, form_fields
from parvis.mystery_audits.contact_page import FormState
from parvis.mystery_audits.enums import EDITABLE_STATES, ContactState, EvidenceKind
from parvis.mystery_audits.models import Contact, Evidence, Transition
from parvis.mystery_audits.operations.evidence import MAX_PIECES, add_evidence
from parvis.mystery_audits.operations.fieldwork import Incomplete, StaleField, submit
from parvis.mystery_audits.permissions import access_contact, may_write
from parvis.mystery_audits.questions import (
    COMMENT,
    EVENTS,
    NO_ANSWER,
    SENT_AT,
    Missing,
    criteria_of,
    zone_of,
)
from parvis.questionnaires.enums import Channel

# The hidden field that holds what a field was filled from is named after it.
WAS = "was:"
DONE_SHOWN = 50


@require_safe
@hat_required(RoleKind.MYSTERY_CITIZEN)
def my_contacts(request: HatRequest) -> HttpResponse:
    """What is returned, what is to do today or late, what comes next, what is handed in."""
    mine = (
        Contact.objects.visible_to(request.hat)
        .select_related("organisation", "scenario", "wave__edition")
        .order_by("planned_on", "pk")
    )
    today = timezone.localdate()
    to_fill = list(mine.filter(state__in=EDITABLE_STATES, wave__state=WaveState.OPEN))
    groups = {
        name: list(contacts)
        for name, contacts in groupby(
            sorted(to_fill, key=lambda contact: _urgency(contact, today)),
            key=lambda contact: _urgency(contact, today)[1],
        )
    }
    handed_in = mine.exclude(state__in=[*EDITABLE_STATES, ContactState.PLANNED])
    done = list(handed_in.order_by("-submitted_at", "-pk")[:DONE_SHOWN])
    return render(
        request,
        "mystery_audits/my_contacts.html",
        {
            "returned": groups.get("returned", []),
            "begun": groups.get("begun", []),
            "today": groups.get("today", []),
            "later": groups.get("later", []),
            "waiting": mine.filter(
                state__in=EDITABLE_STATES, wave__state=WaveState.PLANNED
            ).count(),
            "done": done,
            "done_count": handed_in.count(),
            "to_do_count": len(to_fill),
            "is_simulated": any(contact.wave.edition.is_simulated for contact in [*to_fill, *done]),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.MYSTERY_CITIZEN)
def contact_form(request: HatRequest, pk: int) -> HttpResponse:
    """The brief and the form; what was handed in is shown, no longer changed."""
    contact = access_contact(request.hat, pk)
    if request.method == "POST":
        return _save_form(request, contact)
    return _render_form(request, contact, FormState())


@require_POST
@hat_required(RoleKind.MYSTERY_CITIZEN)
def save_field(request: HatRequest, pk: int) -> HttpResponse:
    """One field, sent by the page's script: a JSON receipt, or a JSON refusal in words."""
    contact = access_contact(request.hat, pk)
    name = request.POST.get("field", "")
    try:
        receipt = form_fields.save(
            contact=contact,
            field=name,
            value=request.POST.get("value", ""),
            base=request.POST.get("base", ""),
            by=request.user,
            clock=form_fields.read_clock(
                request.POST.get("device_at", ""), request.POST.get("offset_ms", "")
            ),
        )
    except StaleField as stale:
        return _refused(request, contact, stale, form_fields.conflict_of(contact, stale))
    except Refusal as refusal:
        return _refused(request, contact, refusal)
    contact.refresh_from_db()
    said = _("Enregistré à %s") % _local_hour(contact, receipt.at)
    if not _wants_json(request):
        messages.success(request, said)
        return redirect("mystery_audits:contact_form", pk=pk)
    answers = contact_page.answers_by_criterion(contact)
    return JsonResponse(
        {
            "field": receipt.field,
            "value": receipt.value,
            "base": receipt.base,
            "message": said,
            "remaining": contact_page.remaining(contact, answers),
        }
    )


@require_POST
@hat_required(RoleKind.MYSTERY_CITIZEN)
def send_evidence(request: HatRequest, pk: int) -> HttpResponse:
    """One file, sent by the page's script as soon as it is chosen."""
    contact = access_contact(request.hat, pk)
    try:
        piece = _attach(request, contact)
        if piece is None:
            raise Refusal(_("Choisissez un fichier."), field="file")
    except Refusal as refusal:
        return _refused(request, contact, refusal)
    if not _wants_json(request):
        messages.success(request, _("Pièce reçue : %s") % piece.original_name)
        return redirect("mystery_audits:contact_form", pk=pk)
    return JsonResponse(
        {
            "url": reverse("mystery_audits:evidence", args=[piece.pk]),
            "name": piece.original_name,
            "message": _("Pièce reçue à %s") % _local_hour(contact, piece.received_at),
            "next_id": str(uuid4()),
        }
    )


def _urgency(contact: Contact, today: date) -> tuple[int, str]:
    if contact.state == ContactState.RETURNED:
        return 0, "returned"
    if contact.state == ContactState.IN_PROGRESS:
        return 1, "begun"
    if contact.planned_on is None or contact.planned_on <= today:
        return 2, "today"
    return 3, "later"


def _save_form(request: HatRequest, contact: Contact) -> HttpResponse:
    """Save every field that changed, then do what the button pressed says."""
    action = request.POST.get("action", "save")
    posted = _posted_fields(request, contact)
    if action == f"now:{SENT_AT}":
        posted[SENT_AT] = form_fields.moment_text(timezone.now(), zone_of(contact))
    state = FormState(posted=posted)
    # One commit for the page; each field has its own savepoint, so that the good ones are kept.
    with transaction.atomic():
        _save_posted(request, contact, state)
    contact = access_contact(request.hat, contact.pk)
    try:
        piece = _attach(request, contact)
        if piece is not None:
            messages.success(request, _("Pièce reçue : %s") % piece.original_name)
    except Refusal as refusal:
        state.errors["file"] = refusal.message
    if state.errors or state.conflicts:
        return _render_form(request, contact, _kept(state), status=409 if state.conflicts else 422)
    if action == "submit":
        return _submit(request, contact)
    messages.success(request, _("Enregistré à %s") % _local_hour(contact, timezone.now()))
    return redirect("mystery_audits:contact_form", pk=contact.pk)


def _submit(request: HatRequest, contact: Contact) -> HttpResponse:
    try:
        submit(contact=contact, by=request.user, note=request.POST.get("note", ""))
    except Incomplete as incomplete:
        state = FormState(
            errors={
                item.field: _("À compléter avant de transmettre.") for item in incomplete.missing
            }
        )
        return _render_form(request, contact, state, missing=incomplete.missing, status=422)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("mystery_audits:contact_form", pk=contact.pk)
    messages.success(
        request,
        _("Merci : votre prise de contact est transmise. Elle sera relue par une autre personne."),
    )
    return redirect("mystery_audits:my_contacts")


def _posted_fields(request: HatRequest, contact: Contact) -> dict[str, str]:
    """The fields the form sent; a radio group without a choice and unknown names are left out."""
    names = [item.code for item in criteria_of(contact) if item.is_entered]
    posted = {
        name: request.POST[name].strip()
        for name in (*EVENTS, COMMENT, *names)
        if name in request.POST
    }
    # An empty box is not sent at all: its hidden twin says that it was on the page.
    if WAS + NO_ANSWER in request.POST:
        posted[NO_ANSWER] = "1" if request.POST.get(NO_ANSWER) else ""
    return posted


def _save_posted(request: HatRequest, contact: Contact, state: FormState) -> None:
    changed = {}
    for name, value in state.posted.items():
        was = request.POST.get(WAS + name, "")
        base, _separator, former = was.partition(":") if "." in name else (was, "", was)
        if value != former:
            changed[name] = (value, base)
    # Taking back "no answer" must come before the date of the answer, giving it after.
    first = [NO_ANSWER] if changed.get(NO_ANSWER, ("1", ""))[0] == "" else []
    events = {name: changed[name] for name in EVENTS if name in changed}
    for name in first:
        _save_one(request, contact, state, name, *changed.pop(name))
    if events:
        _save_events(request, contact, state, events)
    for name, (value, base) in changed.items():
        if name not in EVENTS:
            _save_one(request, contact, state, name, value, base)


def _save_one(
    request: HatRequest, contact: Contact, state: FormState, name: str, value: str, base: str
) -> None:
    try:
        form_fields.save(contact=contact, field=name, value=value, base=base, by=request.user)
    except StaleField as stale:
        state.conflicts[name] = form_fields.conflict_of(contact, stale)
    except Refusal as refusal:
        state.errors[name] = refusal.message


def _save_events(
    request: HatRequest, contact: Contact, state: FormState, events: dict[str, tuple[str, str]]
) -> None:
    try:
        form_fields.save_events(
            contact=contact,
            values={name: value for name, (value, _base) in events.items()},
            bases={name: base for name, (_value, base) in events.items()},
            by=request.user,
        )
    except StaleField as stale:
        state.conflicts[stale.field] = form_fields.conflict_of(contact, stale)
    except Refusal as refusal:
        state.errors[refusal.field] = refusal.message


def _kept(state: FormState) -> FormState:
    """What was saved is read from the database; only what was refused is shown as it was sent."""
    refused = state.errors.keys() | state.conflicts.keys()
    # Dates are refused together: the others were not saved either.
    if refused & set(EVENTS):
        refused |= set(EVENTS)
    return FormState(
        posted={name: value for name, value in state.posted.items() if name in refused},
        errors=state.errors,
        conflicts=state.conflicts,
    )


def _attach(request: HatRequest, contact: Contact) -> Evidence | None:
    """Attach the file of the form, if one was chosen: a photo just taken, or any file."""
    for name, default_kind in (("photo", EvidenceKind.PHOTO), ("file", "")):
        file = request.FILES.get(name)
        if isinstance(file, UploadedFile):
            try:
                number = UUID(request.POST.get(f"{name}_id", ""))
            except ValueError as error:
                raise Refusal(
                    _("L’envoi est incomplet : rechargez la page."), field=name
                ) from error
            return add_evidence(
                contact=contact,
                file=file,
                kind=default_kind or request.POST.get("file_kind", ""),
                client_id=number,
                by=request.user,
            )
    return None


def _refused(
    request: HatRequest,
    contact: Contact,
    refusal: Refusal,
    conflict: form_fields.FieldConflict | None = None,
) -> HttpResponse:
    if not _wants_json(request):
        messages.error(request, refusal.message)
        return redirect("mystery_audits:contact_form", pk=contact.pk)
    content: dict[str, Any] = {"field": refusal.field, "message": refusal.message}
    if conflict is not None:
        content |= {
            "stored": conflict.stored,
            "stored_label": conflict.stored_label,
            "submitted": conflict.submitted,
            "submitted_label": conflict.submitted_label,
            "base": conflict.base,
        }
    return JsonResponse(content, status=refusal.status)


def _wants_json(request: HatRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _local_hour(contact: Contact, moment: datetime) -> str:
    return contact_page.hour_in_words(moment.astimezone(ZoneInfo(zone_of(contact))))


def _render_form(
    request: HatRequest,
    contact: Contact,
    state: FormState,
    *,
    missing: Sequence[Missing] = (),
    status: int = 200,
) -> HttpResponse:
    answers = contact_page.answers_by_criterion(contact)
    writable = may_write(request.user, contact)
    context: dict[str, Any] = {
        "contact": contact,
        "scenario": contact_page.scenario_texts(contact),
        "address": contact_page.declared_address(contact),
        "title": contact_page.TITLES[Channel(contact.channel)],
        "zone": zone_of(contact),
        "is_simulated": contact.wave.edition.is_simulated,
        "evidence": list(Evidence.objects.filter(contact=contact).pieces()),
        "returned_because": _last_reason(contact),
    }
    if not writable:
        context |= {
            "refusal": writable.reason,
            "groups": contact_page.given_answers(contact, answers),
            "delays": contact_page.delays(contact),
        }
        return render(request, "mystery_audits/contact_handed_in.html", context, status=status)
    context |= {
        "events": contact_page.event_fields(contact, state),
        "no_answer_label": contact_page.no_answer_label(contact),
        "no_answer": bool(state.posted[NO_ANSWER])
        if NO_ANSWER in state.posted
        else contact.no_answer,
        "comment": state.posted.get(COMMENT, contact.comment),
        "sections": contact_page.sections(contact, answers, state),
        "remaining": contact_page.remaining(contact, answers),
        "state": state,
        "comment_error": state.errors.get(COMMENT, ""),
        "comment_conflict": state.conflicts.get(COMMENT),
        "no_answer_error": state.errors.get(NO_ANSWER, ""),
        "no_answer_conflict": state.conflicts.get(NO_ANSWER),
        "file_error": state.errors.get("file") or state.errors.get("photo", ""),
        "missing": [(contact_page.anchor_of(item.field), item.label) for item in missing],
        "problems": _problems(state),
        "evidence_kinds": EvidenceKind.choices,
        "max_pieces": MAX_PIECES,
        "file_id": uuid4(),
        "photo_id": uuid4(),
        "server_now": timezone.now(),
    }
    return render(request, "mystery_audits/contact_form.html", context, status=status)


def _problems(state: FormState) -> list[tuple[str, str]]:
    """Where to go and what is wrong there, for the summary at the top of the page."""
    conflict = _("Deux versions d’une même réponse : choisissez celle à garder.")
    found = [(name, message) for name, message in state.errors.items()]
    found += [(name, conflict) for name in state.conflicts]
    return [
        (contact_page.anchor_of("file" if name in {"photo", "file_kind"} else name), message)
        for name, message in found
    ]


def _last_reason(contact: Contact) -> str:
    """Why the contact was sent back, while it is."""
    if contact.state != ContactState.RETURNED:
        return ""
    step = Transition.objects.filter(contact=contact, to_state=ContactState.RETURNED).last()
    return step.reason if step else ""
