"""The queue of a consultation: what waits for a moderator, and all that was handed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from parvis.accounts.hats import Hat
from parvis.consultations.enums import ContributionKind, ContributionState
from parvis.consultations.models import Consultation, Contribution, ModerationDecision, Report
from parvis.consultations.search import search_text
from parvis.foundation.listing import ChoiceFilter, Column, Filter, Listing

PILLS = {
    ContributionState.WAITING: "wait",
    ContributionState.APPEALED: "wait",
    ContributionState.PUBLISHED: "good",
    ContributionState.REFUSED: "bad",
    ContributionState.WITHDRAWN: "",
    ContributionState.MERGED: "info",
    ContributionState.SPLIT: "info",
}
# What the filter of the queue names, beside states.
UNREAD, REPORTED = "unread", "reported"
STATES = [state for state in ContributionState if state != ContributionState.DRAFT]


def _read() -> Exists:
    """Whether a moderator decided something of it; a merge is no reading."""
    return Exists(ModerationDecision.objects.filter(contribution=OuterRef("pk"), by__isnull=False))


def rows_of(hat: Hat, consultation: Consultation) -> QuerySet[Contribution]:
    """All that was handed in, with what a page tells: last decision, reports not looked at."""
    rows: QuerySet[Contribution] = (
        Contribution.objects.visible_to(hat)
        .filter(phase__consultation=consultation)
        .exclude(state=ContributionState.DRAFT)
        .select_related("phase", "author", "organisation")
        .annotate(
            last_decision=Max("decisions"),
            is_read=_read(),
            reported=Exists(
                Report.objects.filter(contribution=OuterRef("pk"), handled_at__isnull=True)
            ),
        )
    )
    return rows


def to_do() -> Q:
    """What waits: to read before publication, contested, reported, published and not read yet."""
    return (
        Q(state__in=[ContributionState.WAITING, ContributionState.APPEALED])
        | Q(state=ContributionState.PUBLISHED, reported=True)
        | Q(state=ContributionState.PUBLISHED, author__isnull=False, is_read=False)
    )


def _condition(value: str) -> Q:
    if value == UNREAD:
        return Q(state=ContributionState.PUBLISHED, author__isnull=False, is_read=False)
    if value == REPORTED:
        return Q(state=ContributionState.PUBLISHED, reported=True)
    return Q(state=value)


def pill_of(contribution: Contribution) -> str:
    return PILLS.get(ContributionState(contribution.state), "")


def signed(contribution: Contribution) -> str:
    """How its author signs; who wrote it otherwise."""
    if contribution.author is None:
        return ""
    return contribution.author.display_name


class ModerationListing(Listing):
    """Contributions as moderators read them."""

    columns = (
        Column(
            "texte",
            gettext_lazy("Contribution"),
            lambda row: row.title or row.text,
            link=lambda row: reverse(
                "consultations:moderated", args=[row.phase.consultation_id, row.pk]
            ),
        ),
        Column("sorte", gettext_lazy("Sorte"), "get_kind_display", order=("kind",)),
        Column("etape", gettext_lazy("Étape"), "phase.title", order=("phase__position",)),
        Column("recue", gettext_lazy("Reçue le"), "created_at", order=("created_at",)),
        Column("etat", gettext_lazy("État"), "get_state_display", order=("state",), pill=pill_of),
    )
    search_label = gettext_lazy("Mots de la contribution")
    default_sort = "recue"
    row_template = "consultations/moderation/_row.html"
    simulated = "organisation.is_simulated"
    caption = gettext_lazy("Contributions")
    export_name = "contributions"
    empty_title = gettext_lazy("Rien n’attend")
    empty_text = gettext_lazy(
        "Ce que les habitants écrivent arrive ici : à lire avant de paraître, ou après si la "
        "consultation publie d’abord."
    )

    def search(self, rows: QuerySet[Any], query: str) -> QuerySet[Any]:
        for word in search_text(query).split()[:8]:
            rows = rows.filter(search_text__contains=word)
        return rows.order_by("created_at", "pk")


def filters_of(consultation: Consultation) -> Sequence[Filter]:
    phases = list(consultation.phases.values_list("pk", "title"))
    return (
        ChoiceFilter(
            "etat",
            gettext_lazy("État"),
            choices=[
                *((state.value, state.label) for state in STATES),
                (UNREAD, gettext_lazy("Publiée, pas encore lue")),
                (REPORTED, gettext_lazy("Signalée")),
            ],
            conditions=_condition,
        ),
        ChoiceFilter("sorte", gettext_lazy("Sorte"), "kind", choices=ContributionKind.choices),
        ChoiceFilter("etape", gettext_lazy("Étape"), "phase", choices=phases),
    )


def waiting_count(hat: Hat, consultation: Consultation) -> int:
    """How many wait for a moderator."""
    return rows_of(hat, consultation).filter(to_do()).count()


def report_reasons(contribution: Contribution) -> list[tuple[str, int]]:
    """Why it was reported since it was last looked at: {reason, number}, most given first."""
    rows = (
        contribution.reports.filter(handled_at__isnull=True)
        .values_list("reason")
        .annotate(number=Count("pk"))
        .order_by("-number")
    )
    return list(rows)
