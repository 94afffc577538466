"""The coordinator's pages of ideas and of themes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.requests import HatRequest
from parvis.editions.embargo import embargo_of
from parvis.feedback.comment_listings import IdeaListing, idea_rows
from parvis.feedback.enums import CommentState, IdeaState
from parvis.feedback.forms.comments import IdeaAnswerForm, ThemeLabelForm
from parvis.feedback.models import Comment, Idea, Theme, ThemeSearch
from parvis.feedback.operations import ideas as operations
from parvis.feedback.operations.themes import rename_theme
from parvis.feedback.permissions.comments import access_idea, access_theme
from parvis.feedback.similarity import similar_ideas
from parvis.feedback.views.comment_answers import body_of
from parvis.foundation.errors import Refusal
from parvis.foundation.forms import show_refusal
from parvis.foundation.stale import StaleForm
from parvis.texts.themes.finding import TEXTS_AT_LEAST

EXAMPLES_SHOWN = 5


@require_safe
@hat_required(RoleKind.COORDINATOR)
def ideas(request: HatRequest) -> HttpResponseBase:
    return IdeaListing(request, idea_rows(request.hat)).respond(
        "feedback/ideas.html", {"is_simulated": request.hat.is_simulated}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.COORDINATOR)
def idea(request: HatRequest, pk: int) -> HttpResponse:
    """One idea: where it is, the public answer, those that say nearly the same."""
    found = access_idea(request.hat, pk)
    embargo = embargo_of(found.organisation)
    if request.method == "POST":
        form = IdeaAnswerForm(request.POST)
        if form.is_valid():
            try:
                operations.answer(
                    idea=found,
                    state=IdeaState(form.cleaned_data["state"]),
                    text=form.cleaned_data["answer"],
                    revision=form.cleaned_data["revision"],
                    embargo_reason=form.cleaned_data["embargo_reason"],
                    by=request.user,
                )
            except StaleForm as stale:
                data = {**form.cleaned_data, "revision": stale.current_revision}
                return render(
                    request,
                    "foundation/stale.html",
                    {
                        "differences": stale.differences,
                        "form": IdeaAnswerForm(data),
                        "action_url": request.path,
                    },
                    status=stale.status,
                )
            except Refusal as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, _("Suite donnée à l’idée enregistrée."))
                return redirect("feedback:idea", pk=pk)
    else:
        form = IdeaAnswerForm(
            initial={
                "state": found.state,
                "answer": found.answer,
                "embargo_reason": found.embargo_reason,
                "revision": found.revision,
            }
        )
    form.for_embargo(embargo is not None)
    near: list[Idea] = []
    if found.merged_into_id is None:
        near = similar_ideas(found.organisation_id, found.comment.text, at_most=5, but=found.pk)
    context: dict[str, Any] = {
        "idea": found,
        "form": form,
        "near": near,
        "merged": list(found.merged.select_related("comment").order_by("pk")),
        "embargo": embargo,
        "is_simulated": found.organisation.is_simulated,
    }
    return render(request, "feedback/idea.html", context, status=422 if form.errors else 200)


@require_POST
@hat_required(RoleKind.COORDINATOR)
def idea_merge(request: HatRequest, pk: int) -> HttpResponse:
    """Make this idea part of another (`into`)."""
    found = access_idea(request.hat, pk)
    into = request.POST.get("into", "")
    if not (into.isascii() and into.isdigit() and len(into) < 19):
        raise Refusal(_("Choisissez l’idée qui restera."))
    kept = access_idea(request.hat, int(into))
    operations.merge(idea=found, into=kept, by=request.user)
    messages.success(request, _("Idées réunies : leurs soutiens s’ajoutent, leurs liens suivent."))
    return redirect("feedback:idea", pk=kept.pk)


@require_POST
@hat_required(RoleKind.COORDINATOR)
def idea_separate(request: HatRequest, pk: int) -> HttpResponse:
    found = access_idea(request.hat, pk)
    operations.separate(idea=found, by=request.user)
    messages.success(request, _("Idée séparée : elle revient dans la liste avec ses soutiens."))
    return redirect("feedback:idea", pk=pk)


@require_safe
@hat_required(RoleKind.COORDINATOR)
def themes(request: HatRequest) -> HttpResponse:
    """What the comments speak of, with the share and the mean smiley of each theme."""
    body = body_of(request.hat)
    readable = Comment.objects.visible_to(request.hat).exclude(state=CommentState.REJECTED)
    return render(
        request,
        "feedback/themes.html",
        {
            "body": body,
            "themes": list(Theme.objects.visible_to(request.hat).current()),
            "search": ThemeSearch.objects.filter(organisation=body).first(),
            "readable": readable.filter(language__startswith="fr").count(),
            "at_least": TEXTS_AT_LEAST,
            "is_simulated": body.is_simulated,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@hat_required(RoleKind.COORDINATOR)
def theme_rename(request: HatRequest, pk: int) -> HttpResponse:
    """Give a theme the body's own words; the daily search then keeps them."""
    found = access_theme(request.hat, pk)
    form = ThemeLabelForm(request.POST or None, initial={"label": found.label})
    if request.method == "POST" and form.is_valid():
        try:
            rename_theme(theme=found, label=form.cleaned_data["label"], by=request.user)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Thème renommé ; son nom ne changera plus de lui-même."))
            return redirect("feedback:themes")
    return render(
        request,
        "feedback/theme_rename.html",
        {
            "theme": found,
            "form": form,
            "examples": list(
                Comment.objects.visible_to(request.hat)
                .filter(theme=found)
                .order_by("-received_at", "-pk")[:EXAMPLES_SHOWN]
            ),
            "is_simulated": body_of(request.hat).is_simulated,
        },
        status=422 if form.errors else 200,
    )
