from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FeedbackConfig(AppConfig):
    name = "parvis.feedback"
    verbose_name = _("Écoute à chaud")

    def ready(self) -> None:
        from parvis.accounts.enums import RoleKind
        from parvis.foundation.navigation import register

        register(
            RoleKind.COORDINATOR,
            _("Tableau d’écoute"),
            "feedback:board",
            30,
            while_pending=False,
        )
