"""The coordinator's lists of comments and of ideas."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from parvis.accounts.hats import Hat
from parvis.feedback.enums import NO_LEVEL, TEXT_KINDS, CommentState, IdeaState, Level
from parvis.feedback.models import MINIMUM_STAFFING, Comment, Idea, Theme, Touchpoint
from parvis.foundation.listing import ChoiceFilter, Column, DateFilter, Filter, Listing

STATE_PILLS = {
    CommentState.PENDING: "wait",
    CommentState.PUBLISHED: "good",
    CommentState.KEPT_INTERNAL: "info",
    CommentState.REJECTED: "bad",
}
IDEA_PILLS = {
    IdeaState.RECEIVED: "wait",
    IdeaState.UNDER_STUDY: "wait",
    IdeaState.PLANNED: "info",
    IdeaState.DONE: "good",
    IdeaState.DECLINED: "bad",
}


def pill_of(comment: Comment) -> str:
    return STATE_PILLS[CommentState(comment.state)]


def level_of(comment: Comment) -> str:
    return "" if comment.level == NO_LEVEL else str(Level(comment.level).label)


def day_of(comment: Comment) -> str:
    """The day it was received; the month alone where so few work that a day tells who was there."""
    if comment.touchpoint.could_follow_an_agent:
        return date_format(comment.day, "F Y")
    return date_format(comment.day, "SHORT_DATE_FORMAT")


@dataclass(frozen=True)
class DayFilter(DateFilter):
    """From or up to a day; whole months for the touchpoints where few work.

    `lookup` is "gte" or "lte".
    """

    def condition(self, value: date) -> Q:
        last = calendar.monthrange(value.year, value.month)[1]
        month = value.replace(day=1 if self.lookup == "gte" else last)
        return Q(**{f"day__{self.lookup}": value}, touchpoint__staffing__gte=MINIMUM_STAFFING) | Q(
            **{f"day__{self.lookup}": month}, touchpoint__staffing__lt=MINIMUM_STAFFING
        )


class CommentListing(Listing):
    """Comments and ideas as they are moderated; the raw text is never in it."""

    columns = (
        Column(
            "texte",
            gettext_lazy("Texte"),
            "text",
            link=lambda comment: reverse("feedback:comment", args=[comment.pk]),
        ),
        Column(
            "lieu", gettext_lazy("Point d’écoute"), "touchpoint.name", order=("touchpoint__name",)
        ),
        Column("visage", gettext_lazy("Visage"), level_of, order=("level",)),
        Column("recu", gettext_lazy("Reçu le"), day_of, order=("received_at",)),
        Column(
            "etat",
            gettext_lazy("État"),
            "get_state_display",
            order=("state", "received_at"),
            pill=pill_of,
        ),
    )
    search_label = gettext_lazy("Mots du texte")
    default_sort = "-recu"
    row_template = "feedback/_comment_row.html"
    simulated = "organisation.is_simulated"
    caption = gettext_lazy("Commentaires et idées")
    export_name = "commentaires"
    empty_title = gettext_lazy("Aucun commentaire pour l’instant")
    empty_text = gettext_lazy(
        "Ce que les usagers écrivent à une borne ou sur leur téléphone arrive ici, coordonnées "
        "et noms masqués. Rien n’est public avant votre décision."
    )

    def search(self, rows: QuerySet[Any], query: str) -> QuerySet[Any]:
        """Among the masked texts, accents left aside; the latest first."""
        found: QuerySet[Any] = rows.search(query)  # type: ignore[attr-defined]
        return found.order_by("-received_at", "-pk")


def comment_filters(hat: Hat) -> Sequence[Filter]:
    """The filters of the list, with this body's own places and themes."""
    places = list(Touchpoint.objects.visible_to(hat).values_list("pk", "name"))
    themes = list(Theme.objects.visible_to(hat).current().values_list("pk", "label"))
    return (
        ChoiceFilter("etat", gettext_lazy("État"), "state", choices=CommentState.choices),
        ChoiceFilter(
            "sorte",
            gettext_lazy("Sorte"),
            "kind",
            choices=[(kind.value, kind.label) for kind in TEXT_KINDS],
        ),
        ChoiceFilter("lieu", gettext_lazy("Point d’écoute"), "touchpoint", choices=places),
        ChoiceFilter("visage", gettext_lazy("Visage"), "level", choices=Level.choices),
        ChoiceFilter("theme", gettext_lazy("Thème"), "theme", choices=themes),
        DayFilter("du", gettext_lazy("Du"), "gte"),
        DayFilter("au", gettext_lazy("Au"), "lte"),
    )


class IdeaListing(Listing):
    """Ideas with what becomes of them and how many support them."""

    columns = (
        Column(
            "idee",
            gettext_lazy("Idée"),
            "comment.text",
            link=lambda idea: reverse("feedback:idea", args=[idea.pk]),
        ),
        Column(
            "lieu",
            gettext_lazy("Point d’écoute"),
            "comment.touchpoint.name",
            order=("comment__touchpoint__name",),
        ),
        Column(
            "soutiens",
            gettext_lazy("Soutiens"),
            "support_count",
            order=("support_count",),
            numeric=True,
        ),
        Column(
            "recue",
            gettext_lazy("Reçue le"),
            lambda idea: day_of(idea.comment),
            order=("comment__received_at",),
        ),
        Column(
            "relecture",
            gettext_lazy("Relecture"),
            "comment.get_state_display",
            order=("comment__state",),
            pill=lambda idea: pill_of(idea.comment),
        ),
        Column(
            "etat",
            gettext_lazy("Suite donnée"),
            "get_state_display",
            order=("state",),
            pill=lambda idea: IDEA_PILLS[IdeaState(idea.state)],
        ),
    )
    filters = (
        ChoiceFilter("etat", gettext_lazy("Suite donnée"), "state", choices=IdeaState.choices),
        ChoiceFilter(
            "relecture", gettext_lazy("Relecture"), "comment__state", choices=CommentState.choices
        ),
    )
    search_label = gettext_lazy("Mots de l’idée")
    default_sort = "-recue"
    simulated = "organisation.is_simulated"
    caption = gettext_lazy("Idées")
    export_name = "idees"
    empty_title = gettext_lazy("Aucune idée pour l’instant")
    empty_text = gettext_lazy(
        "Ajoutez une étape « Idée » à un questionnaire : chaque idée déposée arrive ici, et qui "
        "l’a laissée garde un lien pour savoir ce qu’elle devient."
    )

    def search(self, rows: QuerySet[Any], query: str) -> QuerySet[Any]:
        comments = Comment.objects.filter(kind="idea").search(query)
        return rows.filter(comment__in=comments).order_by("-comment__received_at", "-pk")


def idea_rows(hat: Hat) -> QuerySet[Idea]:
    rows: QuerySet[Idea] = (
        Idea.objects.visible_to(hat)
        .alive()
        .with_supports()
        .select_related("organisation", "comment__touchpoint")
    )
    return rows
