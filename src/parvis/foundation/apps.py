from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class FoundationConfig(AppConfig):
    name = "parvis.foundation"

    def ready(self) -> None:
        from parvis.foundation import database_lock, held_data  # noqa: F401 – declares at import

        database_lock.watch_connections()
        # Every room's declarations and recurring work.
        autodiscover_modules("personal_data", "tasks")
