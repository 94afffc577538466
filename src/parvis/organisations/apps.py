from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganisationsConfig(AppConfig):
    name = "parvis.organisations"

    def ready(self) -> None:
        from parvis.accounts.departures import register_departure
        from parvis.accounts.enums import RoleKind
        from parvis.accounts.hats import register_provider
        from parvis.foundation.navigation import PUBLIC, register
        from parvis.organisations.mandates import end_mandates_of
        from parvis.organisations.providers import coordinator_hats

        register_provider(coordinator_hats)
        register_departure(end_mandates_of)
        register(PUBLIC, _("Annuaire"), "organisations:search", 30)
        register(RoleKind.OPERATOR, _("Demandes"), "organisations:mandates", 40)
        register(
            RoleKind.COORDINATOR,
            _("Lieux d’accueil"),
            "organisations:sites",
            60,
            while_pending=False,
        )
