"""Registration of the room `documents` with Django: its templates and its style sheet."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "parvis.documents"
