from django.apps import AppConfig


class MysteryAuditsConfig(AppConfig):
    name = "parvis.mystery_audits"

    def ready(self) -> None:
        from parvis.accounts.hats import register_provider
        from parvis.mystery_audits.providers import mystery_citizen_hats

        register_provider(mystery_citizen_hats)
