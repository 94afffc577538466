"""Kinds of public bodies, comparison strata, and the states of a mandate."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationKind(models.TextChoices):
    COMMUNE = "commune", _("Commune")
    EPCI = "epci", _("Intercommunalité (EPCI)")
    DEPARTEMENT = "departement", _("Département")
    REGION = "region", _("Région")
    CCAS = "ccas", _("Centre communal d’action sociale")
    HOSPITAL = "hospital", _("Hôpital")
    SOCIAL_LANDLORD = "social_landlord", _("Bailleur social")
    FUND = "fund", _("Caisse de sécurité sociale")
    STATE_SERVICE = "state_service", _("Service de l’État")
    OTHER = "other", _("Autre organisme public")


class EpciType(models.TextChoices):
    COMMUNITY_OF_COMMUNES = "CC", _("Communauté de communes")
    COMMUNITY_OF_AGGLOMERATION = "CA", _("Communauté d’agglomération")
    URBAN_COMMUNITY = "CU", _("Communauté urbaine")
    METROPOLIS = "METRO", _("Métropole")


class Stratum(models.TextChoices):
    """Comparison groups of domain.md §6; population in inhabitants."""

    COMMUNE_UNDER_2000 = "commune_0", _("Communes de moins de 2 000 habitants")
    COMMUNE_2000 = "commune_2000", _("Communes de 2 000 à 9 999 habitants")
    COMMUNE_10000 = "commune_10000", _("Communes de 10 000 à 19 999 habitants")
    COMMUNE_20000 = "commune_20000", _("Communes de 20 000 à 49 999 habitants")
    COMMUNE_50000 = "commune_50000", _("Communes de 50 000 à 99 999 habitants")
    COMMUNE_100000 = "commune_100000", _("Communes de 100 000 habitants et plus")
    EPCI_CC = "epci_cc", _("Communautés de communes")
    EPCI_CA = "epci_ca", _("Communautés d’agglomération")
    EPCI_CU_METRO = "epci_cu_metro", _("Communautés urbaines et métropoles")
    DEPARTEMENT = "departement", _("Départements")
    REGION = "region", _("Régions")
    CCAS = "ccas", _("Centres communaux d’action sociale")
    HOSPITAL = "hospital", _("Hôpitaux")
    SOCIAL_LANDLORD = "social_landlord", _("Bailleurs sociaux")
    FUND = "fund", _("Caisses de sécurité sociale")
    STATE_SERVICE = "state_service", _("Services de l’État")
    OTHER = "other", _("Autres organismes publics")


class WiderGroup(models.TextChoices):
    """What a stratum with too few participants is shown with."""

    COMMUNES = "communes", _("Toutes les communes")
    EPCI = "epci", _("Toutes les intercommunalités")
    ALL = "all", _("Tous les organismes participants")


class MandateState(models.TextChoices):
    REQUESTED = "requested", _("En attente de confirmation")
    CONFIRMED = "confirmed", _("Confirmé")
    REFUSED = "refused", _("Refusé")
    ENDED = "ended", _("Terminé")


MANDATE_TRANSITIONS: dict[MandateState, frozenset[MandateState]] = {
    MandateState.REQUESTED: frozenset({MandateState.CONFIRMED, MandateState.REFUSED}),
    MandateState.CONFIRMED: frozenset({MandateState.ENDED}),
    MandateState.REFUSED: frozenset({MandateState.REQUESTED}),
    MandateState.ENDED: frozenset({MandateState.REQUESTED}),
}
