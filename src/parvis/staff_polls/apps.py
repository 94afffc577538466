from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffPollsConfig(AppConfig):
    name = "parvis.staff_polls"
    verbose_name = _("Sondages internes")

    def ready(self) -> None:
        from parvis.accounts.enums import RoleKind
        from parvis.foundation import navigation

        navigation.register(
            RoleKind.COORDINATOR,
            _("Sondages internes"),
            "staff_polls:polls",
            45,
            while_pending=False,
        )
