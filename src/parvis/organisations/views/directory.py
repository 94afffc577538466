"""The public directory: search, suggestions while typing, one page a body, adding a missing one."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from parvis.accounts.models import Person
from parvis.foundation.access import public
from parvis.foundation.errors import Refusal
from parvis.foundation.forms import show_refusal
from parvis.organisations.enums import OrganisationKind
from parvis.organisations.forms import MandateRequestForm, OtherBodyForm
from parvis.organisations.models import Organisation
from parvis.organisations.operations import AlreadyListed, register_other_body, request_mandate
from parvis.organisations.permissions import access_organisation
from parvis.organisations.search_words import MAX_QUERY_CHARACTERS, question_of, words_of

PAGE_SIZE = 50
SUGGESTIONS = 8


@public
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    text = _typed(request)
    page = Paginator(_found(text), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "organisations/search.html",
        {"text": text, "page": page, "lines": _lines(text, page.object_list)},
    )


@public
@require_safe
@cache_control(private=True, max_age=300)
def suggestions(request: HttpRequest) -> HttpResponse:
    """The list box under a search field, as a fragment of page.

    `simulation=oui` proposes the fictitious bodies of a simulated edition, and only them.
    """
    text = _typed(request)
    simulated = request.GET.get("simulation") == "oui"
    lines = _lines(text, _found(text, simulated=simulated)[:SUGGESTIONS])
    return render(request, "organisations/suggestions.html", {"lines": lines})


@public
@require_safe
def detail(request: HttpRequest, number: int) -> HttpResponse:
    body = access_organisation(number)
    memberships = (
        body.members.select_related("commune").order_by("-commune__population", "commune__name")
        if body.kind == OrganisationKind.EPCI
        else body.memberships.select_related("epci").order_by("epci__name")
    )
    return render(
        request,
        "organisations/detail.html",
        {
            "body": body,
            "postal_codes": body.postal_codes.order_by("code"),
            "memberships": [m for m in memberships if m.until_year is None],
            "past_memberships": [m for m in memberships if m.until_year is not None],
            "former_names": body.former_names.order_by("-until_year", "name"),
            "predecessors": body.predecessors.order_by("name"),
            "is_simulated": body.is_simulated,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def register_body(request: HttpRequest) -> HttpResponse:
    """Add a body that the official geography does not list."""
    form = OtherBodyForm(request.POST or None)
    existing = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            body = register_other_body(
                siren=data["siren"],
                kind=OrganisationKind(data["kind"]),
                name=data["name"],
                departement_code=data["departement_code"],
                by=_person(request),
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
            existing = refusal.organisation if isinstance(refusal, AlreadyListed) else None
        else:
            messages.success(request, _("%(name)s est dans l’annuaire.") % {"name": body.name})
            return redirect("organisations:detail", body.pk)
    return render(
        request,
        "organisations/register_body.html",
        {"form": form, "existing": existing},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def ask_to_act(request: HttpRequest, number: int) -> HttpResponse:
    """Ask the operator to be confirmed as entitled to act for a body."""
    body = access_organisation(number)
    form = MandateRequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            request_mandate(
                person=_person(request),
                organisation=body,
                function=form.cleaned_data["function"],
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(
                request,
                _(
                    "Votre demande est enregistrée. L’opérateur la vérifie ; vous recevrez un "
                    "courriel."
                ),
            )
            return redirect("organisations:detail", body.pk)
    return render(
        request,
        "organisations/ask_to_act.html",
        {"form": form, "body": body, "is_simulated": body.is_simulated},
        status=422 if form.errors else 200,
    )


def _typed(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "").strip()[:MAX_QUERY_CHARACTERS]


def _found(text: str, *, simulated: bool = False) -> QuerySet[Organisation]:
    return Organisation.objects.search(text, simulated=simulated).prefetch_related(
        "former_names", "predecessors"
    )


def _lines(text: str, bodies: Iterable[Organisation]) -> list[tuple[Organisation, str]]:
    """Each body, with the former name that made it found when its own name did not."""
    wanted = question_of(text).words
    return [(body, _found_by(wanted, body)) for body in bodies]


def _found_by(wanted: tuple[str, ...], body: Organisation) -> str:
    def matches(name: str) -> bool:
        words = words_of(name)
        return all(any(word.startswith(begin) for word in words) for begin in wanted)

    if matches(body.name):
        return ""
    former = [former.name for former in body.former_names.all()]
    merged = [predecessor.name for predecessor in body.predecessors.all()]
    return next((name for name in [*former, *merged] if matches(name)), "")


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)  # sign-in is required on these pages
    return request.user
