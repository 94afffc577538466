from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ResultsConfig(AppConfig):
    name = "parvis.results"

    def ready(self) -> None:
        from parvis.accounts.enums import RoleKind
        from parvis.editions.board import register_section
        from parvis.editions.locks import register_edition_lock
        from parvis.editions.public_links import register_public_link
        from parvis.foundation.navigation import register
        from parvis.results.board_card import results_card
        from parvis.results.locks import locked_once_published

        register_section(results_card)
        register_edition_lock(locked_once_published)
        register_public_link("results:national", _("Lire les résultats nationaux"))
        register(RoleKind.COORDINATOR, _("Résultats"), "results:mine", 10, while_pending=False)
