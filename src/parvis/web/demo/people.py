"""The people of a demonstration, whom anybody may play, and the fictitious others around them.

A demo person is known by the domain of the address, which no real mailbox can bear: `.invalid` is
reserved (RFC 2606), so that no mail of a demonstration ever leaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from parvis.accounts.enums import RoleKind
from parvis.accounts.models import Person
from parvis.accounts.operations import grant_role
from parvis.mystery_audits.models import MysteryCitizen
from parvis.mystery_audits.operations.panel import join_panel

DOMAIN = "demo.parvis.invalid"


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody a visitor may play; `sentence` says what the person has to do."""

    code: str
    display_name: str
    kind: RoleKind
    title: str | Promise
    sentence: str | Promise

    @property
    def email(self) -> str:
        return f"{self.code}@{DOMAIN}"


OPERATOR = Persona(
    "operatrice",
    "Odile Marchetti",
    RoleKind.OPERATOR,
    _("L’opératrice du baromètre"),
    _(
        "Elle ouvre les éditions, confirme qui peut agir pour chaque organisme, organise les "
        "vagues, lance les calculs et publie."
    ),
)
REVIEWER = Persona(
    "relecteur",
    "Rémi Castagnol",
    RoleKind.REVIEWER,
    _("Le relecteur"),
    _("Il relit chaque prise de contact, pièces à l’appui : il la valide, ou la renvoie."),
)
COORDINATOR = Persona(
    "coordinatrice",
    "Claire Bonnefous",
    RoleKind.COORDINATOR,
    _("La coordinatrice d’une ville, avec ses résultats"),
    _(
        "Sa ville a participé à l’édition publiée et s’est inscrite à la suivante : elle lit ses "
        "résultats et télécharge son rapport."
    ),
)
SECOND_COORDINATOR = Persona(
    "coordinateur",
    "Damien Le Goff",
    RoleKind.COORDINATOR,
    _("Le coordinateur d’une autre ville"),
    _("Il lit les résultats de sa ville, jamais ceux de la voisine, et n’a plus qu’à l’inscrire."),
)
PENDING_COORDINATOR = Persona(
    "candidate",
    "Pauline Esteban",
    RoleKind.COORDINATOR,
    _("Une coordinatrice qui attend sa confirmation"),
    _(
        "Elle vient d’inscrire son organisme ; l’opératrice n’a pas encore confirmé qu’elle peut "
        "agir pour lui : aucun résultat ne lui est ouvert."
    ),
)
MYSTERY_CITIZEN = Persona(
    "citoyenne-mystere",
    "Maya Dufresne",
    RoleKind.MYSTERY_CITIZEN,
    _("La citoyenne-mystère"),
    _("Elle a des prises de contact à faire aujourd’hui, une en cours et une renvoyée."),
)
SECOND_MYSTERY_CITIZEN = Persona(
    "citoyen-mystere",
    "Malik Aubertin",
    RoleKind.MYSTERY_CITIZEN,
    _("Le citoyen-mystère"),
    _("Il a déjà transmis des prises de contact et en a d’autres à faire."),
)
PERSONAS: Sequence[Persona] = (
    OPERATOR,
    REVIEWER,
    COORDINATOR,
    SECOND_COORDINATOR,
    PENDING_COORDINATOR,
    MYSTERY_CITIZEN,
    SECOND_MYSTERY_CITIZEN,
)


def is_demo_person(person: Person) -> bool:
    """Whether signing in as this person needs no proof, in a demonstration."""
    return person.email.endswith(f"@{DOMAIN}")


def find(persona: Persona) -> Person:
    """The person of a persona; raises Person.DoesNotExist before the demonstration is built."""
    return Person.objects.get(email=persona.email, is_active=True)


def create_personas() -> dict[str, Person]:
    """Create who may be played, by code, with the roles that belong to no body."""
    created = create_people((persona.code, persona.display_name) for persona in PERSONAS)
    people = {person.email.partition("@")[0]: person for person in created}
    grant_role(person=people[OPERATOR.code], kind=RoleKind.OPERATOR, by=None)
    grant_role(person=people[REVIEWER.code], kind=RoleKind.REVIEWER, by=None)
    for persona in (MYSTERY_CITIZEN, SECOND_MYSTERY_CITIZEN):
        join_panel(person=people[persona.code], by=people[OPERATOR.code])
    return people


def create_people(people: Iterable[tuple[str, str]]) -> list[Person]:
    """Create people, given (code, displayed name): an address that is proven, no password."""
    rows = [
        Person(
            email=f"{code}@{DOMAIN}",
            display_name=name,
            # Unusable: the one-click sign-in is their only way in.
            password=make_password(None),
        )
        for code, name in people
    ]
    created = Person.objects.bulk_create(rows)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=person, email=person.email, verified=True, primary=True)
        for person in created
    )
    return created


def create_panel(size: int) -> list[MysteryCitizen]:
    """The mystery citizens of the fieldwork already done: nobody plays them."""
    people = create_people(
        (f"panel-{number:03d}", f"Citoyen-mystère simulé n° {number}")
        for number in range(1, size + 1)
    )
    return MysteryCitizen.objects.bulk_create(
        MysteryCitizen(person=person, code_name=f"MC-S{number:03d}")
        for number, person in enumerate(people, start=1)
    )
