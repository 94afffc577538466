"""The page of one idea: read it, support it, comment on it, see its picture and documents."""

from __future__ import annotations

import uuid
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from parvis.consultations.entrance import needs_proof
from parvis.consultations.enums import (
    ConsultationState,
    ContributionKind,
    ContributionState,
    VoteKind,
)
from parvis.consultations.forms.ideas import CommentForm
from parvis.consultations.idea_cards import answers_given, cards, comments_on
from parvis.consultations.idea_listing import written_zone
from parvis.consultations.models import Attachment, Contribution
from parvis.consultations.operations.contributing import Content, contribute
from parvis.consultations.operations.follows import (
    refuse_to_follow,
    start_following,
    stop_following,
)
from parvis.consultations.operations.idea_editing import REWRITABLE
from parvis.consultations.operations.voting import Ballot, Choice, vote
from parvis.consultations.permissions.public import open_contribution
from parvis.consultations.traces import trace_of
from parvis.consultations.views.citizen.ideas import phase_of_ideas
from parvis.consultations.views.citizen.judging import voter
from parvis.consultations.views.citizen.visit import Visit, visiting
from parvis.foundation.errors import Refusal
from parvis.foundation.forms import show_refusal
from parvis.foundation.uploads import IMAGES, stream_upload

COMMENTS_A_PAGE = 30
FILE_SECONDS = 24 * 3600
# Degrees, on each side of an idea shown on the map.
_AROUND = 0.004


def open_idea(visit: Visit, number: int) -> Contribution:
    """An idea that anybody may read, or one's own that is not thrown away; 404 otherwise."""
    phase_of_ideas(visit)
    found: Contribution | None = None
    if visit.participant is not None:
        found = (
            Contribution.objects.filter(
                phase=visit.running, number=number, author=visit.participant
            )
            .exclude(state=ContributionState.WITHDRAWN)
            .first()
        )
    if found is None:
        found = open_contribution(visit.running, number)
    if found.kind != ContributionKind.IDEA:
        raise Http404
    found.phase = visit.running
    return found


@require_safe
@visiting
def idea(visit: Visit, number: int) -> HttpResponse:
    found = open_idea(visit, number)
    if found.state == ContributionState.DRAFT:
        return redirect(
            "consultations:idea_edit", visit.consultation.code, visit.running.position, number
        )
    return idea_page(visit, found, CommentForm(initial={"token": uuid.uuid4()}))


def idea_page(
    visit: Visit, found: Contribution, form: CommentForm, *, status: int = 200
) -> HttpResponse:
    """The page of an idea, with a form of comment that may carry what was refused."""
    own = phase_of_ideas(visit)
    comments = Paginator(comments_on(found), COMMENTS_A_PAGE).get_page(
        visit.request.GET.get("page", "1")
    )
    (card,) = cards(
        [found],
        visit.running,
        participant=visit.participant,
        language=visit.language,
        with_files=True,
    )
    is_mine = visit.participant is not None and found.author_id == visit.participant.pk
    return visit.render(
        "consultations/public/ideas/idea.html",
        {
            "own": own,
            "card": card,
            "idea": found,
            "answers": answers_given(found, own),
            "comments": comments,
            "form": form,
            "place_url": _place_address(visit, found),
            "takes": visit.may_take_part(),
            "here": visit.request.path,
            "is_mine": is_mine,
            "is_open": visit.consultation.state == ConsultationState.OPEN,
            "is_followed": visit.participant is not None
            and visit.participant.follows.filter(contribution=found).exists(),
            "rewritable": is_mine and found.state in REWRITABLE,
            "refusal": found.decisions.exclude(reason="").last() if is_mine else None,
            "trace": trace_of(found),
            "idea_url": "consultations:idea",
            "edited": found.decisions.filter(act="edited").last(),
        },
        status=status,
    )


@require_safe
@visiting
def idea_preview(visit: Visit, number: int) -> HttpResponse:
    """What the map shows of an idea: a fragment."""
    phase_of_ideas(visit)
    found = open_contribution(visit.running, number)
    (card,) = cards([found], visit.running, participant=visit.participant, language=visit.language)
    return visit.render("consultations/public/ideas/preview.html", {"card": card})


@require_POST
@visiting
def idea_support(visit: Visit, number: int) -> HttpResponse:
    """Support an idea, or take the support back (`soutien` = "non")."""
    own = phase_of_ideas(visit)
    found = open_contribution(visit.running, number)
    if not own.with_support or found.kind not in (ContributionKind.IDEA, ContributionKind.COMMENT):
        raise Http404
    wanted = visit.request.POST.get("soutien") != "non"
    back = return_address(visit, number)
    try:
        by = voter(visit)
        vote(
            Ballot(
                visit.running, by.pk, VoteKind.SUPPORT, [Choice(found.pk, 1 if wanted else None)]
            )
        )
    except Refusal as refusal:
        messages.error(visit.request, refusal.message)
    else:
        told = _("Votre soutien est enregistré.") if wanted else _("Votre soutien est retiré.")
        messages.success(visit.request, told)
    return see_other(back)


@require_POST
@visiting
def idea_follow(visit: Visit, number: int) -> HttpResponse:
    """Be told what becomes of an idea, or no more (`suivi` = "non")."""
    phase_of_ideas(visit)
    found = open_contribution(visit.running, number)
    if found.kind != ContributionKind.IDEA:
        raise Http404
    try:
        if visit.request.POST.get("suivi") != "non":
            refuse_to_follow(visit.consultation)
            start_following(contribution=found, participant=visit.actor())
            messages.success(
                visit.request,
                _(
                    "Vous suivez cette idée : ce qu’elle devient s’affichera sur "
                    "« Ma participation »."
                ),
            )
        elif visit.participant is not None:
            stop_following(contribution=found, participant=visit.participant)
            messages.success(visit.request, _("Vous ne suivez plus cette idée."))
    except Refusal as refusal:
        messages.error(visit.request, refusal.message)
    return see_other(return_address(visit, number))


@require_POST
@visiting
def idea_comment(visit: Visit, number: int) -> HttpResponse:
    """Comment on an idea."""
    own = phase_of_ideas(visit)
    found = open_idea(visit, number)
    if not own.with_comments:
        raise Http404
    form = CommentForm(visit.request.POST)
    is_valid = form.is_valid()
    if needs_proof(visit.consultation, visit.participant):
        form.add_error(None, access_needed())
        return idea_page(visit, found, form, status=403)
    if is_valid:
        try:
            if found.state != ContributionState.PUBLISHED:
                raise Refusal(_("Cette idée ne prend plus de commentaires."))
            made = contribute(
                phase=visit.running,
                kind=ContributionKind.COMMENT,
                content=Content(text=form.cleaned_data["text"].replace("\r\n", "\n").strip()),
                author=voter(visit),
                token=form.cleaned_data["token"],
                parent=found,
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
            return idea_page(visit, found, form, status=refusal.status)
        messages.success(visit.request, what_becomes(made))
        return see_other(f"{return_address(visit, number)}#commentaires")
    return idea_page(visit, found, form, status=422)


@require_safe
@visiting
def idea_file(visit: Visit, number: int, pk: int) -> HttpResponseBase:
    """A picture or a document of an idea; `?petite=1`: the small copy of a picture."""
    found = open_idea(visit, number)
    attached: Attachment | None = found.attachments.filter(pk=pk).first()
    if attached is None:
        raise Http404
    small = bool(visit.request.GET.get("petite")) and bool(attached.small_path)
    response: FileResponse = stream_upload(
        attached.small_path if small else attached.path,
        media_type="image/webp" if small else attached.media_type,
        download_name=attached.name,
        root=Path(settings.EVIDENCE_ROOT),
    )
    if attached.media_type in IMAGES:
        # Encoded again by us: a picture and nothing else.
        response["Content-Disposition"] = "inline"
    if found.state == ContributionState.PUBLISHED:
        response["Cache-Control"] = f"public, max-age={FILE_SECONDS}"
    return response


def _place_address(visit: Visit, found: Contribution) -> str:
    """The map around an idea; empty where it is nowhere."""
    if found.latitude is None or found.longitude is None:
        return ""
    south, north = found.latitude - _AROUND, found.latitude + _AROUND
    west, east = found.longitude - _AROUND, found.longitude + _AROUND
    path = reverse("consultations:idea_map", args=[visit.consultation.code, visit.running.position])
    return f"{path}?zone={written_zone((south, west, north, east))}"


def what_becomes(made: Contribution) -> str:
    """What is said once a text is stored."""
    if made.state == ContributionState.WAITING:
        return _("C’est enregistré. Votre texte paraîtra après lecture par l’équipe.")
    return _("C’est publié. Merci !")


def access_needed() -> str:
    return _(
        "Votre accès n’est plus reconnu. Gardez cette page ouverte, faites-vous vérifier dans un "
        "autre onglet, puis renvoyez-la : votre texte est toujours là."
    )


def return_address(visit: Visit, number: int) -> str:
    """Where the visitor came from within this consultation, or the page of the idea."""
    sent = visit.request.POST.get("retour", "")
    if (
        sent.startswith(f"/participer/{visit.consultation.code}/")
        and sent.isprintable()
        and url_has_allowed_host_and_scheme(sent, allowed_hosts=None)
    ):
        return sent[:500]
    return reverse(
        "consultations:idea", args=[visit.consultation.code, visit.running.position, number]
    )


def see_other(address: str) -> HttpResponse:
    """Send the browser to what its form led to."""
    return HttpResponseRedirect(address, status=303)
