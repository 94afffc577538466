from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LiveSessionsConfig(AppConfig):
    name = "parvis.live_sessions"
    verbose_name = _("Séances en direct")

    def ready(self) -> None:
        from parvis.accounts.enums import RoleKind
        from parvis.foundation import navigation

        navigation.register(
            RoleKind.COORDINATOR,
            _("Séances en direct"),
            "live_sessions:sessions",
            46,
            while_pending=False,
        )
