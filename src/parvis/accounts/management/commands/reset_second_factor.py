"""Remove the lost second factor of a person when no operator can still sign in."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from parvis.accounts.models import Person
from parvis.accounts.operations import reset_second_factor


class Command(BaseCommand):
    help = "Retire le second facteur perdu d’une personne ; l’acte est inscrit au journal."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="adresse électronique de la personne")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        person = Person.objects.filter(email=email.lower()).first()
        if person is None:
            raise CommandError(f"Aucun compte ne porte l’adresse {email}.")
        reset_second_factor(person=person, by=None, reason="par qui administre l’installation")
        self.stdout.write(f"Le second facteur de {person.email} est retiré.")
