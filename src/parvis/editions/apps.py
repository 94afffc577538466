from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EditionsConfig(AppConfig):
    name = "parvis.editions"

    def ready(self) -> None:
        from parvis.accounts.enums import RoleKind
        from parvis.editions import board_cards
        from parvis.editions.board import register_section
        from parvis.foundation.navigation import PUBLIC, register

        for card in (
            board_cards.publication_card,
            board_cards.registrations_card,
            board_cards.calendar_card,
            board_cards.elections_card,
        ):
            register_section(card)
        register(PUBLIC, _("Éditions"), "editions:public_list", 20)
        register(RoleKind.OPERATOR, _("Éditions"), "editions:board_list", 20)
        register(RoleKind.COORDINATOR, _("Mes inscriptions"), "editions:my_registrations", 20)
