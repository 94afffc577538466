from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "parvis.accounts"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added

        from parvis.accounts.departures import register_departure
        from parvis.accounts.enums import RoleKind
        from parvis.accounts.hats import register_provider
        from parvis.accounts.invitations import register_invitation
        from parvis.accounts.operations import (
            end_roles_of,
            grant_invited_role,
            on_second_factor_added,
        )
        from parvis.accounts.providers import staff_hats
        from parvis.foundation.navigation import register

        authenticator_added.connect(on_second_factor_added, dispatch_uid="parvis.accounts")
        register(RoleKind.OPERATOR, _("Équipe"), "accounts:team", 90)
        register_provider(staff_hats)
        register_departure(end_roles_of)
        register_invitation(RoleKind.OPERATOR, grant_invited_role)
        register_invitation(RoleKind.REVIEWER, grant_invited_role)
