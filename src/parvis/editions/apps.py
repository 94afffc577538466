from django.apps import AppConfig


class EditionsConfig(AppConfig):
    name = "parvis.editions"
