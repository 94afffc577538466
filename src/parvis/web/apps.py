"""The room in front of all others, and its lines in the menus."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    name = "parvis.web"

    def ready(self) -> None:
        from parvis.accounts.enums import RoleKind
        from parvis.foundation import navigation

        for kind in RoleKind:
            navigation.register(kind, _("Accueil"), "web:home", 0)
        navigation.register(navigation.PUBLIC, _("Accueil"), "web:home", 0)
        navigation.register(navigation.PUBLIC, _("Méthode"), "web:about", 90)
