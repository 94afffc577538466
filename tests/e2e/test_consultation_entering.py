"""Being verified once on a phone without scripts, seeing what is one's own, and leaving."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django_scopes import scopes_disabled

from parvis.accounts.tests.factories import PersonFactory
from parvis.consultations.enums import Admission, ContributionKind, PhaseKind, Proof, VoteKind
from parvis.consultations.models import Participant
from parvis.consultations.operations.rolls import import_roll
from parvis.consultations.operations.voting import Ballot, Choice, vote
from parvis.consultations.tests.factories import running_phase, written
from tests.e2e.conftest import PHONE, Reception

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.device,
    pytest.mark.django_db(transaction=True),
]

ROLL = "nom;prénoms;date de naissance;numéro\nPetit;Claire Marie;03/04/1975;12\n"


def test_verified_by_the_roll_then_everything_is_taken_back(reception: Reception) -> None:
    phase = running_phase(
        PhaseKind.OPINIONS,
        admission=Admission.VERIFIED,
        proofs=[Proof.ROLL, Proof.MAIL, Proof.CODE],
        title="Le centre-ville demain",
    )
    consultation = phase.consultation
    with scopes_disabled():
        import_roll(consultation=consultation, content=ROLL.encode(), by=PersonFactory.create())
        (statement,) = written(phase, ContributionKind.STATEMENT, "Il manque des bancs.")

    phone = reception.visit(PHONE, scripts=False)
    phone.open(reverse("consultations:enter", args=[consultation.code]) + "?etape=1")
    phone.page.get_by_label("Nom de naissance, ou d’usage").fill("PETIT")
    phone.page.get_by_label("Prénom, ou prénoms").fill("claire")
    phone.page.get_by_label("Date de naissance").fill("4/4/1975")
    phone.page.get_by_role("button", name="Entrer", exact=True).click()
    assert "Personne de la liste" in phone.text
    phone.page.get_by_label("Date de naissance").fill("3/4/1975")
    phone.page.get_by_role("button", name="Entrer", exact=True).click()
    assert phone.page.url.endswith(f"/{phase.position}/")
    assert "vous pouvez participer" in phone.text

    with scopes_disabled():
        person = Participant.objects.get(consultation=consultation)
    vote(Ballot(phase, person.pk, VoteKind.OPINION, [Choice(statement.pk, 1)]))
    phone.open(reverse("consultations:own", args=[consultation.code]))
    assert "Il manque des bancs." in phone.text
    phone.press("Reprendre")
    assert "votre vote est repris" in phone.text.lower()
    phone.follow("Tout effacer")
    phone.page.get_by_label("Les retirer et les vider").check()
    phone.page.get_by_role("button", name="Tout effacer").click()
    assert "sont effacées" in phone.text

    desk = reception.visit()
    for name in ("enter", "own", "link_sent"):
        desk.open(reverse(f"consultations:{name}", args=[consultation.code]))
        desk.examine()
