from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MysteryAuditsConfig(AppConfig):
    name = "parvis.mystery_audits"

    def ready(self) -> None:
        from parvis.accounts.departures import register_departure
        from parvis.accounts.enums import RoleKind
        from parvis.accounts.hats import register_provider
        from parvis.accounts.invitations import register_invitation
        from parvis.editions.board import register_section
        from parvis.editions.locks import register_edition_lock, register_withdrawal_objection
        from parvis.foundation import navigation
        from parvis.foundation.uploads import register_references
        from parvis.mystery_audits.board_card import fieldwork_card
        from parvis.mystery_audits.locks import locked_by_fieldwork, objection_of_fieldwork
        from parvis.mystery_audits.operations.evidence import stored_evidence
        from parvis.mystery_audits.operations.panel import join_by_invitation, leave_with_the_rest
        from parvis.mystery_audits.providers import mystery_citizen_hats

        register_provider(mystery_citizen_hats)
        register_invitation(RoleKind.MYSTERY_CITIZEN, join_by_invitation)
        register_departure(leave_with_the_rest)
        register_section(fieldwork_card)
        register_edition_lock(locked_by_fieldwork)
        register_withdrawal_objection(objection_of_fieldwork)
        register_references("EVIDENCE_ROOT", stored_evidence)

        navigation.register(
            RoleKind.MYSTERY_CITIZEN, _("Mes prises de contact"), "mystery_audits:my_contacts", 10
        )
        navigation.register(RoleKind.REVIEWER, _("À relire"), "mystery_audits:review_queue", 10)
        navigation.register(RoleKind.OPERATOR, _("À relire"), "mystery_audits:review_queue", 30)
        navigation.register(RoleKind.OPERATOR, _("Panel"), "mystery_audits:panel", 40)
