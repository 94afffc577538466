from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FeedbackConfig(AppConfig):
    name = "parvis.feedback"
    verbose_name = _("Écoute à chaud")

    def ready(self) -> None:
        from parvis.accounts.enums import RoleKind
        from parvis.editions.board import register_section
        from parvis.feedback.board_card import feedback_card
        from parvis.foundation.navigation import register

        register_section(feedback_card)
        register(RoleKind.OPERATOR, _("Écoute à chaud"), "feedback:national", 50)
