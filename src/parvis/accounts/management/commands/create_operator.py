"""Create the first operator of an installation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from parvis.accounts.enums import RoleKind
from parvis.accounts.models import Person, SignInLink
from parvis.accounts.operations import grant_role
from parvis.accounts.tokens import new_token
from parvis.foundation.addresses import site_address


class Command(BaseCommand):
    help = "Nomme un opérateur et imprime un lien de connexion valable une heure."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="adresse électronique de l’opérateur")
        parser.add_argument(
            "--url",
            default=site_address() or "http://127.0.0.1:8000",
            help="adresse du site (par défaut, celle de PARVIS_PUBLIC_ADDRESS)",
        )

    @transaction.atomic
    def handle(self, *args: Any, email: str, url: str, **options: Any) -> None:
        person = Person.objects.filter(email=email.lower()).first()
        if person is None:
            person = Person.objects.create_user(email)
        grant_role(person=person, kind=RoleKind.OPERATOR, by=None)
        token, token_sha256 = new_token()
        SignInLink.objects.create(
            person=person,
            token_sha256=token_sha256,
            expires_at=timezone.now() + timedelta(hours=1),
        )
        path = reverse("accounts:sign_in_link", args=[token])
        self.stdout.write(f"{person.email} est opérateur. Lien de connexion, valable une heure :")
        self.stdout.write(url.rstrip("/") + path)
