"""The list of score sheets of a run, for the operator."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.foundation.listing import BooleanFilter, ChoiceFilter, Column, Listing
from parvis.organisations.enums import OrganisationKind, Stratum
from parvis.results.models import ScoreSheet


def _page(sheet: ScoreSheet) -> str:
    return reverse(
        "results:full_sheet",
        args=[sheet.run.edition.slug, sheet.run.number, sheet.organisation_id],
    )


class ScoreSheetListing(Listing):
    columns = (
        Column("nom", _("Organisme"), "organisation.name", ("organisation__name",), link=_page),
        Column("strate", _("Strate"), "get_stratum_display", ("stratum",)),
        Column("score", _("Score d’ensemble"), "overall_percent", ("overall_percent",), True),
        Column("bas", _("Borne basse"), "lower_percent", ("lower_percent",), True),
        Column("haut", _("Borne haute"), "upper_percent", ("upper_percent",), True),
        Column(
            "contacts", _("Prises de contact"), "contact_count", ("contact_count",), numeric=True
        ),
    )
    filters = (
        ChoiceFilter("strate", _("Strate"), "stratum", choices=Stratum.choices),
        ChoiceFilter("nature", _("Nature"), "organisation__kind", choices=OrganisationKind.choices),
        BooleanFilter("sans_score", _("Sans score d’ensemble"), "overall_percent__isnull"),
    )
    search_fields = ("organisation__name", "organisation__siren", "organisation__insee_code")
    search_label = _("Chercher un organisme")
    default_sort = "nom"
    caption = _("Scores des participants")
    export_name = "scores"
    empty_title = _("Aucun participant dans ce calcul")
