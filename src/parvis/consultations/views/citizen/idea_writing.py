"""Writing an idea: a draft kept from the first word, near-duplicates shown, then sent.

Whatever is sent is first a draft with its files, so that nothing typed is ever lost; where other
ideas say nearly the same, a page shows them before it leaves, since supporting one may be better.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from parvis.consultations.entrance import needs_proof
from parvis.consultations.enums import ContributionKind, ContributionState
from parvis.consultations.forms.ideas import IdeaForm, initial_of
from parvis.consultations.idea_cards import cards
from parvis.consultations.models import Attachment, Contribution
from parvis.consultations.near_texts import compared_text, near_texts
from parvis.consultations.operations.attaching import (
    Received,
    attach,
    receive_document,
    receive_image,
)
from parvis.consultations.operations.contributing import contribute
from parvis.consultations.operations.idea_editing import (
    REWRITABLE,
    discard_draft,
    rewrite,
    send_draft,
)
from parvis.consultations.phase_settings import IdeasSettings
from parvis.consultations.views.citizen.idea import access_needed, see_other, what_becomes
from parvis.consultations.views.citizen.ideas import phase_of_ideas
from parvis.consultations.views.citizen.judging import voter
from parvis.consultations.views.citizen.maps import allow_tiles, tiles
from parvis.consultations.views.citizen.visit import ProofNeeded, Visit, visiting
from parvis.foundation.errors import Refusal
from parvis.foundation.forms import show_refusal
from parvis.foundation.permissions import Denied
from parvis.foundation.stale import StaleForm

KEEP, SEND = "garder", "envoyer"
TYPED_AT_MOST = 2_000


@require_http_methods(["GET", "HEAD", "POST"])
@visiting
def idea_write(visit: Visit) -> HttpResponse:
    """A new idea."""
    own = phase_of_ideas(visit)
    if visit.request.method != "POST":
        if not isinstance(visit.may_take_part(), Denied) and needs_proof(
            visit.consultation, visit.participant
        ):
            # Before anything is typed.
            raise ProofNeeded
        initial = {"token": uuid.uuid4(), **_point(visit)}
        return _form_page(visit, own, IdeaForm(settings=own, initial=initial))
    return _receive(visit, own, None)


@require_http_methods(["GET", "HEAD", "POST"])
@visiting
def idea_edit(visit: Visit, number: int) -> HttpResponse:
    """One's own idea, draft or sent, while it may be changed."""
    own = phase_of_ideas(visit)
    found = _own_idea(visit, number)
    if visit.request.method != "POST":
        return _form_page(visit, own, IdeaForm(settings=own, initial=initial_of(found)), found)
    return _receive(visit, own, found)


@require_http_methods(["GET", "HEAD", "POST"])
@visiting
def idea_check(visit: Visit, number: int) -> HttpResponse:
    """A draft as it will be read, with the ideas that say nearly the same; then it is sent."""
    own = phase_of_ideas(visit)
    found = _own_idea(visit, number)
    if visit.request.method == "POST":
        return _send(visit, found)
    if found.state != ContributionState.DRAFT:
        return see_other(_address(visit, "idea", number))
    near = near_texts(
        visit.running, ContributionKind.IDEA, compared_text(found.title, found.text), but=found.pk
    )
    (card,) = cards(
        [found],
        visit.running,
        participant=visit.participant,
        language=visit.language,
        with_files=True,
    )
    return visit.render(
        "consultations/public/ideas/check.html",
        {
            "own": own,
            "card": card,
            "idea": found,
            "near": cards(
                near, visit.running, participant=visit.participant, language=visit.language
            ),
            "here": visit.request.path,
            "takes": visit.may_take_part(),
        },
    )


@require_POST
@visiting
def idea_discard(visit: Visit, number: int) -> HttpResponse:
    """Throw one's draft away."""
    phase_of_ideas(visit)
    found = _own_idea(visit, number)
    discard_draft(idea=found, by=visit.actor())
    messages.success(visit.request, _("Brouillon supprimé."))
    return see_other(_address(visit, "phase"))


@require_POST
@visiting
def idea_detach(visit: Visit, number: int, pk: int) -> HttpResponse:
    """Take a picture or a document away from one's own idea."""
    phase_of_ideas(visit)
    found = _own_idea(visit, number)
    if found.state not in REWRITABLE or isinstance(visit.may_take_part(), Denied):
        raise Refusal(_("Cette idée ne peut plus être modifiée."))
    Attachment.objects.filter(contribution=found, pk=pk).delete()
    messages.success(visit.request, _("Fichier retiré."))
    return see_other(_address(visit, "idea_edit", number))


@csrf_exempt  # reads only; the typed text is in the body, out of addresses and of their logs
@require_http_methods(["GET", "HEAD", "POST"])
@visiting
def idea_near(visit: Visit) -> HttpResponse:
    """Ideas that say nearly what is being typed (`text`): a fragment, or a page without script."""
    own = phase_of_ideas(visit)
    sent = visit.request.POST if visit.request.method == "POST" else visit.request.GET
    text = sent.get("text", "")[:TYPED_AT_MOST].replace("\x00", "")
    found = near_texts(visit.running, ContributionKind.IDEA, text)
    fragment = visit.request.headers.get("HX-Request") == "true"
    response = visit.render(
        "consultations/public/ideas/_near.html"
        if fragment
        else "consultations/public/ideas/near.html",
        {
            "own": own,
            "near": cards(
                found, visit.running, participant=visit.participant, language=visit.language
            ),
            "text": text,
            "here": _address(visit, "phase"),
            "takes": visit.may_take_part(),
        },
    )
    response["Cache-Control"] = "no-store"
    return response


def _receive(visit: Visit, own: IdeasSettings, found: Contribution | None) -> HttpResponse:
    """Keep what was sent as a draft, or as the new text of an idea; then send it if asked."""
    form = IdeaForm(visit.request.POST, visit.request.FILES, settings=own)
    is_valid = form.is_valid()
    if needs_proof(visit.consultation, visit.participant):
        form.add_error(None, access_needed())
        return _form_page(visit, own, form, found, status=403)
    if not is_valid:
        return _form_page(visit, own, form, found, status=422)
    try:
        kept, was_draft = _keep(visit, form, found)
    except StaleForm as stale:
        return _stale_page(visit, own, form, found, stale)
    except Refusal as refusal:
        show_refusal(form, refusal)
        return _form_page(visit, own, form, found, status=refusal.status)
    if not was_draft:
        messages.success(visit.request, what_becomes(kept))
        return see_other(_address(visit, "idea", kept.number))
    if visit.request.POST.get("geste") != SEND:
        messages.success(
            visit.request,
            _("Brouillon gardé : vous le retrouverez dans ce navigateur, et vous seul le voyez."),
        )
        return see_other(_address(visit, "idea_edit", kept.number))
    if near_texts(
        visit.running, ContributionKind.IDEA, compared_text(kept.title, kept.text), but=kept.pk
    ):
        return see_other(_address(visit, "idea_check", kept.number))
    return _send(visit, kept)


def _keep(visit: Visit, form: IdeaForm, found: Contribution | None) -> tuple[Contribution, bool]:
    """Store text and files; the idea, and whether it is still a draft."""
    content = form.content()
    by = voter(visit)
    received = _received_files(form)
    if found is None:
        found = contribute(
            phase=visit.running,
            kind=ContributionKind.IDEA,
            content=content,
            author=by,
            token=form.cleaned_data["token"],
            as_draft=True,
        )
    found.phase = visit.running
    # Of a form sent twice, the second finds the draft of the first: it is put in its place.
    revision = form.cleaned_data["revision"] or found.revision
    kept = rewrite(idea=found, content=content, revision=revision, by=by)
    for one in received:
        attach(one, phase=visit.running, contribution=kept)
    return kept, kept.state == ContributionState.DRAFT


def _received_files(form: IdeaForm) -> list[Received]:
    received = []
    if image := form.cleaned_data.get("image"):
        described = form.cleaned_data["image_description"]
        received.append(receive_image(image, description=described, field="image"))
    if document := form.cleaned_data.get("document"):
        received.append(receive_document(document, field="document"))
    return received


def _send(visit: Visit, found: Contribution) -> HttpResponse:
    sent = send_draft(idea=found, by=visit.actor())
    messages.success(visit.request, what_becomes(sent))
    return see_other(_address(visit, "idea", sent.number))


def _own_idea(visit: Visit, number: int) -> Contribution:
    """An idea of this browser's participant, by its number; 404 otherwise."""
    found: Contribution | None = None
    if visit.participant is not None:
        found = (
            Contribution.objects.filter(
                phase=visit.running,
                number=number,
                author=visit.participant,
                kind=ContributionKind.IDEA,
            )
            .exclude(state=ContributionState.WITHDRAWN)
            .first()
        )
    if found is None:
        raise Http404
    found.phase = visit.running
    return found


def _form_page(
    visit: Visit,
    own: IdeasSettings,
    form: IdeaForm,
    found: Contribution | None = None,
    *,
    status: int = 200,
    differences: Any = (),
) -> HttpResponse:
    takes = visit.may_take_part()
    if status == 200 and found is not None and found.state not in REWRITABLE:
        takes = Denied(_("Cette idée ne peut plus être modifiée."))
    response = visit.render(
        "consultations/public/ideas/write.html",
        {
            "own": own,
            "form": form,
            "idea": found,
            "is_draft": found is None or found.state == ContributionState.DRAFT,
            "files": list(found.attachments.order_by("pk")) if found else [],
            "takes": takes,
            "keep": KEEP,
            "send": SEND,
            "differences": differences,
            **tiles(),
            "near_url": _address(visit, "idea_near"),
        },
        status=status,
    )
    if own.map is not None:
        allow_tiles(response)
    return response


def _stale_page(
    visit: Visit,
    own: IdeasSettings,
    form: IdeaForm,
    found: Contribution | None,
    stale: StaleForm,
) -> HttpResponse:
    """Both versions; the form holds what was typed, and may now replace what is stored."""
    data = visit.request.POST.copy()
    data["revision"] = str(stale.current_revision)
    again = IdeaForm(data, settings=own)
    again.is_valid()
    show_refusal(again, stale)
    return _form_page(visit, own, again, found, status=stale.status, differences=stale.differences)


def _point(visit: Visit) -> dict[str, float]:
    """Where the map was clicked: `point` is "latitude,longitude"."""
    parts = visit.request.GET.get("point", "")[:60].split(",")
    try:
        latitude, longitude = (round(float(part), 5) for part in parts)
    except ValueError:
        return {}
    if abs(latitude) <= 90 and abs(longitude) <= 180:
        return {"latitude": latitude, "longitude": longitude}
    return {}


def _address(visit: Visit, name: str, *more: int) -> str:
    return reverse(
        f"consultations:{name}", args=[visit.consultation.code, visit.running.position, *more]
    )


def _near(visit: Visit, idea: Contribution) -> list[Contribution]:
    words = compared_text(idea.title, idea.text)
    return near_texts(visit.running, ContributionKind.IDEA, words, but=idea.pk)
