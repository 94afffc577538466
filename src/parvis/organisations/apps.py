from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "parvis.organisations"

    def ready(self) -> None:
        from parvis.accounts.hats import register_provider
        from parvis.organisations.providers import coordinator_hats

        register_provider(coordinator_hats)
