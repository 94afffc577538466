from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsultationsConfig(AppConfig):
    name = "parvis.consultations"
    verbose_name = _("Consultations du public")

    def ready(self) -> None:
        from parvis.accounts.departures import register_departure
        from parvis.accounts.enums import RoleKind
        from parvis.accounts.hats import register_provider
        from parvis.accounts.invitations import register_invitation
        from parvis.consultations.operations.attaching import stored_files
        from parvis.consultations.operations.team import join_by_invitation, leave_with_the_rest
        from parvis.consultations.providers import team_hats
        from parvis.foundation import navigation
        from parvis.foundation.uploads import register_references

        register_references("EVIDENCE_ROOT", stored_files)
        register_provider(team_hats)
        register_invitation(RoleKind.CONSULTATION_TEAM, join_by_invitation)
        register_departure(leave_with_the_rest)
        navigation.register(
            RoleKind.CONSULTATION_TEAM, _("Mes consultations"), "consultations:team_home", 10
        )
        navigation.register(
            RoleKind.COORDINATOR,
            _("Consultations"),
            "consultations:consultations",
            42,
            while_pending=False,
        )
        navigation.register(navigation.PUBLIC, _("Consultations"), "consultations:public_list", 25)
