from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FeedbackConfig(AppConfig):
    name = "parvis.feedback"
    verbose_name = _("Écoute à chaud")

    def ready(self) -> None:
        from parvis.accounts.enums import RoleKind
        from parvis.foundation import navigation

        navigation.register(
            RoleKind.COORDINATOR, _("Commentaires"), "feedback:comments", 42, while_pending=False
        )
