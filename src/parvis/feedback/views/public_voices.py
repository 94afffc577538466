"""What anybody may read of a body's feedback, and what became of an idea: no account, no cookie.

Only texts that a moderator published are here, masked. What the body did waits during a
pre-electoral period. The private page of an idea tells its author alone.
"""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from django_scopes import scopes_disabled

from parvis.editions.embargo import embargo_of
from parvis.feedback.enums import CommentState
from parvis.feedback.forms.public import TRAP, new_token, read_form
from parvis.feedback.idea_links import answer_of
from parvis.feedback.models import Comment, Commitment, Idea, Reply, Touchpoint
from parvis.feedback.operations import ideas as operations
from parvis.feedback.operations.replies import linked_comments
from parvis.feedback.reception import receive_ideas
from parvis.feedback.similarity import similar_ideas
from parvis.foundation.access import public
from parvis.foundation.errors import Refusal
from parvis.organisations.models import Organisation

COMMENTS_A_PAGE = 20
IDEAS_A_PAGE = 20
COMMITMENTS_SHOWN = 30
QUOTES_SHOWN = 3
ORDERS = {"soutiens": ("-support_count", "-pk"), "recentes": ("-pk",)}


def _body(pk: int) -> Organisation:
    """A body that listens: it has, or had, a touchpoint."""
    with scopes_disabled():
        body = Organisation.objects.filter(pk=pk).first()
        if body is None or not Touchpoint.objects.filter(organisation=body).exists():
            raise Http404
    return body


def _page(rows: Any, number: str, size: int) -> Any:
    page = Paginator(rows, size).get_page(number)
    page.object_list = list(page.object_list)
    return page


@public
@require_safe
def you_said(request: HttpRequest, pk: int) -> HttpResponse:
    """« Vous avez dit, nous avons fait »: commitments, then what was said and the replies."""
    body = _body(pk)
    embargo = embargo_of(body)
    with scopes_disabled():
        commitments = Commitment.objects.filter(organisation=body).published()
        replies = Reply.objects.filter(organisation=body)
        if embargo is not None:
            commitments = commitments.exclude(embargo_reason="")
            replies = replies.exclude(embargo_reason="")
        done = list(commitments.select_related("theme")[:COMMITMENTS_SHOWN])
        linked = linked_comments(done)
        said = (
            Comment.objects.filter(organisation=body, kind="comment")
            .published()
            .select_related("touchpoint")
            .order_by("-received_at", "-pk")
        )
        page = _page(said, request.GET.get("page", "1"), COMMENTS_A_PAGE)
        answers = {
            reply.comment_id: reply
            for reply in replies.filter(comment__in=[row.pk for row in page.object_list])
        }
        ideas_count = Idea.objects.filter(organisation=body).public().count()
    return render(
        request,
        "feedback/public/you_said.html",
        {
            "body": body,
            "embargo": embargo,
            "commitments": [
                {
                    "row": row,
                    "quotes": linked[row.pk][:QUOTES_SHOWN],
                    "more": max(0, len(linked[row.pk]) - QUOTES_SHOWN),
                }
                for row in done
            ],
            "said": [{"row": row, "reply": answers.get(row.pk)} for row in page.object_list],
            "page": page,
            "ideas_count": ideas_count,
            "is_simulated": body.is_simulated,
        },
    )


@public
@require_safe
def public_ideas(request: HttpRequest, pk: int) -> HttpResponse:
    """The published ideas of a body, most supported first or latest first."""
    body = _body(pk)
    order = request.GET.get("tri", "soutiens")
    order = order if order in ORDERS else "soutiens"
    embargo = embargo_of(body)
    with scopes_disabled():
        rows = (
            Idea.objects.filter(organisation=body)
            .public()
            .with_supports()
            .select_related("comment__touchpoint")
            .order_by(*ORDERS[order])
        )
        page = _page(rows, request.GET.get("page", "1"), IDEAS_A_PAGE)
    return render(
        request,
        "feedback/public/ideas.html",
        {
            "body": body,
            "page": page,
            "ideas": page.object_list,
            "order": order,
            "embargo": embargo,
            "is_simulated": body.is_simulated,
        },
    )


@csrf_exempt  # no cookie: the form carries a signed number of its own, that serves once
@public
@require_http_methods(["GET", "HEAD", "POST"])
def support_idea(request: HttpRequest, pk: int) -> HttpResponse:
    """One published idea, and a button to support it, without account nor cookie."""
    subject = f"support {pk}"
    with scopes_disabled():
        rows = (
            Idea.objects.filter(pk=pk, comment__state=CommentState.PUBLISHED)
            .with_supports()
            .select_related("comment__touchpoint", "organisation", "merged_into")
        )
        idea = rows.first()
        if idea is None:
            raise Http404
        if idea.merged_into is not None and request.method != "POST":
            return redirect("feedback:support_idea", pk=idea.merged_into_id)
        if request.method == "POST":
            try:
                sent = read_form(request, subject)
                operations.support(idea=idea, form=sent.number)
            except operations.TooManySupports as refusal:
                response = _support_page(request, idea, subject, refusal.message, refusal.status)
                response["Retry-After"] = str(refusal.retry_after_seconds)
                return response
            except Refusal as refusal:
                return _support_page(request, idea, subject, refusal.message, refusal.status)
            shown = idea.merged_into_id or idea.pk
            return redirect(f"{reverse('feedback:support_idea', args=[shown])}?merci=1")
    return _support_page(request, idea, subject)


def _support_page(
    request: HttpRequest, idea: Idea, subject: str, refusal: str = "", status: int = 200
) -> HttpResponse:
    response = render(
        request,
        "feedback/public/support.html",
        {
            "idea": idea,
            "body": idea.organisation,
            "token": new_token(subject),
            "trap": TRAP,
            "refusal": refusal,
            "thanks": bool(request.GET.get("merci")) and not refusal,
            "embargo": embargo_of(idea.organisation),
            "is_simulated": idea.organisation.is_simulated,
        },
        status=status,
    )
    response["Cache-Control"] = "no-store"
    return response


@csrf_exempt  # reads only; the typed text is in the body, out of addresses and of their logs
@public
@require_http_methods(["GET", "HEAD", "POST"])
def similar(request: HttpRequest, code: str) -> HttpResponse:
    """Published ideas that say nearly what is being typed (`text`), at this touchpoint's body.

    A fragment for the form that asks while one types; a whole page otherwise.
    """
    sent = request.POST if request.method == "POST" else request.GET
    text = sent.get("text", "")[:2_000].replace("\x00", "")
    with scopes_disabled():
        touchpoint = (
            Touchpoint.objects.filter(code=code.replace("\x00", ""))
            .select_related("organisation")
            .first()
        )
    if touchpoint is None:
        raise Http404
    context = {
        "touchpoint": touchpoint,
        "body": touchpoint.organisation,
        "ideas": similar_ideas(touchpoint.organisation_id, text),
        "text": text,
        "is_simulated": touchpoint.organisation.is_simulated,
    }
    fragment = request.headers.get("HX-Request") == "true"
    name = "feedback/public/similar_ideas.html" if fragment else "feedback/public/similar_page.html"
    response = render(request, name, context)
    response["Cache-Control"] = "no-store"
    return response


@public
@require_safe
def idea_followed(request: HttpRequest, token: str) -> HttpResponse:
    """What became of an idea, for whoever left it: the link alone opens the page."""
    number = answer_of(token)
    with scopes_disabled():
        comment = (
            Comment.objects.filter(answer_id=number, kind="idea")
            .select_related("organisation", "touchpoint")
            .first()
            if number is not None
            else None
        )
        if comment is None:
            return _private(render(request, "feedback/public/idea_unknown.html", status=404))
        mine = _idea_of(comment)
        kept = mine
        if mine.merged_into_id is not None:
            kept = (
                Idea.objects.filter(pk=mine.merged_into_id)
                .with_supports()
                .select_related("comment")
                .get()
            )
    return _private(
        render(
            request,
            "feedback/public/idea_followed.html",
            {
                "body": comment.organisation,
                "comment": comment,
                "idea": kept,
                "is_merged": kept.pk != mine.pk,
                "is_public": kept.comment.state == CommentState.PUBLISHED,
                "embargo": embargo_of(comment.organisation),
                "is_simulated": comment.organisation.is_simulated,
            },
        )
    )


def _idea_of(comment: Comment) -> Idea:
    rows = Idea.objects.with_supports().filter(comment=comment).select_related("comment")
    found: Idea | None = rows.first()
    if found is None:
        # Received before ideas had a state of their own.
        receive_ideas([comment])
        found = rows.all().get()
    return found


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
