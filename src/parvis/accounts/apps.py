from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "parvis.accounts"

    def ready(self) -> None:
        from parvis.accounts.hats import register_provider
        from parvis.accounts.providers import staff_hats

        register_provider(staff_hats)
