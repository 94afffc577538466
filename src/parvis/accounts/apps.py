from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "parvis.accounts"

    def ready(self) -> None:
        from parvis.accounts.departures import register_departure
        from parvis.accounts.enums import RoleKind
        from parvis.accounts.hats import register_provider
        from parvis.accounts.invitations import register_invitation
        from parvis.accounts.operations import end_roles_of, grant_role
        from parvis.accounts.providers import staff_hats
        from parvis.foundation.navigation import register

        register(RoleKind.OPERATOR, _("Équipe"), "accounts:team", 90)
        register_provider(staff_hats)
        register_departure(end_roles_of)
        for kind in (RoleKind.OPERATOR, RoleKind.REVIEWER):
            register_invitation(
                kind,
                lambda invitation, person, kind=kind: grant_role(
                    person=person, kind=kind, by=invitation.invited_by
                ),
            )
