"""The coordinator's list of what may be answered."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, IntegerField, Q, QuerySet, When
from django.utils.translation import gettext_lazy

from parvis.accounts.hats import Hat
from parvis.consultations.enums import ContributionKind, ContributionState, PhaseKind, Verdict
from parvis.consultations.models import Consultation, Contribution
from parvis.consultations.operations.answering import ANSWERABLE
from parvis.consultations.results.projects import ARGUMENT_KINDS, has_few_supporters
from parvis.consultations.search import asked_words
from parvis.foundation.listing import ChoiceFilter, Column, Listing

WITHOUT_ANSWER = "aucune"


def answerable(hat: Hat, consultation: Consultation) -> QuerySet[Contribution]:
    """What the body may answer, with the verdict already given.

    `told_support` are its supports, 0 where they are of too few people to be told (`of_few`).
    """
    of_few = Q(kind__in=ARGUMENT_KINDS, phase__in=_of_few_supporters(consultation))
    rows: QuerySet[Contribution] = (
        Contribution.objects.visible_to(hat)
        .public()
        .filter(phase__consultation=consultation, kind__in=ANSWERABLE)
        .select_related("phase", "official_answer")
        .annotate(
            verdict=F("official_answer__verdict"),
            of_few=Case(When(of_few, then=True), default=False),
            told_support=Case(
                When(of_few, then=0), default=F("support_count"), output_field=IntegerField()
            ),
        )
    )
    return rows


def _of_few_supporters(consultation: Consultation) -> list[int]:
    """The phases in which so few people support an argument that nobody is told which."""
    phases = consultation.phases.filter(kind__in=[PhaseKind.PROJECT, PhaseKind.EVALUATION])
    return [phase.pk for phase in phases if has_few_supporters(phase)]


def _by_verdict(value: str) -> Q:
    if value == WITHOUT_ANSWER:
        return Q(official_answer__isnull=True, state=ContributionState.PUBLISHED)
    return Q(official_answer__verdict=value)


class AnswerListing(Listing):
    """Contributions by support, with their official answer."""

    columns = (
        Column("texte", gettext_lazy("Contribution"), str),
        Column("sorte", gettext_lazy("Sorte"), "get_kind_display", order=("kind",)),
        Column("etape", gettext_lazy("Étape"), "phase.title", order=("phase__position",)),
        Column(
            "soutiens",
            gettext_lazy("Soutiens"),
            lambda row: "" if row.of_few else row.told_support,
            order=("told_support",),
            numeric=True,
        ),
        Column(
            "reponse",
            gettext_lazy("Réponse"),
            lambda row: str(Verdict(row.verdict).label) if row.verdict else "",
            order=("official_answer__verdict",),
        ),
    )
    filters = (
        ChoiceFilter(
            "reponse",
            gettext_lazy("Réponse"),
            choices=[(WITHOUT_ANSWER, gettext_lazy("Sans réponse")), *Verdict.choices],
            conditions=_by_verdict,
        ),
        ChoiceFilter(
            "sorte",
            gettext_lazy("Sorte"),
            "kind",
            choices=[(kind.value, kind.label) for kind in ContributionKind if kind in ANSWERABLE],
        ),
    )
    search_label = gettext_lazy("Mots de la contribution")
    default_sort = "-soutiens"
    row_template = "consultations/team/_answer_row.html"
    caption = gettext_lazy("Contributions à répondre")
    export_name = "reponses"
    empty_title = gettext_lazy("Rien à répondre pour l’instant")
    empty_text = gettext_lazy(
        "Les idées, projets, arguments et conditions publiés arrivent ici, les plus soutenus "
        "d’abord."
    )

    def search(self, rows: QuerySet[Any], query: str) -> QuerySet[Any]:
        """Accents and capitals left aside; the most supported first."""
        words = asked_words(query)
        found = rows.filter(search_text__has_words=words) if words else rows.none()
        return found.order_by("-told_support", "pk")
