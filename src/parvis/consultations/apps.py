from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsultationsConfig(AppConfig):
    name = "parvis.consultations"
    verbose_name = _("Consultations du public")

    def ready(self) -> None:
        from parvis.accounts.enums import RoleKind
        from parvis.consultations.operations.attaching import stored_files
        from parvis.foundation import navigation
        from parvis.foundation.uploads import register_references

        register_references("EVIDENCE_ROOT", stored_files)
        navigation.register(
            RoleKind.COORDINATOR,
            _("Consultations"),
            "consultations:consultations",
            42,
            while_pending=False,
        )
        navigation.register(navigation.PUBLIC, _("Consultations"), "consultations:public_list", 25)
