"""Moderation: the list of comments and ideas, one of them with its decisions, and several at once.

The raw text is on the page of one comment only, until its retention ends.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.feedback.comment_listings import CommentListing, comment_filters, level_of, pill_of
from parvis.feedback.enums import COMMENT_TRANSITIONS, CommentState
from parvis.feedback.forms.comments import HideWordsForm, LinkForm
from parvis.feedback.models import Comment, Commitment, Reply
from parvis.feedback.operations import moderation, replies
from parvis.feedback.permissions.comments import access_comment, may_become, may_reply, may_undo
from parvis.feedback.personal_data.comments import RAW_TEXT_KEPT
from parvis.foundation.errors import Conflict, Refusal
from parvis.foundation.forms import show_refusal
from parvis.journal.models import Entry


@require_safe
@hat_required(RoleKind.COORDINATOR)
def comments(request: HatRequest) -> HttpResponseBase:
    """What citizens wrote, to be read before anything is public."""
    rows = Comment.objects.visible_to(request.hat).select_related("touchpoint", "organisation")
    listing = CommentListing(request, rows, filters=comment_filters(request.hat))
    waiting = Comment.objects.visible_to(request.hat).to_read().count()
    return listing.respond(
        "feedback/comments.html",
        {
            "waiting": waiting,
            "states": [state for state in CommentState if state != CommentState.PENDING],
            "bulk_limit": moderation.BULK_LIMIT,
            "is_simulated": request.hat.is_simulated,
        },
    )


@require_safe
@hat_required(RoleKind.COORDINATOR)
def comment(request: HatRequest, pk: int) -> HttpResponse:
    return _page(request, access_comment(request.hat, pk))


@require_POST
@hat_required(RoleKind.COORDINATOR)
def comment_decide(request: HatRequest, pk: int) -> HttpResponse:
    """Publish, keep internal or reject."""
    found = access_comment(request.hat, pk)
    state = _state(request.POST.get("decision", ""))
    if state is None:
        raise Refusal(_("Choisissez de publier, de garder en interne ou d’écarter."))
    try:
        moderation.decide(
            comment=found, state=state, seen=request.POST.get("seen", ""), by=request.user
        )
    except Conflict as conflict:
        messages.warning(request, conflict.message)
    else:
        messages.success(
            request,
            {
                CommentState.PUBLISHED: _("Texte publié : il est sur la page publique."),
                CommentState.KEPT_INTERNAL: _("Texte gardé en interne : il n’est pas public."),
                CommentState.REJECTED: _("Texte écarté : il n’est ni public ni lu par thème."),
            }[state],
        )
    return redirect("feedback:comment", pk=pk)


@require_POST
@hat_required(RoleKind.COORDINATOR)
def comment_undo(request: HatRequest, pk: int) -> HttpResponse:
    found = access_comment(request.hat, pk)
    try:
        moderation.undo(comment=found, seen=request.POST.get("seen", ""), by=request.user)
    except Conflict as conflict:
        messages.warning(request, conflict.message)
    else:
        messages.success(request, _("Décision annulée."))
    return redirect("feedback:comment", pk=pk)


@require_POST
@hat_required(RoleKind.COORDINATOR)
def comment_hide_words(request: HatRequest, pk: int) -> HttpResponse:
    """Mask words that the automatic masking did not find, or show them again (`show` = place)."""
    found = access_comment(request.hat, pk)
    seen = request.POST.get("seen", "")
    if "show" in request.POST:
        place = request.POST["show"]
        number = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else -1
        try:
            moderation.show_words(comment=found, number=number, seen=seen, by=request.user)
        except Conflict as conflict:
            messages.warning(request, conflict.message)
        else:
            messages.success(request, _("Passage montré de nouveau."))
        return redirect("feedback:comment", pk=pk)
    form = HideWordsForm(request.POST)
    if form.is_valid():
        try:
            moderation.hide_words(
                comment=found, words=form.cleaned_data["words"], seen=seen, by=request.user
            )
        except Conflict as conflict:
            messages.warning(request, conflict.message)
            return redirect("feedback:comment", pk=pk)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Passage masqué."))
            return redirect("feedback:comment", pk=pk)
    return _page(request, found, form=form, status=422)


@require_POST
@hat_required(RoleKind.COORDINATOR)
def comment_link(request: HatRequest, pk: int) -> HttpResponse:
    """Say which commitment answers this comment."""
    found = access_comment(request.hat, pk)
    form = _link_form(request, found, request.POST)
    if not form.is_valid():
        return _page(request, found, link_form=form, status=422)
    replies.link_comment(comment=found, commitment=form.cleaned_data["commitment"], by=request.user)
    messages.success(request, _("Lien enregistré."))
    return redirect("feedback:comment", pk=pk)


@require_POST
@hat_required(RoleKind.COORDINATOR)
def comment_bulk(request: HatRequest) -> HttpResponse:
    """The same decision on the texts ticked: first what it would do, then, confirmed, doing it."""
    state = _state(request.POST.get("decision", ""))
    seen = _ticked(request.POST.getlist("texte"))
    if state is None or not seen:
        messages.warning(request, _("Cochez au moins un texte, puis choisissez une décision."))
        return redirect("feedback:comments")
    if len(seen) > moderation.BULK_LIMIT:
        raise Refusal(
            _("Au plus %(count)s textes à la fois : décidez le reste ensuite.")
            % {"count": moderation.BULK_LIMIT}
        )
    rows = list(
        Comment.objects.visible_to(request.hat)
        .filter(pk__in=seen)
        .select_related("touchpoint", "organisation")
        .order_by("-received_at", "-pk")
    )
    if request.POST.get("confirm"):
        mine = {row.pk: seen[row.pk] for row in rows}
        outcome = moderation.decide_many(seen=mine, state=state, by=request.user)
        messages.success(
            request,
            ngettext(
                "%(count)s texte : « %(state)s ».",
                "%(count)s textes : « %(state)s ».",
                outcome.decided,
            )
            % {"count": outcome.decided, "state": state.label},
        )
        if outcome.left:
            messages.warning(
                request,
                ngettext(
                    "%(count)s texte avait changé entre-temps : il n’a pas bougé.",
                    "%(count)s textes avaient changé entre-temps : ils n’ont pas bougé.",
                    outcome.left,
                )
                % {"count": outcome.left},
            )
        return redirect("feedback:comments")
    return render(
        request,
        "feedback/comment_bulk.html",
        {
            "state": state,
            "decided": [row for row in rows if _unchanged(row, seen) and may_become(row, state)],
            "left": [row for row in rows if not (_unchanged(row, seen) and may_become(row, state))],
            "seen": seen,
            "is_simulated": any(row.organisation.is_simulated for row in rows),
        },
    )


def _unchanged(row: Comment, seen: dict[int, str]) -> bool:
    return moderation.version_of(row) == seen[row.pk]


def _ticked(values: list[str]) -> dict[int, str]:
    """What the boxes say: number and version of each text; anything else is left out."""
    ticked = {}
    for value in values[: moderation.BULK_LIMIT + 1]:
        number, _colon, version = value.partition(":")
        if number.isascii() and number.isdigit() and len(number) < 19:
            ticked[int(number)] = version
    return ticked


def _state(decision: str) -> CommentState | None:
    if decision in {state.value for state in CommentState if state != CommentState.PENDING}:
        return CommentState(decision)
    return None


def _link_form(request: HatRequest, found: Comment, data: Any = None) -> LinkForm:
    form = LinkForm(data, initial={"commitment": found.commitment_id})
    field: Any = form.fields["commitment"]
    field.queryset = Commitment.objects.visible_to(request.hat)
    return form


def _page(
    request: HatRequest,
    found: Comment,
    *,
    form: HideWordsForm | None = None,
    link_form: LinkForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "comment": found,
        "level": level_of(found),
        "pill": pill_of(found),
        "seen": moderation.version_of(found),
        "decisions": [
            state
            for state in (
                CommentState.PUBLISHED,
                CommentState.KEPT_INTERNAL,
                CommentState.REJECTED,
            )
            if state in COMMENT_TRANSITIONS[CommentState(found.state)]
        ],
        "can_undo": bool(may_undo(found)),
        "can_reply": bool(may_reply(found)),
        "reply": Reply.objects.filter(comment=found).first(),
        "form": form or HideWordsForm(),
        "link_form": link_form or _link_form(request, found),
        "raw_until": found.received_at + RAW_TEXT_KEPT,
        "history": _history(found),
        "following": Comment.objects.visible_to(request.hat)
        .to_read()
        .exclude(pk=found.pk)
        .order_by("received_at", "pk")
        .values_list("pk", flat=True)
        .first(),
        "is_simulated": found.organisation.is_simulated,
    }
    return render(request, "feedback/comment.html", context, status=status)


def _history(found: Comment) -> list[dict[str, Any]]:
    """What was done with the text, without names: the journal holds numbers."""
    words = {
        moderation.UNDONE: _("Décision annulée"),
        moderation.WORDS_HIDDEN: _("Passage masqué à la main"),
        moderation.WORDS_SHOWN: _("Passage montré de nouveau"),
        "comment.replied": _("Réponse publiée"),
        "comment.reply_withdrawn": _("Réponse retirée"),
        "comment.linked_to_commitment": _("Lien avec un engagement"),
    }
    entries = Entry.objects.about("comment", found.pk).order_by("-pk")[:50]
    return [
        {
            "at": entry.at,
            "what": CommentState(entry.details["to"]).label
            if entry.action == moderation.DECIDED
            else words.get(entry.action, entry.action),
        }
        for entry in entries
    ]
