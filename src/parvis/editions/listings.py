"""The operator's lists: editions, and the registrations of one."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.editions.enums import RegistrationState
from parvis.editions.models import Edition, Registration
from parvis.foundation.listing import BooleanFilter, ChoiceFilter, Column, Listing
from parvis.organisations.enums import OrganisationKind
from parvis.organisations.search_words import question_of


def _edition_state(edition: Edition) -> str:
    if not edition.is_open:
        return _("Brouillon")
    window = edition.registration_window(timezone.now())
    return _("Inscriptions : %(state)s") % {"state": window.label.lower()}


class EditionListing(Listing):
    """Every edition, drafts included."""

    columns = (
        Column(
            "titre",
            gettext_lazy("Édition"),
            "title",
            order=("title",),
            link=lambda edition: reverse("editions:board", args=[edition.slug]),
        ),
        Column(
            "etat",
            gettext_lazy("État"),
            _edition_state,
            pill=lambda edition: "info" if edition.is_open else "wait",
        ),
        Column(
            "cloture",
            gettext_lazy("Clôture des inscriptions"),
            "registration_closes_at",
            order=("registration_closes_at",),
        ),
        Column(
            "inscrits",
            gettext_lazy("Inscrits"),
            "participant_count",
            order=("participant_count",),
            numeric=True,
        ),
    )
    default_sort = "-cloture"
    simulated = "is_simulated"
    caption = gettext_lazy("Éditions")
    export_name = "editions"
    empty_title = gettext_lazy("Aucune édition pour l’instant")
    empty_text = gettext_lazy(
        "Une édition réunit un calendrier, une grille de critères et des participants."
    )


def _options_ticked(registration: Registration) -> str:
    return ", ".join(str(ticked.option) for ticked in registration.ticked_options.all())


class RegistrationListing(Listing):
    """The registrations of an edition."""

    columns = (
        Column(
            "organisme",
            gettext_lazy("Organisme"),
            "organisation.name",
            order=("organisation__search_text",),
            link=lambda row: reverse("editions:registration", args=[row.pk]),
        ),
        Column(
            "type",
            gettext_lazy("Type"),
            "organisation.get_kind_display",
            order=("organisation__kind", "organisation__search_text"),
        ),
        Column(
            "departement",
            gettext_lazy("Département"),
            "organisation.departement_code",
            order=("organisation__departement_code", "organisation__search_text"),
        ),
        Column(
            "population",
            gettext_lazy("Habitants"),
            "organisation.population",
            order=("organisation__population",),
            numeric=True,
        ),
        Column(
            "etat",
            gettext_lazy("État"),
            "get_state_display",
            order=("state", "organisation__search_text"),
            pill=lambda row: "good" if row.takes_part else "",
        ),
        Column(
            "mandat",
            gettext_lazy("Coordinateur"),
            lambda row: _("confirmé") if row.is_confirmed else _("à confirmer"),
            order=("is_confirmed", "organisation__search_text"),
            pill=lambda row: "good" if row.is_confirmed else "wait",
        ),
        Column("options", gettext_lazy("Options"), _options_ticked),
        Column("date", gettext_lazy("Inscrit le"), "submitted_at", order=("submitted_at",)),
    )
    filters = (
        ChoiceFilter("etat", gettext_lazy("État"), "state", choices=RegistrationState.choices),
        BooleanFilter("confirme", gettext_lazy("Coordinateur confirmé"), "is_confirmed"),
        ChoiceFilter(
            "type",
            gettext_lazy("Type d’organisme"),
            "organisation__kind",
            choices=OrganisationKind.choices,
        ),
    )
    search_label = gettext_lazy("Nom, code INSEE ou SIREN")
    default_sort = "organisme"
    caption = gettext_lazy("Inscriptions")
    export_name = "inscriptions"
    empty_title = gettext_lazy("Aucune inscription pour l’instant")
    empty_text = gettext_lazy(
        "Les organismes s’inscrivent depuis la page publique de l’édition, jusqu’à la clôture."
    )

    def search(self, rows: QuerySet[Any], query: str) -> QuerySet[Any]:
        """As in the directory: accents, hyphens and the order of words do not matter."""
        question = question_of(query)
        if not question:
            return rows.none()
        return rows.filter(organisation__search_text__has_words=question.words)
