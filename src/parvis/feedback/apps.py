from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FeedbackConfig(AppConfig):
    name = "parvis.feedback"
    verbose_name = _("Écoute à chaud")

    def ready(self) -> None:
        from parvis.accounts.enums import RoleKind
        from parvis.editions.board import register_section
        from parvis.feedback.board_card import feedback_card
        from parvis.feedback.speech.sounds import stored_sounds
        from parvis.foundation import navigation
        from parvis.foundation.uploads import register_references

        register_section(feedback_card)
        # Below the folder that backups carry: a voice recorded by somebody exists nowhere else.
        register_references("EVIDENCE_ROOT", stored_sounds)
        navigation.register(
            RoleKind.COORDINATOR, _("Écoute à chaud"), "feedback:home", 40, while_pending=False
        )
        navigation.register(RoleKind.OPERATOR, _("Écoute à chaud"), "feedback:national", 50)
