"""What a body answers: replies and their templates, commitments, the agents' names it masks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parvis.accounts.access import hat_required
from parvis.accounts.enums import RoleKind
from parvis.accounts.hats import Hat
from parvis.accounts.requests import HatRequest
from parvis.editions.embargo import embargo_of
from parvis.feedback.enums import CommitmentState
from parvis.feedback.forms.comments import (
    AgentNamesForm,
    CommitmentForm,
    ReplyForm,
    ReplyTemplateForm,
)
from parvis.feedback.models import AgentName, Commitment, Reply, ReplyTemplate, Theme
from parvis.feedback.operations import replies
from parvis.feedback.operations.agent_names import add_agent_names, remove_agent_name
from parvis.feedback.permissions.comments import (
    access_agent_name,
    access_comment,
    access_commitment,
    access_reply_template,
    access_theme,
    may_reply,
)
from parvis.foundation.errors import Refusal
from parvis.foundation.forms import show_refusal
from parvis.foundation.permissions import Denied
from parvis.foundation.stale import StaleForm
from parvis.organisations.models import Organisation

READ_OR_SEND = ["GET", "HEAD", "POST"]


def body_of(hat: Hat) -> Organisation:
    assert hat.organisation_id is not None  # a coordinator's hat names its body
    return Organisation.objects.get(pk=hat.organisation_id)


def _stale(request: HatRequest, stale: StaleForm, form: Any, data: dict[str, Any]) -> HttpResponse:
    """Both versions, and the form as it was sent, on the revision of today."""
    retry = type(form)({**data, "revision": stale.current_revision})
    for name, field in form.fields.items():
        if hasattr(field, "queryset"):
            retry.fields[name].queryset = field.queryset
    return render(
        request,
        "foundation/stale.html",
        {"differences": stale.differences, "form": retry, "action_url": request.path},
        status=stale.status,
    )


# --- Replies


@require_http_methods(READ_OR_SEND)
@hat_required(RoleKind.COORDINATOR)
def comment_reply(request: HatRequest, pk: int) -> HttpResponse:
    """Write the public reply to a text; `?modele=` fills it in from a template."""
    comment = access_comment(request.hat, pk)
    decision = may_reply(comment)
    if isinstance(decision, Denied):
        raise Refusal(decision.reason)
    given = Reply.objects.filter(comment=comment).first()
    templates = list(ReplyTemplate.objects.visible_to(request.hat))
    if request.method == "POST":
        form = ReplyForm(request.POST)
        if form.is_valid():
            try:
                replies.reply(
                    comment=comment,
                    text=form.cleaned_data["text"],
                    revision=form.cleaned_data["revision"],
                    embargo_reason=form.cleaned_data["embargo_reason"],
                    by=request.user,
                )
            except StaleForm as stale:
                return _stale(request, stale, form, form.cleaned_data)
            except Refusal as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, _("Réponse enregistrée."))
                return redirect("feedback:comment", pk=pk)
    else:
        form = ReplyForm(
            initial={
                "text": given.text if given else "",
                "embargo_reason": given.embargo_reason if given else "",
                "revision": given.revision if given else "",
            }
        )
        chosen = request.GET.get("modele", "")
        template = next((one for one in templates if str(one.pk) == chosen), None)
        if template is not None:
            form.initial["text"] = replies.filled_in(template, comment)
    embargo = embargo_of(comment.organisation)
    form.for_embargo(embargo is not None)
    return render(
        request,
        "feedback/comment_reply.html",
        {
            "comment": comment,
            "reply": given,
            "form": form,
            "templates": templates,
            "embargo": embargo,
            "is_simulated": comment.organisation.is_simulated,
        },
        status=422 if form.errors else 200,
    )


@require_POST
@hat_required(RoleKind.COORDINATOR)
def comment_reply_withdraw(request: HatRequest, pk: int) -> HttpResponse:
    comment = access_comment(request.hat, pk)
    replies.withdraw_reply(comment=comment, by=request.user)
    messages.success(request, _("Réponse retirée de la page publique."))
    return redirect("feedback:comment", pk=pk)


# --- Templates of replies


@require_safe
@hat_required(RoleKind.COORDINATOR)
def reply_templates(request: HatRequest) -> HttpResponse:
    body = body_of(request.hat)
    return render(
        request,
        "feedback/reply_templates.html",
        {
            "templates": ReplyTemplate.objects.visible_to(request.hat),
            "is_simulated": body.is_simulated,
        },
    )


@require_http_methods(READ_OR_SEND)
@hat_required(RoleKind.COORDINATOR)
def reply_template_add(request: HatRequest) -> HttpResponse:
    return _template_page(request, None)


@require_http_methods(READ_OR_SEND)
@hat_required(RoleKind.COORDINATOR)
def reply_template(request: HatRequest, pk: int) -> HttpResponse:
    return _template_page(request, access_reply_template(request.hat, pk))


def _template_page(request: HatRequest, template: ReplyTemplate | None) -> HttpResponse:
    body = body_of(request.hat)
    form = ReplyTemplateForm(
        request.POST or None,
        instance=template,
        initial={"revision": template.revision if template else ""},
    )
    if request.method == "POST" and form.is_valid():
        try:
            replies.save_template(
                organisation=body, template=template, by=request.user, **form.cleaned_data
            )
        except StaleForm as stale:
            return _stale(request, stale, form, form.cleaned_data)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Modèle enregistré."))
            return redirect("feedback:reply_templates")
    return render(
        request,
        "feedback/answer_form.html",
        {
            "title": _("Corriger un modèle de réponse")
            if template
            else _("Nouveau modèle de réponse"),
            "form": form,
            "back_url": reverse("feedback:reply_templates"),
            "is_simulated": body.is_simulated,
        },
        status=422 if form.errors else 200,
    )


@require_POST
@hat_required(RoleKind.COORDINATOR)
def reply_template_remove(request: HatRequest, pk: int) -> HttpResponse:
    replies.remove_template(template=access_reply_template(request.hat, pk), by=request.user)
    messages.success(request, _("Modèle retiré ; les réponses déjà données restent."))
    return redirect("feedback:reply_templates")


# --- Commitments: "you said, we did"


@require_safe
@hat_required(RoleKind.COORDINATOR)
def commitments(request: HatRequest) -> HttpResponse:
    body = body_of(request.hat)
    rows = list(Commitment.objects.visible_to(request.hat).select_related("theme"))
    return render(
        request,
        "feedback/commitments.html",
        {
            "body": body,
            "commitments": rows,
            "linked": replies.linked_comments(rows),
            "embargo": embargo_of(body),
            "is_simulated": body.is_simulated,
        },
    )


@require_http_methods(READ_OR_SEND)
@hat_required(RoleKind.COORDINATOR)
def commitment_add(request: HatRequest) -> HttpResponse:
    return _commitment_page(request, None)


@require_http_methods(READ_OR_SEND)
@hat_required(RoleKind.COORDINATOR)
def commitment(request: HatRequest, pk: int) -> HttpResponse:
    return _commitment_page(request, access_commitment(request.hat, pk))


def _commitment_page(request: HatRequest, found: Commitment | None) -> HttpResponse:
    body = body_of(request.hat)
    initial: dict[str, Any] = {}
    if found is not None:
        names = ("said", "done", "state", "theme", "embargo_reason", "revision")
        initial = {name: getattr(found, name) for name in names}
        initial["published"] = found.published_at is not None
    elif (theme := request.GET.get("theme", "")).isdecimal() and len(theme) < 19:
        initial["theme"] = access_theme(request.hat, int(theme))
    form = CommitmentForm(request.POST or None, initial=initial)
    theme_field: Any = form.fields["theme"]
    theme_field.queryset = Theme.objects.visible_to(request.hat)
    embargo = embargo_of(body)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            replies.save_commitment(
                organisation=body,
                commitment=found,
                by=request.user,
                **{**data, "state": CommitmentState(data["state"])},
            )
        except StaleForm as stale:
            theme = data["theme"].pk if data["theme"] else ""
            return _stale(request, stale, form, {**data, "theme": theme})
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Engagement enregistré."))
            return redirect("feedback:commitments")
    form.for_embargo(embargo is not None)
    return render(
        request,
        "feedback/answer_form.html",
        {
            "title": _("Corriger un engagement") if found else _("Nouvel engagement"),
            "form": form,
            "embargo": embargo,
            "back_url": reverse("feedback:commitments"),
            "is_simulated": body.is_simulated,
        },
        status=422 if form.errors else 200,
    )


@require_POST
@hat_required(RoleKind.COORDINATOR)
def commitment_remove(request: HatRequest, pk: int) -> HttpResponse:
    replies.remove_commitment(commitment=access_commitment(request.hat, pk), by=request.user)
    messages.success(request, _("Engagement retiré ; les commentaires restent."))
    return redirect("feedback:commitments")


# --- Agents' names


@require_http_methods(READ_OR_SEND)
@hat_required(RoleKind.COORDINATOR)
def agent_names(request: HatRequest) -> HttpResponse:
    """The names masked in every comment of the body."""
    body = body_of(request.hat)
    form = AgentNamesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = add_agent_names(
                organisation=body, names=form.cleaned_data["names"], by=request.user
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(
                request,
                ngettext(
                    "%(count)s nom ajouté : masqué aussi, d’ici peu, dans ce qui est déjà reçu.",
                    "%(count)s noms ajoutés : masqués aussi, d’ici peu, dans ce qui est déjà reçu.",
                    added,
                )
                % {"count": added},
            )
            return redirect("feedback:agent_names")
    return render(
        request,
        "feedback/agent_names.html",
        {
            "names": AgentName.objects.visible_to(request.hat),
            "form": form,
            "is_simulated": body.is_simulated,
        },
        status=422 if form.errors else 200,
    )


@require_POST
@hat_required(RoleKind.COORDINATOR)
def agent_name_remove(request: HatRequest, pk: int) -> HttpResponse:
    remove_agent_name(agent_name=access_agent_name(request.hat, pk), by=request.user)
    messages.success(request, _("Nom retiré de la liste."))
    return redirect("feedback:agent_names")
